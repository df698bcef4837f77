"""Files of JSON, one object a line or one list: every row, and every fault of one, to the letter."""

from __future__ import annotations

import io
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from row_files import read, source, told

from tune.jsonl import MAX_LINE_BYTES, Broken, Row, elements, parse_row, read_rows
from tune.sources import chunks, parse

LIST_FIX = "write a list of rows, [{...}, {...}], or one object a line (JSONL)"
CUT_FIX = "nothing after it is read. mend the file, or get it again if it was cut off"

# JSON lines.


def test_lines(tmp_path: Path) -> None:
    """Rows and faults by their lines: a blank line between rows is told, blank lines at the end are nothing."""
    content = b'\xef\xbb\xbf{"a": 1}\r\n\n \t\n{"a": 2}\n[1]\n{"a": \xe9}\n{"a": 3}\n\n\n \n'
    for name in ("a.jsonl", "a.ndjson"):
        file = source(tmp_path / name, content)
        assert told(file) == [
            {"a": 1},
            ("blank line", "f:2: a blank line between rows. remove the line"),
            ("blank line", "f:3: a blank line between rows. remove the line"),
            {"a": 2},
            (
                "not an object",
                'f:5: a list where an object was expected. write {"messages": [...]} or {"prompt": ..., "completion": ...}',
            ),
            ("not UTF-8", "f:6: byte 0xe9 at column 7 is not UTF-8. save the file as UTF-8"),
            {"a": 3},
        ]
        assert read(file, 2) == list(read_rows(file.path))


@pytest.mark.parametrize("content", [b"", b"\n", b" \n\r\n\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n\n"])
@pytest.mark.parametrize("suffix", ["jsonl", "json", "csv", "tsv"])
def test_no_rows(tmp_path: Path, suffix: str, content: bytes) -> None:
    """An empty file, and one of blank lines, has no rows."""
    assert read(source(tmp_path / f"a.{suffix}", content)) == []


def test_long_lines(tmp_path: Path) -> None:
    """A line over the limit is told with its length and never held; a longest line is a row; blanks stay blanks."""
    longest = b'{"a": "' + b"x" * (MAX_LINE_BYTES - 10) + b'"}\n'
    assert len(longest) == MAX_LINE_BYTES
    file = source(
        tmp_path / "a.jsonl", longest.replace(b"xx", b"xxx", 1) + longest + b'{"a": 1}\n' + b" " * len(longest) * 2
    )
    found = told(file)
    assert found[0] == ("line too long", "f:1: a line of 16,777,217 bytes. write one row a line (JSONL)")
    assert [len(row["a"]) for row in found[1:2]] == [MAX_LINE_BYTES - 10]
    assert found[2:] == [{"a": 1}]


def test_chunks_of_long_rows_are_short(tmp_path: Path) -> None:
    """However many rows a chunk may have, what it holds stays near the limit of one row."""
    row = json.dumps({"text": "x" * 3_000_000}).encode() + b"\n"
    file = source(tmp_path / "a.jsonl", row * 13)
    assert [len(chunk.items) for chunk in chunks(file)] == [6, 6, 1]
    assert [chunk.first for chunk in chunks(file)] == [1, 7, 13]


def test_one_line_alone() -> None:
    """A row is parsed by itself, wherever it came from; columns of lines further down are told with the line."""
    assert parse_row(7, b'{"a": 1}\n') == Row(7, {"a": 1})
    assert parse_row(1, b'\xef\xbb\xbf{"a": 1}') == Row(1, {"a": 1})
    cases = {
        b'{"a": 1,\n "b": nope}': "not JSON: expecting value at line 8, column 7",
        b'{"a": 1,\n "b": "\xff"}': "byte 0xff at line 8, column 8 is not UTF-8",
        b'{"a": 1}\xff': "byte 0xff at column 9 is not UTF-8",
        b'\xef\xbb\xbf{"a": 1}': "not JSON: a byte order mark that is not at the beginning of the file",
        b"[" * 101 + b"]" * 101: "nested too deeply",
        b"[" * 100_000: "nested too deeply",
        b'["' + b'\\"' * 200_000: "not JSON: unterminated string starting at column 2",
        b"x" * (MAX_LINE_BYTES + 1): "a line of 16,777,217 bytes",
    }
    for content, expected in cases.items():
        broken = parse_row(7, content)
        assert isinstance(broken, Broken)
        assert (broken.line, broken.what) == (7, expected)
    assert isinstance(parse_row(7, b'{"a": ' + b"[" * 99 + b"]" * 99 + b"}"), Row)
    assert isinstance(parse_row(7, json.dumps({"a": "[{" * 1000 + '"\\' * 50}).encode()), Row)


# JSON lists.

