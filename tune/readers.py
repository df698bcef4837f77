"""From one file of rows to chunks of rows, in order and in bounded memory; parsed by whoever has the time."""

from __future__ import annotations

import bz2
import gzip
import lzma
import stat
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BufferedIOBase, BufferedReader, RawIOBase
from pathlib import Path
from typing import Any, Literal, cast

from tune.errors import DataError, Problem
from tune.jsonl import (
    BLOCK_BYTES,
    BYTE_ORDER_MARK,
    MAX_LINE_BYTES,
    Broken,
    Row,
    are_lines,
    elements,
    lines,
    parse_row,
)
from tune.tables import count_parquet, no_text, read_csv, read_parquet

Kind = Literal["jsonl", "json", "csv", "parquet", "text"]
Compression = Literal["gz", "bz2", "xz", "zst"]
Item = tuple[int, bytes | dict[str, Any] | Broken]

CHUNK_BYTES = MAX_LINE_BYTES
"""A chunk of long rows ends here whatever their number."""

# gzip and bz2 report damage as an OSError without a number, as pyarrow does for zst; or in one of the other ways.
_DAMAGE = (OSError, EOFError, zlib.error, lzma.LZMAError)
_OPENED: dict[str | None, Callable[[Path], Any]] = {
    None: lambda path: path.open("rb"),
    "gz": gzip.open,
    "bz2": lambda path: BufferedReader(_Streams(path, bz2.BZ2Decompressor)),
    "xz": lambda path: BufferedReader(_Streams(path, lzma.LZMADecompressor)),
}


@dataclass(frozen=True)
class SourceFile:
    """A file of rows: where it is, its name in messages and records, and how it is read."""

    path: Path
    shown: str
    """Relative to the folder that the recipe's paths are read from, with forward slashes."""
    kind: Kind
    compression: Compression | None


@dataclass(frozen=True)
class Chunk:
    """Some consecutive rows of one file, cheap to send to another process, which parses them.

    `first` is the place of the first item. `items` are places with what stands there: unparsed JSON, a row that needs
    no parsing, or why there is no row. A place is a 1-based line, and in a parquet file the number of the row.
    """

    first: int
    items: list[Item]


def chunks(file: SourceFile, rows: int = 256) -> Iterator[Chunk]:
    """The whole file in order, `rows` items at a time and fewer where they are long.

    At most about CHUNK_BYTES and one row are held at a time, of a parquet file also a row group as it is stored.
    Raises DataError for a file that cannot be opened or read; a file that is damaged gives the rows before the damage
    and then a Broken.
    """
    items: list[Item] = []
    held = 0
    for line, item, weight in _items(file, rows):
        items.append((line, item))
        held += weight
        if len(items) >= rows or held >= CHUNK_BYTES:
            yield Chunk(items[0][0], items)
            items, held = [], 0
    if items:
        yield Chunk(items[0][0], items)


def parse(chunk: Chunk) -> list[Row | Broken]:
    """One Row or Broken for each item of a chunk, in order."""
    return [_parsed(line, item) for line, item in chunk.items]


def _parsed(line: int, item: bytes | dict[str, Any] | Broken) -> Row | Broken:
    if isinstance(item, Broken):
        return item
    return Row(line, item) if isinstance(item, dict) else parse_row(line, item)


def count_rows(file: SourceFile) -> int:
    """How many items `chunks` gives, without parsing them; of a parquet file what its footer says.

    Only a parquet file that is damaged behind a sound footer gives fewer. Raises DataError as `chunks` does.
    """
    counted: int | None = None
    try:
        if file.kind == "jsonl" or (file.kind == "json" and _by_line(file)):
            with _open(file) as stream:
                counted = _count_lines(stream)
        elif file.kind == "parquet":
            with _open(file) as stream:
                counted = count_parquet(stream)
    except _DAMAGE:
        pass  # reading it properly, below, says whether it is damaged or cannot be read
    return sum(1 for _ in _items(file, 256)) if counted is None else counted


def _count_lines(stream: BufferedIOBase) -> int:
    """The number of the last line that is not blank: every line before it is an item, none after it is."""
    passed = last = 0
    block = stream.read(BLOCK_BYTES).removeprefix(BYTE_ORDER_MARK)
    while block:
        if said := block.rstrip():
            last = passed + said.count(b"\n") + 1
        passed += block.count(b"\n")
        block = stream.read(BLOCK_BYTES)
    return last


