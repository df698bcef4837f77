"""From a path to rows: which files it stands for, plain text, compression, and any rows in any form of file."""

from __future__ import annotations

import csv
import io
import json
import os
import tempfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from row_files import AGAIN, PACK, PACKED, read, refused, source, told

from tune.jsonl import MAX_LINE_BYTES, Broken, Row
from tune.sources import Chunk, SourceFile, chunks, count_rows, expand, parse

KNOWN = "the known kinds are .jsonl, .ndjson, .json, .csv, .tsv, .parquet, .txt; all but .parquet also with .gz, .bz2, .xz, .zst"
GIVE = KNOWN.replace("the known kinds are", "give a file of a known kind:")


# Which files.


def tree(root: Path, *names: str) -> Path:
    """Files of one row each."""
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b'{"text": "a"}\n')
    return root


NAMES = (
    "a.jsonl",
    "README.md",
    "LICENSE",
    ".hidden.jsonl",
    "sub/b.ndjson",
    "sub/c.CSV",
    "sub/deep/d.tsv.gz",
    "sub/x.jsonl/e.json.xz",
    ".cache/f.jsonl",
    "z.txt.bz2",
    "y.parquet",
    "w.json.zst",
    "v.parquet.gz",
)


def test_folder(tmp_path: Path) -> None:
    """A folder stands for every file of a known kind below it, sorted; hidden ones and other kinds are left out."""
    found = expand("data", tree(tmp_path / "data", *NAMES).parent)
    assert [(file.shown, file.kind, file.compression) for file in found] == [
        ("data/a.jsonl", "jsonl", None),
        ("data/sub/b.ndjson", "jsonl", None),
        ("data/sub/c.CSV", "csv", None),
        ("data/sub/deep/d.tsv.gz", "csv", "gz"),
        ("data/sub/x.jsonl/e.json.xz", "json", "xz"),
        ("data/w.json.zst", "json", "zst"),
        ("data/y.parquet", "parquet", None),
        ("data/z.txt.bz2", "text", "bz2"),
    ]
    assert [file.path for file in found] == [tmp_path / file.shown for file in found]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*.jsonl", ["a.jsonl"]),
        ("sub/*", ["sub/b.ndjson", "sub/c.CSV"]),
        ("*/*.ndjson", ["sub/b.ndjson"]),
        ("**/*.jsonl", ["a.jsonl"]),
        ("**/[bd].*", ["sub/b.ndjson", "sub/deep/d.tsv.gz"]),
        ("sub/**", ["sub/b.ndjson", "sub/c.CSV", "sub/deep/d.tsv.gz", "sub/x.jsonl/e.json.xz"]),
        ("**/deep/**/*", ["sub/deep/d.tsv.gz"]),
        ("?.txt.bz2", ["z.txt.bz2"]),
        (".*.jsonl", [".hidden.jsonl"]),
        ("./sub//*.CSV", ["sub/c.CSV"]),
    ],
)
def test_pattern(tmp_path: Path, pattern: str, expected: list[str]) -> None:
    """Patterns as in a shell, `**` for any number of folders, each file once, sorted."""
    root = tree(tmp_path / "a[1]*", *NAMES)
    assert [file.shown for file in expand(pattern, root)] == expected
    assert [file.path for file in expand(str(Path(str(root).replace("[1]*", "*")) / pattern), root)] == [
        root / name for name in expected
    ]


