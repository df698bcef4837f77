"""Checkpoints that survive a kill at any instant.

A checkpoint folder counts only once `complete.json` stands in it: sizes and SHA-256 of all its files, the contract it
was made under and the conditions it was computed in, written last and in one rename. What has none is half a save: it
is set aside by name and said.

The contract must be the same when a run goes on, or it is refused. The conditions (device, threads, micro-batch,
versions) may differ: then the run goes on in the same order with the same steps, and it is said and recorded that its
bits are no longer those of an uninterrupted run.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tune.digest import file_sha256
from tune.errors import Problem, UserError
from tune.files import readable, sync_folder, write_json
from tune.recipe.schema import Keep
from tune.text import listed

Json = dict[str, Any]

MARKER = "complete.json"
ASIDE = "incomplete-"


def step_of(folder: Path) -> int:
    """The optimizer step in a checkpoint's name."""
    return int(folder.name.rsplit("-", 1)[1])


def folders(checkpoints: Path) -> list[Path]:
    """Checkpoint folders, complete or not, the newest last."""
    found = (p for p in checkpoints.glob("checkpoint-*") if p.name.removeprefix("checkpoint-").isdecimal())
    return sorted(found, key=step_of)


def seal(folder: Path, contract: Json, conditions: Json) -> None:
    """Declares a checkpoint complete, once every process has written its files. All its files are made readable like their folder, and durable, first."""
    readable(folder)
    files = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and p.name != MARKER):
        with path.open("rb") as file:
            os.fsync(file.fileno())
        files[path.relative_to(folder).as_posix()] = {"bytes": path.stat().st_size, "sha256": file_sha256(path)}
    sync_folder(folder)
    write_json(folder / MARKER, {"files": files, "contract": contract, "conditions": conditions})
    sync_folder(folder.parent)


def sealed(folder: Path) -> Json:
    """What stands in `complete.json`. Raises FileNotFoundError without one, ValueError when it is not what `seal` writes."""
    found = json.loads((folder / MARKER).read_bytes())
    parts = [found.get(name) for name in ("files", "contract", "conditions")] if isinstance(found, dict) else [None]
    if not all(isinstance(part, dict) for part in parts):
        raise ValueError(f"{MARKER} is not a seal")
    if not all(isinstance(f, dict) and {"bytes", "sha256"} <= set(f) for f in found["files"].values()):
        raise ValueError(f"{MARKER} lists files without their digests")
    return dict(found)


def fault(folder: Path) -> str | None:
    """Why a checkpoint cannot be used, or None when every file is what it was when it was sealed."""
    try:
        files = sealed(folder)["files"]
    except FileNotFoundError:
        return "its save never finished"
    except (OSError, ValueError):
        return f"{MARKER} is damaged"
    for name, expected in files.items():
        path = folder / name
        if not path.is_file():
            return f"{name} is missing"
        if path.stat().st_size != expected["bytes"] or file_sha256(path) != expected["sha256"]:
            return f"{name} is not what was saved"
    return None


def newest(checkpoints: Path, contract: Json, say: Callable[[str], None]) -> Path | None:
    """The newest checkpoint that verifies; None to start from the beginning. Others found on the way are set aside.

    Raises UserError when it was made under another contract: continuing would not give what the recipe says.
    """
    for folder in reversed(folders(checkpoints)):
        why = fault(folder)
        if why is None:
            _same_contract(folder, contract)
            return folder
        aside = folder.with_name(ASIDE + folder.name)
        shutil.rmtree(aside, ignore_errors=True)
        folder.rename(aside)
        say(f"{folder.name} cannot be used ({why}); set aside as {aside.name}")
    return None


def _same_contract(folder: Path, contract: Json) -> None:
    found = list(_differing(sealed(folder)["contract"], contract, ""))
    if found:
        what = listed([f"{name} was {then}, and is {now}" for name, then, now in found], 5, "; ")
        raise UserError(
            Problem(
                "resume",
                f"this checkpoint belongs to another training: {what}",
                "continue with what it was made with, or start anew with --fresh",
                file=str(folder),
            )
        )


def differences(then: Json, now: Json) -> list[str]:
    """What differs between the conditions of two attempts, in words, e.g. `threads 2 then, 1 now`."""
    return [f"{name} {old} then, {new} now" for name, old, new in _differing(then, now, "")]


def _differing(then: Json, now: Json, path: str) -> Iterator[tuple[str, Any, Any]]:
    """(dotted name, value then, value now) of everything that differs, sections taken apart."""
    for name in sorted({*then, *now}):
        old, new = then.get(name, "not given"), now.get(name, "not given")
        if isinstance(old, dict) and isinstance(new, dict):
            yield from _differing(old, new, f"{path}{name}.")
        elif old != new:
            yield f"{path}{name}", old, new


def rotate(checkpoints: Path, keep: Keep) -> None:
    """Removes complete checkpoints that `keep` does not ask for, and what was set aside before them.

    Of every `keep.every` steps the first checkpoint stays, so that a time between saves leaves some too.
    """
    complete = [folder for folder in folders(checkpoints) if (folder / MARKER).is_file()]
    spans = set[int]()
    for folder in complete[: -keep.last]:
        span = step_of(folder) // keep.every if keep.every else 0
        if span and span not in spans:
            spans.add(span)
            continue
        (folder / MARKER).unlink()
        shutil.rmtree(folder)
    if len(complete) >= keep.last:
        for folder in checkpoints.glob(f"{ASIDE}checkpoint-*"):
            shutil.rmtree(folder)
