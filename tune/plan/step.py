"""What an optimizer step is: how many sequences, how many steps, and in which parts processes compute it."""

from __future__ import annotations

import math

from tune.errors import PlanError, Problem
from tune.recipe.schema import Launch
from tune.records import Device, Ledger


def sequences_per_step(tokens_per_step: int, ledger: Ledger) -> int:
    """Sequences of one optimizer step: whole packs, or rows of mean length where rows are not packed."""
    packing = ledger.packing
    tokens = packing.capacity_tokens if packing.packed else packing.input_tokens / packing.sequences
    return max(1, min(packing.sequences, round(tokens_per_step / tokens)))


def length(max_steps: int | None, epochs: float | None, sequences: int, per_step: int) -> tuple[int, int]:
    """(optimizer steps, sequences fed) of the run: full steps with `max_steps`, whole epochs with a short last step else."""
    if max_steps is not None:
        return max_steps, max_steps * per_step
    fed = max(1, round((epochs if epochs is not None else 1.0) * sequences))
    return math.ceil(fed / per_step), fed


def processes(launch: Launch, device: Device, per_step: int) -> int:
    """How many processes share each step: as many as the recipe says, else one for each GPU that a step has work for.

    Raises PlanError when there are fewer devices, or fewer sequences in a step.
    """
    there = device.nodes * (1 if device.kind == "cpu" else device.count)
    if device.nodes > 1 and per_step < device.nodes:
        what = f"{device.nodes} nodes would share a step of {per_step} sequences"
        raise PlanError(
            Problem("plan", what, "raise train.tokens_per_step, or take fewer nodes", key="train.tokens_per_step")
        )
    if launch.devices == "auto":
        most = min(there, per_step)
        return most - most % device.nodes
    key = "launch.devices"
    if device.kind != "cpu" and launch.devices > there:
        what = f"{launch.devices} devices are asked for, and there are {there} ({device.name})"
        raise PlanError(Problem("plan", what, f"set launch.devices: {there}, or auto", key=key))
    if launch.devices % device.nodes:
        what = f"{launch.devices} devices cannot be shared evenly by {device.nodes} nodes"
        raise PlanError(Problem("plan", what, f"set launch.devices: {there}, or auto", key=key))
    if launch.devices > per_step:
        what = f"{launch.devices} devices would share a step of {per_step} sequences"
        raise PlanError(
            Problem("plan", what, f"raise train.tokens_per_step, or set launch.devices: {per_step}", key=key)
        )
    return launch.devices


def micro_batches(per_step: int, ranks: int) -> list[tuple[int, int]]:
    """All (sequences a micro-batch, micro-batches a step) of a process, the largest micro-batch first: as few as hold the
    largest part of a step, and those as even as can be."""
    most = math.ceil(per_step / ranks)
    counts = {math.ceil(most / largest) for largest in range(1, most + 1)}
    return [(math.ceil(most / n), n) for n in sorted(counts)]
