"""From a CSV or parquet file to rows: tables, whose cells are less than JSON (CSV) or more (parquet)."""

from __future__ import annotations

import base64
import csv
import math
import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from io import BufferedIOBase
from typing import Any, cast

from tune.columns import JUDGED, LISTS, READ_COLUMNS, SIDES
from tune.jsonl import BLOCK_BYTES, BYTE_ORDER_MARK, MAX_LINE_BYTES, Broken
from tune.strict import loads

Read = tuple[int, dict[str, Any] | Broken, int]
"""The place of a row, the row or why it is none, and about how many bytes it holds in memory."""

_ROLES = {"system", "developer", "user", "assistant", "tool", "function", "human", "gpt"}
LABELS = {"true": True, "1": True, "false": False, "0": False}
BATCH_BYTES = MAX_LINE_BYTES
"""Rows of a parquet file that are turned into Python values together hold about this much."""

# What pyarrow raises for files and values that it cannot make sense of; its own errors are subclasses of these.
_ARROW = (OSError, ValueError, TypeError, LookupError, ArithmeticError, NotImplementedError, ImportError)
_CSV_FAULTS = {
    "unexpected end of data": "a quote that is never closed",
    "new-line": "a carriage return in a cell without quotes",
    "expected after": "text behind the closing quote of a cell",
}


def no_text(line: int, text: str, column: str | None = None) -> Broken | None:
    """Why something that was decoded with surrogateescape is no text; None for text."""
    # Bytes that are not UTF-8 came in as half pairs, which UTF-8 itself cannot hold.
    if not text.isascii() and (wrong := re.search("[\udc80-\udcff]", text)):
        what = f"byte 0x{ord(wrong.group()) - 0xDC00:02x} is not UTF-8"
        return Broken(line, "not UTF-8", what, "save the file as UTF-8", column)
    if "\0" in text:
        return Broken(line, "NUL byte", "a NUL byte, which no text holds", "save the file as UTF-8 text", column)
    return None


def read_csv(stream: BufferedIOBase, delimiter: str) -> Iterator[Read]:
    """Records of a CSV file (RFC 4180) with the lines where they begin; the first record names the columns.

    All cells are text, but for JSON in LISTS, messages in SIDES, and true and false in JUDGED. A blank line between
    records is Broken, at the end it is nothing. Raises what `stream` raises.
    """
    source = _CsvLines(stream)
    csv.field_size_limit(max(csv.field_size_limit(), MAX_LINE_BYTES))
    records = csv.reader(source, delimiter=delimiter, strict=True)
    names: list[str] = []
    blank_from = 0
    while True:
        source.begin()
        record: list[str] | Broken
        try:
            record = next(records)
        except StopIteration:
            return
        except (csv.Error, _TooLong) as error:
            record = _bad_record(source, error)
        line = source.first
        # In a table of one column a line of spaces is a cell.
        if record == [] or (isinstance(record, list) and len(record) == 1 != len(names) and source.blank):
            blank_from = blank_from or line
            continue
        for blank in range(blank_from or line, line):
            yield blank, Broken(blank, "blank line", "a blank line between rows", "remove the line"), 0
        blank_from = 0
        if names:
            yield line, record if isinstance(record, Broken) else _csv_row(line, names, record), source.length
            continue
        bad = record if isinstance(record, Broken) else _bad_header(record, line, ";" if delimiter == "\t" else ";\t")
        if bad:
            yield line, bad, 0
            return
        assert isinstance(record, list), "anything else has just been given out"
        names = record


class _TooLong(Exception):
    """A record of a CSV file over the limit; carries its bytes."""

    def __init__(self, length: int) -> None:
        """The record is `length` bytes long."""
        super().__init__()
        self.length = length


class _CsvLines:
    """The lines of a CSV file as the csv module wants them, with the place of the record that they make up."""

    def __init__(self, stream: BufferedIOBase) -> None:
        """Takes an open file and reads it from there."""
        self.stream, self.line, self.first = stream, 0, 1
        self.length = self.quotes = 0
        self.line_ended = self.blank = True

    def __iter__(self) -> _CsvLines:
        return self

    def begin(self) -> None:
        """The next line begins a record."""
        self.first, self.length, self.quotes, self.blank = self.line + 1, 0, 0, True

    def __next__(self) -> str:
        content = self.stream.readline(MAX_LINE_BYTES + 1 - self.length)
        if not content:
            raise StopIteration
        self._count(content)
        if self.length > MAX_LINE_BYTES:
            # To where the record ends, if its quotes come in pairs as they should.
            while content and (self.quotes % 2 or not content.endswith(b"\n")):
                content = self.stream.readline(BLOCK_BYTES)
                self._count(content)
            raise _TooLong(self.length)
        if self.line == 1:
            content = content.removeprefix(BYTE_ORDER_MARK)
        self.blank = self.blank and not content.strip()
        return content.decode("utf-8", "surrogateescape")

    def _count(self, content: bytes) -> None:
        """Counts a line, or a piece of one."""
        if content:
            self.line += self.line_ended
            self.line_ended = content.endswith(b"\n")
        self.length += len(content)
        self.quotes += content.count(b'"')


