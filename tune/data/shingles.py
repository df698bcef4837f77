"""Rows as sets of word sequences, and which rows are nearly the same.

A row's shingles are all sequences of five words in what is said in it (Broder 1997, doi:10.1109/SEQUEN.1997.666900).
Two rows are near duplicates when the Jaccard similarity of their shingles is at least 0.8. Pairs to compare come from
MinHash with banding (Leskovec, Rajaraman, Ullman, Mining of Massive Datasets, section 3.4): 6 bands of 3 minima each,
which brings a pair of similarity s together with probability 1 - (1 - s^3)^6: 0.986 at 0.8, 0.9997 at 0.9.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from tune.data.words import words

SHINGLE = 5
"""Words of a shingle; a row of fewer words is one shingle."""
BANDS, MINIMA = 6, 3
_BASE = np.uint64(0x9E3779B97F4A7C15)
_FINISH = np.uint64(0xD6E8FEB86659FD93)
_draw = np.random.Generator(np.random.PCG64(20)).integers(0, 1 << 32, (2, BANDS * MINIMA), np.uint32)
_MULTIPLY, _ADD = _draw[0] | np.uint32(1), _draw[1]


@dataclass(frozen=True)
class Spoken:
    """The words of rows, as `tune.data.words` hashes them."""

    words: np.ndarray
    """uint64, of all rows one after the other."""
    rows: np.ndarray
    """int32, the row of each word, ascending."""
    left: np.ndarray
    """int32, how many words of its row there are from each word on, itself included."""
    number: int
    """How many rows there are."""


def spoken(texts: Sequence[str], rows: np.ndarray, number: int) -> Spoken:
    """The words of `number` rows; `rows` says whose each text is, ascending."""
    found, owner = words(texts)
    own = rows[owner].astype(np.int32)
    ends = np.searchsorted(own, np.arange(number), side="right")
    return Spoken(found, own, (ends[own] - np.arange(len(own))).astype(np.int32), number)


def sequences(said: Spoken, lengths: Collection[int]) -> dict[int, np.ndarray]:
    """For each of these lengths n, at least 1, the hash of the n words from each word on; of places with fewer words left
    it means nothing. A polynomial modulo 2**64, so that the next longer sequence is one step away."""
    found = said.words
    hashes = {}
    for n in range(1, min(max(lengths), len(said.words)) + 1):
        found = found[: len(said.words) - n + 1] * _BASE + said.words[n - 1 :] if n > 1 else found
        if n in lengths:
            hashes[n] = _finished(found)
    return hashes


def _finished(found: np.ndarray) -> np.ndarray:
    mixed: np.ndarray = (found * _FINISH) ^ (found >> np.uint64(29))
    return mixed


@dataclass(frozen=True)
class Shingles:
    """The shingles of some rows."""

    hashes: np.ndarray
    """uint32, the rows one after the other; a shingle that a row repeats stands there as often."""
    counts: np.ndarray
    """int64, shingles of each row; none for a row without words."""
    bands: np.ndarray
    """uint32 of shape (rows, BANDS): rows that agree in a column are compared."""


def shingled(said: Spoken, hashes: dict[int, np.ndarray]) -> Shingles:
    """The shingles of rows; `hashes` holds those of `sequences` for SHINGLE, and for the shorter lengths that rows have."""
    sizes = np.bincount(said.rows, minlength=said.number)
    counts = np.where(sizes < SHINGLE, sizes > 0, sizes - SHINGLE + 1)
    whole = said.left >= SHINGLE
    short = (sizes > 0) & (sizes < SHINGLE)
    # Short rows count as they are: one sequence from their first word to their last.
    begin = np.flatnonzero((said.left == sizes[said.rows]) & short[said.rows])
    own = np.zeros(len(said.words), np.uint32)
    if SHINGLE in hashes:
        own[: len(hashes[SHINGLE])] = hashes[SHINGLE] >> np.uint64(32)
    for n in set(sizes[short].tolist()):
        at = begin[said.left[begin] == n]
        own[at] = hashes[n][at] >> np.uint64(32)
    whole[begin] = True
    return Shingles(own[whole], counts, _bands(own[whole], counts))


def lengths_of(said: Spoken) -> set[int]:
    """The lengths of sequences that `shingled` needs."""
    sizes = np.bincount(said.rows, minlength=said.number)
    return {SHINGLE, *sizes[(sizes > 0) & (sizes < SHINGLE)].tolist()}


def _bands(hashes: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """One number for each band of each row: its three minima, mixed."""
    bands = np.zeros((len(counts), BANDS), np.uint32)
    rows = np.flatnonzero(counts)
    starts = (np.cumsum(counts) - counts)[rows]
    if not len(rows):
        return bands
    for j in range(BANDS * MINIMA):
        lowest = np.minimum.reduceat(hashes * _MULTIPLY[j] + _ADD[j], starts)
        mixed = (bands[rows, j // MINIMA] ^ lowest) * np.uint32(0x85EBCA6B) + np.uint32(j)
        bands[rows, j // MINIMA] = mixed ^ (mixed >> np.uint32(15))
    return bands
