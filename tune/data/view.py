"""Prepared rows, read from a run's data/ to be looked at: any example by its row, its length, or what a check noticed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tune import sequences
from tune.receipt import IGNORED
from tune.records import Ledger


@dataclass(frozen=True)
class Example:
    """One example with where its row stands, and its flags (`tune.sequences.Flag`)."""

    place: str
    line: int
    input_ids: list[int]
    labels: list[int]
    flags: int

    @property
    def loss_tokens(self) -> int:
        """Labels that carry loss."""
        return len(self.labels) - self.labels.count(IGNORED)


class View:
    """All examples of one split in the order of the recipe and its files. Tokens are read when they are asked for."""

    def __init__(self, folder: Path, ledger: Ledger, split: str) -> None:
        """`folder` is the finished data/ of a run."""
        self._rows: Any = sequences.load(folder, split)
        self._ledger = ledger
        columns = {name: self._rows.data.column(name).combine_chunks() for name in sequences.PER_EXAMPLE}
        values = {name: column.values.to_numpy() for name, column in columns.items()}
        examples = np.diff(columns["lines"].offsets.to_numpy())
        sequence = np.repeat(np.arange(len(examples)), examples)
        ends = np.cumsum(values["seq_lengths"], dtype=np.int64)
        tokens = (
            np.add.reduceat(values["seq_lengths"], np.concatenate([[0], np.cumsum(examples)[:-1]]))
            if len(ends)
            else ends
        )
        before = np.concatenate([[0], np.cumsum(tokens, dtype=np.int64)[:-1]]) if len(ends) else ends
        begin = ends - values["seq_lengths"] - before[sequence]
        order = np.lexsort((values["lines"], values["files"], values["sources"]))
        self._sequence, self._begin = sequence[order], begin[order]
        self.lengths, self.loss, self.flags = (values[n][order] for n in ("seq_lengths", "seq_loss", "flags"))
        self.sources, self.files, self.lines = (values[n][order] for n in ("sources", "files", "lines"))

    def __len__(self) -> int:
        """How many there are."""
        return len(self.lengths)

    def __getitem__(self, i: int) -> Example:
        """One of them."""
        row = self._rows[int(self._sequence[i])]
        part = slice(int(self._begin[i]), int(self._begin[i] + self.lengths[i]))
        file = self._ledger.sources[self.sources[i]].files[self.files[i]].name
        line = int(self.lines[i])
        return Example(f"{file}:{line}", line, row["input_ids"][part], row["labels"][part], int(self.flags[i]))
