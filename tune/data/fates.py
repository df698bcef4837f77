"""data/rows.parquet: what became of every row, one line each. Whoever doubts the ledger can count for himself."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from tune.data.findings import words_of
from tune.data.work import Made
from tune.sequences import column

NOT_SAMPLED = "not sampled"
ROWS_AT_ONCE = 1 << 16
"""Rows that are held before they are written."""
TEXTS = ("file", "fate", "found")
"""Columns of texts."""


class Fates:
    """Writes the file, chunk by chunk."""

    def __init__(self, path: Path, files: dict[tuple[int, int], str]) -> None:
        """`files` are the shown names of the files, by (source, index of the file in it)."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        text = pa.dictionary(pa.int32(), pa.string())
        names = ("source", "file", "line", "fate", "examples", "tokens", "loss_tokens", "cut_tokens", "found")
        kinds = dict.fromkeys(names, pa.int32()) | {"line": pa.int64()} | dict.fromkeys(TEXTS, text)
        self._schema = pa.schema(kinds)
        self._writer = pq.ParquetWriter(str(path), self._schema)
        self._files = files
        self._codes: dict[str, dict[str, int]] = {name: {} for name in TEXTS}
        """The texts of a column that holds few different ones, each with its number."""
        self._parts: list[dict[str, np.ndarray]] = []
        self._rows = 0

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Writes what is left and closes the file."""
        self._write()
        self._writer.close()

    def add(self, source: int, file: int, made: Made, skipped: list[int]) -> None:
        """The rows of a chunk, and the lines of it that the recipe's sample left out."""
        rows = len(made.lines) + len(skipped)
        ends = np.cumsum([0, *made.counts])

        def sums(numbers: np.ndarray) -> np.ndarray:
            total = np.concatenate([[0], np.cumsum(numbers, dtype=np.int64)])
            return _longer((total[ends[1:]] - total[ends[:-1]]).astype(np.int32), rows)

        bits, which = np.unique(_longer(made.found, rows), return_inverse=True)
        found = self._numbers("found", [words_of(one) if one else "" for one in bits.tolist()])
        self._parts.append(
            {
                "source": np.full(rows, source, np.int32),
                "file": np.repeat(self._numbers("file", [self._files[source, file]]), rows),
                "line": np.array(made.lines + skipped, np.int64),
                "fate": self._numbers("fate", made.fates + [NOT_SAMPLED] * len(skipped)),
                "examples": _longer(np.array(made.counts, np.int32), rows),
                "tokens": sums(made.lengths),
                "loss_tokens": sums(made.loss),
                "cut_tokens": sums(made.cut),
                "found": found[which],
            }
        )
        self._rows += rows
        if self._rows >= ROWS_AT_ONCE:
            self._write()

    def _numbers(self, name: str, texts: list[str]) -> np.ndarray:
        """The texts of a column by their numbers."""
        known = self._codes[name]
        return np.array([known.setdefault(one, len(known)) for one in texts], np.int32)

    def _write(self) -> None:
        import pyarrow as pa

        if self._rows:
            columns = []
            for name in self._schema.names:
                own = column(np.concatenate([part[name] for part in self._parts]))
                known = self._codes.get(name)
                columns.append(own if known is None else pa.DictionaryArray.from_arrays(own, _texts(list(known))))
            self._writer.write_table(pa.Table.from_arrays(columns, schema=self._schema))
        self._parts, self._rows = [], 0
        self._codes = {name: {} for name in TEXTS}  # a row group holds its own texts only


def _longer(values: np.ndarray, rows: int) -> np.ndarray:
    """With zeros for the rows that the sample left out."""
    return np.concatenate([values, np.zeros(rows - len(values), values.dtype)])


def _texts(texts: list[str]) -> Any:
    """Texts as an Arrow array."""
    import pyarrow as pa

    written = [text.encode() for text in texts]
    ends = np.cumsum([0, *map(len, written)], dtype=np.int32)
    return pa.Array.from_buffers(pa.string(), len(texts), [None, pa.py_buffer(ends), pa.py_buffer(b"".join(written))])
