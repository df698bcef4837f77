"""Files of rows for tests: written in any form, and read with all that holds of any file checked on the way."""

from __future__ import annotations

import bz2
import gzip
import lzma
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tune.errors import DataError, Problem
from tune.jsonl import Broken, Row
from tune.sources import SourceFile, chunks, count_rows, expand, parse

AGAIN = "get the file again; nothing after this place is read"


def source(path: Path, content: bytes | None = None) -> SourceFile:
    """The one file at `path`, written first when there is content."""
    if content is not None:
        path.write_bytes(content)
    (found,) = expand(path.name, path.parent)
    return found


def read(file: SourceFile, rows: int = 256) -> list[Row | Broken]:
    """All that a file gives. What holds of any file is checked on the way: counts, chunk sizes, places, pickling."""
    given = list(chunks(file, rows))
    found = []
    for chunk in given:
        assert 1 <= len(chunk.items) <= rows
        assert chunk.first == chunk.items[0][0]
        parsed = parse(pickle.loads(pickle.dumps(chunk)))
        assert [row.line for row in parsed] == [line for line, _ in chunk.items]
        found += parsed
    assert [row.line for row in found] == sorted(row.line for row in found)
    assert count_rows(file) == len(found)
    return found


def told(file: SourceFile) -> list[Any]:
    """Rows as they are, and what a person is told of the others, by line, reason and message."""
    return [
        row.value
        if isinstance(row, Row)
        else (row.reason, str(Problem(row.reason, row.what, row.fix, "f", row.line, key=row.key)))
        for row in read(file)
    ]


def refused(action: Callable[[], Any]) -> list[str]:
    """The messages of the DataError that an action ends with."""
    with pytest.raises(DataError) as caught:
        action()
    return [str(problem) for problem in caught.value.problems]


def zstd(content: bytes) -> bytes:
    """One zst frame."""
    out = pa.BufferOutputStream()
    with pa.CompressedOutputStream(out, "zstd") as stream:
        stream.write(content)
    return bytes(out.getvalue())


PACK: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": zstd,
}
PACKED = [name for name in PACK if name]
