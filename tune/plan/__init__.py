"""The plan: what a step is on this device, and an honest estimate of bytes and time before anything is trained.

A recipe says how many tokens a step sees; the plan says how many sequences that is, how they are cut into
micro-batches, and what will be in memory. Only `sequences_per_step` and `steps` decide the adapter; everything else may
differ from device to device.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from tune.errors import PlanError, Problem
from tune.modelfiles import read_json
from tune.plan.coverage import by_component, check
from tune.plan.coverage import describe as describe_coverage
from tune.plan.families import known, read
from tune.plan.fit import CPU_TOKENS, Fit, largest, setting, told, ways_out
from tune.plan.memory import Setting
from tune.plan.shapes import Architecture
from tune.plan.speed import flop_per_token
from tune.recipe.schema import Launch
from tune.records import BaseRecord, Device, Ledger, Plan, Probe, TrainRecord
from tune.run import Run, made
from tune.text import count, duration, size, table

FLOPS = {"cpu": 4e10, "cuda": 1e14, "mps": 5e12}
"""Rough speed (FLOP/s; a CPU: of one thread) for the estimate before the probe. Off by a factor of several either way."""


def plan(run: Run, device: Device | None = None, probe: bool = True) -> Plan:
    """Plans the run on `device` (default: the one that is here) and writes plan.json.

    Raises PlanError, with ways out, when not even one sequence fits. `probe` measures one step where the device is here.
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
    record = Plan(made=made(wanted, started), device=device, **found)
    run.write(record)
    if probe and record.strategy != "fsdp2":  # one process alone cannot try what several hold in parts
        record = _refined(run, record)
        record = record.model_copy(update={"made": made(wanted, started)})
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
    longest = ledger.packing.capacity_tokens if ledger.packing.packed else ledger.lengths["max"]
    ranks = processes(run.recipe.launch, device, per_step)
    one = setting(run.recipe, device.kind, device.bf16, longest)
    strategy, found = _fit(model, one, device, per_step, ranks, run.recipe.launch.strategy)
    micro = found.setting.tokens // longest
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
        "seconds": flop_per_token(model, found.setting, longest)
        * tokens
        / speed
        / (1 if device.kind == "cpu" else ranks),
        "probe": None,
    }


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


def _strategies(wanted: str, ranks: int) -> tuple[str, ...]:
    """What to try, in this order. A lone device holds everything, whatever is asked for several."""
    if ranks == 1:
        return ("one device",)
    return ("ddp", "fsdp2") if wanted == "auto" else (wanted,)


def micro_batches(per_step: int, ranks: int) -> list[tuple[int, int]]:
    """All (sequences a micro-batch, micro-batches a step) of a process, the largest micro-batch first: as few as hold the
    largest part of a step, and those as even as can be."""
    most = math.ceil(per_step / ranks)
    counts = {math.ceil(most / largest) for largest in range(1, most + 1)}
    return [(math.ceil(most / n), n) for n in sorted(counts)]


def architecture(base: BaseRecord) -> Architecture:
    """The shapes of a base, from its config.json; of a family that is not known, those of a Llama of its sizes."""
    folder, sizes = Path(base.folder), base.shapes
    config = read_json(folder, "config.json", base.model)
    if known(config):
        return read(config, base.model)
    like = {
        "model_type": "llama",
        "hidden_size": sizes.hidden_size,
        "intermediate_size": sizes.intermediate_size,
        "num_hidden_layers": sizes.layers,
        "num_attention_heads": sizes.heads,
        "num_key_value_heads": sizes.key_value_heads,
        "head_dim": sizes.head_dim,
        "vocab_size": sizes.vocabulary,
        "tie_word_embeddings": sizes.tied_embeddings,
    }
    return read(like, base.model)


def _fit(model: Architecture, one: Setting, device: Device, per_step: int, ranks: int, wanted: str) -> tuple[str, Fit]:
    """Strategy and setting, the fastest that fits. Raises PlanError, with what would make it fit.

    On a CPU a micro-batch holds about CPU_TOKENS, and all processes of a machine share its memory.
    """
    memory = device.memory_bytes // (ranks // device.nodes if device.kind == "cpu" else 1)
    sizes = [n for n, _ in micro_batches(per_step, ranks)]
    if device.kind == "cpu":
        sizes = [n for n in sizes if n == 1 or n * one.tokens <= CPU_TOKENS]
    for strategy in _strategies(wanted, ranks):
        shards = ranks if strategy == "fsdp2" else 1
        found = largest(model, replace(one, shards=shards), sizes, math.ceil(per_step / ranks), memory)
        if found.fits:
            return strategy, found
    what = f"needs about {size(found.peak_bytes)} and {device.name} has {size(device.memory_bytes)}"
    if ranks > 1:
        what = f"each of {ranks} processes {what}" + (" for all of them" if device.kind == "cpu" else "")
    ways = told(ways_out(model, found, one.tokens, memory))
    if ranks > 1 and wanted == "ddp":
        ways = f"launch.strategy: fsdp2; or {ways}"
    raise PlanError(Problem("plan", what, f"it would fit with {ways}", key="base.model"))


