"""Rules between keys, and between a recipe and the disk: what a schema cannot say. No torch, no tokenizer."""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from tune import llamacpp
from tune.errors import DataError
from tune.licenses import FAMILY_LICENSES, HUB_LICENSES
from tune.modelfiles import ADAPTER_CONFIG
from tune.recipe.schema import Adapter, Recipe, Source
from tune.recipe.tree import Key
from tune.sources import expand, module_file
from tune.text import did_you_mean

Found = tuple[Key, str, str]

REPOSITORY = re.compile(r"[A-Za-z0-9][\w-]*/(?!.*(?:--|\.\.))[A-Za-z0-9](?:[\w.-]{0,94}[A-Za-z0-9_])?(?<!\.git)")
"""Of a model that is published, as https://huggingface.co/docs/huggingface_hub/package_reference/utilities puts it
(validate_repo_id), read 2026-11-26."""
_HUB_ID = re.compile(r"^[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*$")


def check(recipe: Recipe, root: Path, allowed: Sequence[Path]) -> Iterator[Found]:
    """Yields (key, what is wrong, what to do). `root` is where relative paths start, `allowed` where data may lie."""
    yield from _base(recipe, root)
    yield from _data_paths(recipe, root, allowed)
    yield from _hub_sources(recipe)
    yield from _maps(recipe, root)
    if (missing := missing_tracker(recipe.train.report_to)) is not None:
        yield ("train", "report_to"), *missing
    if recipe.train.tokens_per_step < recipe.data.max_tokens:
        what = f"{recipe.train.tokens_per_step} is less than data.max_tokens ({recipe.data.max_tokens}), so a step could not hold one row"
        yield ("train", "tokens_per_step"), what, "raise tokens_per_step or lower max_tokens"
    if recipe.train.evaluate_every is not None and not recipe.data.eval:
        yield ("train", "evaluate_every"), "there is nothing to evaluate on", "add data.eval or remove the key"
    for i, source in enumerate(recipe.data.eval):
        if source.weight != 1:
            what = "held-out rows are measured once each"
            yield ("data", "eval", i, "weight"), what, "remove it; rows: N draws a smaller set"
    yield from _publish(recipe)
    if recipe.export.merge_into == "nf4" and recipe.base.quantize != "nf4":
        what = "merging into what 4-bit quantization makes of the base goes with base.quantize: nf4"
        yield ("export", "merge_into"), what, "remove it, or train on that base"
    if recipe.export.in_memory and recipe.export.merge_into == "nf4":
        what = "PEFT merges in memory into the unquantized base only"
        yield ("export", "in_memory"), what, "keep one of in_memory and merge_into: nf4"
    if recipe.export.gguf is not None and (absent := llamacpp.missing(recipe.export.gguf)) is not None:
        yield ("export", "gguf"), *absent
    yield from _start(recipe.train.adapter, root)


TRACKER_PACKAGES = {"mlflow": "mlflow-skinny"}
"""What is installed under another name. mlflow itself asks for a pyarrow that is older than the one tested here."""


def missing_tracker(report_to: str) -> tuple[str, str] | None:
    """What is wrong, and what to do, when the package of a `train.report_to` is not installed here."""
    if report_to == "none" or find_spec(report_to) is not None:
        return None
    name = TRACKER_PACKAGES.get(report_to, report_to)
    return f"the package {name} is not installed", f"pip install {name}, or set report_to: none"


def _publish(recipe: Recipe) -> Iterator[Found]:
    repo = recipe.publish.repo
    if repo is not None and not REPOSITORY.fullmatch(repo):
        yield ("publish", "repo"), *no_repository(repo)
    if recipe.publish.override is not None and not recipe.publish.override.strip():
        yield ("publish", "override"), "is blank, and it is a reason for people to read", "write why, or remove the key"
    wanted, key = recipe.publish.license, ("publish", "license")
    known = HUB_LICENSES | FAMILY_LICENSES
    if wanted is not None and wanted not in known:
        guess = did_you_mean(wanted.lower(), known)
        fix = guess or "choose one of https://huggingface.co/docs/hub/repositories-licenses"
        yield key, f"{wanted!r} is not a license identifier of the Hub", fix


def no_repository(name: str) -> tuple[str, str]:
    """What is wrong, and what to do, with a name that the Hub gives no model."""
    return f"{name} is no name of a repository", "give user/name: letters, digits, - _ . and at most 96 of them"


def real(path: Path) -> Path:
    """The path without links. Unlike Path.resolve it takes a circle of links calmly."""
    return Path(os.path.realpath(path))


def kind_of(path: Path) -> Literal["file", "folder", "other"] | None:
    """What lies at a path; None for nothing, and where the system cannot even be asked (a name too long, a circle)."""
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return None
    return "file" if stat.S_ISREG(mode) else "folder" if stat.S_ISDIR(mode) else "other"


def is_hub_id(model: str, root: Path) -> bool:
    """Whether `base.model` names a Hub repository: `org/name`, and no folder of that name is there."""
    return _HUB_ID.fullmatch(model) is not None and kind_of(root / model) is None


