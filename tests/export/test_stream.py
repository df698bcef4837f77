"""Large files read and written in whole blocks, past the page cache and through it."""

from __future__ import annotations

import errno
import fcntl
import os
import random
from pathlib import Path
from typing import Any

import pytest
import torch

from tune.export import stream
from tune.export.stream import BLOCK, MOVED_BYTES, READ_BYTES, Writer, memory, past_cache, read

HOW = pytest.mark.parametrize("how", ["past the cache", "through it", "refused at the first call"])


def go(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Has files opened from now on read and written in one of the ways that there are."""
    if how == "through it":
        monkeypatch.setattr(stream, "DIRECT", 0)
    elif how == "refused at the first call":  # as where a disk has larger blocks
        for name in ("preadv", "pwrite"):
            monkeypatch.setattr(stream.os, name, _refusing(getattr(os, name)))


def _refusing(call: Any) -> Any:
    def refuse(handle: int, *what: Any) -> int:
        if fcntl.fcntl(handle, fcntl.F_GETFL) & stream.DIRECT:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        return int(call(handle, *what))

    return refuse


def content(size: int) -> bytes:
    return random.Random(size).randbytes(size)


@HOW
@pytest.mark.parametrize("size", [1, BLOCK - 1, BLOCK, 3 * READ_BYTES + 5])
def test_any_stretch_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str, size: int) -> None:
    """Wherever it begins and ends, and as far from a block's beginning in memory as in the file."""
    whole = content(size)
    (tmp_path / "file").write_bytes(whole)
    go(how, monkeypatch)
    chance = random.Random(0)
    with (tmp_path / "file").open("rb", buffering=0) as file:
        past_cache(file)
        for start, end in [(0, size), (size - 1, size), *(sorted(chance.choices(range(size), k=2)) for _ in range(30))]:
            found = read(file, start, end - start, memory(end - start))
            assert bytes(found.numpy()) == whole[start:end]
            assert found.data_ptr() % BLOCK == start % BLOCK or start == end


@HOW
def test_a_file_that_ends_too_early(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    (tmp_path / "file").write_bytes(content(BLOCK + 10))
    go(how, monkeypatch)
    with (tmp_path / "file").open("rb", buffering=0) as file:
        past_cache(file)
        with pytest.raises(EOFError, match="file ends within a tensor"):
            read(file, BLOCK, 11, memory(11))


@HOW
@pytest.mark.parametrize("seed", range(5))
def test_pieces_of_any_kind_are_written_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str, seed: int
) -> None:
    """Pieces that were read where they are to be written, that were read elsewhere, and in memory of any kind, that stays as it
    is."""
    chance = random.Random(seed)
    sizes = [chance.choice((0, 1, 7, BLOCK, chance.randrange(3 * BLOCK), MOVED_BYTES + 1)) for _ in range(40)]
    whole = content(sum(sizes) + BLOCK)
    (tmp_path / "source").write_bytes(whole)
    go(how, monkeypatch)
    memories = [memory(max(sizes)) for _ in range(2)]
    expected, at, others = b"", 0, []
    with (tmp_path / "source").open("rb", buffering=0) as source, (tmp_path / "to").open("wb") as file:
        past_cache(source)
        writer = Writer(file, memories)
        for number, size in enumerate(sizes):
            kind = chance.choice(("in place", "in place", "moved", "other"))
            start = at if kind == "in place" else chance.randrange(len(whole) - size)
            piece = read(source, start, size, memories[number % 2])
            if kind == "other":
                held = torch.frombuffer(bytearray(whole), dtype=torch.uint8)
                piece = held[start : start + size]
                others.append(held)
            expected += whole[start : start + size]
            writer.write(piece)
            at += size
        writer.end()
    assert (tmp_path / "to").read_bytes() == expected
    assert all(bytes(held.numpy()) == whole for held in others)


@pytest.mark.skipif(not stream.DIRECT, reason="this system has no O_DIRECT")
def test_what_is_written_is_not_in_the_page_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the file system can: else merging would be slow, and nothing would say so."""
    written = {}
    for how in ("past the cache", "through it"):
        go(how, monkeypatch)
        with (tmp_path / how).open("w+b") as file:
            writer, into = Writer(file, []), memory(4 * BLOCK)
            if how == "past the cache" and not fcntl.fcntl(file, fcntl.F_GETFL) & os.O_DIRECT:
                pytest.skip("this file system writes through the page cache")
            writer.write(into[: 4 * BLOCK])
            writer.end()
            try:
                written[how] = os.preadv(file.fileno(), [bytearray(1)], 0, os.RWF_NOWAIT)  # only of the page cache
            except BlockingIOError:
                written[how] = 0
    assert written == {"past the cache": 0, "through it": 1}
