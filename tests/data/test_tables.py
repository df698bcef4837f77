"""CSV and parquet files: every row, and every fault of one, to the letter."""

from __future__ import annotations

import datetime as dt
import decimal
import gzip
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from row_files import AGAIN, read, source, told

from tune.data.formats import ANSWERS, OUTPUTS, PAIRS, SHAREGPT, SYSTEM
from tune.jsonl import MAX_LINE_BYTES, Broken, Row
from tune.sources import SourceFile, chunks, count_rows, parse
from tune.tables import READ_COLUMNS

QUOTE_FIX = 'put a cell with quotes, commas or line breaks in quotes, and write each quote inside it twice ("")'


# CSV.

CSVS: dict[str, tuple[str | bytes, list[Any]]] = {
    "rows": (
        'prompt,completion\nHi,"Hello, you"\r\n"a\nb",""""\n,\n',
        [
            {"prompt": "Hi", "completion": "Hello, you"},
            {"prompt": "a\nb", "completion": '"'},
            {"prompt": "", "completion": ""},
        ],
    ),
    "byte order mark and no last line end": (b'\xef\xbb\xbf"a",b\r\n1,2', [{"a": "1", "b": "2"}]),
    "header only": ("a,b\n", []),
    "quotes inside a cell": ('a,b\n5" pipe,x\n', [{"a": '5" pipe', "b": "x"}]),
    "JSON in cells": (
        (
            "messages,prompt,other\n"
            '"[{""role"": ""user""}]",[1] is a list,[1]\n'
            '" {""a"": NaN}",{},{}\n'
            '[],"[""\\ud800""]",\n'
        ),
        [
            {"messages": [{"role": "user"}], "prompt": "[1] is a list", "other": "[1]"},
            {"messages": ' {"a": NaN}', "prompt": "{}", "other": "{}"},
            {"messages": [], "prompt": '["\\ud800"]', "other": ""},
        ],
    ),
    "answers in JSON": (
        (
            "prompt,completion,chosen,rejected\n"
            'Extract: Bob is 3,"{""name"": ""Bob""}","[{""from"": ""Oslo"", ""to"": ""Rome""}]","{""role"": ""clerk""}"\n'
            '"[3,1,2]",[],{},"[{""role"": ""user""}, 1]"\n'
        ),
        [
            {
                "prompt": "Extract: Bob is 3",
                "completion": '{"name": "Bob"}',
                "chosen": '[{"from": "Oslo", "to": "Rome"}]',
                "rejected": '{"role": "clerk"}',
            },
            {"prompt": "[3,1,2]", "completion": "[]", "chosen": "{}", "rejected": '[{"role": "user"}, 1]'},
        ],
    ),
    "messages for texts": (
        (
            "prompt,completion,chosen,rejected\n"
            '"[{""role"": ""user"", ""content"": ""Hi""}]","{""role"": ""assistant"", ""tool_calls"": []}",'
            '"[{""from"": ""x"", ""value"": ""y""}, {}]","{""role"": ""user"", ""text"": ""y""}"\n'
        ),
        [
            {
                "prompt": [{"role": "user", "content": "Hi"}],
                "completion": {"role": "assistant", "tool_calls": []},
                "chosen": [{"from": "x", "value": "y"}, {}],
                "rejected": {"role": "user", "text": "y"},
            }
        ],
    ),
    "every list": (
        'conversation,functions,history\n"[{""from"": ""human""}]","[{""name"": ""f""}]","[[""a"", ""b""]]"\n',
        [{"conversation": [{"from": "human"}], "functions": [{"name": "f"}], "history": [["a", "b"]]}],
    ),
    "labels": (
        "label,a\ntrue,1\nFALSE,true\n1,\n0,\nyes,\n,\n",
        [
            {"label": True, "a": "1"},
            {"label": False, "a": "true"},
            {"label": True, "a": ""},
            {"label": False, "a": ""},
            {"label": "yes", "a": ""},
            {"label": "", "a": ""},
        ],
    ),
    "wrong number of cells": (
        'a,b\n1\n1,2,3\n"1\n1",2\n1,2\n',
        [
            (
                "wrong number of cells",
                "f:2: 1 cell where the first line names 2. put cells that hold the separator in quotes",
            ),
            (
                "wrong number of cells",
                "f:3: 3 cells where the first line names 2. put cells that hold the separator in quotes",
            ),
            {"a": "1\n1", "b": "2"},
            {"a": "1", "b": "2"},
        ],
    ),
    "blank lines": (
        "\na\n\n\n1\n\n\n",
        [
            ("blank line", "f:1: a blank line between rows. remove the line"),
            ("blank line", "f:3: a blank line between rows. remove the line"),
            ("blank line", "f:4: a blank line between rows. remove the line"),
            {"a": "1"},
        ],
    ),
    "column twice": ("a,b,a\n1,2,3\n", [("bad header", 'f:1: two columns are named "a". name each column once')]),
    "column without a name": (
        ",a\n0,1\n",
        [("bad header", "f:1: column 1 has no name. name every column; leave out a column of row numbers")],
    ),
    "semicolons": (
        "prompt;completion\n1;2\n",
        [("bad header", "f:1: the columns are separated by semicolons. save it with commas, or with tabs as .tsv")],
    ),
    "tabs": (
        "prompt\tcompletion\n1\t2\n",
        [("bad header", "f:1: the columns are separated by tabs. save it with commas, or with tabs as .tsv")],
    ),
    "header not UTF-8": (b"caf\xe9\n1\n", [("not UTF-8", "f:1: byte 0xe9 is not UTF-8. save the file as UTF-8")]),
    "UTF-16": ("a,b\n1,2\n".encode("utf-16"), [("not UTF-8", "f:1: byte 0xff is not UTF-8. save the file as UTF-8")]),
    "header never closed": (
        '"a,b\n1,2\n',
        [("not CSV", f"f:1: not CSV: a quote that is never closed, in lines 1 to 2. {QUOTE_FIX}")],
    ),
    "not UTF-8": (
        b'a,b\n1,"\n\xe9"\n1,2\n',
        [("not UTF-8", "f:2: b: byte 0xe9 is not UTF-8. save the file as UTF-8"), {"a": "1", "b": "2"}],
    ),
    "NUL byte": (
        b"a,b\n1\0,2\n1,2\n",
        [
            ("NUL byte", "f:2: a: a NUL byte, which no text holds. save the file as UTF-8 text"),
            {"a": "1", "b": "2"},
        ],
    ),
    "text behind a quote": (
        'a,b\n"1"x,2\n1,"2\n3"x\n1,2\n',
        [
            ("not CSV", f"f:2: not CSV: text behind the closing quote of a cell. {QUOTE_FIX}"),
            ("not CSV", f"f:3: not CSV: text behind the closing quote of a cell, in lines 3 to 4. {QUOTE_FIX}"),
            {"a": "1", "b": "2"},
        ],
    ),
    "quote never closed": (
        'a,b\n1,2\n1,"2\n1,2\n',
        [
            {"a": "1", "b": "2"},
            ("not CSV", f"f:3: not CSV: a quote that is never closed, in lines 3 to 4. {QUOTE_FIX}"),
        ],
    ),
    "carriage return": (
        "a,b\n1\r1,2\n1,2\n",
        [
            ("not CSV", f"f:2: not CSV: a carriage return in a cell without quotes. {QUOTE_FIX}"),
            {"a": "1", "b": "2"},
        ],
    ),
}