def _items(file: SourceFile, rows: int) -> Iterator[tuple[int, bytes | dict[str, Any] | Broken, int]]:
    """Every item of a file and about how many bytes it holds in memory; damage to compressed data is the last of them."""
    last = 0
    try:
        with _open(file) as stream:
            for line, item, weight in _read(file, stream, rows):
                last = line
                yield line, item, weight
    except _DAMAGE as error:
        if isinstance(error, OSError) and (error.errno is not None or file.compression is None):
            what = f"cannot be read: {error.strerror or error}"
            raise DataError(Problem("file", what, "check the file and its permissions", file=file.shown)) from error
        where = f"after line {last}" if last else "from its beginning"
        what, fix = f"the compressed data is damaged {where}", "get the file again; nothing after this place is read"
        yield last + 1, Broken(last + 1, "damaged file", what, fix), 0


def _open(file: SourceFile) -> BufferedIOBase:
    """The file's content, decompressed. Raises DataError for what is no file; what it gives raises _DAMAGE."""
    what = None
    try:
        mode = file.path.stat().st_mode
        # To open a named pipe would wait for a writer for ever.
        what = None if stat.S_ISREG(mode) else "is a folder" if stat.S_ISDIR(mode) else "is not a regular file"
    except FileNotFoundError:
        what = "is not there any more"
    if what:
        raise DataError(Problem("file", what, "give a file of rows", file=file.shown))
    if file.compression != "zst":
        return cast("BufferedIOBase", _OPENED[file.compression](file.path))
    import pyarrow as pa

    with file.path.open("rb"):
        pass  # pyarrow's own error for a file that may not be read has no number
    return BufferedReader(pa.input_stream(str(file.path), compression="zstd"))


class _Streams(RawIOBase):
    """Compressed streams one after the other, as pbzip2 and pixz write them, with zeros between or behind them.

    bz2.open and lzma.open take whatever is behind the first stream and is none for the end of the file, in silence; here
    it raises what the decompressor raises.
    """

    def __init__(self, path: Path, begin: Callable[[], Any]) -> None:
        """`begin` makes a decompressor, which reads one stream."""
        self._file, self._begin, self._stream = path.open("rb"), begin, begin()

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Decompressed bytes; none at the end. Raises one of _DAMAGE."""
        given = b""
        while not given:
            rest = b""
            if self._stream.eof:
                rest = self._stream.unused_data.lstrip(b"\0")
                while not rest:
                    if not (block := self._file.read(BLOCK_BYTES)):
                        return 0
                    rest = block.lstrip(b"\0")
                self._stream = self._begin()
            elif self._stream.needs_input and not (rest := self._file.read(BLOCK_BYTES)):
                raise EOFError("the file ends inside a stream")
            given = self._stream.decompress(rest, len(buffer))
        buffer[: len(given)] = given
        return len(given)

    def close(self) -> None:
        """Closes the file too."""
        self._file.close()
        super().close()


def _read(
    file: SourceFile, stream: BufferedIOBase, rows: int
) -> Iterator[tuple[int, bytes | dict[str, Any] | Broken, int]]:
    """What stands in an open file, by its kind."""
    if file.kind == "parquet":
        yield from read_parquet(stream, rows)
    elif file.kind == "csv":
        name = file.path.name.lower().removesuffix(f".{file.compression}")
        yield from read_csv(stream, "\t" if name.endswith(".tsv") else ",")
    elif file.kind == "text":
        yield from _read_text(stream)
    else:
        by_line = file.kind == "jsonl" or _by_line(file)
        for line, content in lines(stream) if by_line else elements(stream):
            yield line, content, len(content) if isinstance(content, bytes) else 0


def _by_line(file: SourceFile) -> bool:
    """Whether a .json file holds one object a line, which many tools write under this name."""
    try:
        with _open(file) as ahead:
            return are_lines(ahead)
    except _DAMAGE:
        return False  # the damage is met again where it can be told


def _read_text(stream: BufferedIOBase) -> Iterator[tuple[int, dict[str, Any] | Broken, int]]:
    """One document, one row; an empty file is none."""
    content = stream.read(MAX_LINE_BYTES + 1)
    if len(content) > MAX_LINE_BYTES:
        length = len(content)
        while more := stream.read(BLOCK_BYTES):
            length += len(more)
        fix = f"a row may have {MAX_LINE_BYTES:,} bytes: split the text into several files"
        yield 1, Broken(1, "line too long", f"a text of {length:,} bytes", fix), 0
    elif content:
        text = content.removeprefix(BYTE_ORDER_MARK).decode("utf-8", "surrogateescape")
        yield 1, no_text(1, text) or {"text": text}, len(content)
