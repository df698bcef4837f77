"""Checkpoints that survive a kill at any instant.

A checkpoint folder counts only once `complete.json` stands in it: sizes and SHA-256 of all its files and the contract it
was made under, written last and in one rename. What has none is half a save: it is set aside by name and said.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tune.digest import file_sha256
from tune.errors import Problem, UserError
from tune.files import readable, sync_folder, write_json

MARKER = "complete.json"
ASIDE = "incomplete-"
KEEP = 2


def step_of(folder: Path) -> int:
    """The optimizer step in a checkpoint's name."""
    return int(folder.name.rsplit("-", 1)[1])


def seal(folder: Path, contract: dict[str, Any], processes: int = 1) -> None:
    """Declares a checkpoint complete, once all `processes` have written their files. These are made readable like their
    folder, and durable, first."""
    readable(folder)
    files = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and p.name != MARKER):
        with path.open("rb") as file:
            _sync(file.fileno())
        files[path.relative_to(folder).as_posix()] = {"bytes": path.stat().st_size, "sha256": file_sha256(path)}
    sync_folder(folder)
    write_json(folder / MARKER, {"files": files, "contract": contract, "processes": processes})


def _sync(handle: int) -> None:
    import os

    os.fsync(handle)


def processes_of(folder: Path) -> int:
    """How many processes wrote a checkpoint."""
    found: int = json.loads((folder / MARKER).read_text()).get("processes", 1)
    return found


def fault(folder: Path) -> str | None:
    """Why a checkpoint cannot be used, or None when every file is what it was when it was sealed."""
    try:
        sealed = json.loads((folder / MARKER).read_text())
    except FileNotFoundError:
        return "its save never finished"
    except (OSError, ValueError):
        return f"{MARKER} is damaged"
    for name, expected in sealed["files"].items():
        path = folder / name
        if not path.is_file():
            return f"{name} is missing"
        if path.stat().st_size != expected["bytes"] or file_sha256(path) != expected["sha256"]:
            return f"{name} is not what was saved"
    return None


def newest(checkpoints: Path, contract: dict[str, Any], say: Callable[[str], None]) -> Path | None:
    """The newest checkpoint that verifies; None to start from the beginning. Others found on the way are set aside.

    Raises UserError when it was made under another contract: continuing would not give what the recipe says.
    """
    found = sorted(checkpoints.glob("checkpoint-*"), key=step_of, reverse=True)
    for folder in found:
        why = fault(folder)
        if why is None:
            _same_contract(folder, contract)
            return folder
        aside = folder.with_name(ASIDE + folder.name)
        shutil.rmtree(aside, ignore_errors=True)
        folder.rename(aside)
        say(f"{folder.name} cannot be used ({why}); set aside as {aside.name}")
    return None


def _same_contract(folder: Path, contract: dict[str, Any]) -> None:
    made_under = json.loads((folder / MARKER).read_text())["contract"]
    differing = [name for name in contract if made_under.get(name) != contract[name]]
    if differing:
        name = differing[0]
        what = f"the checkpoint was made with {name} {made_under.get(name)}, and this run would continue with {contract[name]}"
        raise UserError(
            Problem("resume", what, "continue on a like device, or start anew with --fresh", file=str(folder))
        )


def rotate(checkpoints: Path) -> None:
    """Removes all but the newest complete checkpoints, and what was set aside before them."""
    complete = sorted((p for p in checkpoints.glob("checkpoint-*") if (p / MARKER).is_file()), key=step_of)
    for folder in complete[:-KEEP]:
        (folder / MARKER).unlink()
        shutil.rmtree(folder)
    if len(complete) >= KEEP:
        for folder in checkpoints.glob(f"{ASIDE}checkpoint-*"):
            shutil.rmtree(folder)
