"""The sequences that a model is fed, as files: data/train.arrow and data/eval.arrow, written once and mapped into memory.

One row a sequence. `input_ids` and `labels` (-100: no loss) are its tokens; the other columns have one entry for each
example inside: how long it is (`seq_lengths`), how many of its labels carry loss, where its row stands (index of the
source, of the file in it, line), and what a check noticed about it. Arrow's stream format, as `datasets` maps it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import IntFlag
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from datasets import Dataset

SPLITS = ("train", "eval")
PER_EXAMPLE = ("seq_lengths", "seq_loss", "sources", "files", "lines", "flags")
"""Columns with one entry an example."""


class Flag(IntFlag):
    """What a check noticed about an example."""

    NO_STOP = 1
    """None of its learned tokens is a stop token."""
    PAD = 2
    """The pad token carries loss."""
    TWO_BEGINNINGS = 4
    """It begins with two beginning tokens."""
    CUT = 8
    """Turns of its row were cut off."""
    REPEAT = 16
    """The same tokens and labels stand earlier in the training rows."""
    LEAKED = 32
    """A held-out example that is also trained on."""
    COSTLY = 64
    """Over a tenth of all tokens."""
    NEAR = 128
    """Its row says nearly what an earlier one says."""
    PERSONAL = 256
    """A pattern of personal data stands in its row."""
    SECRET = 512
    """A pattern of a key or password stands in its row."""
    HIDDEN = 1024
    """Characters that nobody sees stand in its row."""
    CONTAMINATED = 2048
    """Its row shares a long sequence of words with what the model is evaluated on."""


def file(folder: Path, split: str) -> Path:
    """Where the sequences of a split lie in a run's data/."""
    return folder / f"{split}.arrow"


def load(folder: Path, split: str) -> Dataset:
    """The sequences of a split in a run's data/, mapped into memory: only what is touched is read."""
    from datasets import Dataset

    return Dataset.from_file(str(file(folder, split)))


def column(values: np.ndarray) -> Any:
    """Integers as an Arrow array on the same memory. `pyarrow.array` first imports pandas, which takes longer than many a
    data set."""
    import pyarrow as pa

    buffer = pa.py_buffer(np.ascontiguousarray(values))
    return pa.Array.from_buffers(pa.from_numpy_dtype(values.dtype), len(values), [None, buffer])


@contextmanager
def writer(path: Path) -> Iterator[Any]:
    """Yields a function that appends sequences: arrays of their tokens and of their examples, one after the other, and how
    many examples each sequence holds."""
    import pyarrow as pa

    types = {name: pa.int32() for name in ("input_ids", "labels", *PER_EXAMPLE)} | {"lines": pa.int64()}
    schema = pa.schema([(name, pa.list_(kind)) for name, kind in types.items()])

    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, schema) as stream:

        def append(found: dict[str, np.ndarray], examples: np.ndarray) -> None:
            ends = np.append(0, np.cumsum(examples))
            ends_of_tokens = np.append(0, np.cumsum(found["seq_lengths"]))[ends]
            columns = [
                pa.ListArray.from_arrays(
                    column((ends if name in PER_EXAMPLE else ends_of_tokens).astype(np.int32)),
                    column(found[name].astype(kind.to_pandas_dtype(), copy=False)),
                )
                for name, kind in types.items()
            ]
            stream.write_batch(pa.record_batch(columns, schema=schema))

        yield append


def counts(folder: Path, split: str) -> tuple[int, int, int, int] | None:
    """(sequences, examples, tokens, loss tokens) that the file of a split holds; None for one that is missing, cut off or
    damaged where it says what it holds. Reads two columns, and imports no `datasets`."""
    import pyarrow as pa

    found = np.zeros(4, np.int64)
    try:
        with pa.memory_map(str(file(folder, split))) as source, pa.ipc.open_stream(source) as stream:
            for batch in stream:
                lengths, loss = (batch.column(name).flatten().to_numpy() for name in ("seq_lengths", "seq_loss"))
                found += (batch.num_rows, len(lengths), lengths.sum(dtype=np.int64), loss.sum(dtype=np.int64))
    except (OSError, KeyError, pa.ArrowException):
        return None
    sequences, examples, tokens, learned = found.tolist()
    return sequences, examples, tokens, learned


def totals(rows: Dataset, order: Iterable[int]) -> tuple[int, int, int]:
    """(examples, tokens, loss tokens) of the sequences at these indexes, repeats counted."""
    lengths, loss = (rows.data.column(name).combine_chunks() for name in ("seq_lengths", "seq_loss"))
    picked = np.bincount(np.fromiter(order, np.int64), minlength=len(rows))
    examples = np.diff(lengths.offsets.to_numpy())
    times = np.repeat(picked, examples)
    tokens = lengths.values.to_numpy().astype(np.int64)
    return int(times.sum()), int((times * tokens).sum()), int((times * loss.values.to_numpy()).sum())
