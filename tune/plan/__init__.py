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
from typing import Any

from tune.errors import PlanError, Problem
from tune.records import BaseRecord, Device, Ledger, Plan, Probe
from tune.run import Run, made
from tune.text import count, duration, size, table

ADAPTER_BYTES = 4
"""The adapter is kept in fp32."""
OPTIMIZER_BYTES = {"adamw": 8, "adamw_8bit": 2, "adafactor": 1}
"""State of a trained parameter."""
NF4_BITS = 4.127
"""Bits a weight in NF4 with double quantization (block 64, second level 256): 4 + 8/64 + 32/(64 * 256)."""
STORED_BYTES = {"F32": 4, "BF16": 2, "F16": 2, "F8_E4M3": 1, "F8_E5M2": 1}
RUNTIME_BYTES = {"cpu": 600 << 20, "cuda": 1200 << 20, "mps": 800 << 20}
"""Interpreter and libraries on a CPU, context and libraries on a GPU; seen 0.5 to 1.4 GB."""
USABLE = 0.92
"""Share of a device's memory that may be planned for: allocators keep 2 to 6 % of slack."""
CPU_TOKENS = 1024
"""Tokens of a micro-batch on a CPU."""
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
    fields = {
        "compute_dtype": dtype,
        "base": base,
        "rank": run.recipe.train.adapter.rank,
        "optimizer": run.recipe.train.optimizer,
    }
    micro, checkpointing, parts = _fit(fields, ledger, device, per_step)
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
        "activation_checkpointing": checkpointing,
        "bytes": parts,
        "peak_bytes": peak(parts),
        "seconds": 4 * base.parameters * tokens / speed,
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


def _fit(fields: dict[str, Any], ledger: Ledger, device: Device, per_step: int) -> tuple[int, bool, dict[str, int]]:
    """(sequences a micro-batch, activation checkpointing, bytes by part): the fastest that fits.

    On a CPU a micro-batch holds about CPU_TOKENS: fewer cost time, more bring none.
    """
    tokens = ledger.packing.capacity_tokens if ledger.packing.packed else ledger.lengths["max"]
    sizes = [n for n in range(per_step, 0, -1) if per_step % n == 0]
    if device.kind == "cpu":
        sizes = [n for n in sizes if n == 1 or n * tokens <= CPU_TOKENS]
    smallest: dict[str, int] = {}
    for checkpointing in (False, True):
        for micro in sizes:
            parts = estimate(
                fields["base"],
                fields["rank"],
                fields["optimizer"],
                fields["compute_dtype"],
                micro * tokens,
                checkpointing,
                device.kind,
            )
            if peak(parts) <= USABLE * device.memory_bytes:
                return micro, checkpointing, parts
            smallest = parts
    ways = ["lower data.max_tokens", "lower train.adapter.rank", "take a smaller base"]
    if fields["base"].quantize == "none":
        ways[1] = "set base.quantize: nf4"
    what = f"needs about {size(peak(smallest))} and {device.name} has {size(device.memory_bytes)}"
    raise PlanError(Problem("plan", what, "; or ".join(ways), key="base.model"))


def estimate(
    base: BaseRecord, rank: int, optimizer: str, dtype: str, tokens: int, checkpointing: bool, device: str
) -> dict[str, int]:
    """Bytes by part for a micro-batch of `tokens` tokens.

    Resident: base, adapter, gradients, optimizer, runtime. Transient, never at the same moment: activations of a step
    against the loss head. A layer keeps, for its backward pass, about 16 hidden vectors and 4 MLP vectors a token (its
    inputs, norms, attention and LoRA inputs in the compute type); checkpointing keeps one hidden vector a layer and one
    layer's activations. Known error against torch's peak on small CPU shapes: about 30 %; a traced plan would do better.
    """
    shapes, width = base.shapes, 2 if dtype == "bfloat16" else 4
    other = base.parameters - base.linear_parameters
    weights = (
        base.linear_parameters * NF4_BITS / 8 + other * width if base.quantize == "nf4" else base.parameters * width
    )
    layer = shapes.hidden_size * 16 + shapes.intermediate_size * 4
    kept = shapes.hidden_size * shapes.layers + layer if checkpointing else layer * shapes.layers
    trained = adapter_parameters(base, rank)
    return {
        "base": round(weights),
        "adapter": trained * ADAPTER_BYTES,
        "gradients": trained * ADAPTER_BYTES,
        "optimizer": trained * OPTIMIZER_BYTES[optimizer],
        "runtime": RUNTIME_BYTES[device],
        "activations": tokens * kept * width,
        "loss head": tokens * shapes.vocabulary * (4 + 4 + width),
    }


def peak(parts: dict[str, int]) -> int:
    """Largest sum at any moment: the loss head is computed while all activations are kept."""
    return sum(parts.values())


def adapter_parameters(base: BaseRecord, rank: int) -> int:
    """Parameters of a LoRA adapter on every linear layer: rank * (inputs + outputs) each, from the Llama shape."""
    s = base.shapes
    query, key_value = s.heads * s.head_dim, s.key_value_heads * s.head_dim
    attention = 2 * (s.hidden_size + query) + 2 * (s.hidden_size + key_value)
    mlp = 3 * (s.hidden_size + s.intermediate_size)
    return rank * (attention + mlp) * s.layers


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
        *([name, size(number)] for name, number in found.bytes.items()),
        ["peak", f"{size(found.peak_bytes)} (estimated)"],
    ]
    return table(rows, ["plan", ""], left=(0, 1))
