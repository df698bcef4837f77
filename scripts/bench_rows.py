"""Many rows: time and peak memory of the whole data stage, and the time that a cache hit takes.

    python -m scripts.bench_rows                    a million short rows
    python -m scripts.bench_rows --number 200_000
    python -m scripts.bench_rows --gigabytes 10     rows of 2 kB, as many as that are, and 3 % of it in ordinary chats

A row of 2 kB is a short question and its answer, each of other words than all others, beside columns that nobody trains on
(a page of text, an address, numbers), as data sets have them: with rows that are read to their last byte and give few
tokens, memory that grows with rows shows before the disk is full of tokens.

The memory is the sum over this process and its workers: `peak_bytes` of what each holds for itself, and `peak_pss_bytes`
with its share of the file pages that it has mapped, which the system may drop at any time. The last line is JSON:
{"rows", "bytes", "seconds", "peak_bytes", "peak_pss_bytes", "parent_peak_bytes", "hit_seconds"}.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

import psutil

from scripts.bench_data import make_base, write_rows
from scripts.pocket import explanations, stories
from scripts.pocket.corpus import plain
from tune.data.stage import data
from tune.recipe import load
from tune.run import Run

RECIPE = """\
recipe: 1
name: many
base: {model: base}
data:
  long: drop
  train:
    - path: rows.jsonl
"""
PAGE = 1_750
"""Characters of a wide row's page that nobody trains on."""
CHATS = 0.03
"""Share of the bytes that ordinary chats have beside wide rows."""


class Peak:
    """Watches how much memory this process and its children hold."""

    def __init__(self) -> None:
        """Starts to watch."""
        self.bytes = self.pss_bytes = self.own_bytes = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> dict[str, int]:
        """The largest sums, and the largest resident size of this process alone."""
        self._ended.set()
        self._thread.join()
        return {"peak_bytes": self.bytes, "peak_pss_bytes": self.pss_bytes, "parent_peak_bytes": self.own_bytes}

    def _watch(self) -> None:
        own = psutil.Process()
        while not self._ended.wait(0.2):
            total = shared = 0
            for process in (own, *own.children(recursive=True)):
                with suppress(psutil.Error):
                    memory = process.memory_full_info()
                    total += memory.rss - memory.shared
                    shared += memory.pss
            self.bytes, self.pss_bytes = max(self.bytes, total), max(self.pss_bytes, shared)
            self.own_bytes = max(self.own_bytes, own.memory_info().rss)


def write_short_rows(path: Path, number: int) -> None:
    """Rows of a few words, each another."""
    with path.open("w", encoding="utf-8") as file:
        for i in range(number):
            messages = [
                {"role": "user", "content": f"What is {i} and one?"},
                {"role": "assistant", "content": f"It is {i + 1}."},
            ]
            file.write(json.dumps({"messages": messages}) + "\n")


def write_wide_rows(path: Path, size: int) -> None:
    """Rows of 2 kB up to so many bytes: some 30 words to train on, no two rows alike, beside columns that are not read."""
    draw = random.Random(2)
    texts = [plain(writer.write(draw)) for _ in range(1000) for writer in (explanations, stories)]
    words = sorted({word for text in texts for word in text.split()})
    pages = [json.dumps("\n".join(draw.choices(texts, k=12))[:PAGE]) for _ in range(500)]
    written = number = 0
    with path.open("w", encoding="utf-8") as file:
        while written < size:
            said = draw.choices(words, k=32)
            question, answer = json.dumps(" ".join(said[:12]) + "?"), json.dumps(" ".join(said[12:]) + ".")
            written += file.write(
                f'{{"id": "row-{number:09}", "url": "https://pages.example/{number * 7919 % 1000003}/index.html", '
                f'"page": {pages[number % 500]}, "read": {number * 37 % 100_000}, "kept": true, "messages": '
                f'[{{"role": "user", "content": {question}}}, {{"role": "assistant", "content": {answer}}}]}}\n'
            )
            number += 1


def run_in(folder: Path, name: str) -> Run:
    """A run directory with its base record."""
    from tune import base as base_stage

    loaded = load(folder / "recipe.yaml")
    run = Run(folder / name, loaded.recipe, folder)
    run.folder.mkdir()
    base_stage.base(run)
    return run


def measure(folder: Path, recipe: str) -> dict[str, int | float]:
    """The data stage on the rows of a folder, and once more from the cache."""
    (folder / "recipe.yaml").write_text(recipe)
    first, second = run_in(folder, "first"), run_in(folder, "second")
    peak, started = Peak(), time.perf_counter()
    ledger = data(first)
    seconds, peaks = time.perf_counter() - started, peak.stop()
    started = time.perf_counter()
    assert data(second) == ledger
    hit = time.perf_counter() - started
    rows, size = ledger.kept("train"), sum(source.bytes for source in ledger.sources)
    assert rows == sum(source.rows.loaded - source.rows.dropped.get("too long", 0) for source in ledger.sources)
    most = peaks["peak_bytes"] / 1e9
    print(f"{rows} rows in {seconds:.0f} s, at most {most:.2f} GB; again {hit:.2f} s", file=sys.stderr)
    return {"rows": rows, "bytes": size, "seconds": round(seconds, 1), **peaks, "hit_seconds": round(hit, 2)}


def main() -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--number", type=int, default=1_000_000, help="short rows")
    parser.add_argument("--gigabytes", type=float, help="wide rows and chats instead, so many gigabytes of them")
    parser.add_argument("--folder", type=Path, help="where the rows are written; a temporary folder of the system's")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.folder) as name:
        folder = Path(name)
        os.environ["XDG_CACHE_HOME"] = str(folder / "cache")
        os.chdir(folder)
        write_rows(folder / "words.jsonl", 500)
        make_base(folder / "base", None, folder / "words.jsonl")
        recipe = RECIPE
        if asked.gigabytes is None:
            write_short_rows(folder / "rows.jsonl", asked.number)
        else:
            write_wide_rows(folder / "rows.jsonl", int(asked.gigabytes * (1 - CHATS) * 1e9))
            write_rows(folder / "chats.jsonl", int(asked.gigabytes * CHATS * 1e9 / 1_100))
            recipe += "    - path: chats.jsonl\n"
        print(json.dumps(measure(folder, recipe)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
