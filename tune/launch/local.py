"""Training on this machine: one worker a device, through Accelerate, ended with us whatever ends us."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from types import FrameType

from tune.errors import Interrupted, Problem, TrainingFailed, UserError
from tune.files import full_disk
from tune.plan import shrink
from tune.records import Plan
from tune.run import Run, lock
from tune.train import OUTCOME, WORKER_LOCK

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1)


def command(run: Run, plan: Plan) -> list[str]:
    """The accelerate command that starts the workers of a plan."""
    place = ["--cpu"] if plan.device.kind == "cpu" else ["--gpu_ids", "0"] if plan.device.kind == "cuda" else []
    shape = [
        "--num_processes",
        "1",
        "--num_machines",
        "1",
        "--dynamo_backend",
        "no",
        "--mixed_precision",
        "no",
        "--num_cpu_threads_per_process",
        str(plan.device.threads),
    ]
    return [
        sys.executable,
        "-m",
        "accelerate.commands.launch",
        "--quiet",
        *place,
        *shape,
        "-m",
        "tune.train.worker",
        str(run.folder.resolve()),
    ]


def train(run: Run) -> None:
    """Runs the workers to their end; after running out of memory again, with a smaller micro-batch. Raises as `attempt`."""
    while not attempt(run):
        pass


def attempt(run: Run) -> bool:
    """Runs the workers once. Returns whether training is finished; False when they ran out of memory and a smaller
    micro-batch is planned now.

    Raises Interrupted when they saved and left on request, TrainingFailed when a guard stopped them or they died,
    UserError when they refused what they found.
    """
    with lock(run, WORKER_LOCK, wait_seconds=15):
        pass  # the workers of an attempt that was killed are gone now; they notice within moments
    run.path(OUTCOME).unlink(missing_ok=True)
    run.path(OUTCOME).parent.mkdir(exist_ok=True)
    environment = {**os.environ, "OMP_NUM_THREADS": str(run.read(Plan).device.threads), "PYTHONUNBUFFERED": "1"}
    workers = subprocess.Popen(
        command(run, run.read(Plan)), stdin=subprocess.PIPE, stdout=sys.stderr, env=environment, start_new_session=True
    )
    asked = Asked(workers)
    before = {number: signal.signal(number, asked) for number in STOP_SIGNALS}
    try:
        workers.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        _end(workers)
    if asked.times > 1:
        raise Interrupted("stopped at once. The same command goes on from the last checkpoint.")
    return _tell(run, workers.returncode)


class Asked:
    """A signal handler: the first time asks the workers to save and leave, the second time ends them."""

    def __init__(self, workers: subprocess.Popen[bytes]) -> None:
        """Nothing was asked yet."""
        self.workers, self.times = workers, 0

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Hears a signal."""
        self.times += 1
        if self.times > 1 or self.workers.stdin is None:
            _end(self.workers)
            return
        print("stopping after this step, with a checkpoint; again to stop at once", file=sys.stderr, flush=True)
        with suppress(BrokenPipeError):
            self.workers.stdin.write(b"stop\n")
            self.workers.stdin.flush()


def _end(workers: subprocess.Popen[bytes]) -> None:
    """Ends whatever is left of the workers' process group, e.g. after accelerate itself was killed."""
    with suppress(ProcessLookupError):
        os.killpg(workers.pid, signal.SIGKILL)


def _tell(run: Run, code: int) -> bool:
    """Turns the workers' outcome into what the caller of `attempt` hears."""
    try:
        outcome = json.loads(run.path(OUTCOME).read_text())
    except (FileNotFoundError, ValueError):
        full = full_disk(run.folder)
        if full is not None:
            raise TrainingFailed(full) from None
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        raise TrainingFailed(
            f"the training process died ({how}) without a word. What it saved is kept; the same command goes on from there."
        ) from None
    if outcome["outcome"] == "interrupted":
        raise Interrupted("saved and stopped. The same command goes on from there.")
    if outcome["outcome"] == "out of memory":
        _shrink(run, outcome["what"])
    if outcome["outcome"] == "failed":
        if outcome["usage"]:
            raise UserError(Problem("train", outcome["what"], ""))
        raise TrainingFailed(outcome["what"])
    return bool(outcome["outcome"] == "done")


def _shrink(run: Run, what: str) -> None:
    """Plans a smaller micro-batch and says so. Raises TrainingFailed, with ways out, when there is none."""
    before = run.read(Plan).micro_batch_sequences
    smaller = shrink(run)
    if smaller is None:
        raise TrainingFailed(
            f"out of memory with one sequence at a time ({what}). What was saved is kept. Lower data.max_tokens or "
            "train.adapter.rank, set base.quantize: nf4, or use a device with more memory."
        )
    print(
        f"train: out of memory with {before} sequences at a time ({what}); going on with {smaller.micro_batch_sequences} "
        f"at a time, {smaller.accumulation} times: the optimizer steps stay the same",
        file=sys.stderr,
        flush=True,
    )
