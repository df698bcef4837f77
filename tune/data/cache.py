"""Prepared rows are kept, so that the same rows are prepared once: for `tune check`, `tune data` and every run.

An entry is a finished data/ folder under the user's cache, named by the digest of everything that it depends on: files,
tokenizer, template, settings, the code here and the libraries that it calls. Its files are never written again, so runs
share them by hard links where the file system can, and copy them elsewhere. The cache only ever saves time: whatever goes
wrong with it (no space, no permission, another file system, a file that was cut off), the rows are prepared in the run's own
folder.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tune.digest import cache_folder, digest, file_sha256

KEEP_SECONDS = 30 * 24 * 3600
"""An entry that nothing used for this long is removed."""
LIBRARIES = ("tokenizers", "jinja2", "transformers", "numpy", "py3langid", "pyarrow")
READING = (
    "columns.py",
    "jsonl.py",
    "prompts.py",
    "readers.py",
    "sequences.py",
    "sources.py",
    "strict.py",
    "tables.py",
    "template/__init__.py",
    "template/sandbox.py",
)
"""Modules outside this room that decide what a row is, what it becomes, and how it is written."""
WRITTEN_LAST = "ledger.json"


def key(inputs: Any) -> str:
    """The name of an entry. The code is part of it: prepared by another version is prepared anew."""
    tune = Path(__file__).parents[1]
    files = [*sorted((tune / "data").glob("*.py")), *(tune / name for name in READING)]
    code = {path.relative_to(tune).as_posix(): file_sha256(path) for path in files}
    return digest({"inputs": inputs, "code": code, "libraries": {name: version(name) for name in LIBRARIES}})


def take(name: str, folder: Path) -> bool:
    """Puts an entry in place as `folder`, which is not there. Returns whether there was one."""
    entry = _root() / name
    if not (entry / WRITTEN_LAST).is_file():
        return False
    beside = folder.with_name(f"{folder.name}.{os.getpid()}.tmp")
    shutil.rmtree(beside, ignore_errors=True)
    try:
        shutil.copytree(entry, beside, copy_function=_link)
        beside.rename(folder)
        os.utime(entry)
    except OSError:
        shutil.rmtree(beside, ignore_errors=True)
        return False
    return True


def drop(name: str) -> None:
    """Removes an entry that turned out to be damaged."""
    shutil.rmtree(_root() / name, ignore_errors=True)


def offer(name: str, folder: Path) -> None:
    """Keeps a finished folder in the place of an earlier one, and removes entries that nobody used for long."""
    entry = _root() / name
    beside = entry.with_name(f"{name}.{os.getpid()}.tmp")
    with suppress(OSError):
        shutil.copytree(folder, beside, copy_function=_link)
        drop(name)
        beside.rename(entry)
    shutil.rmtree(beside, ignore_errors=True)
    with suppress(OSError):
        for old in _root().iterdir():
            if time.time() - old.stat().st_mtime > KEEP_SECONDS:
                shutil.rmtree(old, ignore_errors=True) if old.is_dir() else old.unlink()


@contextmanager
def alone(name: str, wait: Callable[[], None]) -> Iterator[None]:
    """Lets one process at a time prepare an entry; calls `wait` when another one is at it. Without effect where nothing
    can be locked."""
    try:
        _root().mkdir(parents=True, exist_ok=True)
        file = (_root() / f"{name}.lock").open("w")
    except OSError:
        yield
        return
    with file:
        with suppress(OSError):
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                wait()
                fcntl.flock(file, fcntl.LOCK_EX)
        yield


def scratch() -> Path:
    """A folder for what is prepared and thrown away, on the file system of the cache where that can be written."""
    with suppress(OSError):
        _root().mkdir(parents=True, exist_ok=True)
    import tempfile

    place = _root() if os.access(_root(), os.W_OK) else None
    return Path(tempfile.mkdtemp(prefix="check-", suffix=".tmp", dir=place))


def _root() -> Path:
    return cache_folder() / "data"


def _link(source: str, target: str) -> None:
    """A hard link, or a copy where there can be none."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
