"""From a path in a recipe to files of rows: one file, all files of a folder, or those that fit a pattern."""

from __future__ import annotations

import fnmatch
import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn, cast

from tune.errors import DataError, Problem
from tune.readers import Chunk, Compression, Kind, SourceFile, chunks, count_rows, parse
from tune.text import did_you_mean, listed

__all__ = ["Chunk", "SourceFile", "chunks", "count_rows", "expand", "module_file", "parse"]

KINDS: dict[str, Kind] = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".csv": "csv",
    ".tsv": "csv",
    ".parquet": "parquet",
    ".txt": "text",
}
COMPRESSIONS = (".gz", ".bz2", ".xz", ".zst")
KNOWN = f"{', '.join(KINDS)}; all but .parquet also with {', '.join(COMPRESSIONS)}"
MAX_FOLDERS = 100
"""Folders inside folders; more are a mistake of whatever made them."""

_UNPACK = "unpack it, and give the files that were in it"
_ADVICE = {
    **dict.fromkeys((".zip", ".tar", ".tgz", ".7z", ".rar"), _UNPACK),
    **dict.fromkeys((".xlsx", ".xls", ".ods"), "save the table as CSV"),
    **dict.fromkeys((".arrow", ".feather"), "save it as parquet (of a datasets folder: load_from_disk, to_parquet)"),
    **dict.fromkeys((".pkl", ".pickle"), "save the rows as JSONL; a pickle can run any code when it is read"),
    **dict.fromkeys((".pdf", ".doc", ".docx", ".html", ".md"), "save it as plain text (.txt)"),
    **dict.fromkeys((".yaml", ".yml", ".xml", ".db", ".sqlite"), "write its rows as JSONL"),
}


def expand(text: str, root: Path) -> list[SourceFile]:
    """The files of rows behind a recipe's `path`, sorted by name, so the same on every machine.

    `text` is read from the folder `root`. A folder stands for every file of a known kind below it; a pattern (`*`, `?`,
    `[...]`, and `**` for any number of folders) for every such file that fits. Both leave out hidden files and files
    of other kinds. Raises DataError for: nothing there; no usable file; a single file of an unknown kind; a link that
    leads nowhere, and whatever has the name of a data file and is none.
    """
    path = root / text
    shown, mode = _shown(path, root), _mode(path)
    if mode is None:
        parts = Path(text).parts
        fixed = next((i for i, part in enumerate(parts) if any(mark in part for mark in "*?[")), None)
        if fixed is None:
            _raise(shown, *_missing(path))
        paths = _matching(root.joinpath(*parts[:fixed]), parts[fixed:], root)
        return _usable(paths, shown, root, ("no file fits this pattern", "check the path"))
    if stat.S_ISDIR(mode):
        nothing = ("no file in this folder", "put files of rows there; hidden files are left out")
        return _usable(_matching(path, ("**",), root), shown, root, nothing)
    kind = kind_by_name(path.name)
    if kind is None:
        _raise(shown, *unknown_kind(path.name))
    return [_source(path, root, *kind)]


def module_file(text: str) -> str:
    """The file of the module in a recipe's `map: module:function`, relative to the folder that paths are read from."""
    return f"{text.partition(':')[0].replace('.', '/')}.py"


def _raise(shown: str, what: str, fix: str) -> NoReturn:
    raise DataError(Problem("file", what, fix, file=shown))


def _mode(path: Path) -> int | None:
    """What lies at a path; None for nothing, and where the system cannot even be asked (a name too long, a circle)."""
    try:
        return path.stat().st_mode
    except (OSError, ValueError):
        return None


def _shown(path: Path, root: Path) -> str:
    return (path.relative_to(root) if path.is_relative_to(root) else path).as_posix()


def _missing(path: Path) -> tuple[str, str]:
    """What to say of a path where nothing is."""
    try:
        if path.is_symlink():
            return "a link to a file that is not there", "mend the link, or remove it"
        near = did_you_mean(path.name, sorted(os.listdir(path.parent)))  # noqa: PTH208  names are all that is wanted
    except (OSError, ValueError):
        near = ""
    return "no such file or folder", near or "check the path"


def _suffixes(name: str) -> tuple[str, str]:
    """The suffix of a name and the one before it, in lower case; empty where there is none."""
    last = Path(name.lower())
    return last.suffix, Path(last.stem).suffix


