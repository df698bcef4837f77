"""Training, and measuring what is held in parts, on this machine, alone or as one of several: one process a device, ended
with us whatever ends us."""

from __future__ import annotations

import json
import math
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from types import FrameType

import psutil

from tune.errors import EXIT_INTERRUPTED, Interrupted, Problem, TrainingFailed, TrainingLost, UserError
from tune.evaluate import divided, measured
from tune.files import full_disk
from tune.machine import ended_for_memory, python
from tune.nodes import Node, meet
from tune.plan import trial
from tune.process import MEASURED, OUTCOME, worker_lock
from tune.ranks import alone, unplaced
from tune.records import Plan
from tune.run import Run, lock
from tune.train import finished

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1)
GRACE_SECONDS = 20.0
"""How long the others may take to notice that one of them failed, and to say what they know."""
AFTER = 20_000
"""What is added to the port: job scripts use 20,000 to 39,999 for the first."""
MEETING_SECONDS = 1800.0
"""How long the other machines wait for the first to begin: it makes the plan, and what else is not yet done."""
KEPT = "What was saved is kept; the same command goes on from there."

TRAIN, MEASURE = "tune.train.worker", "tune.evaluate.worker"

Worker = subprocess.Popen[bytes]


def command(run: Run, module: str = TRAIN, *arguments: str) -> list[str]:
    """What starts one process."""
    return python("-m", module, run.folder.resolve(), *arguments, "--attended")


def ranks_of(plan: Plan, node: Node) -> range:
    """The ranks of the processes of a machine."""
    each = plan.processes // node.count
    return range(node.rank * each, (node.rank + 1) * each)


def environments(plan: Plan, node: Node) -> list[dict[str, str]]:
    """The environment of each process of a machine: where it stands among the others, as `tune.ranks` reads it, and
    how many threads it may use."""
    if plan.processes == 1:
        return [alone(plan.device.kind, plan.threads)]
    if node.count == 1:
        node = Node(address="127.0.0.1", port=_free_port())
    ranks = ranks_of(plan, node)
    common = unplaced(plan.threads) | {"MASTER_ADDR": node.address, "MASTER_PORT": str(node.port)}
    common |= {"WORLD_SIZE": str(plan.processes), "LOCAL_WORLD_SIZE": str(len(ranks))}
    return [{**common, "RANK": str(rank), "LOCAL_RANK": str(i)} for i, rank in enumerate(ranks)]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def train(run: Run, node: Node) -> None:
    """Runs the training processes of this machine to their end; after running out of memory again, with the
    next smaller plan. Raises as `attempt`."""
    while (memory := attempt(run, node, TRAIN)) is not None:
        if node.count > 1:  # the other machines have read the plan; none would hear of another
            raise TrainingFailed(f"out of memory ({memory}). {KEPT} Lower data.max_tokens, or take more nodes.")
        _shrink(run, memory)


def measure(run: Run, node: Node) -> None:
    """Runs the processes that measure a divided base together, as `evaluate` alone would. Raises as `attempt`."""
    if (memory := attempt(run, after(node), MEASURE)) is not None:
        raise TrainingFailed(f"evaluate: out of memory ({memory}). The adapter is kept; take more devices.")


def attempt(run: Run, node: Node, module: str = TRAIN, *arguments: str) -> str | None:
    """Runs the processes of this machine once. Returns None when they came to their end; what they said when they ran out
    of memory.

    Raises Interrupted when they saved and left on request, TrainingFailed when a guard stopped them, TrainingLost when one
    of them died or does not answer, UserError when they refused what they found.
    """
    plan, told = run.read(Plan), run.path(MEASURED if module == MEASURE else OUTCOME)
    with ExitStack() as free:  # the processes of an attempt that was killed are gone now; they notice within moments
        for rank in ranks_of(plan, node) if node.rank else range(plan.processes):
            free.enter_context(lock(run, worker_lock(rank), wait_seconds=15))
    if not node.rank:
        told.unlink(missing_ok=True)
    told.parent.mkdir(exist_ok=True)
    killed = ended_for_memory()
    workers: list[Worker] = []
    asked = Asked(workers, saves=module == TRAIN)
    before = {number: signal.signal(number, asked) for number in STOP_SIGNALS}
    # A cluster signals every process of a job. One that is still starting would die of it; so they are born with these
    # signals blocked, and open them when they can hear.
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    try:
        for place in environments(plan, node):
            workers.append(
                subprocess.Popen(
                    command(run, module, *arguments),
                    stdin=subprocess.PIPE,
                    stdout=sys.stderr,
                    env=place,
                    bufsize=0,  # a signal may come while we write
                    start_new_session=True,
                )
            )
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        by_rank = dict(zip(ranks_of(plan, node), workers, strict=True))
        silent = _wait(by_rank, run.recipe.launch.deadline_seconds, asked)
    finally:
        _end(workers)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        for number, handler in before.items():
            signal.signal(number, handler)
    if asked.at_once:
        rest = "goes on from what was saved" if module == TRAIN else "begins this anew"
        raise Interrupted(f"stopped at once. The same command {rest}.")
    codes = {rank: worker.returncode for rank, worker in by_rank.items()}
    if -signal.SIGKILL in [code for rank, code in codes.items() if rank not in silent] and ended_for_memory() > killed:
        return "the system ended a process"
    if silent:
        raise TrainingLost(
            f"{_names(silent, plan)} did not answer within {run.recipe.launch.deadline_seconds} s. {KEPT}"
        )
    return _tell(run, told, plan, codes)


