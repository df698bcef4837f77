"""Jobs to processes and results back in order, with a bounded number under way.

The standard library's executors can wait for ever when one of their processes is killed while it holds a queue's lock
(https://github.com/python/cpython/issues/94777). Here nothing is shared: each process has a pipe of its own, so that its
death is the end of that pipe, and is told.
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
import subprocess
import threading
import traceback
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from multiprocessing.connection import Connection, Pipe, wait
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory
from typing import TypeVar

from tune.data.work import Job, Made, Maker, Setup
from tune.errors import TuneError
from tune.machine import environment, python

T = TypeVar("T")

AHEAD = 3
"""Jobs that wait for each process, so that none is ever idle and little is held."""
FRUGAL = {
    "OPENBLAS_NUM_THREADS": "1",
    "GLIBC_TUNABLES": "glibc.malloc.tcache_count=127:glibc.malloc.trim_threshold=268435456:glibc.malloc.mmap_threshold=67108864",
}
"""What spares each process 3 to 5 % of its time. numpy's linear algebra, which is not used, starts no threads that look
for work; and memory of one chunk is kept for the next instead of given back, in the small pieces that the tokenizer takes
and frees by the thousand (glibc's manual, "Memory Allocation Tunables"; the user's own setting comes first)."""


class Hand:
    """A process that carries out jobs, and the pipe to it."""

    def __init__(self, setup: Path) -> None:
        """Starts it; it gets ready while others do their work."""
        # A fork would take along whatever was loaded here, torch too, and multiprocessing's spawn would first import what
        # the program's main module imports.
        self.pipe, other_end = Pipe()
        with other_end:  # afterwards the process alone holds it, and the pipe ends with the process
            number = other_end.fileno()
            command = f"from tune.data.pool import serve; serve({number}, {str(setup)!r})"
            where = {**FRUGAL, **environment()}
            self.process = subprocess.Popen(
                python("-c", command), stdin=subprocess.DEVNULL, pass_fds=[number], env=where
            )
        self.under_way = 0

    def give(self, number: int, job: Job) -> None:
        """Sends a job; the process takes it at once, whatever it is doing. Raises TuneError when it is dead."""
        try:
            self.pipe.send((number, job))
        except OSError:
            raise self._death() from None
        self.under_way += 1

    def take(self) -> tuple[int, Made]:
        """The number and the result of a job that was given; waits for it. Raises what the job raised, and TuneError when
        the process is dead."""
        try:
            number, made = self.pipe.recv()
        except (EOFError, OSError):
            raise self._death() from None
        self.under_way -= 1
        if isinstance(made, Exception):
            raise made
        return number, made

    def _death(self) -> TuneError:
        code = self.process.wait()
        why = "killed, most likely because memory ran out" if code < 0 else f"ended by itself (exit code {code})"
        fix = "Close other programs, or make the rows shorter, and run the same command."
        return TuneError(f"a process that prepares rows was {why}. {fix}")

    def end(self) -> None:
        """Ends the process, which holds nothing that could be lost."""
        self.process.kill()
        self.process.wait()
        self.pipe.close()


class Pool:
    """Processes that carry out jobs."""

    def __init__(self, hands: list[Hand]) -> None:
        """As `pool` makes it."""
        self.hands = hands

    def carry_out(self, jobs: Iterable[tuple[T, Job]]) -> Iterator[tuple[T, Made]]:
        """Each job's note and result, in the order of the jobs. Raises what a job raises, and TuneError when a process
        was killed. To be read to its end, or not at all any more."""
        limit = 1 + AHEAD * len(self.hands)
        todo = enumerate(jobs)
        notes: deque[tuple[int, T]] = deque()  # of the jobs that are not given back yet
        finished: dict[int, Made] = {}
        while True:
            for number, (note, job) in islice(todo, limit - len(notes)):
                min(self.hands, key=lambda hand: hand.under_way).give(number, job)
                notes.append((number, note))
            if not notes:
                return
            number, note = notes.popleft()
            while number not in finished:
                busy = {hand.pipe: hand for hand in self.hands if hand.under_way}
                finished.update(busy[pipe].take() for pipe in wait(list(busy)) if isinstance(pipe, Connection))
            yield note, finished.pop(number)


@contextmanager
def pool(setup: Setup, workers: int) -> Iterator[Pool]:
    """Starts processes that know `setup`, and ends them."""
    hands: list[Hand] = []
    with TemporaryDirectory() as folder:
        # Through a file: a pipe takes little, so that each process would have to be up before the next can start.
        told = Path(folder) / "setup.pickle"
        told.write_bytes(pickle.dumps(setup))
        try:
            for _ in range(workers):
                hands.append(Hand(told))
            yield Pool(hands)
        finally:
            for hand in hands:
                hand.end()


def serve(pipe_number: int, setup: str) -> None:
    """In a new process: one core for itself, no signals of the terminal, an end when the other end of the pipe is gone."""
    pipe = Connection(pipe_number)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    jobs: SimpleQueue[tuple[int, Job]] = SimpleQueue()

    def listen() -> None:
        # Reads on while a job is carried out, so that whoever gives jobs never waits, and so that the end is noticed.
        while True:
            try:
                jobs.put(pipe.recv())
            except (EOFError, OSError):
                os._exit(1)

    threading.Thread(target=listen, daemon=True).start()
    maker = Maker(pickle.loads(Path(setup).read_bytes()))  # noqa: S301  # written by our own parent a moment ago
    assert maker.renderer.encoder, "built before the first job comes"
    gc.freeze()
    gc.set_threshold(100_000)  # rows are lists of numbers without circles, and there are millions of them
    while True:
        number, job = jobs.get()
        try:
            made: Made | Exception = maker.make(job)
        except TuneError as error:
            made = error
        except Exception:  # noqa: BLE001  # the border of the process: it is raised again at the other end
            made = RuntimeError(f"in a process that prepares rows:\n{traceback.format_exc()}")
        pipe.send((number, made))
