"""Level 0: what a value is said to rest on is what a value of its kind can rest on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

CONCLUDED = ("gaps", "license_gate", "openness", "documents")
"""Parts that are compared whole with what follows from the others."""
DECLARED = re.compile(
    r"recipe\.resolved|subject\.license|base\.(repo|quantize|pretraining_tokens)|(base|adapter)\.license\.tag|procedure\[\]"
    r"|sources\[\]\.(license|about|collected|personal_data|generator|published_at|map|hub\.(repo|config|split))"
    r"|evaluation\.(max_new_tokens|prompts_at)"
)
"""Values that nobody can measure, or that the recipe sets."""
DERIVED = re.compile(
    r"sources\[\]\.share_of_loss_tokens|consumption\.flop|base\.license\.family|base\.active_parameters"
)
COMMIT = re.compile(r"[0-9a-f]{40}")


def faults(manifest: Json) -> Iterator[str]:
    """Values that rest on something else than they can."""
    for path, part in _values({name: part for name, part in manifest.items() if name not in CONCLUDED}, ""):
        plain, basis = re.sub(r"\[\d+\]", "[]", path), part["basis"]
        stated = DECLARED.fullmatch(plain)
        possible = ("declared",) if stated else ("derived",) if DERIVED.fullmatch(plain) else ("measured", "derived")
        if plain == "procedure[].is":  # settings are compared with the recipe, basis and all
            possible = ("declared", "measured")
        if basis not in possible and not (basis == "not measured" and part["value"] is None):
            yield f"{path} cannot be {basis}"
    base = manifest["base"]
    commit = base["commit"]["value"] if base is not None else None
    if commit is not None and (base["repo"]["value"] is None or not COMMIT.fullmatch(commit)):
        yield "base.commit is none, or is a commit of no repository"


def _values(part: Any, path: str) -> Iterator[tuple[str, Json]]:
    """Every `{"value", "basis"}` with its path."""
    if isinstance(part, dict) and set(part) == {"value", "basis"}:
        yield path, part
    elif isinstance(part, dict) and ("value" in part or "basis" in part):
        yield path, {"value": part, "basis": "of no form"}
    elif isinstance(part, dict):
        for name, inner in part.items():
            yield from _values(inner, f"{path}.{name}" if path else name)
    elif isinstance(part, list):
        for i, inner in enumerate(part):
            yield from _values(inner, f"{path}[{i}]")
