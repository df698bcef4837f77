"""What a cluster stops a job with reaches every process of it at once; whatever they were doing, tune ends with 75."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from conftest import POCKET, write_recipe
from whole import start


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
