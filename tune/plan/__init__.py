"""The plan: what a step is on this device, and an honest estimate of bytes and time before anything is trained.

A recipe says how many tokens a step sees; the plan says how many sequences that is, how they are cut into
micro-batches, and what will be in memory. Only `sequences_per_step` and `steps` decide the adapter; everything else may
differ from device to device.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tune.errors import PlanError, Problem
from tune.plan import accelerate
from tune.plan.coverage import by_component, check
from tune.plan.fit import FEWER_PROCESSES, Fit, largest, setting, strategies, told, ways_out, worthwhile
from tune.plan.memory import Setting
from tune.plan.of_run import architecture, longest, room
from tune.plan.shapes import Architecture
from tune.plan.speed import flop_per_token
from tune.plan.step import length, micro_batches, processes, sequences_per_step
from tune.plan.trial import tried
from tune.records import BaseRecord, Device, Ledger, Plan
from tune.run import Run, made
from tune.text import size

FLOPS = {"cpu": 4e10, "cuda": 1e14, "mps": 5e12}
"""Rough speed (FLOP/s; a CPU: of one thread) for the estimate before the probe. Off by a factor of several either way."""


def plan(
    run: Run, device: Device | None = None, probe: bool = True, say: Callable[[str], None] = lambda _: None
) -> Plan:
    """Plans the run on `device` (default: the one that is here) and writes plan.json, beside it accelerate.yaml.

    Raises PlanError, with ways out, when not even one sequence fits. What the training would refuse is refused in
    its words. `probe` tries two steps where the device is here; `say` is told when it runs out of memory.
    """
    started = time.monotonic()
    base, ledger = run.read(BaseRecord), run.read(Ledger)
    if device is None:
        from tune.models import find_device

        device = find_device()
    wanted = {
        "base": base.identity(),
        "data": ledger.identity(),
        "train": run.recipe.train.deciding(),
        "device": device.model_dump(),
        "launch": run.recipe.launch.model_dump(mode="json", exclude={"deadline_seconds"}),
    }
    record = run.up_to_date(Plan, wanted)
    if record is not None:
        return record
    found = _planned(run, base, ledger, device)
    to_try = probe and found["strategy"] != "fsdp2"  # one process alone cannot try what several hold in parts
    # What was not tried to the end, because it failed or was killed, must not pass for the plan of the next command.
    record = Plan(made=made({**wanted, "to_try": True} if to_try else wanted, started), device=device, **found)
    run.write(record)
    accelerate.write(run, record)
    if to_try:
        record = tried(run, record, say).model_copy(update={"made": made(wanted, started)})
        run.write(record)
    return record


def _planned(run: Run, base: BaseRecord, ledger: Ledger, device: Device) -> dict[str, Any]:
    """Every field of the plan but `made`, `device` and `probe`."""
    per_step = sequences_per_step(run.recipe.train.tokens_per_step, ledger)
    steps, fed = length(run.recipe.train.max_steps, run.recipe.train.epochs, ledger.packing.sequences, per_step)
    mean_tokens = ledger.packing.input_tokens / ledger.packing.sequences
    dtype = "bfloat16" if device.bf16 else "float32"
    warmup = run.recipe.train.warmup
    model = architecture(base)
    check(model, run.recipe.train.adapter.targets, run.recipe.train.adapter.dropout)
    row = longest(ledger)
    ranks = processes(run.recipe.launch, device, per_step)
    one = setting(run.recipe, device.kind, device.bf16, row)
    strategy, found = _fit(model, one, device, per_step, ranks, run.recipe.launch.strategy)
    micro = found.setting.tokens // row
    tokens = round(fed * mean_tokens)
    speed = FLOPS[device.kind] * (device.threads if device.kind == "cpu" else 1) * (1 if device.bf16 else 0.5)
    return {
        "sequences_per_step": per_step,
        "steps": steps,
        "sequences": fed,
        "epochs": round(fed / ledger.packing.sequences, 4),
        "warmup_steps": round(warmup * steps) if warmup < 1 else round(warmup),
        "tokens": tokens,
        "compute_dtype": dtype,
        "processes": ranks,
        "threads": max(1, device.threads * device.nodes // ranks),
        "strategy": strategy,
        "micro_batch_sequences": micro,
        "accumulation": dict(micro_batches(per_step, ranks))[micro],
        "activation_checkpointing": found.setting.checkpointing,
        "bytes": found.bytes,
        "peak_bytes": found.peak_bytes,
        "coverage": by_component(model, run.recipe.train.adapter.targets),
        "seconds": flop_per_token(model, found.setting, row) * tokens / speed / (1 if device.kind == "cpu" else ranks),
        "probe": None,
    }


def _fit(model: Architecture, one: Setting, device: Device, per_step: int, ranks: int, wanted: str) -> tuple[str, Fit]:
    """Strategy and setting, the fastest that fits. Raises PlanError, with what would make it fit.

    On a CPU a micro-batch holds about CPU_TOKENS, and all processes of a machine share its memory.
    """
    memory = room(device, ranks)
    sizes = worthwhile([n for n, _ in micro_batches(per_step, ranks)], device.kind, one.tokens)
    for strategy in strategies(wanted, ranks):
        shards = ranks if strategy == "fsdp2" else 1
        found = largest(model, replace(one, shards=shards), sizes, math.ceil(per_step / ranks), memory)
        if found.fits:
            return strategy, found
    what = f"needs about {size(found.peak_bytes)} and {device.name} has {size(device.memory_bytes)}"
    if ranks > 1:
        what = f"each of {ranks} processes {what}" + (" for all of them" if device.kind == "cpu" else "")
    first = ""
    if ranks > 1:
        first = FEWER_PROCESSES if device.kind == "cpu" else "launch.strategy: fsdp2" if wanted == "ddp" else ""
    ways = told(ways_out(model, found, one.tokens, memory), first)
    raise PlanError(Problem("plan", what, f"it would fit with {ways}", key="base.model"))