def planned(run: Run, record: Plan) -> Setting:
    """The setting that a plan of this run was made with."""
    ledger = run.read(Ledger)
    longest = ledger.packing.capacity_tokens if ledger.packing.packed else ledger.lengths["max"]
    return replace(
        setting(run.recipe, record.device.kind, record.device.bf16, longest),
        tokens=record.micro_batch_sequences * longest,
        checkpointing=record.activation_checkpointing,
        accumulates=record.accumulation > 1,
        shards=record.processes if record.strategy == "fsdp2" else 1,
    )


def room(record: Plan) -> int:
    """Bytes of memory for each process: all processes of a machine share that of its CPU."""
    device = record.device
    return device.memory_bytes // (record.processes // device.nodes if device.kind == "cpu" else 1)


def _refined(run: Run, record: Plan) -> Plan:
    """Runs one step in a process of its own. Times refine the estimate; running out of memory halves the micro-batch."""
    tried: list[int] = []
    micro = record.micro_batch_sequences
    while True:
        tried.append(micro)
        command = [sys.executable, "-m", "tune.probe", str(run.folder), str(micro)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
        found: dict[str, Any] = (
            json.loads(lines[-1])
            if done.returncode == 0 and lines
            else {"error": done.stderr.strip()[-2000:] or "the probe died"}
        )
        if "error" not in found:
            break
        smaller = next_smaller(record)
        if not found.get("out_of_memory") or smaller is None:
            what = f"one trial step failed on {record.device.name}: {found['error'].splitlines()[-1]}"
            raise PlanError(Problem("plan", what, "lower data.max_tokens or take a smaller base", key="base.model"))
        record = record.model_copy(update=smaller)
        micro = record.micro_batch_sequences
    accumulation = record.accumulation
    probe = Probe(
        seconds_per_step=found["seconds"] * accumulation,
        peak_bytes=found["peak_bytes"],
        micro_batches_tried=tuple(tried),
    )
    return record.model_copy(
        update={
            "micro_batch_sequences": micro,
            "accumulation": accumulation,
            "probe": probe,
            "seconds": probe.seconds_per_step * record.steps,
        }
    )


def next_smaller(record: Plan) -> dict[str, int] | None:
    """The next smaller micro-batch, with its accumulation: the same optimizer step in more parts. None when it is a single
    sequence already."""
    sizes = micro_batches(record.sequences_per_step, record.processes)
    found = next(((micro, count) for micro, count in sizes if micro < record.micro_batch_sequences), None)
    return {"micro_batch_sequences": found[0], "accumulation": found[1]} if found else None


def shrink(run: Run) -> Plan | None:
    """Takes the next smaller micro-batch into plan.json, after training ran out of memory. None when there is none."""
    record = run.read(Plan)
    update = next_smaller(record)
    if update is None:
        return None
    smaller = record.model_copy(update=update)
    run.write(smaller)
    return smaller


def describe(found: Plan, done: TrainRecord | None = None) -> str:
    """The plan for people, beside what was measured when training is `done`."""
    step = f"{count(found.sequences_per_step)} sequences: {found.accumulation} x {found.micro_batch_sequences}"
    if found.processes > 1:
        step += f" in each of {found.processes} processes"
    rows = [
        ["device", f"{found.device.name}, {size(found.device.memory_bytes)}"],
        *([["strategy", f"{found.strategy}, {found.processes} processes"]] if found.processes > 1 else []),
        ["compute type", found.compute_dtype],
        ["steps", f"{count(found.steps)} of {step}"],
        ["epochs", f"{found.epochs:g}"],
        ["tokens", count(found.tokens)],
        ["time", f"{duration(found.seconds)} ({'one step measured' if found.probe else 'a guess'})"],
        *([name, size(number)] for name, number in found.bytes.items() if number),
        ["peak", f"{size(found.peak_bytes)} (estimated)"],
        *_measured(done),
    ]
    return table(rows, ["plan", ""], left=(0, 1)) + "\n\n" + describe_coverage(found.coverage)


def _measured(done: TrainRecord | None) -> list[list[str]]:
    """What training took, to stand beside its plan."""
    if done is None:
        return []
    peak = size(done.peak_bytes) if done.peak_bytes is not None else "peak not recorded"
    return [["measured", f"{peak}, {duration(done.seconds)}"]]


def as_json(found: Plan, done: TrainRecord | None = None) -> dict[str, Any]:
    """The shape that `tune plan --json` prints; see docs/interface.md."""
    tokens = round(found.tokens / found.sequences)
    return {
        "device": found.device.name,
        "devices": found.processes,
        "fits": True,
        "bytes": found.bytes,
        "peak_bytes": found.peak_bytes,
        "micro_batch_tokens": found.micro_batch_sequences * tokens,
        "accumulation": found.accumulation,
        "activation_checkpointing": found.activation_checkpointing,
        "strategy": found.strategy,
        "coverage": found.coverage,
        "tokens_per_second": round(found.tokens / found.seconds, 1),
        "tokens": found.tokens,
        "seconds": round(found.seconds),
        "ways_out": [],
        "measured": {"peak_bytes": done.peak_bytes, "seconds": done.seconds} if done else None,
    }
