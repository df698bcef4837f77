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
from pathlib import Path
from typing import Any

from tune.errors import PlanError, Problem
from tune.modelfiles import read_json
from tune.plan.coverage import by_component, check
from tune.plan.coverage import describe as describe_coverage
from tune.plan.families import known, read
from tune.plan.fit import Fit, largest, setting, sizes, told, ways_out
from tune.plan.memory import Setting
from tune.plan.shapes import Architecture
from tune.plan.speed import flop_per_token
from tune.records import BaseRecord, Device, Ledger, Plan, Probe
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
        "train": run.recipe.train.model_dump(mode="json"),
        "device": device.model_dump(),
    }
    record = run.up_to_date(Plan, wanted)
    if record is not None:
        return record
    found = _planned(run, base, ledger, device)
    record = Plan(made=made(wanted, started), device=device, **found)
    run.write(record)
    if probe:
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
    found = _fit(model, setting(run.recipe, device.kind, device.bf16, longest), device, per_step)
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
        "strategy": "one device",
        "compute_dtype": dtype,
        "micro_batch_sequences": micro,
        "accumulation": per_step // micro,
        "activation_checkpointing": found.setting.checkpointing,
        "bytes": found.bytes,
        "peak_bytes": found.peak_bytes,
        "coverage": by_component(model, run.recipe.train.adapter.targets),
        "seconds": flop_per_token(model, found.setting, longest) * tokens / speed,
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


def _fit(model: Architecture, asked: Setting, device: Device, per_step: int) -> Fit:
    """The fastest that fits. Raises PlanError, with what would make it fit."""
    found = largest(model, asked, sizes(per_step, asked), per_step, device.memory_bytes)
    if found.fits:
        return found
    what = f"needs about {size(found.peak_bytes)} and {device.name} has {size(device.memory_bytes)}"
    ways = ways_out(model, found, asked.tokens, device.memory_bytes)
    raise PlanError(Problem("plan", what, f"it would fit with {told(ways)}", key="base.model"))


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
        smaller = [n for n in range(micro - 1, 0, -1) if record.sequences_per_step % n == 0]
        if not found.get("out_of_memory") or not smaller:
            what = f"one trial step failed on {record.device.name}: {found['error'].splitlines()[-1]}"
            raise PlanError(Problem("plan", what, "lower data.max_tokens or take a smaller base", key="base.model"))
        micro = smaller[0]
    accumulation = record.sequences_per_step // micro
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


def describe(found: Plan) -> str:
    """The plan for people."""
    step = f"{count(found.sequences_per_step)} sequences: {found.accumulation} x {found.micro_batch_sequences}"
    rows = [
        ["device", f"{found.device.name}, {size(found.device.memory_bytes)}"],
        ["compute type", found.compute_dtype],
        ["steps", f"{count(found.steps)} of {step}"],
        ["epochs", f"{found.epochs:g}"],
        ["tokens", count(found.tokens)],
        ["time", f"{duration(found.seconds)} ({'one step measured' if found.probe else 'a guess'})"],
        *([name, size(number)] for name, number in found.bytes.items() if number),
        ["peak", f"{size(found.peak_bytes)} (estimated)"],
    ]
    return table(rows, ["plan", ""], left=(0, 1)) + "\n\n" + describe_coverage(found.coverage)


def as_json(found: Plan) -> dict[str, Any]:
    """The shape that `tune plan --json` prints; see docs/interface.md."""
    tokens = round(found.tokens / found.sequences)
    return {
        "device": found.device.name,
        "devices": 1,
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
    }
