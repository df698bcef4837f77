"""How the processes of a training share each step's sequences: whole sequences, in data order, whatever their number.

    stream   0 1 2 3 4 | 5 6 7 8 9 | 10 11       what the optimizer consumes; a bar ends a step
    rank 0   0 1       | 5 6       | 10
    rank 1       2 3 4 |     7 8 9 |    11       rank after rank, a step reads as the stream does

Every process computes the same number of micro-batches in every step, because they meet in each. One that has fewer
sequences than that computes an idle micro-batch: two tokens without loss, which add nothing to loss or gradient and are
not counted as fed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from tune.receipt import IGNORED

COLUMNS = ("input_ids", "labels", "seq_lengths")
"""What a trainer needs of a sequence."""


def part(items: int, ranks: int, rank: int) -> range:
    """Which of `items` a rank takes: parts that follow one another and differ by one item at most."""
    return range(items * rank // ranks, items * (rank + 1) // ranks)


@dataclass(frozen=True)
class Share(torch.utils.data.Dataset[list[dict[str, Any]]]):
    """The micro-batches of one process over the whole run; item i is the (i % accumulation)-th of step i // accumulation."""

    stream: Any
    """The sequences in the order of consumption (a `datasets.Dataset`)."""
    per_step: int
    micro_batch: int
    accumulation: int
    ranks: int = 1
    rank: int = 0

    def __len__(self) -> int:
        """Micro-batches of this process in the whole run."""
        return math.ceil(len(self.stream) / self.per_step) * self.accumulation

    def indices(self, micro: int) -> range:
        """Places in the stream of a micro-batch; empty for an idle one."""
        step, at = divmod(micro, self.accumulation)
        start = step * self.per_step
        mine = part(min(self.per_step, len(self.stream) - start), self.ranks, self.rank)
        return range(start, len(self.stream))[mine.start : mine.stop][
            at * self.micro_batch : (at + 1) * self.micro_batch
        ]

    def __getitem__(self, micro: int) -> list[dict[str, Any]]:
        """The sequences of a micro-batch."""
        if micro >= len(self):
            raise IndexError(micro)
        rows = [self.stream[i] for i in self.indices(micro)]
        return [{name: row[name] for name in COLUMNS} for row in rows] or [_idle(self.stream[0]["input_ids"])]


def _idle(input_ids: Sequence[int]) -> dict[str, Any]:
    """Two tokens without loss."""
    ids = list(input_ids[:2])
    return {"input_ids": ids, "labels": [IGNORED] * len(ids), "seq_lengths": [len(ids)]}
