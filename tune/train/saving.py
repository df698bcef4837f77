"""When a checkpoint is due, whether the disk has room for it, what it cost, and the log that it is committed to."""

from __future__ import annotations

import errno
import json
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tune.digest import file_sha256
from tune.errors import TrainingLost
from tune.files import LEAST_FREE_BYTES, keep_steps, read_jsonl, write_text
from tune.modelfiles import ADAPTER_WEIGHTS
from tune.recipe.schema import INTERVAL, Keep
from tune.text import size
from tune.train.checkpoints import MARKER, folders, rotate, seal, sealed, step_of

LOG = "checkpoints.jsonl"
"""In the folder of the checkpoints: one line for each that was ever completed."""
MOST_OF_A_RUN = 0.02
"""Share of the time that saving may take when the interval is a time."""
SECONDS = {"s": 1, "min": 60, "h": 3600}


class Due:
    """Whether a checkpoint is due, by steps or by the clock.

    By the clock, what saving has taken, this save and the one at the end of the run stay under MOST_OF_A_RUN of the time
    since training began, each taken to cost what the last one did; the first is made when its time has come.
    """

    def __init__(self, save_every: int | str, clock: Callable[[], float] = time.monotonic) -> None:
        """`save_every` as in the recipe; time begins now."""
        self.steps = save_every if isinstance(save_every, int) else None
        self.clock, self.cost, self.spent = clock, 0.0, 0.0
        found = INTERVAL.fullmatch(save_every) if isinstance(save_every, str) else None
        self.seconds = int(found[1]) * SECONDS[found[2]] if found else 0
        self.started = self.began = clock()

    def __call__(self, step: int) -> bool:
        """Whether to save after `step`."""
        if self.steps is not None:
            return step % self.steps == 0
        now = self.clock()
        affordable = self.spent + 2 * self.cost <= MOST_OF_A_RUN * (now - self.started)
        return now - self.began >= self.seconds and affordable

    def saved(self, seconds: float) -> None:
        """A save is over, and took so long."""
        self.cost, self.began = seconds, self.clock()
        self.spent += seconds


@dataclass
class Saver:
    """Writes checkpoints into `folder`, seals and commits them, and removes what `keep` does not ask for."""

    folder: Path
    contract: dict[str, Any]
    conditions: dict[str, Any]
    keep: Keep
    due: Due
    expected_bytes: int
    """What a checkpoint takes: an estimate until one was written."""

    def save(self, step: int, write: Callable[[], None]) -> None:
        """Makes the checkpoint of a step; `write` writes its files. Raises TrainingLost when the disk is too full: then
        the complete ones stay as they are, and what was written of this one is removed."""
        started, folder = time.monotonic(), self.folder / f"checkpoint-{step}"
        self.folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(self.folder).free
        if free < self.expected_bytes:
            raise self._no_room(step, free)
        try:
            write()
            seal(folder, self.contract, self.conditions)
            self.expected_bytes = _bytes_in(folder)
            seconds = round(time.monotonic() - started, 4)
            commit(folder, seconds)
        except Exception as error:
            if not _means_full(error, self.folder):
                raise
            self.expected_bytes = max(self.expected_bytes, _bytes_in(folder) + LEAST_FREE_BYTES)
            shutil.rmtree(folder, ignore_errors=True)
            raise self._no_room(step, shutil.disk_usage(self.folder).free) from error
        rotate(self.folder, self.keep)
        self.due.saved(time.monotonic() - started)

    def _no_room(self, step: int, free: int) -> TrainingLost:
        missing = self.expected_bytes - free if self.expected_bytes > free else LEAST_FREE_BYTES
        kept = [p for p in folders(self.folder) if (p / MARKER).is_file()]
        last = f"{kept[-1].name}, the last complete one, is kept" if kept else "there is no complete one yet"
        return TrainingLost(
            f"step {step}: no space left to save. A checkpoint takes about {size(self.expected_bytes)}, {size(free)} are "
            f"free, {size(missing)} are missing; {last}. Free that much and run the same command."
        )


def _bytes_in(folder: Path) -> int:
    return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file())


def _means_full(error: Exception, folder: Path) -> bool:
    """Whether an error while writing comes from a full disk. torch and safetensors raise errors of their own then."""
    if getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT) or "No space left" in str(error):
        return True
    return shutil.disk_usage(folder).free < LEAST_FREE_BYTES and not isinstance(error, AssertionError)


def commit(folder: Path, seconds: float) -> None:
    """Adds a sealed checkpoint to the log, which outlives it: step, digests of its seal and adapter, cost of saving."""
    log = folder.parent / LOG
    line = {
        "step": step_of(folder),
        "seal_sha256": file_sha256(folder / MARKER),
        "adapter_sha256": sealed(folder)["files"].get(ADAPTER_WEIGHTS, {}).get("sha256"),
        "seconds": seconds,
    }
    before = [row for row in committed(log.parent) if row["step"] < line["step"]]
    write_text(log, "".join(json.dumps(row) + "\n" for row in [*before, line]))


def committed(checkpoints: Path) -> list[dict[str, Any]]:
    """The log, by step."""
    log = checkpoints / LOG
    return list(read_jsonl(log)) if log.exists() else []


def go_on_from(checkpoints: Path, checkpoint: Path | None) -> None:
    """Cuts the log back to the checkpoint that a run goes on from: later ones are made again. A kill may have come between
    the seal and its line; then the line is written now."""
    keep_steps(checkpoints / LOG, step_of(checkpoint) if checkpoint else 0)
    known = {row["step"]: row["seal_sha256"] for row in committed(checkpoints)}
    if checkpoint is not None and known.get(step_of(checkpoint)) != file_sha256(checkpoint / MARKER):
        commit(checkpoint, 0.0)
