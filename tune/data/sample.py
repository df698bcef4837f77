"""Which rows of a source a recipe wants: a sample that is drawn by the seed, chunk by chunk."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tune.jsonl import Broken
from tune.recipe.schema import Source
from tune.sources import Chunk, SourceFile, chunks, count_rows

FATAL = frozenset({"damaged file", "not a list", "bad header", "not CSV"})
"""Faults behind which rows may be missing that nobody saw: `max_bad_rows` does not cover them."""


@dataclass(frozen=True)
class Piece:
    """What is remembered of a job while others carry it out."""

    file: int
    skipped: list[int]
    """Lines that the sample leaves out."""
    uses: np.ndarray
    """For each row of the job, how often an epoch holds it."""


def pieces(source: Source, files: list[SourceFile], seed: int) -> Iterator[tuple[Piece, Chunk]]:
    """The rows of a source that the recipe wants, chunk by chunk, and what tells that rows are missing."""
    uses = _uses(source, files, seed)
    number = 0
    for file, source_file in enumerate(files):
        for chunk in chunks(source_file):
            rows = len(chunk.items)
            if uses is None:
                yield Piece(file, [], np.ones(rows, np.int16)), chunk
                continue
            own = np.where([_is_fatal(item) for _, item in chunk.items], 1, uses[number : number + rows])
            number += rows
            skipped = [line for (line, _), n in zip(chunk.items, own, strict=True) if n == 0]
            items = [item for item, n in zip(chunk.items, own, strict=True) if n]
            yield Piece(file, skipped, own[own > 0]), Chunk(chunk.first, items)


def _is_fatal(item: Any) -> bool:
    """Whether an item says that rows may be missing, which no sample may leave out."""
    return isinstance(item, Broken) and item.reason in FATAL


def _uses(source: Source, files: list[SourceFile], seed: int) -> np.ndarray | None:
    """How often an epoch holds each row of a source; None for once each. What is drawn depends on nothing but the seed,
    the name of the source and the number of its rows: not on the folder that it lies in."""
    limit, weight = source.rows, source.weight
    if limit is None and weight == 1:
        return None
    total = sum(count_rows(file) for file in files)
    draw = random.Random(f"{seed} {source.name}")  # noqa: S311  # a sample, no secret
    drawn = limit is not None and limit < total
    chosen: Sequence[int] = draw.sample(range(total), limit or 0) if drawn else range(total)
    whole = int(weight)
    uses = np.zeros(total, np.int16)
    uses[np.fromiter(chosen, np.int64)] = whole
    part = round((weight - whole) * len(chosen))
    if part:
        uses[np.fromiter(draw.sample(chosen, part), np.int64)] += 1
    return uses
