"""A plan for people and for scripts, beside what was measured once training is done."""

from __future__ import annotations

from typing import Any

from tune.plan.coverage import describe as describe_coverage
from tune.records import Plan, TrainRecord
from tune.text import count, duration, size, table


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
    ]
    parts = [table(rows, ["plan", ""], left=(0, 1)), describe_coverage(found.coverage)]
    if done is not None:
        parts.insert(1, table(beside(found, done), ["", "planned", "measured"]))
    return "\n\n".join(parts)


def measured(found: Plan, done: TrainRecord | None) -> dict[str, Any] | None:
    """What training took, and of the plan what is to be compared with it; see docs/interface.md. None before it is done.

    On a GPU the counter knows what is allocated, so libraries, context and the allocator's slack are taken off the plan.
    """
    if done is None:
        return None
    unseen = found.bytes.get("runtime", 0) + found.bytes.get("slack", 0) if done.device.kind == "cuda" else 0
    return {
        "counter": "allocated" if done.device.kind == "cuda" else "resident",
        "peak_bytes": done.peak_bytes,
        "planned_peak_bytes": found.peak_bytes - unseen,
        "seconds": done.seconds,
        "tokens_per_second": done.tokens_per_second,
    }


def beside(found: Plan, done: TrainRecord) -> list[tuple[str, str, str]]:
    """(what, planned, measured): memory, time and speed."""
    seen = measured(found, done)
    assert seen is not None
    peak = size(seen["peak_bytes"]) if seen["peak_bytes"] is not None else "not recorded"
    planned = found.tokens / found.seconds
    return [
        (f"{seen['counter']} memory", size(seen["planned_peak_bytes"]), peak),
        ("time", duration(found.seconds), duration(done.seconds)),
        ("tokens a second", count(planned), count(done.tokens_per_second)),
    ]


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
        "measured": measured(found, done),
    }
