"""From a JSONL file to rows: every line is a row or has a reason why not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MAX_LINE_BYTES = 16 << 20
"""A longer line is not a row of text; it is a file of another kind."""


@dataclass(frozen=True)
class Row:
    """A row as it stands in the file; `line` is 1-based."""

    line: int
    value: dict[str, Any]


@dataclass(frozen=True)
class Broken:
    """A line that cannot be trained on: the stable name of the reason, what was found, and what to do."""

    line: int
    reason: str
    what: str
    fix: str
    key: str | None = None


def read_rows(path: Path) -> Iterator[Row | Broken]:
    """The rows of a JSONL file in order. Blank lines at the end of the file are no rows."""
    blank: list[Broken] = []
    with path.open("rb") as lines:
        for number, content in enumerate(lines, start=1):
            if not content.strip():
                blank.append(Broken(number, "blank line", "a blank line between rows", "remove the line"))
                continue
            yield from blank
            blank.clear()
            yield _row(number, content)


def _row(line: int, content: bytes) -> Row | Broken:
    if len(content) > MAX_LINE_BYTES:
        return Broken(line, "line too long", f"a line of {len(content):,} bytes", "write one row a line (JSONL)")
    if line == 1:
        content = content.removeprefix(b"\xef\xbb\xbf")
    try:
        text = content.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError as error:
        return Broken(
            line,
            "not UTF-8",
            f"byte 0x{content[error.start]:02x} at column {error.start + 1} is not UTF-8",
            "save the file as UTF-8",
        )
    try:
        value = json.loads(
            text, object_pairs_hook=_unique, parse_constant=_no_constant, parse_int=_whole, parse_float=_real
        )
    except json.JSONDecodeError as error:
        said = error.msg.removesuffix(" at")
        what = f"not JSON: {said[0].lower()}{said[1:]} at column {error.colno}"
        return Broken(line, "not JSON", what, "write one JSON object a line; check quotes and commas")
    except ValueError as error:
        return Broken(line, "not JSON", str(error), "mend the object")
    except RecursionError:
        return Broken(line, "not JSON", "nested too deeply", "write one JSON object of text fields a line")
    if not isinstance(value, dict):
        kind = {list: "a list", str: "a text", int: "a number", float: "a number", bool: "true or false"}.get(
            type(value), "null"
        )
        return Broken(
            line,
            "not an object",
            f"{kind} where an object was expected",
            'write {"messages": [...]} or {"prompt": ..., "completion": ...}',
        )
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return Broken(
            line,
            "not UTF-8",
            "half of a surrogate pair (\\ud800 to \\udfff) without its other half",
            "write the character itself",
        )
    return Row(line, value)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """JSON lets a key stand twice and Python keeps the last one in silence."""
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f'the key "{twice}" is given twice')
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _whole(text: str) -> int:
    """Readers of JSON agree on whole numbers up to 2**53 only, so a row with a larger one has no canonical form."""
    if len(text) > 17 or abs(int(text)) >= 2**53:
        raise ValueError(f"a number that JSON readers do not agree on: {_short(text)}; put it in quotes")
    return int(text)


def _real(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError(f"a number beyond all floats: {_short(text)}")
    return value


def _short(text: str) -> str:
    return text if len(text) <= 30 else text[:27] + "..."