def kind_by_name(name: str) -> tuple[Kind, Compression | None] | None:
    """How a file of this name is read; None where it is not."""
    suffix, inner = _suffixes(name)
    if suffix not in COMPRESSIONS:
        return (KINDS[suffix], None) if suffix in KINDS else None
    kind = KINDS.get(inner)
    # Parquet is read from its end and compressed in itself, so compressed once more it would have to be unpacked.
    return None if kind in (None, "parquet") else (kind, cast("Compression", suffix[1:]))


def unknown_kind(name: str) -> tuple[str, str]:
    """What to say of a single file whose kind is not known."""
    suffix, inner = _suffixes(name)
    if suffix in COMPRESSIONS and (inner in _ADVICE or inner == ".parquet"):
        return f"{inner}{suffix} files are not read", _UNPACK
    if suffix in COMPRESSIONS:
        return "the name does not say what is compressed in it", f"name it like rows.jsonl{suffix}"
    what = f"{suffix} files are not read" if suffix else "the name has no suffix that says what is in it"
    return what, _ADVICE.get(suffix, f"give a file of a known kind: {KNOWN}")


def _source(path: Path, root: Path, kind: Kind, compression: Compression | None) -> SourceFile:
    shown = _shown(path, root)
    mode = _mode(path)
    if mode is None:
        _raise(shown, *_missing(path))
    elif not stat.S_ISREG(mode):
        _raise(shown, "is not a regular file", "give a file of rows")
    if not shown.isascii() and any("\ud800" <= c <= "\udfff" for c in shown):
        # Such a name cannot stand in a record, which is JSON.
        _raise(shown, "the name is not UTF-8", "rename the file")
    return SourceFile(path, shown, kind, compression)


def _usable(paths: Iterator[Path], shown: str, root: Path, nothing: tuple[str, str]) -> list[SourceFile]:
    """The files of a known kind among `paths`, each once; `nothing` is what to say when there is no path at all."""
    found: dict[Path, SourceFile] = {}
    others: set[str] = set()
    for path in paths:
        kind = kind_by_name(path.name)
        if kind is None:
            others.add(path.name)
        elif path not in found:
            found[path] = _source(path, root, *kind)
    if not found and others:
        names = sorted(others)
        advice = {unknown_kind(name)[1] for name in names}
        fix = advice.pop() if len(advice) == 1 else f"the known kinds are {KNOWN}"
        _raise(shown, f"no file of a known kind, only {listed(names, 3)}", fix)
    if not found:
        _raise(shown, *nothing)
    return sorted(found.values(), key=lambda source: source.shown)


def _matching(folder: Path, parts: Sequence[str], root: Path, above: tuple[str, ...] = ()) -> Iterator[Path]:
    """Files below a folder whose path from there fits the parts of a pattern; some come twice.

    `above` are the real places of the folders on the way here, so that a link back to one of them is not followed for
    ever. Raises DataError for a folder that cannot be listed.
    """
    real = os.path.realpath(folder)
    if len(above) > MAX_FOLDERS:
        _raise(_shown(folder, root), f"over {MAX_FOLDERS} folders inside one another", "give a folder further down")
    try:
        entries = sorted(os.listdir(folder))  # noqa: PTH208  names are all that is wanted
    except FileNotFoundError:
        return
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or error
        _raise(_shown(folder, root), f"the folder cannot be read: {said}", "check its permissions")
    pattern, rest = parts[0], parts[1:]
    if pattern == "**":
        yield from _matching(folder, rest or ("*",), root, above)
    for name in entries:
        path = folder / name
        mode = _mode(path)
        is_folder = mode is not None and stat.S_ISDIR(mode)
        if pattern == "**":
            if is_folder and not name.startswith(".") and os.path.realpath(path) not in (*above, real):
                yield from _matching(path, parts, root, (*above, real))
        elif _fits(name, pattern):
            if is_folder and rest:
                yield from _matching(path, rest, root, (*above, real))
            elif not is_folder and not rest:
                yield path


def _fits(name: str, pattern: str) -> bool:
    """Whether a name fits one part of a pattern; hidden names only where the pattern begins with a dot as they do."""
    return fnmatch.fnmatchcase(name, pattern) and (pattern.startswith(".") or not name.startswith("."))
