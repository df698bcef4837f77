"""From JSON text to rows: one object a line, or one list of objects; each is a row or has a reason why not."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import BufferedIOBase
from pathlib import Path
from typing import Any

from tune.columns import READ_COLUMNS
from tune.strict import TOKENS, Refused, loads, short

MAX_LINE_BYTES = 16 << 20
"""A longer line is not a row of text; it is a file of another kind."""
BLOCK_BYTES = 1 << 16
"""What is read of a list at a time."""
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
MAX_OPEN = 100_000
"""Brackets that an element of a list may leave open; with more it is no longer followed to its end."""

_MARKS = re.compile(rb'["\[\]{}]')
_SPACE = re.compile(rb"[ \t\r\n]*")
_BARE = re.compile(rb"[^,\] \t\r\n]*")
_OBJECT_FOLLOWS = re.compile(rb"\s*\{")
_CLOSERS = {ord("{"): ord("}"), ord("["): ord("]")}
_FIELDS_OF_A_ROW = {"messages", "conversations", "conversation", "tools", "chosen", "rejected", "prompt", "completion"}


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


class _Unreadable(Exception):
    """A list that cannot be followed any further; carries the line where that shows."""

    def __init__(self, line: int, what: str) -> None:
        """The message is `what`."""
        super().__init__(what)
        self.line = line


def read_rows(path: Path) -> Iterator[Row | Broken]:
    """The rows of a JSONL file in order. Blank lines at the end of the file are no rows. Raises OSError."""
    with path.open("rb") as file:
        for line, content in lines(file):
            yield content if isinstance(content, Broken) else parse_row(line, content)


def lines(file: BufferedIOBase) -> Iterator[tuple[int, bytes | Broken]]:
    """The lines of a JSONL file with their numbers, unparsed. At most one line of MAX_LINE_BYTES is held at a time.

    A blank line between rows and a line that is too long are Broken; blank lines at the end are nothing. Raises what
    `file` raises.
    """
    number, blank_from = 0, 1
    while content := file.readline(MAX_LINE_BYTES + 1):
        number += 1
        blank = not (content.removeprefix(BYTE_ORDER_MARK) if number == 1 else content).strip()
        length = len(content)
        if length > MAX_LINE_BYTES:
            while content and not content.endswith(b"\n"):
                content = file.readline(BLOCK_BYTES)
                length += len(content)
                blank = blank and not content.strip()
        if blank:
            continue
        for earlier in range(blank_from, number):
            yield earlier, Broken(earlier, "blank line", "a blank line between rows", "remove the line")
        blank_from = number + 1
        if length > MAX_LINE_BYTES:
            yield number, Broken(number, "line too long", f"a line of {length:,} bytes", "write one row a line (JSONL)")
        else:
            yield number, content


def are_lines(file: BufferedIOBase) -> bool:
    """Whether a file named .json holds one object a line: two lines with an object each, where a list was expected."""
    # Byte by byte: most files begin with the bracket of a list, and then nothing more has to be read.
    first = file.read(1)
    if first == BYTE_ORDER_MARK[:1] and file.read(2) == BYTE_ORDER_MARK[1:]:
        first = file.read(1)
    while first and not first.strip():
        first = file.read(1)
    if first != b"{" or not file.readline(MAX_LINE_BYTES).rstrip().endswith(b"}"):
        return False
    while following := file.readline(BLOCK_BYTES):
        if following.strip():
            return following.lstrip().startswith(b"{")
    return False


def elements(file: BufferedIOBase) -> Iterator[tuple[int, bytes | Broken]]:
    """The elements of a JSON list with their places, unparsed, in the memory of the longest. A place is the line where a
    row begins, but behind that of the row before: rows of one line are counted on, so that each has a place of its own.

    Brackets and quotes alone are looked at, not what an element says. Where the list cannot be followed any further (not
    closed, no comma, brackets that do not match) the last one is a Broken that says so. Raises what `file` raises.
    """
    reader, place = _Elements(file), 0
    try:
        opening = reader.peek()
        if opening == b"[":
            for line, content in reader.all():
                place = max(line, place + 1)
                yield place, replace(content, line=place) if isinstance(content, Broken) else content
        elif opening:
            yield reader.line, _no_list(reader)
    except _Unreadable as error:
        what, fix = f"{error}; nothing after it is read", "mend the file, or get it again if it was cut off"
        place = max(error.line, place)  # never before the last row, which may have been counted on
        yield place, Broken(place, "damaged file", what, fix)


class _Elements:
    """A window that slides over the file: `block` from `at` on is what was read and not yet taken."""

    def __init__(self, file: BufferedIOBase) -> None:
        self.file, self.at, self.line = file, 0, 1
        self.block = file.read(len(BYTE_ORDER_MARK)).removeprefix(BYTE_ORDER_MARK)

    def all(self) -> Iterator[tuple[int, bytes | Broken]]:
        """Every element, from the opening bracket to the end of the file. Raises _Unreadable."""
        self._pass(self.at + 1)
        following = self.peek()
        while following != b"]":
            if following == b",":
                raise _Unreadable(self.line, "a comma where a row was expected")
            if not following:
                raise _Unreadable(self.line, "the file ends before the list is closed")
            line = self.line
            content, length = self._element(line)
            if length > MAX_LINE_BYTES:
                fix = f"a row may have {MAX_LINE_BYTES:,} bytes"
                yield line, Broken(line, "line too long", f"a row of {length:,} bytes", fix)
            else:
                yield line, content
            following = self.peek()
            if following == b",":
                self._pass(self.at + 1)
                following = self.peek()
                if following == b"]":
                    raise _Unreadable(self.line, "a comma after the last row")
            elif following not in (b"]", b""):
                raise _Unreadable(self.line, "no comma between two rows")
        self._pass(self.at + 1)
        if self.peek():
            raise _Unreadable(self.line, "text behind the end of the list")

    def peek(self) -> bytes:
        """The next byte that is no white space, which is passed over; b"" at the end of the file."""
        while True:
            space = _SPACE.match(self.block, self.at)
            assert space is not None, "a pattern that matches nothing too"
            self._pass(space.end())
            if self.at < len(self.block):
                return self.block[self.at : self.at + 1]
            if not self.more():
                return b""

    def _pass(self, end: int) -> None:
        self.line += self.block.count(b"\n", self.at, end)
        self.at = end

    def more(self) -> bool:
        """Reads on; False at the end of the file."""
        # read1 gives what is there: of a damaged file, all that comes before the damage.
        more = self.file.read1(BLOCK_BYTES)
        self.block, self.at = self.block[self.at :] + more, 0
        return bool(more)

    def _element(self, line: int) -> tuple[bytes, int]:
        """The bytes of the element that begins here, and how many they are; over the limit they are not kept."""
        kept: list[bytes] = []
        length = 0
        cut = _Cut(line, bare=self.block[self.at] not in b'{["')
        while True:
            end = cut.end(self.block, self.at)
            length += end - self.at
            if length > MAX_LINE_BYTES:
                kept.clear()
            else:
                kept.append(self.block[self.at : end])
            self._pass(end)
            if cut.done:
                return b"".join(kept), length
            if not self.more():
                if cut.bare:
                    return b"".join(kept), length
                raise _Unreadable(line, "the file ends inside a row")


class _Cut:
    """Follows one element from block to block until its last byte."""

    def __init__(self, line: int, *, bare: bool) -> None:
        self.line, self.bare, self.done = line, bare, False
        self.quoted = False
        self.closers = bytearray()

    def end(self, block: bytes, at: int) -> int:
        """Up to where `block` from `at` on belongs to the element; `done` says whether it ends there."""
        if self.bare:
            bare = _BARE.match(block, at)
            assert bare is not None, "a pattern that matches nothing too"
            self.done = bare.end() < len(block)
            return bare.end()
        while not self.done:
            if self.quoted:
                closing = block.find(b'"', at)
                text_end = len(block) if closing < 0 else closing
                # A quote behind an odd number of backslashes is text; at the end of the block a half escape waits.
                text = block[at:text_end]
                escaped = (len(text) - len(text.rstrip(b"\\"))) % 2
                if closing < 0:
                    return text_end - escaped
                at = closing + 1
                self.quoted = bool(escaped)
                self.done = not self.quoted and not self.closers
                continue
            mark = _MARKS.search(block, at)
            if mark is None:
                return len(block)
            at = mark.end()
            self._bracket(block[mark.start()])
        return at

    def _bracket(self, mark: int) -> None:
        if mark == ord('"'):
            self.quoted = True
        elif mark in _CLOSERS:
            self.closers.append(_CLOSERS[mark])
            if len(self.closers) > MAX_OPEN:
                raise _Unreadable(self.line, f"a row with over {MAX_OPEN:,} open brackets")
        else:
            expected = self.closers.pop()
            if mark != expected:
                raise _Unreadable(self.line, f"a row with {chr(mark)} where {chr(expected)} was expected")
            self.done = not self.closers


def _no_list(reader: _Elements) -> Broken:
    """A file that does not begin with a list; of an object the first block is searched for the list of rows."""
    line, fix = reader.line, "write a list of rows, [{...}, {...}], or one object a line (JSONL)"
    first = reader.block[reader.at]
    if first >= 0x80:
        return Broken(line, "not UTF-8", f"byte 0x{first:02x} where a list was expected", "save the file as UTF-8")
    if first != ord("{"):
        return Broken(line, "not a list", "the file does not begin with a list of rows", fix)
    while len(reader.block) < BLOCK_BYTES and reader.more():
        pass
    depth, key = 0, b""
    for token in TOKENS.finditer(reader.block, reader.at):
        mark = token.group()
        if mark == b"[" and depth == 1 and _OBJECT_FOLLOWS.match(reader.block, token.end()):
            name = key.decode("utf-8", "replace")
            if name not in _FIELDS_OF_A_ROW:
                what = f'one object where a list of rows was expected; its key "{short(name)}" holds a list'
                return Broken(line, "not a list", what, "write that list alone: [{...}, {...}]")
        if token.group(1) is not None:
            key = token.group(1) if depth == 1 else key
        else:
            depth += 1 if mark in b"{[" else -1
    return Broken(line, "not a list", "one object where a list of rows was expected", fix)


def parse_row(line: int, content: bytes) -> Row | Broken:
    """The row that stands in `content`, which begins on line `line` of its file, or why it is none.

    Takes a line of a JSONL file or an element of a list, which may go over several lines. Columns of its first line
    are counted from its own beginning. Raises nothing.
    """
    if len(content) > MAX_LINE_BYTES:
        return Broken(line, "line too long", f"a line of {len(content):,} bytes", "write one row a line (JSONL)")
    if line == 1:
        content = content.removeprefix(BYTE_ORDER_MARK)
    try:
        text = content.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        place = _place(line, before.count(b"\n"), len(before) - before.rfind(b"\n"))
        what = f"byte 0x{content[error.start]:02x} at {place} is not UTF-8"
        return Broken(line, "not UTF-8", what, "save the file as UTF-8")
    try:
        value = loads(text, READ_COLUMNS)
    except json.JSONDecodeError as error:
        said = error.msg.removesuffix(" at")
        what = f"not JSON: {said[0].lower()}{said[1:]} at {_place(line, error.lineno - 1, error.colno)}"
        return Broken(line, "not JSON", what, "write one JSON object a line; check quotes and commas")
    except Refused as error:
        return Broken(line, error.reason, str(error), error.fix)
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
    return Row(line, value)


def _place(line: int, below: int, column: int) -> str:
    """The line is named only where it is not the row's own."""
    return f"line {line + below}, column {column}" if below else f"column {column}"
