"""What every process does that computes a part of a run, whatever it computes: one a device, several together.

How many there are, and which this is, it reads from the environment (`tune.ranks`), whoever set it: `tune.launch`,
accelerate, torchrun or srun. It holds a lock of its own, so that an orphan can never write beside its successor. SIGTERM,
SIGINT or SIGUSR1 to any of the processes ask all to stop. With `--attended` its standard input belongs to who started it:
a line there asks to stop, and its end, or the death of the parent, ends the process. How it ended stands in
train/outcome.json, because a launcher in between may lose exit codes.
"""

from __future__ import annotations

import ctypes
import errno
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from tune import hub, models
from tune.errors import (
    EXIT_DONE,
    EXIT_FAILED,
    EXIT_INTERRUPTED,
    TrainingFailed,
    TrainingLost,
    TuneError,
    UserError,
)
from tune.files import full_disk, write_json, write_text
from tune.ranks import Ranks, join, lost, place
from tune.records import Plan
from tune.run import Run, lock, open_run
from tune.text import kind_and_line

OUTCOME = "train/outcome.json"
MEASURED = "train/outcome-evaluate.json"
"""Another file: a machine that is told late how the training ended must still find it."""
TRACEBACK = "train/traceback.txt"
THE_DISK = {errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO, errno.ESTALE, errno.EDQUOT}
"""Errors that a person mends, and not tune: no right to write, a quota, a device that fails."""
PR_SET_PDEATHSIG = 1
"""From <sys/prctl.h>."""


def worker_lock(rank: int) -> str:
    """The lock that a process of a run holds while it lives."""
    return f"train/worker-{rank}.lock" if rank else "train/worker.lock"


class Stop:
    """Whether someone asked this process to save and leave."""

    def __init__(self) -> None:
        """Nobody has."""
        self.asked = False

    def listen(self, attended: bool) -> None:
        """Hears signals, those too that came while this process was starting, and, when attended, the process at the other
        end of standard input."""
        numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1)
        for number in numbers:
            signal.signal(number, self._hear)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, numbers)
        if attended:
            _die_with_parent()
            threading.Thread(target=self._watch, daemon=True).start()

    def _hear(self, number: int, frame: Any) -> None:
        self.asked = True

    def _watch(self) -> None:
        """A line asks to stop; the end of input means that the launcher is gone: nobody would hear of what we do."""
        for _ in sys.stdin:
            self.asked = True
        os._exit(EXIT_FAILED)

    def __call__(self) -> bool:
        """True once a stop was asked for."""
        return self.asked


def _die_with_parent() -> None:
    """Lets the system kill this process when its parent dies: a process that is stopped hears of nothing else."""
    with suppress(OSError, AttributeError):  # Linux only; elsewhere the end of standard input has to do
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def carry_out(work: Callable[[Run, Callable[[], bool], Ranks], bool], told: str = OUTCOME) -> None:
    """The life of a process `python -m MODULE RUN [--attended]`: finds its place, meets the others, does the work and
    writes into the file `told` how it ended. `work` returns whether it came to its end; False when it was stopped. Does not return."""
    hub.quiet_libraries()
    stop = Stop()
    stop.listen(attended="--attended" in sys.argv)
    run = open_run(Path(sys.argv[1]))
    outcome: dict[str, Any]
    try:
        with lock(run, worker_lock(place(os.environ)[0]), wait_seconds=10):
            ranks = join(run.read(Plan).processes, run.read(Plan).device.kind, run.recipe.launch.deadline_seconds)
            done = work(run, stop, ranks)
            ranks.leave()
        outcome, code = ({"outcome": "done"}, EXIT_DONE) if done else ({"outcome": "interrupted"}, EXIT_INTERRUPTED)
    except TuneError as error:
        outcome, code = {"outcome": "failed", "what": str(error), "why": _why(error)}, EXIT_FAILED
    except Exception as error:  # noqa: BLE001  # the border of the process: a full disk comes as RuntimeError from torch
        if not lost(error):
            with suppress(OSError):
                write_text(run.path(TRACEBACK), traceback.format_exc())
        kind = "out of memory" if models.is_out_of_memory(error) else "failed"
        outcome, code = {"outcome": kind, "what": _in_words(run, error), "why": "accident"}, EXIT_FAILED
    # Of several processes the one that failed first knows why; the others only lost it.
    if code != EXIT_FAILED or not run.path(told).exists():
        try:
            write_json(run.path(told), outcome)
        except OSError:  # on a full disk the launcher finds its own words; of another disk that fails it knows nothing
            print(f"train: {outcome.get('what', outcome['outcome'])}", file=sys.stderr)
    sys.stderr.flush()
    os._exit(code)  # the watching thread is blocked in a read and must not hold the process


def _why(error: TuneError) -> str:
    """Whether what a person wrote is wrong, a guard stopped, or something happened that says nothing of the training."""
    if isinstance(error, UserError):
        return "usage"
    return "guard" if isinstance(error, TrainingFailed) and not isinstance(error, TrainingLost) else "accident"


def _in_words(run: Run, error: Exception) -> str:
    """An error of a library or the system, for people: what, and what to do."""
    full = full_disk(run.folder)
    if full is not None:
        return full
    if lost(error):
        rank, size = place(os.environ)
        return (
            f"rank {rank} of {size} lost another process: it is gone, or did not answer within "
            f"{run.recipe.launch.deadline_seconds} s. What was saved is kept; the same command goes on from there."
        )
    if models.is_out_of_memory(error):
        return kind_and_line(error)
    if isinstance(error, OSError) and error.errno in THE_DISK:
        where = error.filename or run.folder
        return f"{error.strerror}: {where}. What was saved is kept; mend this and run the same command."
    return f"{kind_and_line(error)}. The whole story is in {run.path(TRACEBACK)}; what was saved is kept."
