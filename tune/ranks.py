"""The processes that compute together: which one this is, what all of them say, and how long one waits for the others.

A process learns its place from the environment alone: RANK, WORLD_SIZE, LOCAL_RANK, MASTER_ADDR and MASTER_PORT, as
tune's own launcher, accelerate and torchrun set them; or what Slurm's srun sets for each task (SLURM_PROCID,
SLURM_STEP_NUM_TASKS, SLURM_LOCALID) beside the two MASTER variables of the job script.
"""

from __future__ import annotations

import os
from collections.abc import Callable, MutableMapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from tune.errors import TrainingFailed, TrainingLost
from tune.machine import environment
from tune.text import first_line

T = TypeVar("T")
R = TypeVar("R")

NAMES = {
    "RANK": "SLURM_PROCID",
    "WORLD_SIZE": "SLURM_STEP_NUM_TASKS",
    "LOCAL_RANK": "SLURM_LOCALID",
    "LOCAL_WORLD_SIZE": "SLURM_STEP_TASKS_PER_NODE",
}
"""What says a process's place, and what Slurm calls it."""
KERNELS = "64"
"""How many compiled kernels oneDNN keeps, unless the user's environment says otherwise. A step on a CPU in bf16 needs some 27 for
its length; the 1,024 that it would keep take 0.6 GB, and save hardly any time."""
BACKENDS = {"cpu": "gloo", "cuda": "cpu:gloo,cuda:nccl"}


@dataclass(frozen=True)
class Ranks:
    """One process, `rank` of `size`. With one process everything here is immediate."""

    rank: int = 0
    size: int = 1

    @property
    def first(self) -> bool:
        """Whether this is the process that writes logs, records and the adapter."""
        return self.rank == 0

    def gather(self, mine: T) -> list[T]:
        """What every process says, in the order of ranks."""
        if self.size == 1:
            return [mine]
        import torch.distributed as dist

        found: list[Any] = [None] * self.size
        dist.all_gather_object(found, mine)
        return found

    def from_first(self, mine: T) -> T:
        """What rank 0 says."""
        if self.size == 1:
            return mine
        import torch.distributed as dist

        said = [mine]
        dist.broadcast_object_list(said, src=0)
        return said[0]

    def shared(self, work: Sequence[T], do: Callable[[T], R]) -> list[R]:
        """What `do` gives for each piece of work, in order, in every process; each did some of them.

        All call `do` equally often, because they may meet inside it: a divided model gathers its layers. One that has
        nothing left does the last piece once more, which counts nowhere.
        """
        last = len(work) - 1
        mine = [do(work[min(first + self.rank, last)]) for first in range(0, len(work), self.size)]
        told = self.gather(mine)
        return [told[i % self.size][i // self.size] for i in range(len(work))]

    def wait(self) -> None:
        """Until all are here."""
        self.gather(None)

    def leave(self) -> None:
        """Parts from the others in good order."""
        if self.size > 1:
            import torch.distributed as dist

            dist.destroy_process_group()


ALONE = Ranks()


def place(environment: MutableMapping[str, str]) -> tuple[int, int]:
    """(rank, number of processes) that the environment says; writes Slurm's names over into those that the libraries
    read. A lone process is told by no variable, because libraries take their presence for several."""
    if "RANK" not in environment and int(environment.get("SLURM_STEP_NUM_TASKS", "1")) > 1:
        for name, slurm in NAMES.items():
            environment[name] = environment[slurm].split("(")[0].split(",")[0]
    size = int(environment.get("WORLD_SIZE", "1"))
    if size == 1:
        for name in NAMES:
            environment.pop(name, None)
        return 0, 1
    return int(environment["RANK"]), size


def alone(kind: str, threads: int) -> dict[str, str]:
    """The environment of a process that computes by itself on a kind of device, whatever place this one has: one of one, with
    so many CPU threads, and with the first GPU only, because transformers would use every one that it sees."""
    first = {"CUDA_VISIBLE_DEVICES": os.environ.get("CUDA_VISIBLE_DEVICES", "0").split(",")[0]}
    # Said, because a process that is told nothing would take itself for one of the tasks of an `srun` around it.
    return {**unplaced(threads), "RANK": "0", "WORLD_SIZE": "1", **(first if kind == "cuda" else {})}


def unplaced(threads: int) -> dict[str, str]:
    """The environment of a process of tune's own that is still to be given a place, with so many CPU threads."""
    found = {name: value for name, value in environment().items() if name not in NAMES}
    return {
        "ONEDNN_PRIMITIVE_CACHE_CAPACITY": KERNELS,
        **found,
        "OMP_NUM_THREADS": str(threads),
        "PYTHONUNBUFFERED": "1",
    }


def join(planned: int, kind: str, deadline_seconds: int) -> Ranks:
    """Meets the other processes, and lets them add up their numbers on the devices that they will train on.

    Raises TrainingFailed when there are not as many as planned; TrainingLost when one does not come before the deadline, or
    when the sum is wrong.
    """
    rank, size = place(os.environ)
    if size != planned:
        raise TrainingFailed(
            f"the plan is for {planned} processes, and {size} started. Start as many, or set launch.devices: {size}."
        )
    if size == 1:
        return ALONE
    import torch
    import torch.distributed as dist

    missing = [name for name in ("MASTER_ADDR", "MASTER_PORT") if not os.environ.get(name)]
    if missing:
        raise TrainingFailed(
            f"{missing[0]} is not set: {size} processes need the address and port of the first to meet."
        )
    if kind == "cuda":
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    deadline = timedelta(seconds=deadline_seconds)
    try:
        dist.init_process_group(BACKENDS[kind], rank=rank, world_size=size, timeout=deadline)
        total = torch.tensor(float(rank + 1), device=kind)
        dist.all_reduce(total)
    except (RuntimeError, ValueError) as error:
        raise TrainingLost(
            f"rank {rank}: the {size} processes did not find one another within {deadline_seconds} s ({first_line(error)}). "
            "Is the first one's address reachable, and is every process still there?"
        ) from error
    if float(total) != size * (size + 1) / 2:
        raise TrainingLost(
            f"{size} processes add up to {float(total):g}. The network between the devices is not sound."
        )
    return Ranks(rank, size)


def lost(error: BaseException) -> bool:
    """Whether an error of a library says that another process is gone or does not answer."""
    import torch.distributed as dist

    return dist.is_initialized() and (isinstance(error, dist.DistError) or "gloo" in str(error) or "NCCL" in str(error))
