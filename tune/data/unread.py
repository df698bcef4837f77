"""What a row says that the format of its source does not read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tune.data.formats import Sample, detect
from tune.data.said import texts
from tune.jsonl import Broken, Row

ASKING = ("instruction", "history")
"""Columns that say what is asked, where a format reads them."""


def overlooked(row: Row, format: str, sample: Sample) -> Broken | None:  # noqa: A002  the recipe's own word for it
    """Why a row may not be read by the format that was detected in the first row: it is one of another format by itself
    (a label or an instruction that the first row had not), or it asks something that the sample lacks."""
    own = detect(row)
    if isinstance(own, str) and own != format:
        what = f"looks like {own}, and the rows before it are read as {format}"
        return Broken(row.line, "two formats", what, f"set format: {own} or {format} on the source, or split the file")
    if format != "alpaca":
        for name in ASKING:
            if row.value.get(name) and any(text not in _whole(sample) for text in _strings(row.value[name])):
                what = f"says something that {format} does not read"
                fix = f"rename or join the columns with map:, or set format: {format} on the source to leave it out"
                return Broken(row.line, "unread column", what, fix, name)
    return None


def _whole(sample: Sample) -> str:
    return "\n".join(one.text for one in texts(sample))


def _strings(value: Any) -> Iterator[str]:
    """The texts inside a value that say something."""
    if isinstance(value, str):
        if value.strip():
            yield value.strip()
    elif isinstance(value, list):
        for part in value:
            yield from _strings(part)