def test_single_files(tmp_path: Path) -> None:
    """One file by its name from the root, by a way around, by its full path, and with a name that looks like a pattern."""
    root = tree(tmp_path / "root", "a.JSONL", "b[1].jsonl", "sub/c.json.GZ")
    tree(tmp_path, "beside.csv")
    assert expand("a.JSONL", root) == [SourceFile(root / "a.JSONL", "a.JSONL", "jsonl", None)]
    assert expand(str(root / "a.JSONL"), root) == expand("./a.JSONL", root) == expand("a.JSONL", root)
    assert [file.shown for file in expand("b[1].jsonl", root)] == ["b[1].jsonl"]
    assert [(file.shown, file.compression) for file in expand("sub/c.json.GZ", root)] == [("sub/c.json.GZ", "gz")]
    assert [file.shown for file in expand("../beside.csv", root)] == ["../beside.csv"]
    assert [file.shown for file in expand(str(tmp_path / "beside.csv"), root)] == [(tmp_path / "beside.csv").as_posix()]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("rows.zip", ".zip files are not read. unpack it, and give the files that were in it"),
        ("rows.7z", ".7z files are not read. unpack it, and give the files that were in it"),
        ("rows.tar.gz", ".tar.gz files are not read. unpack it, and give the files that were in it"),
        ("rows.parquet.zst", ".parquet.zst files are not read. unpack it, and give the files that were in it"),
        ("rows.gz", "the name does not say what is compressed in it. name it like rows.jsonl.gz"),
        ("rows.xlsx", ".xlsx files are not read. save the table as CSV"),
        (
            "rows.arrow",
            ".arrow files are not read. save it as parquet (of a datasets folder: load_from_disk, to_parquet)",
        ),
        (
            "rows.pkl",
            ".pkl files are not read. save the rows as JSONL; a pickle can run any code when it is read",
        ),
        ("rows.md", ".md files are not read. save it as plain text (.txt)"),
        ("rows.yaml", ".yaml files are not read. write its rows as JSONL"),
        ("rows.xyz", f".xyz files are not read. {GIVE}"),
        ("rows", f"the name has no suffix that says what is in it. {GIVE}"),
    ],
)
def test_unknown_kind(tmp_path: Path, name: str, expected: str) -> None:
    """A single file of a kind that is not read: what to do with it."""
    tree(tmp_path, name)
    assert refused(lambda: expand(name, tmp_path)) == [f"{name}: {expected}"]


def test_nothing_there(tmp_path: Path) -> None:
    """A path, a folder or a pattern behind which there is no file of rows."""
    tree(tmp_path, "train.jsonl", "docs/README.md", "docs/LICENSE", "zips/a.zip", "zips/b.zip", "hidden/.a.jsonl")
    tree(tmp_path, *(f"many/{i}.md" for i in range(5)))
    (tmp_path / "empty").mkdir()
    cases = {
        "trian.jsonl": 'trian.jsonl: no such file or folder. did you mean "train.jsonl"?',
        "else/train.jsonl": "else/train.jsonl: no such file or folder. check the path",
        "train.jsonl/x": "train.jsonl/x: no such file or folder. check the path",
        "a\0b": "a\\x00b: no such file or folder. check the path",
        "a" * 300: f"{'a' * 300}: no such file or folder. check the path",
        "empty": "empty: no file in this folder. put files of rows there; hidden files are left out",
        "hidden": None,
        "docs": f"docs: no file of a known kind, only LICENSE, README.md. {KNOWN}",
        "zips": "zips: no file of a known kind, only a.zip, b.zip. unpack it, and give the files that were in it",
        "many": "many: no file of a known kind, only 0.md, 1.md, 2.md and 2 more. save it as plain text (.txt)",
        "*.csv": "*.csv: no file fits this pattern. check the path",
        "else/*.csv": "else/*.csv: no file fits this pattern. check the path",
        "*\0": "*\\x00: no file fits this pattern. check the path",
        "train.jsonl/*": "train.jsonl: the folder cannot be read: Not a directory. check its permissions",
        "docs/*": f"docs/*: no file of a known kind, only LICENSE, README.md. {KNOWN}",
    }
    for text, expected in cases.items():
        if expected is not None:
            assert refused(lambda text=text: expand(text, tmp_path)) == [expected]
    # A hidden file that is named is what was asked for; a folder of nothing else has a file, but none to be read.
    assert [file.shown for file in expand("hidden/.a.jsonl", tmp_path)] == ["hidden/.a.jsonl"]
    assert refused(lambda: expand("hidden", tmp_path)) == [
        "hidden: no file in this folder. put files of rows there; hidden files are left out"
    ]