def follow(run: Run, node: Node) -> None:
    """What a machine does that is not the first: trains when the first one does, measures a divided base with it, and
    nothing else.

    Raises as `train`; TrainingFailed also when the first does not begin.
    """
    if _meet(node, lambda: finished(run) is not None):
        train(run, node)
    if divided(run) and _meet(after(node), lambda: measured(run) is not None):
        measure(run, node)


def _meet(node: Node, needless: Callable[[], bool]) -> bool:
    """Whether the first machine begins; False when that is needless. Raises TrainingFailed when it does not begin."""
    if meet(node, MEETING_SECONDS, needless):
        return True
    if not needless():
        raise TrainingFailed(
            f"node {node.rank} of {node.count}: nobody listens at {node.address}:{node.port} after {MEETING_SECONDS:.0f} s. "
            "The log of the first node says why; the same command goes on."
        )
    return False


def after(node: Node) -> Node:
    """Where the machines meet to measure: not at the port where a training may just be ending."""
    return replace(node, port=node.port + (AFTER if node.port + AFTER < 2**16 else -AFTER))


def _wait(workers: dict[int, Worker], deadline_seconds: float, asked: Asked) -> dict[int, str]:
    """Waits until all, by rank, are done, or are to end at once. When one has failed, or is done long before the others,
    these are not waited for for ever: returns those that did not end by themselves, by rank, each with what the system
    says of it."""
    until = math.inf
    while None in (codes := {rank: worker.poll() for rank, worker in workers.items()}).values():
        if asked.at_once:
            break
        ended = [code for code in codes.values() if code is not None]
        if ended and until == math.inf:
            until = time.monotonic() + deadline_seconds
        if any(code not in (0, EXIT_INTERRUPTED) for code in ended):
            until = min(until, time.monotonic() + GRACE_SECONDS)
        if time.monotonic() > until:
            return {rank: _state(workers[rank]) for rank, code in codes.items() if code is None}
        time.sleep(0.05)
    return {}


def _state(worker: Worker) -> str:
    """What a process is doing, as the system says."""
    with suppress(psutil.Error):
        return f"process {worker.pid}, {psutil.Process(worker.pid).status()}"
    return f"process {worker.pid}"


def _names(ranks: dict[int, str], plan: Plan) -> str:
    """`rank 1 of 2 (what)`, for each."""
    return ", ".join(f"rank {rank} of {plan.processes} ({what})" for rank, what in ranks.items())


class Asked:
    """A signal handler: the first time asks workers that save to do so and leave, the second time kills them.

    It interrupts `attempt` anywhere, in the middle of waiting for a worker too, whose lock it would then wait for in vain:
    so it only writes and kills, and waits for nothing.
    """

    def __init__(self, workers: Sequence[Worker], saves: bool) -> None:
        """Nothing was asked yet."""
        self.workers, self.saves, self.at_once = workers, saves, False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Hears a signal."""
        if not self.saves:
            self.at_once = True
            _kill(self.workers)
            return
        self.saves = False
        print("stopping after this step, with a checkpoint; again to stop at once", file=sys.stderr, flush=True)
        for worker in self.workers:
            assert worker.stdin is not None
            with suppress(OSError, ValueError):  # it has ended; we have closed it
                worker.stdin.write(b"stop\n")


def _kill(workers: Sequence[Worker]) -> None:
    """Kills whatever is left of the workers and of what they started."""
    for worker in workers:
        with suppress(ProcessLookupError):
            os.killpg(worker.pid, signal.SIGKILL)


def _end(workers: Sequence[Worker]) -> None:
    """Kills what is left, and waits until it is gone."""
    _kill(workers)
    for worker in workers:
        worker.wait()
        if worker.stdin is not None:
            worker.stdin.close()


def _tell(run: Run, told: Path, plan: Plan, codes: dict[int, int]) -> str | None:
    """Turns how the workers, by rank, ended, and the file in which the first of them told it, into what the caller of
    `attempt` hears."""
    died = {rank: f"signal {-code}" for rank, code in codes.items() if code < 0}
    if died and plan.processes > 1:
        raise TrainingLost(full_disk(run.folder) or f"{_names(died, plan)} died, and the others ended with it. {KEPT}")
    try:
        outcome = json.loads(told.read_text())
    except (FileNotFoundError, ValueError):
        full = full_disk(run.folder)
        if full is not None:
            raise TrainingLost(full) from None
        rank = min(codes)
        how = died.get(rank, f"exit code {codes[rank]}")
        raise TrainingLost(f"the training process died ({how}) without a word. {KEPT}") from None
    if outcome["outcome"] == "interrupted":
        raise Interrupted("saved and stopped. The same command goes on from there.")
    if outcome["outcome"] == "failed":
        if outcome["why"] == "usage":
            raise UserError(Problem("train", outcome["what"].removesuffix("."), ""))
        raise (TrainingLost if outcome["why"] == "accident" else TrainingFailed)(outcome["what"])
    return str(outcome["what"]) if outcome["outcome"] == "out of memory" else None


def _shrink(run: Run, what: str) -> None:
    """Takes the next smaller plan and says so. Raises TrainingFailed, with ways out, when there is none."""
    before = run.read(Plan)
    smaller = trial.shrink(run)
    if smaller is None:
        raise TrainingFailed(
            f"out of memory with one sequence at a time ({what}). {KEPT} {trial.ways(run, before).capitalize()}."
        )
    print(f"train: {trial.in_words(before, smaller, what)}", file=sys.stderr, flush=True)