def _bad_record(source: _CsvLines, error: csv.Error | _TooLong) -> Broken:
    """A record that the csv module refuses, or that was not handed to it."""
    line, to = source.first, f", in lines {source.first} to {source.line}" if source.line > source.first else ""
    if isinstance(error, _TooLong):
        fix = f"a row may have {MAX_LINE_BYTES:,} bytes; look for a quote that is never closed"
        return Broken(line, "line too long", f"a row of {error.length:,} bytes{to}", fix)
    said = next((words for part, words in _CSV_FAULTS.items() if part in str(error)), str(error))
    fix = 'put a cell with quotes, commas or line breaks in quotes, and write each quote inside it twice ("")'
    return Broken(line, "not CSV", f"not CSV: {said}{to}", fix)


def _bad_header(names: Sequence[str], line: int = 1, other_delimiters: str = "") -> Broken | None:
    """Column names that do not tell the columns apart, or are none."""
    for number, name in enumerate(names, start=1):
        if bad := no_text(line, name):
            return bad
        if not name.strip():
            fix = "name every column; leave out a column of row numbers"
            return Broken(line, "bad header", f"column {number} has no name", fix)
        if name in names[: number - 1]:
            return Broken(line, "bad header", f'two columns are named "{name}"', "name each column once")
    other = next((mark for mark in other_delimiters if len(names) == 1 and mark in names[0]), None)
    if other:
        what = f"the columns are separated by {'semicolons' if other == ';' else 'tabs'}"
        return Broken(line, "bad header", what, "save it with commas, or with tabs as .tsv")
    return None


def _csv_row(line: int, names: list[str], cells: list[str]) -> dict[str, Any] | Broken:
    if len(cells) != len(names):
        what = f"{len(cells)} cell{'s' * (len(cells) != 1)} where the first line names {len(names)}"
        return Broken(line, "wrong number of cells", what, "put cells that hold the separator in quotes")
    row: dict[str, Any] = {}
    for name, cell in zip(names, cells, strict=True):
        if bad := no_text(line, cell, name):
            return bad
        row[name] = cell
        if name in JUDGED:
            row[name] = LABELS.get(cell.strip().lower(), cell)
        elif name in LISTS or name in SIDES:
            row[name] = _from_cell(cell, messages_only=name in SIDES)
    return row


def _from_cell(cell: str, *, messages_only: bool) -> Any:
    """The JSON that stands in a cell, or the cell itself when it is only a text that begins with a bracket."""
    if cell.lstrip()[:1] not in ("[", "{"):
        return cell
    try:
        found = loads(cell)
    except ValueError:
        return cell
    return cell if messages_only and not _are_messages(found) else found


def _are_messages(value: Any) -> bool:
    """Whether a JSON value is a message, or a list of objects one of which is: others are then told what they lack."""
    if isinstance(value, list):
        return all(isinstance(one, dict) for one in value) and any(map(_are_messages, value))
    if not isinstance(value, dict):
        return False
    says = not value.keys().isdisjoint(("content", "value", "tool_calls", "function_call"))
    speakers = [value[name] for name in ("role", "from") if name in value]
    return bool(speakers) and (says or any(isinstance(one, str) and one in _ROLES for one in speakers))


class _Unsayable(ValueError):
    """A value of a table that JSON has no form for; the message says what it is."""