def test_links_and_pipes(tmp_path: Path) -> None:
    """Links to files and folders are followed, not round in circles; what is no file behind its name is an error."""
    root = tree(tmp_path / "root", "data/a.jsonl")
    (root / "data" / "b.jsonl").symlink_to("a.jsonl")
    (root / "data" / "again").symlink_to(".")
    (root / "data" / "up").symlink_to("..")
    (root / "more").symlink_to("data")
    assert [file.shown for file in expand("data", root)] == ["data/a.jsonl", "data/b.jsonl"]
    assert [file.shown for file in expand("more/**/a.*", root)] == ["more/a.jsonl"]
    (root / "data" / "c.jsonl").symlink_to("gone.jsonl")
    broken = ["data/c.jsonl: a link to a file that is not there. mend the link, or remove it"]
    for text in ("data", "data/*.jsonl", "data/c.jsonl"):
        assert refused(lambda text=text: expand(text, root)) == broken
    (root / "data" / "c.jsonl").unlink()
    (root / "data" / "c.jsonl").symlink_to("c.jsonl")
    assert refused(lambda: expand("data", root)) == broken
    (root / "data" / "c.jsonl").unlink()
    os.mkfifo(root / "data" / "c.jsonl")
    for text in ("data", "data/c.jsonl"):
        assert refused(lambda text=text: expand(text, root)) == [
            "data/c.jsonl: is not a regular file. give a file of rows"
        ]