LISTS: dict[str, tuple[str | bytes, list[Any]]] = {
    "empty list": ("[]", []),
    "empty list with blanks": ("\n [ \n ] \n", []),
    "rows": ('[{"a": 1},{"a": "]}"} ,\n{"a": "\\"{[\\\\"}]', [{"a": 1}, {"a": "]}"}, {"a": '"{[\\'}]),
    "byte order mark": (b'\xef\xbb\xbf[{"a": 1}]', [{"a": 1}]),
    "elements that are no objects": (
        '[{"a": 1},\n[1, {"b": 2}], "x,]",\n3 ,true,null]',
        [
            {"a": 1},
            *(
                (
                    "not an object",
                    f'f:{line}: {kind} where an object was expected. write {{"messages": [...]}} or {{"prompt": ..., "completion": ...}}',
                )
                for line, kind in (
                    (2, "a list"),
                    (3, "a text"),
                    (4, "a number"),
                    (5, "true or false"),
                    (6, "null"),
                )
            ),
        ],
    ),
    "element that is no JSON": (
        '[nope, {"a": 1}, }, {"a" 2}]',
        [
            (
                "not JSON",
                "f:1: not JSON: expecting value at column 1. write one JSON object a line; check quotes and commas",
            ),
            {"a": 1},
            (
                "not JSON",
                "f:3: not JSON: expecting value at column 1. write one JSON object a line; check quotes and commas",
            ),
            (
                "not JSON",
                "f:4: not JSON: expecting ':' delimiter at column 6. write one JSON object a line; check quotes and commas",
            ),
        ],
    ),
    "strict as lines": (
        '[{"a": 1, "a": 2}, {"text": NaN},\n\n{"text": 12345678901234567890}, {"a": "\\ud800"}]',
        [
            ("not JSON", 'f:1: the key "a" is given twice. mend the object'),
            ("not JSON", "f:2: NaN is not JSON. mend the object"),
            (
                "not JSON",
                "f:3: a number that JSON readers do not agree on: 12345678901234567890; put it in quotes. mend the object",
            ),
            (
                "not UTF-8",
                "f:4: half of a surrogate pair (\\ud800 to \\udfff) without its other half. write the character itself",
            ),
        ],
    ),
    "fault inside an indented row": (
        '[\n  {\n    "a": 1\n  },\n  {\n    "b": nope\n  },\n  {\n    "c": "a\nb"\n  }\n]',
        [
            {"a": 1},
            (
                "not JSON",
                "f:5: not JSON: expecting value at line 6, column 10. write one JSON object a line; check quotes and commas",
            ),
            (
                "not JSON",
                "f:8: not JSON: invalid control character at line 9, column 12. write one JSON object a line; check quotes and commas",
            ),
        ],
    ),
    "cut off after a row": (
        '[\n{"a": 1}',
        [{"a": 1}, ("damaged file", f"f:2: the file ends before the list is closed; {CUT_FIX}")],
    ),
    "cut off after a comma": (
        '[\n{"a": 1},\n\n',
        [{"a": 1}, ("damaged file", f"f:4: the file ends before the list is closed; {CUT_FIX}")],
    ),
    "cut off in a row": (
        '[\n{"a": 1},\n{"a":\n',
        [{"a": 1}, ("damaged file", f"f:3: the file ends inside a row; {CUT_FIX}")],
    ),
    "cut off in an escape": ('["a\\', [("damaged file", f"f:1: the file ends inside a row; {CUT_FIX}")]),
    "cut off at the bracket": (
        "[",
        [("damaged file", f"f:1: the file ends before the list is closed; {CUT_FIX}")],
    ),
    "no comma": (
        '[{"a": 1}\n{"a": 2}]',
        [{"a": 1}, ("damaged file", f"f:2: no comma between two rows; {CUT_FIX}")],
    ),
    "comma at the end": (
        '[{"a": 1},\n]',
        [{"a": 1}, ("damaged file", f"f:2: a comma after the last row; {CUT_FIX}")],
    ),
    "two commas": (
        '[{"a": 1},,{"a": 2}]',
        [{"a": 1}, ("damaged file", f"f:1: a comma where a row was expected; {CUT_FIX}")],
    ),
    "wrong bracket": (
        '[{"a": 1}, {"a": [1},\n{"a": 2}]',
        [{"a": 1}, ("damaged file", f"f:1: a row with }} where ] was expected; {CUT_FIX}")],
    ),
    "text behind": (
        '[{"a": 1}]\n[]',
        [{"a": 1}, ("damaged file", f"f:2: text behind the end of the list; {CUT_FIX}")],
    ),
    "too many brackets": (
        '[{"a": 1},' + "[" * 200_000,
        [{"a": 1}, ("damaged file", f"f:1: a row with over 100,000 open brackets; {CUT_FIX}")],
    ),
    "object": (
        '\n{"name": "x",\n"n": 1}',
        [("not a list", f"f:2: one object where a list of rows was expected. {LIST_FIX}")],
    ),
    "object that holds the rows": (
        '{"version": {"list": [{"a": 1}]}, "sizes": [1, 2], "data": [\n{"a": 1}]}',
        [
            (
                "not a list",
                'f:1: one object where a list of rows was expected; its key "data" holds a list. write that list alone: [{...}, {...}]',
            )
        ],
    ),
    "one row": (
        '{"messages": [{"role": "user"}]}',
        [("not a list", f"f:1: one object where a list of rows was expected. {LIST_FIX}")],
    ),
    "objects over several lines": (
        '{\n"a": 1\n}\n{\n"a": 2\n}\n',
        [("not a list", f"f:1: one object where a list of rows was expected. {LIST_FIX}")],
    ),
    "objects with commas": (
        '{"a": 1},\n{"a": 2},\n',
        [("not a list", f"f:1: one object where a list of rows was expected. {LIST_FIX}")],
    ),
    "text": ('\n"hello"', [("not a list", f"f:2: the file does not begin with a list of rows. {LIST_FIX}")]),
    "UTF-16": (
        '[{"a": 1}]'.encode("utf-16"),
        [("not UTF-8", "f:1: byte 0xff where a list was expected. save the file as UTF-8")],
    ),
    "lines": (
        '\n{"a": 1}\n\n{"a": [1}\n{"a": 2}\n',
        [
            ("blank line", "f:1: a blank line between rows. remove the line"),
            {"a": 1},
            ("blank line", "f:3: a blank line between rows. remove the line"),
            (
                "not JSON",
                "f:4: not JSON: expecting ',' delimiter at column 9. write one JSON object a line; check quotes and commas",
            ),
            {"a": 2},
        ],
    ),
    "lines with a byte order mark": (b'\xef\xbb\xbf{"a": 1} \r\n{"a": 2}', [{"a": 1}, {"a": 2}]),
}