def read_parquet(stream: BufferedIOBase, rows: int) -> Iterator[Read]:
    """Rows of a parquet file, numbered from 1, read `rows` at a time and fewer where they are wide.

    Fields that are null are left out, at every depth: a table has to fill in null for a field that one row has and
    another has not. What JSON has no form for is text in a column that no format reads, see `_as_text`, and a fault of
    the row in others.
    Damage is the last row given. Raises OSError where the system cannot read.
    """
    import pyarrow.parquet as pq

    number = 0
    try:
        source = pq.ParquetFile(stream)
        if bad := _bad_header(source.schema_arrow.names):
            yield 1, bad, 0
            return
        groups = [source.metadata.row_group(i) for i in range(source.metadata.num_row_groups)]
        widest = max((group.total_byte_size // max(group.num_rows, 1) for group in groups), default=0)
        at_once = max(1, min(rows, BATCH_BYTES // max(widest, 1)))
        for batch in source.iter_batches(batch_size=at_once, use_threads=False):
            names = batch.schema.names
            columns = [_values(column) for column in batch.columns]
            for i in range(batch.num_rows):
                number += 1
                row = _table_row(number, names, [column[i] for column in columns])
                yield number, row, batch.nbytes // batch.num_rows
    except _ARROW as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        what = "the file is no parquet file, or it is damaged"
        fix = "get the file again"
        if number:
            what, fix = f"the parquet data is damaged after row {number}", f"{fix}; nothing after this place is read"
        yield number + 1, Broken(number + 1, "damaged file", what, fix), 0


def count_parquet(stream: BufferedIOBase) -> int | None:
    """The number of rows by the file's footer; None for a file that gives no rows."""
    import pyarrow.parquet as pq

    try:
        source = pq.ParquetFile(stream)
        return None if _bad_header(source.schema_arrow.names) else int(source.metadata.num_rows)
    except _ARROW:
        return None


def _values(column: Any) -> list[Any]:
    """The Python values of a column; in the place of one that has no Python form stands the error."""
    try:
        return cast("list[Any]", column.to_pylist(maps_as_pydicts="strict"))
    except _ARROW:
        return [_value(scalar) for scalar in column]


def _value(scalar: Any) -> Any:
    try:
        return scalar.as_py(maps_as_pydicts="strict")
    except _ARROW as error:
        return error


def _table_row(number: int, names: list[str], values: list[Any]) -> dict[str, Any] | Broken:
    row: dict[str, Any] = {}
    for name, value in zip(names, values, strict=True):
        if value is None:
            continue
        try:
            row[name] = _json(value, _refuse if name in READ_COLUMNS else _as_text)
        except _Unsayable as error:
            what = f"holds {error}, which JSON cannot say"
            return Broken(number, "not JSON", what, "write it as text, or leave the column out", name)
    return row


def _json(value: Any, otherwise: Callable[[Any], str]) -> Any:
    """The JSON form of a table's value; structs and maps lose their nulls as rows do. `otherwise` is asked for what has
    none. Raises _Unsayable."""
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int) and abs(value) < 2**53:
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, dict):
        if otherwise is _refuse and not all(isinstance(name, str) for name in value):
            raise _Unsayable("a map whose keys are not texts")
        names = {name: name if isinstance(name, str) else _as_text(name) for name in value}
        return {names[name]: _json(inner, otherwise) for name, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [_json(inner, otherwise) for inner in value]
    return otherwise(value)


def _refuse(value: Any) -> str:
    raise _Unsayable(_said(value))


def _as_text(value: Any) -> str:
    """A value that has no JSON form as text: numbers in digits (NaN, Infinity, -Infinity), dates and times in ISO 8601,
    durations in seconds, bytes in base64. Raises _Unsayable for damaged values."""
    if isinstance(value, Exception):
        _refuse(value)
    if isinstance(value, float):
        return str(value) if math.isfinite(value) else "NaN" if math.isnan(value) else f"{'-' * (value < 0)}Infinity"
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, Decimal):
        return format(value, "f")
    if hasattr(value, "total_seconds"):
        return f"{value.total_seconds():f}"
    return str(value.isoformat()) if hasattr(value, "isoformat") else str(value)


def _said(value: Any) -> str:
    """The kind of a value that has no JSON form, in words."""
    if isinstance(value, int):
        return "a whole number beyond 2**53"
    if isinstance(value, float):
        return f"the number {value}"
    if isinstance(value, UnicodeDecodeError):
        return "text that is not UTF-8"
    if isinstance(value, KeyError):
        return "a map that gives a key twice"
    kinds = {"bytes": "bytes", "Decimal": "a decimal number", "timedelta": "a duration", "Timedelta": "a duration"}
    kinds |= dict.fromkeys(("date", "datetime", "time", "Timestamp"), "a date or time")
    return kinds.get(type(value).__name__, "a value of another kind")
