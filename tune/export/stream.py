"""Bytes of large files, read and written past the page cache where the system offers it (O_DIRECT).

A merge reads and writes each byte once. That the system keeps them serves nobody, and takes it more processor time than the
arithmetic of the merge. Past the cache a position in the file, its place in memory and a length must be whole blocks; so
bytes are held as far from the beginning of a block as they stand in the file.
"""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    import torch

BLOCK = 4096
"""Bytes; a multiple of the block of nearly every disk. Where it is not, the page cache is used."""
READ_BYTES, READERS = 2 << 20, 3
"""What is read at once, and by how many threads: one would wait for the disk and copy in turn."""
WRITTEN_BYTES = 256 << 10
"""What is written at once into the page cache: it stays in the processor's, and one call with a whole tensor takes some systems
several times as long."""
MOVED_BYTES = 1 << 20
DIRECT = getattr(os, "O_DIRECT", 0)  # Linux and FreeBSD have it


def memory(size: int) -> torch.Tensor:
    """Bytes without content that begin at a block, with room for `size` of them wherever they begin within one."""
    import torch

    raw = torch.empty(size + 3 * BLOCK, dtype=torch.uint8)
    return raw[-raw.data_ptr() % BLOCK :]


def past_cache(file: IO[bytes], wanted: bool = True) -> None:
    """From now on `read` and `Writer` go past the page cache where this file's system can, or no longer do."""
    flags = fcntl.fcntl(file, fcntl.F_GETFL)
    with suppress(OSError):  # EINVAL: not on this file system
        fcntl.fcntl(file, fcntl.F_SETFL, flags | DIRECT if wanted else flags & ~DIRECT)


def _either_way(file: IO[bytes], call: Callable[..., int], *what: object) -> int:
    """The call, again through the page cache where blocks of this size, or at such a place, cannot go past it."""
    try:
        return call(file.fileno(), *what)
    except OSError as problem:
        if problem.errno != errno.EINVAL:
            raise
    past_cache(file, False)
    return call(file.fileno(), *what)


def read(file: IO[bytes], start: int, size: int, into: torch.Tensor) -> torch.Tensor:
    """`size` bytes of the file from `start` on, as a part of `into`, which `memory` made for as many.

    Raises EOFError when the file ends before.
    """
    first, last = start - start % BLOCK, start + size
    view = memoryview(into.numpy())[: -(-last // BLOCK) * BLOCK - first]

    def fill(at: int) -> None:
        end = min(at + READ_BYTES, first + len(view))
        while at < min(end, last):
            piece = view[at - first : end - first]
            got = _either_way(file, os.preadv, [piece], at)
            if not got:
                raise EOFError(f"{file.name} ends within a tensor")
            at += got

    places = range(first, last, READ_BYTES)
    if size <= READ_BYTES:
        for at in places:
            fill(at)
    else:
        with ThreadPoolExecutor(READERS) as threads:
            list(threads.map(fill, places))
    return into[start - first : last - first]


class Writer:
    """Writes an empty file, piece by piece, in whole blocks. What does not fill one waits for the next piece."""

    def __init__(self, file: IO[bytes], memories: Sequence[torch.Tensor]) -> None:
        """`memories` are what `memory` made: pieces that lie in them as they stand in the file are written from there, and the
        bytes before them are overwritten. Others are moved first."""
        self.file, self.moved = file, memory(MOVED_BYTES)
        self.memories = memories
        self.at, self.waiting = 0, b""  # what is written, in whole blocks; what comes after it
        past_cache(file)

    def write(self, content: torch.Tensor) -> None:
        """Writes bytes (uint8, one dimension). Raises OSError as the file system does."""
        for own in self.memories:
            start = content.data_ptr() - own.data_ptr()
            if 0 <= start < len(own) and start % BLOCK == len(self.waiting):
                self._write(own, start, len(content))
                return
        for piece in content.split(MOVED_BYTES):
            start = len(self.waiting)
            self.moved[start : start + len(piece)] = piece
            self._write(self.moved, start, len(piece))

    def _write(self, own: torch.Tensor, start: int, size: int) -> None:
        """Writes the blocks that are whole, with what waits before them."""
        view = memoryview(own.numpy())[start - len(self.waiting) : start + size]
        view[: len(self.waiting)] = self.waiting
        whole = len(view) - len(view) % BLOCK
        self._put(view[:whole])
        self.waiting = bytes(view[whole:])

    def _put(self, view: memoryview) -> None:
        while view:
            direct = fcntl.fcntl(self.file, fcntl.F_GETFL) & DIRECT
            piece = view if direct else view[:WRITTEN_BYTES]
            put = _either_way(self.file, os.pwrite, piece, self.at)
            self.at += put
            view = view[put:]

    def end(self) -> None:
        """Writes what waits still."""
        past_cache(self.file, False)
        self._put(memoryview(self.waiting))