@pytest.mark.parametrize(("content", "expected"), LISTS.values(), ids=LISTS.keys())
def test_list(tmp_path: Path, content: str | bytes, expected: list[Any]) -> None:
    """A .json file: its rows, and every way in which it is none."""
    content = content if isinstance(content, bytes) else content.encode()
    assert told(source(tmp_path / "a.json", content)) == expected


def test_long_elements(tmp_path: Path) -> None:
    """An element over the limit is told with its length and passed over; the rows around it are read."""
    long = b'{"a": "' + b"x" * MAX_LINE_BYTES + b'"}'
    file = source(tmp_path / "a.json", b'[{"a": 1},\n' + long + b',\n{"a": 2}]')
    assert told(file) == [
        {"a": 1},
        ("line too long", "f:2: a row of 16,777,225 bytes. a row may have 16,777,216 bytes"),
        {"a": 2},
    ]


def test_elements_across_blocks(tmp_path: Path) -> None:
    """Whatever byte a block ends at (a quote, an escape, a bracket, half a character), the row is the same."""
    row = {"a": 'x\\"\\\\"é𝄞\n[{', "b": [{"c": "}"}, None, -1.5e3]}
    for shift in range(80):
        content = f"[{' ' * (65_536 - shift)}{json.dumps(row, ensure_ascii=shift % 2 == 0)}, 12]"
        first, second = read(source(tmp_path / "a.json", content.encode()))
        assert first == Row(1, row)
        assert isinstance(second, Broken)
        assert second.what == "a number where an object was expected"


class Slow(io.BytesIO):
    """A file that gives a few bytes at a time, as a pipe or a decompressor may."""

    def __init__(self, content: bytes, step: int) -> None:
        """Gives `content` in steps of `step` bytes."""
        super().__init__(content)
        self.step = step

    def read1(self, size: int | None = -1, /) -> bytes:
        """The next step, whatever was asked for."""
        return super().read(self.step)


SCRAPS = st.lists(st.sampled_from([*'[]{}",:\\ \n1é', '{"a":', "[{}", '"\\""']), max_size=30).map("".join)


@given(SCRAPS, st.integers(1, 5))
def test_any_pieces_are_the_same_list(content: str, step: int) -> None:
    """In whatever pieces a file comes, its elements are the same; so are those of a file read at once."""
    for whole in (content.encode(), b"[" + content.encode(), b'{"data": [{' + content.encode()):
        assert list(elements(Slow(whole, step))) == list(elements(io.BytesIO(whole)))


def test_lists_take_little_memory(tmp_path: Path) -> None:
    """A list of 20 MB is read without holding it."""
    path = tmp_path / "a.json"
    with path.open("w") as out:
        out.write("[\n")
        for i in range(20_000):
            out.write(f"{json.dumps({'id': i, 'text': 'some words ' * 90})},\n")
        out.write('{"id": -1}]')
    assert path.stat().st_size > 20_000_000
    file = source(path)
    tracemalloc.start()
    read_rows = sum(len(parse(chunk)) for chunk in chunks(file))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert read_rows == 20_001
    assert peak < 4_000_000
