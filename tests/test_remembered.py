"""Digests of large files are remembered: what is noticed, and who believes them."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest

from tune.files import remembered_sha256


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where digests are remembered in this test."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("tune.files.LARGE_BYTES", 1)
    return tmp_path / "cache" / "tune" / "digests.json"


def test_large_files_are_remembered(tmp_path: Path, cache: Path) -> None:
    """A large file is read once: a digest that is already known for its size and time is not computed again."""
    path = tmp_path / "weights"
    path.write_bytes(b"one")
    assert remembered_sha256(path) == hashlib.sha256(b"one").hexdigest()
    known = json.loads(cache.read_text())
    assert list(known.values()) == [hashlib.sha256(b"one").hexdigest()]
    cache.write_text(json.dumps(dict.fromkeys(known, "remembered")))
    assert remembered_sha256(path) == "remembered"


def test_nothing_remembered_is_believed_when_it_matters(tmp_path: Path, cache: Path) -> None:
    """Asked afresh, a file is read whatever the memory says, which is put right then."""
    path = tmp_path / "weights"
    path.write_bytes(b"one")
    remembered_sha256(path)
    cache.write_text(json.dumps(dict.fromkeys(json.loads(cache.read_text()), "forged")))
    assert remembered_sha256(path) == "forged"
    assert remembered_sha256(path, fresh=True) == hashlib.sha256(b"one").hexdigest()
    assert remembered_sha256(path) == hashlib.sha256(b"one").hexdigest()


def test_small_files_are_not_remembered(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Below the limit reading is as quick as asking, and always right."""
    monkeypatch.setattr("tune.files.LARGE_BYTES", 4)
    path = tmp_path / "rows"
    path.write_bytes(b"one")
    assert remembered_sha256(path) == hashlib.sha256(b"one").hexdigest()
    assert not cache.exists()


def remembers(path: Path, content: bytes, modified_ns: int) -> None:
    """A file with this content and this modification time is known by its own digest."""
    path.write_bytes(content)
    os.utime(path, ns=(1_000_000_000, modified_ns))
    assert remembered_sha256(path) == hashlib.sha256(content).hexdigest()


def test_changes_are_noticed(tmp_path: Path, cache: Path) -> None:
    """Another content of the same size, written later, is another file; so is one of another size with the same time."""
    remembers(tmp_path / "weights", b"one", 1_000_000_000)
    remembers(tmp_path / "weights", b"two", 1_000_000_001)
    remembers(tmp_path / "weights", b"three", 1_000_000_001)
    assert len(json.loads(cache.read_text())) == 3


def test_a_time_that_was_set_back_hides_no_change(tmp_path: Path, cache: Path) -> None:
    """Another content of the same size that got the old modification time back, as after a clock that was set back."""
    remembers(tmp_path / "weights", b"one", 1_000_000_000)
    remembers(tmp_path / "weights", b"two", 1_000_000_000)


@pytest.mark.parametrize("content", ["", "{", "[]", "3", "null", '"text"', '{"a"', "\x00"])
def test_damaged_memory_is_forgotten(tmp_path: Path, cache: Path, content: str) -> None:
    """A cache that cannot be read, or is something else, is made anew; it never stops a run."""
    cache.parent.mkdir(parents=True)
    cache.write_text(content)
    path = tmp_path / "weights"
    path.write_bytes(b"one")
    assert remembered_sha256(path) == hashlib.sha256(b"one").hexdigest()


def test_memory_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no place for a cache (a read-only home), digests are computed every time."""
    monkeypatch.setattr("tune.files.LARGE_BYTES", 1)
    (tmp_path / "home").write_text("a file where a folder should be")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    path = tmp_path / "weights"
    path.write_bytes(b"one")
    assert remembered_sha256(path) == hashlib.sha256(b"one").hexdigest()