def test_strange_folders(tmp_path: Path) -> None:
    """A name that no record could hold, and folders that never end."""
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / os.fsdecode(b"\xff.jsonl")).write_bytes(b"")
    assert refused(lambda: expand("odd", tmp_path)) == ["odd/\\udcff.jsonl: the name is not UTF-8. rename the file"]
    tree(tmp_path, "deep/" + "a/" * 120 + "b.jsonl")
    assert refused(lambda: expand("deep", tmp_path)) == [
        f"deep{'/a' * 101}: over 100 folders inside one another. give a folder further down"
    ]


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    """Between looking and reading a file may go, or become something else; it is told with its name."""
    path = tmp_path / "a.jsonl"
    for suffix in ("jsonl", "json", "csv", "parquet", "txt", "jsonl.gz", "jsonl.bz2", "jsonl.xz", "jsonl.zst"):
        file = source(tmp_path / f"a.{suffix}", b"")
        file.path.unlink()
        for action in (lambda file=file: list(chunks(file)), lambda file=file: count_rows(file)):
            assert refused(action) == [f"a.{suffix}: is not there any more. give a file of rows"]
        file.path.mkdir()
        assert refused(lambda file=file: list(chunks(file))) == [f"a.{suffix}: is a folder. give a file of rows"]
        file.path.rmdir()
        os.mkfifo(file.path)
        assert refused(lambda file=file: count_rows(file)) == [
            f"a.{suffix}: is not a regular file. give a file of rows"
        ]
        file.path.unlink()
    path.symlink_to(path)
    assert refused(lambda: list(chunks(SourceFile(path, "a.jsonl", "jsonl", None)))) == [
        "a.jsonl: cannot be read: Too many levels of symbolic links. check the file and its permissions"
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_no_permission(tmp_path: Path) -> None:
    """A file or a folder that may not be read."""
    for suffix in ("jsonl", "parquet", "jsonl.gz", "jsonl.zst"):
        file = source(tmp_path / f"a.{suffix}", b"")
        file.path.chmod(0)
        assert refused(lambda file=file: list(chunks(file))) == [
            f"a.{suffix}: cannot be read: Permission denied. check the file and its permissions"
        ]
    (tmp_path / "closed").mkdir(0)
    assert refused(lambda: expand("closed", tmp_path)) == [
        "closed: the folder cannot be read: Permission denied. check its permissions"
    ]


# Text.


def test_text(tmp_path: Path) -> None:
    """One document, one row, letter for letter but for the byte order mark; an empty file has none."""
    text = "Line one.\r\n\r\nLine thrée. "
    assert read(source(tmp_path / "a.txt", b"\xef\xbb\xbf" + text.encode())) == [Row(1, {"text": text})]
    assert read(source(tmp_path / "a.txt", b"")) == []
    assert told(source(tmp_path / "a.txt", b"caf\xe9")) == [
        ("not UTF-8", "f:1: byte 0xe9 is not UTF-8. save the file as UTF-8")
    ]
    assert told(source(tmp_path / "a.txt", "Hi".encode("utf-16-le"))) == [
        ("NUL byte", "f:1: a NUL byte, which no text holds. save the file as UTF-8 text")
    ]
    assert told(source(tmp_path / "a.txt", b"x" * (MAX_LINE_BYTES + 100_000))) == [
        (
            "line too long",
            "f:1: a text of 16,877,216 bytes. a row may have 16,777,216 bytes: split the text into several files",
        )
    ]


# Compression.


@pytest.mark.parametrize("suffix", PACKED)
@pytest.mark.parametrize("kind", ["jsonl", "json", "csv"])
def test_truncated_compression(tmp_path: Path, suffix: str, kind: str) -> None:
    """Of a compressed file that was cut off, the rows before the cut are good and the rest is told in one place."""
    rows = [{"id": str(i), "text": os.urandom(40).hex()} for i in range(4000)]
    lines = [json.dumps(row) for row in rows]
    plain = {
        "jsonl": "\n".join(lines),
        "json": "[" + ",\n".join(lines) + "]",
        "csv": "\n".join(["id,text", *(f"{row['id']},{row['text']}" for row in rows)]),
    }[kind]
    packed = PACK[suffix](plain.encode())
    found = read(source(tmp_path / f"a.{kind}{suffix}", packed[: len(packed) * 2 // 3]))
    *good, last = found
    assert [row.value for row in good if isinstance(row, Row)] == rows[: len(good)]
    # bz2 gives nothing of a block of up to 900 kB before all of it is there.
    assert len(good) > 1000 or suffix == ".bz2"
    where = f"after line {good[-1].line}" if good else "from its beginning"
    assert last == Broken(
        good[-1].line + 1 if good else 1, "damaged file", f"the compressed data is damaged {where}", AGAIN
    )


@pytest.mark.parametrize("suffix", PACKED)
@pytest.mark.parametrize("kind", ["jsonl", "json", "csv", "txt"])
def test_no_compressed_data(tmp_path: Path, suffix: str, kind: str) -> None:
    """A file that only has the name of a compressed one."""
    assert told(source(tmp_path / f"a.{kind}{suffix}", b'{"a": 1}\n{"a": 2}\n')) == [
        (
            "damaged file",
            f"f:1: the compressed data is damaged from its beginning. {AGAIN}",
        )
    ]


def test_compressed_in_pieces(tmp_path: Path) -> None:
    """Compressed files that were joined are one file, as their tools have it."""
    for suffix in PACKED:
        content = PACK[suffix](b'{"a": 1}\n{"a"') + PACK[suffix](b': 2}\n{"a": 3}')
        assert told(source(tmp_path / f"a.jsonl{suffix}", content)) == [{"a": 1}, {"a": 2}, {"a": 3}]


@pytest.mark.parametrize("suffix", PACKED)
def test_damaged_second_stream(tmp_path: Path, suffix: str) -> None:
    """Of compressed files that were joined, none is passed over: a damaged beginning of the second is told, and so is
    something else behind the first. Zeros, which fill up a block of a tape, are the end."""
    first, second = PACK[suffix](b'{"a": 1}\n'), PACK[suffix](b'{"a": 2}\n')
    told_of_it = ("damaged file", f"f:2: the compressed data is damaged after line 1. {AGAIN}")
    for damaged in (b"\xff" * 4 + second[4:], b"rubbish", second[:3]):
        found = told(source(tmp_path / f"a.jsonl{suffix}", first + damaged))
        # pyarrow reads zst ahead of the rows, and so may meet the damage before the first of them.
        assert found[-1][0] == "damaged file" if suffix == ".zst" else found == [{"a": 1}, told_of_it]
    if suffix in (".bz2", ".xz"):
        zeros = bytes(100_000)
        content = first + zeros + second + zeros
        assert told(source(tmp_path / f"a.jsonl{suffix}", content)) == [{"a": 1}, {"a": 2}]


# Any rows, any file.

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
ROWS = st.lists(st.dictionaries(TEXTS, VALUES, max_size=4), max_size=12)
CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)


def agree(suffix: str, content: bytes, rows: list[dict[str, Any]], size: int) -> None:
    """A file of this content gives these rows."""
    with tempfile.TemporaryDirectory() as folder:
        found = read(source(Path(folder) / f"a{suffix}", content), size)
    assert all(isinstance(row, Row) for row in found), found
    assert [row.value for row in found if isinstance(row, Row)] == rows


@settings(deadline=None)
@given(ROWS, st.sampled_from(list(PACK)), st.integers(1, 5), st.booleans())
def test_any_rows_as_lines(rows: list[dict[str, Any]], packed: str, size: int, ascii_only: bool) -> None:
    """What is written one object a line is read as it was, in order; under the name .json too."""
    content = "".join(json.dumps(row, ensure_ascii=ascii_only) + "\n" for row in rows).encode()
    agree(f".jsonl{packed}", PACK[packed](content), rows, size)
    if len(rows) > 1:
        agree(f".json{packed}", PACK[packed](content), rows, size)


@settings(deadline=None)
@given(ROWS, st.sampled_from(list(PACK)), st.integers(1, 5), st.sampled_from([None, 0, 2]), st.booleans())
def test_any_rows_as_a_list(
    rows: list[dict[str, Any]], packed: str, size: int, indent: int | None, ascii_only: bool
) -> None:
    """What is written as a list is read as it was, indented or not."""
    content = json.dumps(rows, indent=indent, ensure_ascii=ascii_only).encode()
    agree(f".json{packed}", PACK[packed](content), rows, size)


@settings(deadline=None)
@given(st.data(), st.sampled_from(list(PACK)), st.integers(1, 5), st.sampled_from(["csv", "tsv"]))
def test_any_cells_as_csv(data: st.DataObject, packed: str, size: int, kind: str) -> None:
    """What the csv module writes is read as it was, with the cells that hold quotes, separators and line breaks."""
    names = data.draw(st.lists(st.sampled_from(["a", "b b", "ç", 'd"', "e,\n"]), min_size=1, max_size=4, unique=True))
    cells = data.draw(st.lists(st.lists(CELLS, min_size=len(names), max_size=len(names)), max_size=8))
    out = io.StringIO(newline="")
    ends = data.draw(st.sampled_from(["\n", "\r\n"]))
    # A lone carriage return has to be in quotes; with "\n" as its line end the csv module would not put them.
    quoting = csv.QUOTE_ALL if ends == "\n" else csv.QUOTE_MINIMAL
    writer = csv.writer(out, delimiter="\t" if kind == "tsv" else ",", lineterminator=ends, quoting=quoting)
    writer.writerows([names, *cells])
    rows = [dict(zip(names, row, strict=True)) for row in cells]
    agree(f".{kind}{packed}", PACK[packed](out.getvalue().encode()), rows, size)


TABLE_ROWS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "text": TEXTS,
            "n": st.integers(-(2**53) + 1, 2**53 - 1),
            "x": st.floats(allow_nan=False, allow_infinity=False),
            "ok": st.booleans(),
            "messages": st.lists(
                st.fixed_dictionaries({}, optional={"role": TEXTS, "content": TEXTS, "parts": st.lists(TEXTS)}),
                max_size=3,
            ),
        },
    ),
    min_size=1,
    max_size=12,
)
MESSAGE = pa.struct([("role", pa.string()), ("content", pa.string()), ("parts", pa.list_(pa.string()))])
SCHEMA = pa.schema(
    [
        ("text", pa.string()),
        ("n", pa.int64()),
        ("x", pa.float64()),
        ("ok", pa.bool_()),
        ("messages", pa.list_(MESSAGE)),
    ]
)


