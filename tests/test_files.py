"""Files that a reader never sees half of, and logs that survive a kill."""

from __future__ import annotations

import json
import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tune.files import JsonLines, atomic, keep_steps, read_jsonl, readable, write_bytes, write_json, write_text


@pytest.fixture
def umask() -> Iterator[None]:
    """Puts the umask back."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    """Permission bits."""
    return stat.S_IMODE(path.stat().st_mode)


def test_content_replaces_content(tmp_path: Path) -> None:
    """A file is replaced as a whole, folders are made, nothing else is left in the folder."""
    path = tmp_path / "a" / "b" / "file"
    write_bytes(path, b"one, and longer")
    write_bytes(path, b"two")
    assert path.read_bytes() == b"two"
    assert [p.name for p in path.parent.iterdir()] == ["file"]


@pytest.mark.parametrize("error", [ValueError("a bug"), OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_failure_leaves_no_trace(tmp_path: Path, error: BaseException) -> None:
    """When the block fails the old content stands, and no temporary file is left."""
    path = tmp_path / "file"
    write_bytes(path, b"old")

    def fail() -> None:
        with atomic(path) as file:
            file.write(b"new")
            raise error

    with pytest.raises(type(error)):
        fail()
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_failure_makes_no_file(tmp_path: Path) -> None:
    """What was not there before is not there after a failure."""
    with pytest.raises(ZeroDivisionError), atomic(tmp_path / "file") as file:
        file.write(bytes(1 // 0))
    assert list(tmp_path.iterdir()) == []


def test_readers_see_old_or_new(tmp_path: Path) -> None:
    """While a file is written over and over, every read finds one whole content."""
    path = tmp_path / "file"
    contents = [bytes([65 + i]) * 50_000 for i in range(3)]
    write_bytes(path, contents[0])
    done = threading.Event()

    def write() -> None:
        for i in range(60):
            write_bytes(path, contents[i % 3])
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    reads = 0
    while not done.is_set():
        assert path.read_bytes() in contents
        reads += 1
    writer.join()
    assert reads > 0


@pytest.mark.parametrize(("mask", "expected"), [(0o022, 0o644), (0o002, 0o664), (0o077, 0o600), (0, 0o666)])
def test_permissions_follow_the_umask(tmp_path: Path, umask: None, mask: int, expected: int) -> None:
    """Results on a shared file system are readable as their owner's umask says, and the umask is left as it was."""
    os.umask(mask)
    write_text(tmp_path / "file", "x")
    assert mode(tmp_path / "file") == expected
    assert os.umask(0o022) == mask


def test_readable(tmp_path: Path, umask: None) -> None:
    """Files that a library wrote as 0600 are opened, at every depth; folders keep their permissions."""
    inner = tmp_path / "a"
    inner.mkdir(mode=0o700)
    for path in (tmp_path / "x", inner / "y"):
        path.write_text("x")
        path.chmod(0o600)
    readable(tmp_path)
    assert [mode(path) for path in (tmp_path / "x", inner / "y", inner)] == [0o644, 0o644, 0o700]


def test_text_is_utf8_with_plain_line_ends(tmp_path: Path) -> None:
    """Text is written as it is, on every system."""
    write_text(tmp_path / "file", "é\n漢\r\n")
    assert (tmp_path / "file").read_bytes() == "é\n漢\r\n".encode()


def test_json(tmp_path: Path) -> None:
    """Indented, in the order given."""
    content = {"b": "é", "a": [1.0, None]}
    write_json(tmp_path / "people", content)
    assert (tmp_path / "people").read_text(encoding="utf-8") == (
        '{\n  "b": "é",\n  "a": [\n    1.0,\n    null\n  ]\n}\n'
    )


def test_json_that_cannot_be_written_replaces_nothing(tmp_path: Path) -> None:
    """A value that is no JSON is an error, and the old file stands."""
    write_json(tmp_path / "file", {"a": 1})
    with pytest.raises(TypeError):
        write_json(tmp_path / "file", {"a": object()})
    assert json.loads((tmp_path / "file").read_text()) == {"a": 1}
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_lines_are_there_at_once(tmp_path: Path) -> None:
    """Every line can be read the moment it is written: a kill loses nothing that was written before."""
    path = tmp_path / "train" / "log.jsonl"
    lines = JsonLines(path)
    lines.write({"step": 1, "text": "é\n"})
    assert list(read_jsonl(path)) == [{"step": 1, "text": "é\n"}]
    lines.write({"step": 2})
    assert [row["step"] for row in read_jsonl(path)] == [1, 2]
    lines.close()
    again = JsonLines(path)
    again.write({"step": 3})
    again.close()
    assert [row["step"] for row in read_jsonl(path)] == [1, 2, 3]


@pytest.mark.parametrize("half", ["{", '{"step": 3', '{"step": 3}', '{"step": 3, "text": "é'])
def test_half_a_last_line_is_no_line(tmp_path: Path, half: str) -> None:
    """What a kill left of the last line is not read, even when it happens to be whole JSON."""
    path = tmp_path / "log.jsonl"
    path.write_text('{"step": 1}\n{"step": 2}\n' + half)
    assert [row["step"] for row in read_jsonl(path)] == [1, 2]


def test_half_a_character_at_the_end(tmp_path: Path) -> None:
    """A kill may cut in the middle of a character."""
    path = tmp_path / "log.jsonl"
    path.write_bytes(b'{"step": 1}\n{"text": "\xc3')
    assert [row["step"] for row in read_jsonl(path)] == [1]


def test_keep_steps(tmp_path: Path) -> None:
    """A log goes back to a checkpoint: later steps and half a line go, everything before stays byte for byte."""
    path = tmp_path / "log.jsonl"
    kept = '{"step": 1, "text": "é"}\n{"step": 2, "loss": 0.5}\n'
    path.write_text(kept + '{"step": 3, "loss": 0.25}\n{"step": 4')
    keep_steps(path, 2)
    assert path.read_text() == kept
    keep_steps(path, 2)
    assert path.read_text() == kept
    keep_steps(path, 0)
    assert path.read_text() == ""


def test_keep_steps_of_no_log(tmp_path: Path) -> None:
    """Before the first step there is no log, and none is made."""
    keep_steps(tmp_path / "log.jsonl", 0)
    assert list(tmp_path.iterdir()) == []


def test_lines_after_a_half_line(tmp_path: Path) -> None:
    """After a kill and `keep_steps` the log goes on as if nothing had happened."""
    path = tmp_path / "log.jsonl"
    path.write_text('{"step": 1}\n{"step": 2}\n{"st')
    keep_steps(path, 1)
    lines = JsonLines(path)
    lines.write({"step": 2})
    lines.close()
    assert [row["step"] for row in read_jsonl(path)] == [1, 2]
