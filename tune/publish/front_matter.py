"""What the Hub documents of a card's front matter, as a table that needs no network.

Sources: https://huggingface.co/docs/hub/model-cards (fields), the specification that it links to
(https://github.com/huggingface/hub-docs/blob/main/modelcard.md: `license_name`, `license_link`, `model-index`),
https://huggingface.co/docs/hub/repositories-licenses (identifiers), and `packages/tasks/src/pipelines.ts` of
https://github.com/huggingface/huggingface.js (tasks), read 2026-11-26. The Hub itself is asked afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import yaml

from tune.licenses import HUB_LICENSES
from tune.text import did_you_mean

TASKS = frozenset(
    {
        "any-to-any",
        "feature-extraction",
        "image-text-to-text",
        "question-answering",
        "summarization",
        "text-classification",
        "text-generation",
        "text-ranking",
        "token-classification",
        "translation",
    }
)
"""Of the Hub's tasks, those that a language model may have."""
RELATIONS = ("adapter", "finetune", "merge", "quantized")

_REPO = re.compile(r"(?:[\w-][\w.-]*/)?[\w-][\w.-]*")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*|multilingual|code")
_LICENSE_NAME = re.compile(r"[a-z0-9][a-z0-9.-]*")
_LICENSE_LINK = re.compile(r"https?://\S+|LICENSE(?:\.\w+)?")


def faults(text: str) -> list[str]:
    """What the Hub would not accept, or would not understand, in the front matter of a card; a sentence each."""
    head = re.match(r"---\n(.*?)\n---\n", text, re.DOTALL)
    if head is None:
        return ["the card has no front matter between two lines of ---"]
    try:
        found = yaml.safe_load(head[1])
    except yaml.YAMLError as error:
        return [f"the front matter is not YAML: {' '.join(str(error).split())}"]
    if not isinstance(found, dict):
        return ["the front matter is not a list of keys and values"]
    return [
        *_license(found),
        *(fault for key, rule in RULES.items() if key in found for fault in rule(key, found[key])),
    ]


def _license(found: dict[str, Any]) -> Iterator[str]:
    """`license`, and the two keys that go with `other`."""
    named, name, link = (found.get(key) for key in ("license", "license_name", "license_link"))
    if named is None:
        yield "license is missing"
    for one in named if isinstance(named, list) else [named] if named is not None else []:
        if one not in HUB_LICENSES:
            yield f"license: {one!r} is no identifier of the Hub. {did_you_mean(str(one).lower(), HUB_LICENSES)}".strip()
    if named == "other" and (name is None or link is None):
        yield "license: other wants license_name and license_link beside it"
    if named != "other" and (name is not None or link is not None):
        yield "license_name and license_link go with license: other only"
    if name is not None and not (isinstance(name, str) and _LICENSE_NAME.fullmatch(name)):
        yield f"license_name: {name!r} must be small letters, digits, dots and hyphens"
    if link is not None and not (isinstance(link, str) and _LICENSE_LINK.fullmatch(link)):
        yield f"license_link: {link!r} must be an address, or LICENSE for the file beside the card"


def _matching(pattern: re.Pattern[str], what: str, many: bool = True) -> Callable[[str, Any], Iterator[str]]:
    """A rule: one text of a form, or with `many` also a list of them."""

    def rule(key: str, value: Any) -> Iterator[str]:
        for one in value if many and isinstance(value, list) else [value]:
            if not isinstance(one, str) or not pattern.fullmatch(one):
                yield f"{key}: {one!r} is not {what}"

    return rule


def _among(known: frozenset[str] | tuple[str, ...], what: str) -> Callable[[str, Any], Iterator[str]]:
    def rule(key: str, value: Any) -> Iterator[str]:
        if value not in known:
            yield f"{key}: {value!r} is not {what}. {did_you_mean(str(value), known)}".strip()

    return rule


def _tags(key: str, value: Any) -> Iterator[str]:
    if not isinstance(value, list) or not all(isinstance(tag, str) and tag for tag in value):
        yield f"{key}: must be a list of texts"


def _model_index(key: str, value: Any) -> Iterator[str]:
    """Evaluation results: the entries that the specification calls required."""
    if not isinstance(value, list) or not all(isinstance(model, dict) for model in value):
        yield f"{key}: must be a list of models with name and results"
        return
    for model in value:
        if not isinstance(model.get("name"), str):
            yield f"{key}: a model without a name"
        for i, result in enumerate(model.get("results") or []):
            where = f"{key}[{model.get('name')}].results[{i}]"
            for part, wanted in (("task", ("type",)), ("dataset", ("type", "name"))):
                held = result.get(part) or {}
                yield from (f"{where}: {part}.{name} is missing" for name in wanted if not held.get(name))
            metrics = result.get("metrics") or []
            if not metrics or any("type" not in m or "value" not in m for m in metrics):
                yield f"{where}: metrics must each have type and value"


RULES: dict[str, Callable[[str, Any], Iterator[str]]] = {
    "base_model": _matching(_REPO, "the name of a repository on the Hub"),
    "base_model_relation": _among(RELATIONS, f"one of {', '.join(RELATIONS)}"),
    "library_name": _matching(re.compile(r"[a-z0-9][\w.-]*"), "the name of a library", many=False),
    "pipeline_tag": _among(TASKS, "a task of the Hub for language models"),
    "datasets": _matching(_REPO, "the name of a data set on the Hub"),
    "language": _matching(_LANGUAGE, "a language code (ISO 639)"),
    "tags": _tags,
    "model-index": _model_index,
}