@pytest.mark.parametrize(("content", "expected"), CSVS.values(), ids=CSVS.keys())
def test_csv(tmp_path: Path, content: str | bytes, expected: list[Any]) -> None:
    """A .csv file: its rows, and every way in which one is none."""
    content = content if isinstance(content, bytes) else content.encode()
    assert told(source(tmp_path / "a.csv", content)) == expected


def test_tsv(tmp_path: Path) -> None:
    """The same with tabs, compressed too; commas and semicolons are text then."""
    content = b'prompt\tcompletion\na,b;c\t"d\te"\n'
    for file in (source(tmp_path / "a.tsv", content), source(tmp_path / "b.TSV.GZ", gzip.compress(content))):
        assert told(file) == [{"prompt": "a,b;c", "completion": "d\te"}]
    assert told(source(tmp_path / "a.tsv", b"prompt;completion\n")) == [
        ("bad header", "f:1: the columns are separated by semicolons. save it with commas, or with tabs as .tsv")
    ]


def test_long_records(tmp_path: Path) -> None:
    """A record over the limit is told and passed over to where its quotes close, however it is spread over lines."""
    cell = b"x," * (MAX_LINE_BYTES // 4) + b'""\n'
    content = b"a,b\n1,2\n" + b'1,"' + cell * 3 + b'"\n1,2\n' + b"y" * (MAX_LINE_BYTES + 1) + b"\n1,2\n"
    assert told(source(tmp_path / "a.csv", content)) == [
        {"a": "1", "b": "2"},
        (
            "line too long",
            (
                "f:3: a row of 25,165,838 bytes, in lines 3 to 6. "
                "a row may have 16,777,216 bytes; look for a quote that is never closed"
            ),
        ),
        {"a": "1", "b": "2"},
        (
            "line too long",
            ("f:8: a row of 16,777,218 bytes. a row may have 16,777,216 bytes; look for a quote that is never closed"),
        ),
        {"a": "1", "b": "2"},
    ]


def test_longest_cell(tmp_path: Path) -> None:
    """A cell of nearly the limit is a cell: the csv module alone would stop at 128 KiB."""
    (row,) = read(source(tmp_path / "a.csv", b"a\n" + b"x" * (MAX_LINE_BYTES - 1) + b"\n"))
    assert isinstance(row, Row)
    assert len(row.value["a"]) == MAX_LINE_BYTES - 1


# Parquet.


def table(path: Path, columns: dict[str, Any], **options: Any) -> SourceFile:
    """A parquet file of these columns."""
    pq.write_table(pa.table(columns), path, **options)
    return source(path)


def test_parquet(tmp_path: Path) -> None:
    """Lists and structs are lists and objects; null fields are left out, nulls in lists stay."""
    maps = pa.array([[("x", 1), ("y", None)], [], None], pa.map_(pa.string(), pa.int64()))
    columns = {
        "messages": [[{"role": "user", "content": "a", "name": None}, {"role": None}], [], None],
        "tags": [["a", None], None, []],
        "n": [1, None, -(2**53) + 1],
        "x": pa.array([0.5, None, 1e300], pa.float64()),
        "ok": [True, False, None],
        "kind": pa.array(["a", "b", "a"]).dictionary_encode(),
        "map": maps,
        "nothing": pa.nulls(3),
    }
    assert told(table(tmp_path / "a.parquet", columns)) == [
        {
            "messages": [{"role": "user", "content": "a"}, {}],
            "tags": ["a", None],
            "n": 1,
            "x": 0.5,
            "ok": True,
            "kind": "a",
            "map": {"x": 1},
        },
        {"messages": [], "ok": False, "kind": "b", "map": {}},
        {"tags": [], "n": -(2**53) + 1, "x": 1e300, "kind": "a"},
    ]
    assert read(table(tmp_path / "b.parquet", {"a": pa.array([], pa.string())})) == []


DAY = dt.date(2026, 11, 24)
UNSAYABLE: dict[str, tuple[Any, str, Any]] = {
    "bytes": (pa.array([b"a", None]), "bytes", "YQ=="),
    "date": (pa.array([DAY, None]), "a date or time", "2026-11-24"),
    "time": (pa.array([dt.datetime(2026, 1, 1, tzinfo=dt.UTC), None]), "a date or time", "2026-01-01T00:00:00+00:00"),
    "unknown zone": (pa.array([1, None], pa.timestamp("s", tz="Mars/Base")), "a value of another kind", None),
    "beyond the calendar": (pa.array([2**48, None], pa.timestamp("s")), "a value of another kind", None),
    "another kind": (
        pa.array([b"0123456789abcdef", None], pa.uuid()),
        "a value of another kind",
        "30313233-3435-3637-3839-616263646566",
    ),
    "duration": (pa.array([dt.timedelta(1), None]), "a duration", "86400.000000"),
    "decimal": (pa.array([decimal.Decimal("1.5"), None]), "a decimal number", "1.5"),
    "NaN": (pa.array([float("nan"), None]), "the number nan", "NaN"),
    "infinity": (pa.array([-float("inf"), None]), "the number -inf", "-Infinity"),
    "large number": (pa.array([2**53, None], pa.uint64()), "a whole number beyond 2**53", "9007199254740992"),
    "inside": (pa.array([[{"a": b"x"}], None]), "bytes", [{"a": "eA=="}]),
    "map of numbers": (
        pa.array([[(1, 2)], None], pa.map_(pa.int64(), pa.int64())),
        "a map whose keys are not texts",
        {"1": 2},
    ),
    "map with a key twice": (
        pa.array([[("a", 1), ("a", 2)], None], pa.map_(pa.string(), pa.int64())),
        "a map that gives a key twice",
        None,
    ),
    "not UTF-8": (
        pa.Array.from_buffers(
            pa.string(), 2, [pa.py_buffer(b"\x01"), pa.py_buffer(b"\0\0\0\0\1\0\0\0\1\0\0\0"), pa.py_buffer(b"\xff")]
        ),
        "text that is not UTF-8",
        None,
    ),
}


@pytest.mark.parametrize(("column", "said", "text"), UNSAYABLE.values(), ids=UNSAYABLE.keys())
def test_values_beyond_json(tmp_path: Path, column: Any, said: str, text: Any) -> None:
    """A value that JSON cannot say makes its row broken where a format reads it, with the name of the column; in any other
    column it is text, unless it is damaged. A null in its place is nothing."""
    said = f"holds {said}, which JSON cannot say. write it as text, or leave the column out"
    answer = table(tmp_path / "a.parquet", {"text": ["a", "b"], "completion": column})
    assert told(answer) == [("not JSON", f"f:1: completion: {said}"), {"text": "b"}]
    other = table(tmp_path / "b.parquet", {"text": ["a", "b"], "odd": column})
    expected = ("not JSON", f"f:1: odd: {said}") if text is None else {"text": "a", "odd": text}
    assert told(other) == [expected, {"text": "b"}]


def test_text_of_numbers_and_times(tmp_path: Path) -> None:
    """The text of a value is one whatever unit the table counts in, and a value has no exponent where digits say it."""
    times = pa.array([1_700_000_000], pa.timestamp("s"))
    columns = {
        "a": times,
        "b": times.cast(pa.timestamp("ns")),
        "c": pa.array([1], pa.duration("s")),
        "d": pa.array([10**9], pa.duration("ns")),
        "e": pa.array([decimal.Decimal("0.0000001")]),
        "f": pa.array([-(2**63)]),
        "g": pa.array([dt.time(9, 30)]),
    }
    assert told(table(tmp_path / "a.parquet", columns)) == [
        {
            **dict.fromkeys("ab", "2023-11-14T22:13:20"),
            **dict.fromkeys("cd", "1.000000"),
            "e": "0.0000001",
            "f": "-9223372036854775808",
            "g": "09:30:00",
        }
    ]


def test_columns_that_formats_read() -> None:
    """Every column that a format reads is known to be read."""
    read = {
        *(name for pair in PAIRS for name in pair),
        *ANSWERS,
        *OUTPUTS,
        *SHAREGPT,
        *SYSTEM,
        "messages",
        "instruction",
        "context",
        "history",
    }
    assert read | {"tools", "functions", "chosen", "rejected", "label", "text"} <= READ_COLUMNS


def test_parquet_faults(tmp_path: Path) -> None:
    """No parquet file, a damaged one, and columns that cannot be told apart."""
    no_file = ("damaged file", "f:1: the file is no parquet file, or it is damaged. get the file again")
    assert told(source(tmp_path / "a.parquet", b"")) == [no_file]
    assert told(source(tmp_path / "a.parquet", b"PAR1" + b"x" * 100)) == [no_file]
    twice = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"])
    pq.write_table(twice, tmp_path / "b.parquet")
    assert told(source(tmp_path / "b.parquet")) == [
        ("bad header", 'f:1: two columns are named "a". name each column once')
    ]
    assert told(table(tmp_path / "c.parquet", {"": [1]})) == [
        ("bad header", "f:1: column 1 has no name. name every column; leave out a column of row numbers")
    ]


def test_damaged_pages(tmp_path: Path) -> None:
    """Damage behind a sound footer: the row groups before it are rows, then it is told. The count is the footer's."""
    path = tmp_path / "a.parquet"
    file = table(
        path, {"a": ["one", "two", "three", "four"]}, row_group_size=2, compression="none", use_dictionary=False
    )
    content = bytearray(path.read_bytes())
    place = pq.ParquetFile(path).metadata.row_group(1).column(0).data_page_offset
    content[place : place + 12] = b"\xff" * 12
    path.write_bytes(content)
    rows = [row for chunk in chunks(file, 2) for row in parse(chunk)]
    assert rows == [
        Row(1, {"a": "one"}),
        Row(2, {"a": "two"}),
        Broken(3, "damaged file", "the parquet data is damaged after row 2", AGAIN),
    ]
    assert count_rows(file) == 4


def test_wide_parquet_rows_come_in_short_chunks(tmp_path: Path) -> None:
    """A batch of wide rows holds fewer of them."""
    file = table(tmp_path / "a.parquet", {"a": [f"{i}" * 4_000_000 for i in range(10)]}, use_dictionary=False)
    assert max(len(chunk.items) for chunk in chunks(file)) <= 5
    assert count_rows(file) == len(read(file)) == 10
