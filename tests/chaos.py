"""Seeded kills of training at random instants, for tests: by the clock, some steps later, or inside a save."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from whole import alive, worker_of

Over = Callable[[], bool]


def logged(run: Path | None) -> int:
    """Steps that a run has logged."""
    log = run / "train/metrics.jsonl" if run else None
    return log.read_text().count("\n") if log is not None and log.exists() else 0


def working(run: Path | None) -> bool:
    """Whether a worker holds a run."""
    try:
        return run is not None and alive(worker_of(run))
    except (OSError, IndexError, ValueError):  # none came so far, or it writes its name just now
        return False


def half_saves(run: Path | None) -> set[str]:
    """Checkpoints that are being written, or were when their writer was killed."""
    folders = (run / "train/checkpoints").glob("checkpoint-*/") if run else ()
    return {folder.name for folder in folders if not (folder / "complete.json").exists()}


def wait_for_instant(find: Callable[[], Path | None], rng: random.Random, longest: float, over: Over) -> str:
    """Waits for one random instant of a training, from the first breath of its worker on, or until it is over; returns
    its kind. `find` gives the run directory as soon as there is one."""
    kind = rng.choice(("clock", "step", "save", "save"))
    while not over() and not working(find()):
        time.sleep(0.02)
    until = time.monotonic() + rng.uniform(0.1, longest)
    steps, late = rng.randint(1, 8), rng.uniform(0, 0.03)
    first, half = logged(find()), half_saves(find())
    while not over():
        run = find()
        if kind == "clock" and time.monotonic() >= until:
            break
        if kind == "step" and (logged(run) >= first + steps or 0 < logged(run) < first):
            break
        if kind == "save" and half_saves(run) - half:
            break
        time.sleep(0.003)
    time.sleep(late if kind != "save" else late / 3)
    return kind


def kill(who: str, process: subprocess.Popen[str], run: Path | None) -> None:
    """kill -9 of the launcher, of the worker, or of both; waits until none of them is left."""
    worker = worker_of(run) if run is not None and working(run) else 0
    if who in ("launcher", "both") or not worker:
        process.kill()
    if who in ("worker", "both") and worker and alive(worker):
        os.kill(worker, signal.SIGKILL)
    process.communicate(timeout=240)
    deadline = time.monotonic() + 120
    while worker and alive(worker):
        assert time.monotonic() < deadline, "the worker outlived its launcher"
        time.sleep(0.05)


def train_in_child(folder: Path, place: dict[str, str] | None = None) -> None:
    """What a forked child does: the worker's own training of a run, on one thread; `place` is what a launcher sets for one
    process of several."""
    from tune import ranks
    from tune.process import worker_lock
    from tune.records import Plan
    from tune.run import lock, open_run
    from tune.train import worker

    os.environ.update(place or {})
    run = open_run(folder)
    plan = run.read(Plan)
    with lock(run, worker_lock(int(os.environ.get("RANK", "0")))):
        others = ranks.join(plan.processes, plan.device.kind, 60)
        worker.train(run, lambda: False, others)
        others.leave()