@settings(deadline=None)
@given(TABLE_ROWS, st.integers(1, 5), st.integers(1, 5))
def test_any_rows_as_parquet(rows: list[dict[str, Any]], size: int, group: int) -> None:
    """What is written as parquet is read as it was: a field that a row has not got is not there."""
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), out, row_group_size=group)
    agree(".parquet", out.getvalue(), rows, size)


SUFFIXES = [f".{kind}{packed}" for kind in ("jsonl", "json", "csv", "tsv", "txt") for packed in PACK] + [".parquet"]
SCRAPS = st.lists(
    st.sampled_from(
        [b'{"a": 1}', b"{", b"}", b"[", b"]", b",", b'"', b"\\", b"\n", b"\r", b" ", b"a,b", b"1", b"\xef\xbb\xbf"]
    )
    | st.binary(max_size=4),
    max_size=20,
).map(b"".join)


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(SUFFIXES), SCRAPS, st.booleans(), st.integers(1, 3))
@example(".json", b"[a,b", False, 1)
@example(".json", b'[{"a": 1}, {"a": 2}, {"a": 3},]', False, 2)
def test_any_bytes(suffix: str, content: bytes, packed: bool, size: int) -> None:
    """Whatever stands in a file, each piece of it is a row or has a reason, and the count is theirs."""
    pack = next((PACK[name] for name in PACKED if suffix.endswith(name)), bytes)
    with tempfile.TemporaryDirectory() as folder:
        file = source(Path(folder) / f"a{suffix}", pack(content) if packed else content)
        for row in read(file, size):
            assert isinstance(row, Row) or (row.reason and row.what and row.fix)
            if isinstance(row, Row):
                json.dumps(row.value, ensure_ascii=False, allow_nan=False).encode()


