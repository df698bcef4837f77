"""Examples on disk while they are prepared: tokens and labels one after the other, read again in any order.

What is held in memory is some 60 bytes an example; the tokens, however many, are not.
"""

from __future__ import annotations

from pathlib import Path
from typing import IO

import numpy as np

from tune.data.work import Made

COLUMNS = {"lengths": np.int32, "loss": np.int32, "cut": np.int32, "flags": np.int32}


class Store:
    """The examples of all sources in the order in which they were read."""

    def __init__(self, folder: Path) -> None:
        """Two files in `folder`, which is there."""
        self._files: dict[str, IO[bytes]] = {name: (folder / f"{name}.i32").open("w+b") for name in ("ids", "labels")}
        self._parts: dict[str, list[np.ndarray]] = {
            name: [] for name in (*COLUMNS, "sources", "files", "lines", "uses", "leaves")
        }

    def add(self, made: Made, source: int, file: int, uses: np.ndarray) -> None:
        """Appends the examples of a chunk; `uses` says for each row how often an epoch holds it."""
        if not made.leaves:
            return
        self._files["ids"].write(made.ids)
        self._files["labels"].write(made.labels)
        for name in COLUMNS:
            self._parts[name].append(getattr(made, name))
        examples = len(made.leaves)
        self._parts["sources"].append(np.full(examples, source, np.int32))
        self._parts["files"].append(np.full(examples, file, np.int32))
        self._parts["lines"].append(np.repeat(np.array(made.lines, np.int64), made.counts))
        self._parts["uses"].append(np.repeat(uses, made.counts))
        self._parts["leaves"].append(np.frombuffer(b"".join(made.leaves), "S32"))

    def close(self) -> Examples:
        """All that was added, to be read."""
        columns = {
            name: np.concatenate(parts) if parts else np.zeros(0, COLUMNS.get(name, np.int64))
            for name, parts in self._parts.items()
        }
        if not self._parts["leaves"]:
            columns["leaves"] = np.zeros(0, "S32")
        for file in self._files.values():
            file.flush()
        tokens = {name: _mapped(Path(file.name)) for name, file in self._files.items()}
        for file in self._files.values():
            file.close()
        return Examples(tokens["ids"], tokens["labels"], columns)


def _mapped(path: Path) -> np.ndarray:
    return np.memmap(path, np.int32, "r") if path.stat().st_size else np.zeros(0, np.int32)


class Examples:
    """Finished examples. The columns are arrays with an entry each."""

    def __init__(self, ids: np.ndarray, labels: np.ndarray, columns: dict[str, np.ndarray]) -> None:
        """`ids` and `labels` hold the tokens of all, one after the other."""
        self._ids, self._labels = ids, labels
        self.lengths, self.loss, self.cut = columns["lengths"], columns["loss"], columns["cut"]
        self.flags = columns["flags"]
        """Bits of `tune.sequences.Flag`; more are set once all are known."""
        self.sources, self.files, self.lines = columns["sources"], columns["files"], columns["lines"]
        self.uses = columns["uses"]
        """How often an epoch holds the example."""
        self.leaves = columns["leaves"]
        """Leaves as fixed strings of 32 bytes. numpy shows them without zero bytes at their ends: see `leaf_bytes`."""
        self._starts = np.concatenate([[0], np.cumsum(self.lengths, dtype=np.int64)])

    def tokens(self, i: int) -> tuple[np.ndarray, np.ndarray]:
        """(input_ids, labels) of an example."""
        part = slice(self._starts[i], self._starts[i + 1])
        return self._ids[part], self._labels[part]

    def sequence(self, members: np.ndarray) -> dict[str, np.ndarray]:
        """Some examples one after the other, as `tune.sequences` writes them."""
        parts = [self.tokens(i) for i in members.tolist()]
        return {
            "input_ids": np.concatenate([ids for ids, _ in parts]),
            "labels": np.concatenate([labels for _, labels in parts]),
            "seq_lengths": self.lengths[members],
            "seq_loss": self.loss[members],
            "sources": self.sources[members],
            "files": self.files[members],
            "lines": self.lines[members],
            "flags": self.flags[members],
        }


def leaf_bytes(leaves: np.ndarray) -> list[bytes]:
    """The leaves of a column as whole 32 bytes each."""
    joined = np.ascontiguousarray(leaves).tobytes()
    return [joined[i : i + 32] for i in range(0, len(joined), 32)]
