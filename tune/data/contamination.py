"""Training rows that share long word sequences with what the model is evaluated on.

The rule is that of GPT-3 (Brown et al. 2020, arXiv:2005.14165, appendix C), which compares sequences of 13 words without
regard to case and punctuation, of shorter examples of at least 8 words the whole: an evaluation text is found in a training
row when one of its sequences stands there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tune.data.patterns import Kind
from tune.data.shingles import Spoken, sequences, spoken

SHORTEST, LONGEST = 8, 13
MOST = 4_000_000
"""Sequences that are looked for; of more, those with the smallest hashes, a sample that is always the same."""


@dataclass(frozen=True)
class Known:
    """What is looked for; can be sent to another process."""

    hashes: np.ndarray
    """uint64, ascending and distinct: the sequences of all evaluation texts, as `_of_length` makes them."""
    kinds: np.ndarray
    """int32, for each hash the bits of `Kind` of the texts that it comes from."""
    lengths: tuple[int, ...]
    """In words, of the sequences."""
    beginnings: np.ndarray
    """uint64: the first SHORTEST words of each."""

    @cached_property
    def _may_begin(self) -> np.ndarray:
        """For the lower bits of a hash whether any beginning has them: where none has, which is nearly always, nothing more
        is computed. 16 to 32 places a hash, so that a small table stays in the processor's cache."""
        table = np.zeros(1 << min(24, len(self.beginnings).bit_length() + 4), bool)
        table[self.beginnings & np.uint64(len(table) - 1)] = True
        return table

    @cached_property
    def _slots(self) -> dict[int, np.ndarray]:
        """For each length a table: for the lower bits of a hash the index of one that has them; -1 for none. A table a
        length, so that those of lengths that hardly occur are small and stay in the processor's cache."""
        tables = {}
        for n in self.lengths:
            own = np.flatnonzero(self.hashes & np.uint64(7) == np.uint64(n - SHORTEST))
            tables[n] = np.full(1 << min(25, len(own).bit_length() + 3), -1, np.int32)
            tables[n][_slot(self.hashes[own], tables[n])] = own
        return tables

    def _indexes(self, n: int, values: np.ndarray) -> np.ndarray:
        """Which of the known hashes each value is, a hash of n words; -1 for one that is none."""
        found: np.ndarray = self._slots[n][_slot(values, self._slots[n])]
        others = np.flatnonzero((found >= 0) & (self.hashes[found] != values))  # some of which share their slot
        places = np.minimum(np.searchsorted(self.hashes, values[others]), len(self.hashes) - 1)
        found[others] = np.where(self.hashes[places] == values[others], places, -1)
        return found

    def find(self, said: Spoken, begins: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(kinds found, an entry a row; indexes of the hashes that were found) in some rows; `begins` are the hashes of the
        SHORTEST words from each word on."""
        likely: np.ndarray = self._may_begin[begins & np.uint64(len(self._may_begin) - 1)]
        places = np.flatnonzero(likely & (said.left[: len(begins)] >= SHORTEST))
        kinds, hit = np.zeros(said.number, np.int32), np.zeros(len(self.hashes), bool)
        hashes = sequences(said, self.lengths) if len(places) else {}
        for n, found in hashes.items():
            own = places[said.left[places] >= n]
            at = self._indexes(n, _of_length(n, found[own]))
            own, at = own[at >= 0], at[at >= 0]
            hit[at] = True
            rows = said.rows[own]
            first = np.flatnonzero(np.diff(rows, prepend=-1))  # of each row; numpy's ufunc.at takes ten times as long
            if len(first):
                kinds[rows[first]] |= np.bitwise_or.reduceat(self.kinds[at], first)
        return kinds, np.flatnonzero(hit)


def _slot(values: np.ndarray, table: np.ndarray) -> np.ndarray:
    """The place of a hash in a table, by the bits above those that say how long its sequence is."""
    found: np.ndarray = (values >> np.uint64(3)) & np.uint64(len(table) - 1)
    return found


def _of_length(n: int, hashes: np.ndarray) -> np.ndarray:
    """Hashes of sequences of n words, with the length in their lowest three bits."""
    found: np.ndarray = (hashes & ~np.uint64(7)) | np.uint64(n - SHORTEST)
    return found


class Evaluation:
    """The texts that the model is evaluated on, and which of them were found in training rows."""

    def __init__(self, texts: Sequence[tuple[Kind, str]]) -> None:
        """Each text is of the kind PROMPT, QUESTION or ANSWER."""
        self.total = Counter(kind for kind, _ in texts)
        said = spoken([text for _, text in texts], np.arange(len(texts)), len(texts))
        sizes = np.bincount(said.rows, minlength=len(texts))
        hashes, owners, begins = [np.zeros(0, np.uint64)], [np.zeros(0, np.int32)], [np.zeros(0, np.uint64)]
        found = sequences(said, range(SHORTEST, LONGEST + 1))
        for n, own in found.items():
            left, rows = said.left[: len(own)], said.rows[: len(own)]
            wanted = left >= n if n == LONGEST else (left == n) & (sizes[rows] == n)
            hashes.append(_of_length(n, own[wanted]))
            owners.append(rows[wanted])
            begins.append(found[SHORTEST][: len(own)][wanted])
        distinct, first, inverse = np.unique(np.concatenate(hashes), return_index=True, return_inverse=True)
        self._inverse, self._owners = inverse, np.concatenate(owners)
        self._kinds = np.array([kind for kind, _ in texts], np.int32)
        self.compared = self._by_kind(np.unique(self._owners))
        kinds = np.zeros(len(distinct), np.int32)
        np.bitwise_or.at(kinds, inverse, self._kinds[self._owners])
        lengths = sorted({min(int(size), LONGEST) for size in sizes[np.unique(self._owners)]})
        beginnings = np.unique(np.concatenate(begins)[first[:MOST]])
        self.known = Known(distinct[:MOST], kinds[:MOST], tuple(lengths), beginnings)
        self._hit = np.zeros(len(distinct), bool)

    def hit(self, indexes: np.ndarray) -> None:
        """Notes which hashes of `known` were found in a chunk of training rows."""
        self._hit[indexes] = True

    @property
    def found(self) -> Counter[Kind]:
        """Evaluation texts of which a sequence was found, by kind."""
        return self._by_kind(np.unique(self._owners[self._hit[self._inverse]]))

    def _by_kind(self, texts: np.ndarray) -> Counter[Kind]:
        return Counter(Kind(kind) for kind in self._kinds[texts].tolist())
