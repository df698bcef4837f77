"""data/rows.parquet: what became of every row, one line each. Whoever doubts the ledger can count for himself."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from tune.data.findings import words_of
from tune.data.work import Made

NOT_SAMPLED = "not sampled"
ROWS_AT_ONCE = 1 << 16
"""Rows that are held before they are written."""


class Fates:
    """Writes the file, chunk by chunk."""

    def __init__(self, path: Path, files: dict[tuple[int, int], str]) -> None:
        """`files` are the shown names of the files, by (source, index of the file in it)."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        text = pa.dictionary(pa.int32(), pa.string())
        numbers = {name: pa.int32() for name in ("examples", "tokens", "loss_tokens", "cut_tokens")}
        self._schema = pa.schema(
            {"source": pa.int32(), "file": text, "line": pa.int64(), "fate": text, **numbers, "found": text}
        )
        self._writer = pq.ParquetWriter(str(path), self._schema)
        self._files = files
        self._columns: dict[str, list[Any]] = {name: [] for name in self._schema.names}

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Writes what is left and closes the file."""
        self._write()
        self._writer.close()

    def add(self, source: int, file: int, made: Made, skipped: list[int]) -> None:
        """The rows of a chunk, and the lines of it that the recipe's sample left out."""
        ends = np.cumsum([0, *made.counts])

        def sums(column: np.ndarray) -> list[int]:
            total = np.concatenate([[0], np.cumsum(column, dtype=np.int64)])
            found: list[int] = (total[ends[1:]] - total[ends[:-1]]).tolist()
            return found

        none = [0] * len(skipped)
        rows = len(made.lines) + len(skipped)
        columns: dict[str, list[Any]] = {
            "source": [source] * rows,
            "file": [self._files[source, file]] * rows,
            "line": made.lines + skipped,
            "fate": made.fates + [NOT_SAMPLED] * len(skipped),
            "examples": made.counts + none,
            "tokens": sums(made.lengths) + none,
            "loss_tokens": sums(made.loss) + none,
            "cut_tokens": sums(made.cut) + none,
            "found": [words_of(bits) if bits else "" for bits in made.found.tolist()] + [""] * len(skipped),
        }
        for name, values in columns.items():
            self._columns[name] += values
        if len(self._columns["line"]) >= ROWS_AT_ONCE:
            self._write()

    def _write(self) -> None:
        import pyarrow as pa

        if self._columns["line"]:
            columns = [pa.array(self._columns[field.name], field.type) for field in self._schema]
            self._writer.write_table(pa.Table.from_arrays(columns, schema=self._schema))
        self._columns = {name: [] for name in self._schema.names}