@settings(deadline=None, max_examples=150)
@given(st.sampled_from([s for s in SUFFIXES if s.endswith(tuple(PACKED)) or s == ".parquet"]), st.data())
def test_any_damage(suffix: str, data: st.DataObject) -> None:
    """A compressed or a parquet file with bytes changed or cut off gives rows and reasons too."""
    if suffix == ".parquet":
        out = io.BytesIO()
        pq.write_table(pa.table({"a": ["one", "two", None] * 5, "b": [[1], [], [2, 3]] * 5}), out)
        content = bytearray(out.getvalue())
    else:
        pack = next(PACK[name] for name in PACKED if suffix.endswith(name))
        content = bytearray(pack(b'{"a": 1, "b": "x"}\n' * 50))
    for _ in range(data.draw(st.integers(0, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    content = content[: data.draw(st.integers(0, len(content)))]
    with tempfile.TemporaryDirectory() as folder:
        file = source(Path(folder) / f"a{suffix}", bytes(content))
        found = [row for chunk in chunks(file, 7) for row in parse(chunk)]
        assert all(isinstance(row, Row) or (row.reason and row.what and row.fix) for row in found)
        assert count_rows(file) == len(found) or suffix == ".parquet"


def test_chunk_is_what_it_says() -> None:
    """A chunk made by hand: bytes are parsed, rows and reasons pass through."""
    broken = Broken(3, "blank line", "a blank line between rows", "remove the line")
    assert parse(Chunk(1, [(1, b'{"a": 1}'), (2, {"b": 2}), (3, broken)])) == [
        Row(1, {"a": 1}),
        Row(2, {"b": 2}),
        broken,
    ]
