"""A clock that is wrong, and goes backwards while a run is at work: nothing but the times that are written down depends on it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from whole import folder_of, tune

from tune.files import read_jsonl
from tune.records import TrainRecord
from tune.run import open_run

CROOKED = """
import itertools, os, time
offset, calls, real = float(os.environ["CLOCK_OFFSET"]), itertools.count(), time.time
time.time = lambda: real() + offset - 3600 * (next(calls) // 10)
time.time_ns = lambda: int(time.time() * 1e9)
open(os.environ["CLOCK_SEEN"], "a").write(".")
"""
"""A sitecustomize: in every process the clock is off, and goes back by an hour at each tenth look."""
YEAR = 365 * 24 * 3600


@pytest.mark.long
@pytest.mark.usefixtures("one_core")
def test_a_run_over_clocks_that_go_backwards(recipe: Callable[..., Path], project: Path, tmp_path: Path) -> None:
    """Begun in the future and stopped, continued in the past, both with a clock that goes back: saved by the clock, no time
    left is negative, every step took some time, and the adapter has the bytes of an undisturbed run."""
    recipe(train={"max_steps": 300, "save_every": "1s"})
    straight = open_run(folder_of(tune("run", "recipe.yaml", "--runs", "straight", cwd=project), project))
    (tmp_path / "site").mkdir()
    (tmp_path / "site/sitecustomize.py").write_text(CROOKED)
    paths = os.pathsep.join([str(tmp_path / "site"), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, "-m", "tune", "run", "recipe.yaml", "--runs", "crooked"]

    def start(offset: float) -> subprocess.Popen[str]:
        seen = str(tmp_path / "seen")
        environment = os.environ | {"PYTHONPATH": paths, "CLOCK_OFFSET": str(offset), "CLOCK_SEEN": seen}
        return subprocess.Popen(command, cwd=project, env=environment, stderr=subprocess.PIPE, text=True)

    first = start(YEAR)
    until = time.monotonic() + 300
    while not list(project.glob("crooked/*/train/checkpoints/*/complete.json")) and time.monotonic() < until:
        time.sleep(0.05)
    first.send_signal(signal.SIGINT)
    said = first.communicate()[1]
    assert first.returncode == 75, said
    second = start(-20 * YEAR)
    said += second.communicate()[1]
    assert second.returncode == 0, said
    assert len((tmp_path / "seen").read_text()) >= 4, "each command and its worker had a crooked clock"
    run = open_run(next((project / "crooked").iterdir()))
    assert "going on from step" in said
    assert " left" in said
    assert "  -" not in said
    assert all(row["seconds"] > 0 for row in read_jsonl(run.path("train/metrics.jsonl")))
    assert all(row["seconds"] >= 0 for row in read_jsonl(run.path("train/checkpoints/checkpoints.jsonl")))
    found = run.read(TrainRecord)
    assert found.adapter == straight.read(TrainRecord).adapter
    assert found.receipt == straight.read(TrainRecord).receipt
    assert found.made.seconds > 0
    assert "VERIFIED" in tune("verify", run.path("adapter"), cwd=project).stdout
