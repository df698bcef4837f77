"""Running the real command line in processes of their own, for tests of whole runs."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any


def tune(*arguments: Any, cwd: Path, check: bool = True, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    """Runs `tune ARGUMENTS` to its end; with `check`, a failure shows what it said."""
    command = [sys.executable, "-m", "tune", *map(str, arguments)]
    done = subprocess.run(
        command, cwd=cwd, input=stdin if stdin is not None else "", capture_output=True, text=True, check=False
    )
    assert not check or done.returncode == 0, done.stderr
    return done


def folder_of(done: subprocess.CompletedProcess[str], cwd: Path) -> Path:
    """The run directory that `tune run` printed on its last line."""
    return cwd / done.stdout.strip().splitlines()[-1]


def turn_a_bit(path: Path) -> None:
    """Changes the last byte of a file."""
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))


def start(*arguments: Any, cwd: Path) -> subprocess.Popen[str]:
    """Starts `tune ARGUMENTS` in a session of its own, so that a test can kill it without killing itself."""
    command = [sys.executable, "-m", "tune", *map(str, arguments)]
    return subprocess.Popen(
        command,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def wait_for_step(runs: Path, step: int, process: subprocess.Popen[str], seconds: float = 240) -> Path:
    """Waits until some run under `runs` has logged `step`; returns its folder."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for log in runs.glob("*/train/metrics.jsonl"):
            if log.read_text().count("\n") >= step:
                return log.parents[1]
        assert process.poll() is None, process.communicate()[1]
        time.sleep(0.02)
    raise AssertionError(f"no run reached step {step} in {seconds} s")


def worker_of(run: Path) -> int:
    """Process id of the worker that holds a run."""
    return int((run / "train" / "worker.lock").read_text().split()[1])


def alive(pid: int) -> bool:
    """Whether a process runs (a zombie that nobody waits for does not)."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


def quiet_environment() -> dict[str, str]:
    """The environment without what would change a run."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("TUNE_", "HF_"))}