def _base(recipe: Recipe, root: Path) -> Iterator[Found]:
    base = recipe.base
    hub = is_hub_id(base.model, root)
    if not hub and kind_of(root / base.model) != "folder":
        yield (
            ("base", "model"),
            f"no such folder: {base.model}",
            "give a folder with config.json, or a Hub id such as Qwen/Qwen3-4B",
        )
    if not hub and base.revision is not None:
        yield (
            ("base", "revision"),
            "a folder has no revision",
            "remove it (for one command: --set base.revision=null), or give a Hub id as base.model",
        )
    if hub and base.published_as is not None:
        yield ("base", "published_as"), "a Hub id already says where the base is published", "remove the key"


def _start(adapter: Adapter, root: Path) -> Iterator[Found]:
    """An adapter to continue from has the size that the recipe states. Which layers it has is seen on the base."""
    if adapter.start_from is None:
        return
    config, key = root / adapter.start_from / ADAPTER_CONFIG, ("train", "adapter", "start_from")
    if kind_of(config) != "file":
        fix = "give a folder that holds adapter_config.json and adapter_model.safetensors"
        yield key, f"no adapter in {adapter.start_from}", fix
        return
    try:
        found = json.loads(config.read_bytes())
        sizes = {"rank": found["r"], "alpha": found["lora_alpha"]}
    except (OSError, ValueError, TypeError, KeyError):
        yield key, f"adapter_config.json in {adapter.start_from} is not that of a LoRA adapter", "give another folder"
        return
    for name, size in sizes.items():
        if size != getattr(adapter, name):
            what = f"is {getattr(adapter, name):g}, and the adapter in {adapter.start_from} has {size}"
            yield (*key[:2], name), what, f"write {name}: {size}"


def _sources(recipe: Recipe) -> list[tuple[Key, Source]]:
    """Every source with its place."""
    splits = (("train", recipe.data.train), ("eval", recipe.data.eval))
    return [(("data", split, i), source) for split, sources in splits for i, source in enumerate(sources)]


def _maps(recipe: Recipe, root: Path) -> Iterator[Found]:
    for key, source in _sources(recipe):
        module = module_file(source.map) if source.map else None
        if module is not None and kind_of(root / module) != "file":
            fix = "the module is a file in the folder where the command runs"
            yield (*key, "map"), f"no such file: {module}", fix


def _hub_sources(recipe: Recipe) -> Iterator[Found]:
    """What can be said of Hub sources without asking the Hub."""
    seen: set[tuple[str | None, ...]] = set()
    for key, source in _sources(recipe):
        if source.dataset is None:
            continue
        same = (source.dataset, source.config, source.split or "train")
        if same in seen:
            yield (*key, "dataset"), f"{source.shown} is named twice", "name it once"
        seen.add(same)


def _data_paths(recipe: Recipe, root: Path, allowed: Sequence[Path]) -> Iterator[Found]:
    named: list[tuple[Key, Source | None, str]] = [
        ((*key, "path"), source, source.path) for key, source in _sources(recipe) if source.path is not None
    ]
    if recipe.evaluate.prompts is not None:
        named.append((("evaluate", "prompts"), None, recipe.evaluate.prompts))
    seen: set[Path] = set()
    for key, source, text in named:
        path = real(root / text)
        if not _is_below(path, allowed):
            yield key, *_outside(text)
        elif kind_of(path) is None and not any(mark in text for mark in "*?["):
            fix = f"paths are read from {root.name or root}/, the folder where the command runs"
            yield key, f"no such file: {text}", fix
        elif source is None and kind_of(path) != "file":
            yield key, f"{text} is not a file", "give one JSONL file"
        elif source is None:
            yield from _twice(key, text, path, seen)
        else:
            yield from _files(key, text, root, allowed, seen)


def _is_below(path: Path, allowed: Sequence[Path]) -> bool:
    return any(path.is_relative_to(folder) for folder in allowed)


def _outside(shown: str) -> tuple[str, str]:
    what = f"{shown} lies outside the current folder and the recipe's folder"
    return what, "move the file, or allow its folder with --root DIR"


def _files(key: Key, text: str, root: Path, allowed: Sequence[Path], seen: set[Path]) -> Iterator[Found]:
    """Complaints about the files behind one path, the first of each kind. A link stands for the file that it leads to."""
    try:
        files = expand(text, root)
    except DataError as error:
        yield key, f"{text}: {error.problems[0].what}", error.problems[0].fix
        return
    paths = {file.shown: real(file.path) for file in files}
    if (outside := next((shown for shown, path in paths.items() if not _is_below(path, allowed)), None)) is not None:
        yield key, *_outside(f"{outside} leads to {paths[outside]}, which")
        return
    for shown, path in paths.items():
        complaints = list(_twice(key, text if len(files) == 1 else shown, path, seen))
        if complaints:
            yield from complaints
            return


def _twice(key: Key, shown: str, path: Path, seen: set[Path]) -> Iterator[Found]:
    """A complaint about a file that was named before. `seen` are the files before this one, and grows."""
    if path in seen:
        link = f" (it is {path.name})" if path.name != shown.rpartition("/")[2] else ""
        yield key, f"{shown}{link} is named twice", "name a file once"
    seen.add(path)
