"""When memory runs out, in the trial or in training: the next plan that needs less, with the same optimizer steps."""

from __future__ import annotations

import json
import shutil
import signal
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tune.errors import PlanError, Problem, TrainingFailed, UserError
from tune.machine import ended_for_memory, run_module
from tune.plan.fit import FEWER_PROCESSES, Fit, told, ways_out, worthwhile
from tune.plan.memory import Setting, estimate, moments, peak
from tune.plan.of_run import architecture, planned, room
from tune.plan.step import micro_batches
from tune.ranks import alone
from tune.records import BaseRecord, Plan, Probe
from tune.run import TRIAL, Run


def tried(run: Run, record: Plan, say: Callable[[str], None]) -> Plan:
    """The plan after a trial in a process of its own (`tune.train.probe`): with the time of a step; where memory ran out, with
    the first smaller plan that went through; `say` tells people.

    Raises PlanError, with ways out, when none is smaller, or when the trial failed otherwise; what the training would
    refuse, UserError or TrainingFailed, in its words.
    """
    micros: list[int] = []
    while True:
        micros.append(record.micro_batch_sequences)
        found = _trial(run, record)
        if "problems" in found:
            raise UserError([Problem(**problem) for problem in found["problems"]])
        if "refused" in found:
            raise TrainingFailed(found["refused"])
        if "error" not in found:
            break
        if not found["out_of_memory"]:
            fix = f"`python -m tune.train.probe {run.folder}` shows the whole story"
            raise PlanError(
                Problem("plan", f"the trial before training failed on {record.device.name}: {found['error']}", fix)
            )
        if found.get("moment") == "evaluation":
            what = f"out of memory on {record.device.name} while held-out rows are measured ({found['error']})"
            fix = "take shorter rows for data.eval, base.quantize: nf4, or a device with more memory"
            raise PlanError(Problem("plan", what, fix, key="data.eval"))
        smaller = shrink(run)
        if smaller is None:
            what = f"out of memory on {record.device.name} with one sequence at a time ({found['error']})"
            raise PlanError(Problem("plan", what, ways(run, record), key="base.model"))
        say(f"plan: {in_words(record, smaller, found['error'])}")
        record = smaller
    probe = Probe(
        seconds_per_step=found["seconds"],
        peak_bytes=found["peak_bytes"],
        micro_batches_tried=tuple(micros),
    )
    return record.model_copy(update={"probe": probe, "seconds": probe.seconds_per_step * record.steps})


def _trial(run: Run, record: Plan) -> dict[str, Any]:
    """What the trial printed; where it died, `error` and whether that was for want of memory."""
    before = ended_for_memory()
    done = run_module("tune.train.probe", run.folder, where=alone(record.device.kind, record.threads))
    shutil.rmtree(run.path(TRIAL), ignore_errors=True)  # a process that was killed has not done it
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode == 0 and lines:
        found: dict[str, Any] = json.loads(lines[-1])
        return found
    if done.returncode == -signal.SIGKILL and ended_for_memory() > before:
        return {"error": "the system ended the process", "out_of_memory": True}
    last = (done.stderr.strip().splitlines() or [f"the process ended with code {done.returncode}"])[-1]
    return {"error": last[:300], "out_of_memory": "std::bad_alloc" in done.stderr}  # C++ ends a process that way


def shrink(run: Run) -> Plan | None:
    """Takes the next smaller plan into plan.json, after memory ran out with the one that is there. None when there is none."""
    found = smaller(run, run.read(Plan))
    if found is not None:
        run.write(found)
    return found


def smaller(run: Run, record: Plan) -> Plan | None:
    """The next plan that needs less memory for the same optimizer step: fewer sequences at a time; with one already, more of
    the activations computed again, where the recipe leaves that open. None when there is none."""
    model, now = architecture(run.read(BaseRecord)), planned(run, record)
    one = now.tokens // record.micro_batch_sequences
    needed = _step_bytes(estimate(model, now), now)
    times = dict(micro_batches(record.sequences_per_step, record.processes))
    for level in now.levels[now.levels.index(now.checkpointing) :]:
        same = level == now.checkpointing
        for micro in times if same else worthwhile(list(times), record.device.kind, one):
            asked = replace(now, tokens=micro * one, checkpointing=level, accumulates=times[micro] > 1)
            parts = estimate(model, asked)
            if micro < record.micro_batch_sequences if same else _step_bytes(parts, asked) < needed:
                return record.model_copy(
                    update={
                        "micro_batch_sequences": micro,
                        "accumulation": times[micro],
                        "activation_checkpointing": level,
                        "bytes": parts,
                        "peak_bytes": peak(parts, asked),
                    }
                )
    return None


def _step_bytes(parts: dict[str, int], asked: Setting) -> int:
    """The most at any moment of a step; what is measured and answered between steps is not made smaller by another step."""
    found = moments(parts, asked)
    return max(found[name] for name in ("forward", "backward", "optimizer"))


def in_words(before: Plan, after: Plan, why: str) -> str:
    """That memory ran out, and how it goes on."""
    again = ""
    if after.activation_checkpointing != before.activation_checkpointing:
        again = f", with {after.activation_checkpointing} activation checkpointing"
    return (
        f"out of memory with {before.micro_batch_sequences} sequences at a time ({why}); going on with "
        f"{after.micro_batch_sequences} at a time, {after.accumulation} times{again}: the optimizer steps stay the same"
    )


def ways(run: Run, record: Plan) -> str:
    """Up to three changes that need clearly less than the plan that ran out of memory, with what the formula says of each."""
    model, now = architecture(run.read(BaseRecord)), planned(run, record)
    one = now.tokens // record.micro_batch_sequences
    found = ways_out(model, Fit(now, estimate(model, now), fits=True), one, room(record.device, record.processes))
    return f"try {told(found, FEWER_PROCESSES if record.device.kind == 'cpu' and record.processes > 1 else '')}"
