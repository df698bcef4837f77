"""What is found in the rows of a chunk, by the process that prepares them: no row is read twice for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tune.data import patterns
from tune.data.contamination import SHORTEST, Known
from tune.data.formats import Sample
from tune.data.said import texts
from tune.data.shingles import Shingles, lengths_of, sequences, shingled, spoken


@dataclass(frozen=True)
class Scanned:
    """What is known of the kept rows of a chunk, an entry a row."""

    found: np.ndarray
    """int32, bits of `patterns.Kind`."""
    shingles: Shingles | None
    """Training rows only."""
    hits: np.ndarray
    """Indexes of the evaluation's word sequences that were found."""


def scan(samples: Sequence[Sample], known: Known | None, train: bool) -> Scanned:
    """Everything about some rows: patterns in all their texts; of training rows also what is compared with others, for
    which instructions and tool definitions do not count, because rows share them. `known` are the word sequences of what
    the model is evaluated on."""
    said = [(row, compared, text) for row, sample in enumerate(samples) for compared, text in _said(sample)]
    found = np.zeros(len(samples), np.int32)
    np.bitwise_or.at(
        found, np.array([row for row, _, _ in said], np.intp), patterns.find([text for _, _, text in said])
    )
    if not train:
        return Scanned(found, None, np.zeros(0, np.int64))
    own = [(row, text) for row, compared, text in said if compared]
    words = spoken([text for _, text in own], np.array([row for row, _ in own], np.int32), len(samples))
    hits = np.zeros(0, np.int64)
    hashes = sequences(words, lengths_of(words) | ({SHORTEST} if known is not None else set()))
    if known is not None and SHORTEST in hashes:
        kinds, hits = known.find(words, hashes[SHORTEST])
        found |= kinds
    return Scanned(found, shingled(words, hashes), hits)


def _said(sample: Sample) -> list[tuple[bool, str]]:
    """(whether it is compared, text) of all that a row says; what a preference row rejects is not trained on."""
    first = sample.messages[0]["role"] if sample.messages else ""
    instructed = first in ("system", "developer")
    return [
        (compared and not (instructed and place.startswith("messages[0].")), text)
        for place, text, compared in texts(sample)
        if not place.startswith("rejected")
    ]
