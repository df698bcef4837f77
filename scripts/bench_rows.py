"""Many rows: time and peak memory of the whole data stage, and the time that a cache hit takes.

    python -m scripts.bench_rows                    a million short rows
    python -m scripts.bench_rows --number 200_000

The memory is the sum over this process and its workers of what each holds for itself, and the file pages that it has
mapped are left out (the system may drop these at any time). The last line is JSON:
{"rows", "bytes", "seconds", "peak_bytes", "hit_seconds"}.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

import psutil

from scripts.bench_data import make_base, write_rows
from tune.data.stage import data
from tune.recipe import load
from tune.records import Ledger
from tune.run import Run

RECIPE = """\
recipe: 1
name: many
base: {model: base}
data:
  train:
    - path: rows.jsonl
"""


class Peak:
    """Watches how much memory this process and its children hold."""

    def __init__(self) -> None:
        """Starts to watch."""
        self.bytes = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> int:
        """The largest sum so far, in bytes."""
        self._ended.set()
        self._thread.join()
        return self.bytes

    def _watch(self) -> None:
        own = psutil.Process()
        while not self._ended.wait(0.2):
            total = 0
            for process in (own, *own.children(recursive=True)):
                with suppress(psutil.Error):
                    memory = process.memory_info()
                    total += memory.rss - memory.shared
            self.bytes = max(self.bytes, total)


def write_short_rows(path: Path, number: int) -> None:
    """Rows of a few words, each another."""
    with path.open("w", encoding="utf-8") as file:
        for i in range(number):
            messages = [
                {"role": "user", "content": f"What is {i} and one?"},
                {"role": "assistant", "content": f"It is {i + 1}."},
            ]
            file.write(json.dumps({"messages": messages}) + "\n")


def run_in(folder: Path, name: str) -> Run:
    """A run directory with its base record."""
    from tune import base as base_stage

    loaded = load(folder / "recipe.yaml")
    run = Run(folder / name, loaded.recipe, folder)
    run.folder.mkdir()
    base_stage.base(run)
    return run


def main() -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--number", type=int, default=1_000_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["XDG_CACHE_HOME"] = str(folder / "cache")
        os.chdir(folder)
        write_rows(folder / "words.jsonl", 500)
        make_base(folder / "base", None, folder / "words.jsonl")
        write_short_rows(folder / "rows.jsonl", asked.number)
        (folder / "recipe.yaml").write_text(RECIPE)
        first, second = run_in(folder, "first"), run_in(folder, "second")
        peak, started = Peak(), time.perf_counter()
        ledger = data(first)
        seconds, peak_bytes = time.perf_counter() - started, peak.stop()
        started = time.perf_counter()
        assert data(second) == ledger
        hit = time.perf_counter() - started
        kept = first.read(Ledger).kept("train")
        assert kept == asked.number, kept
        print(f"{kept} rows in {seconds:.0f} s, at most {peak_bytes / 1e9:.2f} GB; again {hit:.2f} s", file=sys.stderr)
        size = (folder / "rows.jsonl").stat().st_size
        result = {"rows": kept, "bytes": size, "seconds": round(seconds, 1), "peak_bytes": peak_bytes}
        print(json.dumps({**result, "hit_seconds": round(hit, 2)}))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
