"""Which rows repeat an earlier row, or nearly do: told row by row in the order of the files, in little memory.

A row is compared with rows before it that are not repeats themselves, so that of a family of near duplicates the first
one stays, and leaving the others out leaves none of them without a row that is like it.
"""

from __future__ import annotations

import os
from array import array
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from tune.data.shingles import BANDS, Shingles

SIMILAR = 0.8
"""Jaccard similarity from which on rows are near duplicates."""
_NONE = np.uint64(2**64 - 1)


class Ordered:
    """A growing set of 64-bit numbers, in sorted runs of doubling length."""

    def __init__(self) -> None:
        """Empty."""
        self._runs: list[np.ndarray] = []

    def add(self, values: np.ndarray) -> None:
        """Takes numbers in. Runs of like length become one."""
        run = np.sort(values)
        if not len(run):
            return
        while self._runs and len(self._runs[-1]) < 2 * len(run):
            run = np.concatenate([self._runs.pop(), run])
            run.sort()  # in place: of millions of rows a copy would be large
        self._runs.append(run)

    def at_or_after(self, values: np.ndarray) -> np.ndarray:
        """The smallest number of the set that is not below each of the values; 2**64 - 1 where there is none."""
        found = np.full(values.shape, _NONE)
        for run in self._runs:
            at = np.searchsorted(run, values)
            found = np.minimum(found, np.where(at < len(run), run[np.minimum(at, len(run) - 1)], _NONE))
        return found


class Repeats:
    """The rows so far. Memory: some 70 bytes a row; the sets of shingles lie in a file."""

    def __init__(self, folder: Path) -> None:
        """A file in `folder` that is deleted on leaving the context."""
        self._path = folder / "shingles.tmp"
        self._file = self._path.open("w+b", buffering=0)
        self._ends = array("q", [0])
        self._same, self._bands = Ordered(), Ordered()

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Removes the file."""
        self._file.close()
        self._path.unlink()

    def exact(self, keys: np.ndarray, among: np.ndarray) -> np.ndarray:
        """For each row whether its key (64 bits of a hash) was there before; only rows that `among` names by True are
        compared and taken in."""
        rows = np.flatnonzero(among)
        _, first = np.unique(keys[rows], return_index=True)
        again = among.copy()
        again[rows[first]] = False
        again |= among & (self._same.at_or_after(keys) == keys)
        self._same.add(keys[among & ~again])
        return again

    def near(self, found: Shingles, among: np.ndarray) -> np.ndarray:
        """For each row whether it is a near duplicate; only rows that `among` names by True are compared and taken in."""
        rows = np.flatnonzero(among & (found.counts > 0))
        again = np.zeros(len(among), bool)
        if not len(rows):
            return again
        ends = np.cumsum(found.counts)
        mine, other, here = self._pairs(found, rows)
        alike = self._similar(found, ends, mine, other, here)
        for i, j, inside in zip(mine[alike].tolist(), other[alike].tolist(), here[alike].tolist(), strict=True):
            again[i] |= not (inside and again[j])
        self._keep(found, rows[~again[rows]])
        return again

    def _pairs(self, found: Shingles, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(row, other, whether the other is in this chunk too), by row: the first row of each band before it."""
        keys = _keys(found.bands[rows])
        before = self._bands.at_or_after(keys)
        known = ((before ^ keys) >> np.uint64(32) == 0) & (before != _NONE)
        _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
        earlier = first[inverse.reshape(keys.shape)] // BANDS
        here = ~known & (earlier < np.arange(len(rows))[:, None])
        pairs = {
            (i, False, int(at) & 0xFFFFFFFF) for i, at in zip(rows[known.nonzero()[0]], before[known], strict=True)
        }
        pairs |= {(i, True, int(j)) for i, j in zip(rows[here.nonzero()[0]], rows[earlier[here]], strict=True)}
        table = np.array(sorted(pairs), np.int64).reshape(-1, 3)
        return table[:, 0], table[:, 2], table[:, 1].astype(bool)

    def _similar(
        self, found: Shingles, ends: np.ndarray, mine: np.ndarray, other: np.ndarray, here: np.ndarray
    ) -> np.ndarray:
        """For each pair whether the Jaccard similarity is SIMILAR; exact, on the whole sets."""
        parts = [np.zeros(0, np.uint64)]
        for pair, (i, j, inside) in enumerate(zip(mine.tolist(), other.tolist(), here.tolist(), strict=True)):
            a = found.hashes[ends[i] - found.counts[i] : ends[i]]
            b = found.hashes[ends[j] - found.counts[j] : ends[j]] if inside else self._stored(j)
            parts += [np.uint64(pair << 33) | (side.astype(np.uint64) << np.uint64(1)) for side in (a, b)]
            parts[-1] |= np.uint64(1)
        # A number for each shingle of each pair, even in the first row and odd in the second: what both have is neighbors.
        both = np.sort(np.concatenate(parts))
        both = both[np.append(True, both[1:] != both[:-1])[: len(both)]]
        shared = both[1:][both[1:] == both[:-1] + (both[1:] & np.uint64(1))]
        sizes, common = (
            np.bincount((values >> np.uint64(33)).astype(np.int64), minlength=len(mine)) for values in (both, shared)
        )
        similar: np.ndarray = common >= SIMILAR * (sizes - common)
        return similar

    def _stored(self, i: int) -> np.ndarray:
        """The shingles of a row that was kept before."""
        start, end = 4 * self._ends[i], 4 * self._ends[i + 1]
        return np.frombuffer(os.pread(self._file.fileno(), end - start, start), np.uint32)

    def _keep(self, found: Shingles, rows: np.ndarray) -> None:
        """Takes rows in, to be compared with later ones."""
        number = len(self._ends) - 1 + np.arange(len(rows), dtype=np.uint64)
        self._bands.add((_keys(found.bands[rows]) | number[:, None]).ravel())
        stays = np.zeros(len(found.counts), bool)
        stays[rows] = True
        self._file.write(found.hashes[np.repeat(stays, found.counts)].tobytes())
        self._ends.extend((self._ends[-1] + np.cumsum(found.counts[rows])).tolist())


def _keys(bands: np.ndarray) -> np.ndarray:
    """What is looked up for rows, uint64: a band in the upper half, which has its number added so that no two bands mix."""
    found: np.ndarray = np.add(bands, np.arange(BANDS), dtype=np.uint64, casting="unsafe") << np.uint64(32)
    return found
