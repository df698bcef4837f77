"""Examples on disk while they are prepared: tokens and labels one after the other, read again in any order.

What is held in memory is some 35 bytes an example; tokens and leaves, however many, are not.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import numpy as np

from tune.data.work import Made

COLUMNS = {"lengths": np.int32, "loss": np.int32, "cut": np.int32, "flags": np.int32}
PLACES = {"sources": np.int32, "files": np.int32, "lines": np.int64, "uses": np.int16}
FILES = {"ids": np.dtype(np.int32), "labels": np.dtype(np.int32), "leaves": np.dtype("S32")}


class Store:
    """The examples of all sources in the order in which they were read."""

    def __init__(self, folder: Path) -> None:
        """Three files in `folder`, which is there; `remove` deletes them."""
        self._paths = {name: folder / f"{name}.tmp" for name in FILES}
        self._files: dict[str, IO[bytes]] = {name: path.open("wb") for name, path in self._paths.items()}
        self._parts: dict[str, list[np.ndarray]] = {name: [] for name in (*COLUMNS, *PLACES)}

    def add(self, made: Made, source: int, file: int, uses: np.ndarray) -> None:
        """Appends the examples of a chunk; `uses` says for each row how often an epoch holds it."""
        examples = len(made.leaves)
        for name, content in (("ids", made.ids), ("labels", made.labels), ("leaves", b"".join(made.leaves))):
            self._files[name].write(content)
        for name in COLUMNS:
            self._parts[name].append(getattr(made, name))
        self._parts["sources"].append(np.full(examples, source, np.int32))
        self._parts["files"].append(np.full(examples, file, np.int32))
        self._parts["lines"].append(np.repeat(np.array(made.lines, np.int64), made.counts))
        self._parts["uses"].append(np.repeat(uses, made.counts))

    def close(self) -> Examples:
        """All that was added, to be read."""
        for file in self._files.values():
            file.close()
        columns = {}
        for name, kind in {**COLUMNS, **PLACES}.items():
            columns[name] = np.concatenate([np.zeros(0, kind), *self._parts.pop(name)]).astype(kind, copy=False)
        maps = {name: _mapped(path) for name, path in self._paths.items()}
        return Examples(maps, columns, tuple(self._paths.values()))


def _mapped(path: Path) -> mmap.mmap | None:
    """A file as memory; None for one without content, which cannot be mapped."""
    with path.open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if path.stat().st_size else None


class Examples:
    """Finished examples. The columns are arrays with an entry each."""

    def __init__(
        self, maps: dict[str, mmap.mmap | None], columns: dict[str, np.ndarray], paths: tuple[Path, ...]
    ) -> None:
        """`maps` holds what lies in the files at `paths`: the tokens of all, one after the other, and the leaves."""
        self._paths, self._maps = paths, maps
        # Plain arrays: a slice of numpy's own type for mapped files takes ten times as long.
        whole = {name: np.frombuffer(held or b"", FILES[name]) for name, held in maps.items()}
        self._ids, self._labels = whole["ids"], whole["labels"]
        self.lengths, self.loss, self.cut = columns["lengths"], columns["loss"], columns["cut"]
        self.flags = columns["flags"]
        """Bits of `tune.sequences.Flag`; more are set once all are known."""
        self.sources, self.files, self.lines = columns["sources"], columns["files"], columns["lines"]
        self.uses = columns["uses"]
        """How often an epoch holds the example."""
        self.leaves = whole["leaves"]
        """Leaves as fixed strings of 32 bytes, to be compared and sorted. numpy shows a single one without zero bytes at
        its end: see `whole_leaves`."""
        self._starts = np.concatenate([[0], np.cumsum(self.lengths, dtype=np.int64)])

    def remove(self) -> None:
        """Deletes the files. What is mapped stays readable as long as this object lives."""
        for path in self._paths:
            path.unlink()

    def let_go(self) -> None:
        """Lets the system forget what was read, so that a process that has read everything does not seem to hold it."""
        for held in self._maps.values():
            if held is not None:
                held.madvise(mmap.MADV_DONTNEED)

    def keys(self) -> np.ndarray:
        """64 bits of each leaf: examples that are alike have the same, and hardly any others do."""
        return self.leaves.view(np.uint64)[::4].copy()

    def first_bytes(self) -> np.ndarray:
        """Of each leaf."""
        return self.leaves.view(np.uint8)[::32]

    def tokens(self, i: int) -> tuple[np.ndarray, np.ndarray]:
        """(input_ids, labels) of an example."""
        part = slice(self._starts[i], self._starts[i + 1])
        return self._ids[part], self._labels[part]

    def joined(self, members: np.ndarray) -> dict[str, np.ndarray]:
        """Some examples one after the other, as `tune.sequences` writes them."""
        bounds = zip(self._starts[members].tolist(), self._starts[members + 1].tolist(), strict=True)
        parts = [slice(start, end) for start, end in bounds]
        return {
            "input_ids": np.concatenate([self._ids[part] for part in parts]),
            "labels": np.concatenate([self._labels[part] for part in parts]),
            "seq_lengths": self.lengths[members],
            "seq_loss": self.loss[members],
            "sources": self.sources[members],
            "files": self.files[members],
            "lines": self.lines[members],
            "flags": self.flags[members],
        }


def whole_leaves(leaves: np.ndarray) -> Iterator[bytes]:
    """The leaves of a column with all of their 32 bytes."""
    for begin in range(0, len(leaves), 1 << 16):
        joined = np.ascontiguousarray(leaves[begin : begin + (1 << 16)]).tobytes()
        for i in range(0, len(joined), 32):
            yield joined[i : i + 32]
