"""Jobs to processes and results back in order, with a bounded number under way."""

from __future__ import annotations

import gc
import multiprocessing
import os
import pickle
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from tune.data.work import Job, Made, Maker, Setup
from tune.errors import TuneError

T = TypeVar("T")

AHEAD = 3
"""Jobs that wait for each process, so that none is ever idle and little is held."""

_maker: Maker | None = None


def processes() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Pool:
    """Processes that carry out jobs; none until there is work for more than one."""

    def __init__(self, executor: ProcessPoolExecutor, workers: int) -> None:
        """As `pool` makes it."""
        self.executor, self.workers = executor, workers

    def carry_out(self, jobs: Iterable[tuple[T, Job]]) -> Iterator[tuple[T, Made]]:
        """Each job's note and result, in the order of the jobs. Raises what a job raises, and TuneError when a process
        was killed. Known fault: the executor of Python 3.11 may then hang instead, when the process held its queue."""
        waiting: deque[tuple[T, Future[Made]]] = deque()
        todo = iter(jobs)
        try:
            while True:
                for note, job in islice(todo, 1 + AHEAD * self.workers - len(waiting)):
                    waiting.append((note, self.executor.submit(_make, job)))
                if not waiting:
                    return
                first, done = waiting.popleft()
                yield first, done.result()
        except BrokenProcessPool as error:
            what = "a process that prepares rows was killed, most likely because memory ran out"
            raise TuneError(
                f"{what}. Close other programs, or make the rows shorter, and run the same command."
            ) from error


@contextmanager
def pool(setup: Setup, workers: int) -> Iterator[Pool]:
    """Starts processes that know `setup`, and ends them."""
    context = multiprocessing.get_context("spawn")  # a fork would take along whatever the parent has loaded, torch too
    with TemporaryDirectory() as folder:
        # Through a file: a pipe takes little, so that each process would have to be up before the next can start.
        told = Path(folder) / "setup.pickle"
        told.write_bytes(pickle.dumps(setup))
        executor = ProcessPoolExecutor(workers, context, _start, (told,))
        try:
            for _ in range(workers):
                executor.submit(os.getpid)  # starts a process, which gets ready while the first rows are prepared here
            yield Pool(executor, workers)
        finally:
            executor.shutdown(wait=True, cancel_futures=True)


def _start(told: Path) -> None:
    """In a new process: one core for itself, no signals of the terminal, an end when the parent ends."""
    global _maker  # noqa: PLW0603  # a process has one
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    parent = multiprocessing.parent_process()
    assert parent is not None

    def follow() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=follow, daemon=True).start()
    _maker = Maker(pickle.loads(told.read_bytes()))  # noqa: S301  # written by our own parent a moment ago
    gc.freeze()
    gc.set_threshold(100_000)  # rows are lists of numbers without circles, and there are millions of them


def _make(job: Job) -> Made:
    assert _maker is not None
    return _maker.make(job)
