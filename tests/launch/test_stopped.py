"""What a cluster stops a job with reaches every process of it at once; whatever they were doing, tune ends with 75."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from conftest import POCKET, write_recipe
from whole import start, wait_for_step, worker_of


def until(process: subprocess.Popen[str], true: Callable[[], bool], seconds: float = 240) -> None:
    """Waits for something that a running command does."""
    deadline = time.monotonic() + seconds
    while not true():
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGUSR1])
def test_before_training(project: Path, number: int) -> None:
    """Asked to stop while rows are prepared: 75, without a traceback."""
    process = start("run", write_recipe(project / "recipe.yaml", POCKET), cwd=project)
    until(process, lambda: bool(list(project.glob("runs/*/base.json"))))
    process.send_signal(number)
    _, said = process.communicate(timeout=120)
    assert (process.returncode, "Traceback" in said) == (75, False), said


@pytest.mark.slow
def test_while_the_training_process_starts(project: Path) -> None:
    """SIGTERM to every process while the one that trains still loads its libraries: it hears of it when it can, and saves
    after its first step."""
    process = start("run", write_recipe(project / "recipe.yaml", POCKET), cwd=project)

    def workers() -> list[psutil.Process]:
        with suppress(psutil.Error):
            children = psutil.Process(process.pid).children(recursive=True)
            return [child for child in children if "tune.train.worker" in child.cmdline()]
        return []

    until(process, lambda: bool(workers()))
    for one in [*workers(), psutil.Process(process.pid)]:
        one.terminate()
    _, said = process.communicate(timeout=240)
    assert process.returncode == 75, said
    assert "saved and stopped" in said
    assert list(project.glob("runs/*/train/checkpoints/checkpoint-1/complete.json"))


@pytest.mark.slow
def test_however_often_one_asks(project: Path, tiny_base: Path) -> None:
    """Ctrl-C again and again, also while the training process is being ended: everything ends at once, with 75, and the
    same command goes on."""
    section = {"max_steps": 2000, "save_every": 2, "adapter": {"rank": 4, "alpha": 8}}
    process = start("run", write_recipe(project / "recipe.yaml", tiny_base, train=section), cwd=project)
    worker = worker_of(wait_for_step(project / "runs", 3, process))
    os.kill(worker, signal.SIGSTOP)  # or it might save and leave after the first of them
    while Path(f"/proc/{worker}").exists():  # until it was waited for: some come just then
        process.send_signal(signal.SIGINT)
        time.sleep(0.001)
    _, said = process.communicate(timeout=60)
    assert (process.returncode, "Traceback" in said) == (75, False), said
    assert "stopped" in said


FORGOTTEN = """
import os, signal, time
from tune.cli import stopping

class Gone:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGTERM)

stopping.listen()
try:
    one = Gone()
    del one
    time.sleep(30)
except KeyboardInterrupt:
    print("stopped")
"""


def test_a_signal_where_python_forgets_exceptions() -> None:
    """It comes while an object is being deleted, and is heard nevertheless, without a word of Python's."""
    done = subprocess.run([sys.executable, "-c", FORGOTTEN], capture_output=True, text=True, timeout=60, check=True)
    assert (done.stdout, done.stderr) == ("stopped\n", "")


ENDING = """
import os, signal, subprocess, threading
from tune.launch import local

worker = subprocess.Popen(["sleep", "1"], stdin=subprocess.PIPE)  # not in a group of its own, so that it is not killed
asked = local.Asked([worker], saves=False)
signal.signal(signal.SIGINT, asked)
threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
local._end([worker])
print(asked.at_once, worker.returncode)
"""


def test_a_signal_while_workers_are_being_ended(tmp_path: Path) -> None:
    """It comes while the command waits for the end of a worker, and holds nothing up."""
    done = subprocess.run([sys.executable, "-c", ENDING], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "True 0\n"
