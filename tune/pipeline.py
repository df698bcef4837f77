"""The order of the stages, and the talk between them. Every stage skips itself when its record is up to date."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tune import base, disclose, evaluate, export, plan, train
from tune import run as runs
from tune.data import stage as data
from tune.errors import Problem, UserError
from tune.export.gguf import in_words
from tune.launch import local, submit
from tune.launch.request import Request, device
from tune.models import load_tokenizer
from tune.nodes import here
from tune.plan.words import beside
from tune.recipe import Loaded
from tune.records import BaseRecord, Disclosure, Evaluation, ExportRecord, Ledger, Plan, Record, Submission, TrainRecord
from tune.run import Run, lock
from tune.text import count, duration, share, short, size

NOTHING = "nothing to do: {run} is complete, and nothing that it was made from has changed"


def say(text: str) -> None:
    """Talk goes to stderr: stdout carries the result."""
    print(text, file=sys.stderr, flush=True)


def prepare(loaded: Loaded, runs_folder: Path, fresh: bool = False) -> Run:
    """The run directory of a recipe: the newest attempt, or a new one."""
    return runs.create(loaded, runs_folder, fresh=fresh)


def reopen(folder: Path) -> Run:
    """A run by its directory. Raises UserError when the files it was made from have changed or are gone."""
    run = runs.open_run(folder)
    changed = runs.changed_files(run)
    if changed:
        what = f"{changed[0]} is no longer what this run was made from (read from {run.root})"
        raise UserError(Problem("run", what, "run the recipe itself: changed files make a new run", file=str(folder)))
    return run


def carry_out(run: Run) -> bool:
    """Every stage in order; on a machine that is not the first of several, its part of the training. Returns whether there
    was anything to do."""
    node = here()
    if node.rank:
        local.follow(run, node)
        return True
    if done(run):  # without the lock: a finished run may lie where nobody can write
        say(NOTHING.format(run=run.folder))
        return False
    with lock(run):
        for stage in STAGES:
            stage(run)
    return True


def hand_over(run: Run, request: Request) -> Submission | None:
    """What needs no GPU, here; the rest as a job of the place. Returns None when there is nothing left to do."""
    submit.ready(run, request)
    with lock(run):
        if done(run):
            say(NOTHING.format(run=run.folder))
            return None
        base_stage(run)
        data_stage(run)
        asked = device(request)
        if asked is None:
            say("plan: made on the node, for the device that is there")
        elif not _trained(run):
            say_plan(plan.plan(run, asked, probe=False))
    found = submit.submit(run, request)  # after the lock is gone: the job may start at once, and takes it
    start = submit.command(run, request)
    say(f"submit: submitted as job {found.job}" if start is None else f"submit: start it with: {start}")
    return found


def done(run: Run) -> bool:
    """Whether every record is there, made from what is there now. Judged without torch, in well under a second."""
    if run.find(Plan) is None:  # what decides the adapter stands in it
        return False
    made_from: tuple[tuple[type[Record], Callable[[Run], Any]], ...] = (
        (BaseRecord, base.inputs),
        (Ledger, data.inputs),
        (TrainRecord, train.inputs),
        (Evaluation, evaluate.inputs),
        (ExportRecord, export.inputs),
        (Disclosure, disclose.inputs),
    )
    if not all(run.up_to_date(kind, inputs(run)) is not None for kind, inputs in made_from):
        return False
    return (
        data.stands(run)
        and _trained(run)
        and export.stands(run, run.read(ExportRecord))
        and disclose.stands(run, run.read(Disclosure))
    )


def base_stage(run: Run) -> None:
    """base.json, and a line on it."""
    found = base.base(run)
    where = f"commit {found.commit[:12]}" if found.commit else "a local folder"
    say(
        f"base: {found.model} ({found.architecture}, {short(found.parameters)} parameters, {where}, license {found.license.tag or 'unknown'})"
    )


def data_stage(run: Run) -> None:
    """data/, and a line on it. What the run will be asked is looked at too, because hours later nobody waits for it."""
    ledger = data.data(run)
    if run.recipe.evaluate.prompts and not _trained(run):
        evaluate.asked(run, load_tokenizer(run.read(BaseRecord)))
    total = ledger.total("train")
    dropped = sum(sum(s.rows.dropped.values()) for s in ledger.sources)
    say(
        f"data: {count(ledger.kept('train'))} rows to learn from, {count(ledger.kept('eval'))} held out, {count(dropped)} dropped; "
        f"loss on {share(total.loss, total.input)} of {count(total.input)} tokens; {count(ledger.packing.sequences)} sequences, {100 * ledger.packing.fill:.1f} % full"
    )
    for check in ledger.checks:
        if not check.ok:
            say(f"data: look at this: {check.name}: {check.what}")
    say(f"data: see what the model learns in {run.path('data/sample.html')}")


def plan_stage(run: Run) -> None:
    """plan.json, and two lines on it."""
    if _trained(run):
        return
    say_plan(plan.plan(run, say=say))


def say_plan(found: Plan) -> None:
    """Two lines on a plan."""
    shared = f" in each of {found.processes} processes ({found.strategy})" if found.processes > 1 else ""
    say(
        f"plan: {count(found.steps)} steps of {found.sequences_per_step} sequences on {found.device.name} in {found.compute_dtype}, {found.accumulation} x {found.micro_batch_sequences} at a time{shared}"
    )
    say(f"plan: about {size(found.peak_bytes)} of memory{' each' if shared else ''} and {duration(found.seconds)}")


def train_stage(run: Run) -> None:
    """adapter/ and train.json."""
    if not _trained(run):
        local.train(run, here())
    found = run.read(TrainRecord)
    say(
        f"train: {count(found.receipt.optimizer_steps)} steps in {duration(found.seconds)}, {found.tokens_per_second:,.0f} tokens/s, loss {found.first_loss:.3f} -> {found.last_loss:.3f}"
    )
    rows = beside(run.read(Plan), found)
    say(f"train: {'; '.join(f'{what} {took}, planned {planned}' for what, planned, took in rows)}")


def evaluate_stage(run: Run, again: bool = False) -> None:
    """evaluate.json, and a line on it. With `again` what was measured is measured once more, and stays until that is done."""
    if evaluate.divided(run):
        if again or evaluate.measured(run) is None:
            local.measure(run, here())
        found = run.read(Evaluation)
    else:
        found = evaluate.evaluate(run, again=again)
    parts = []
    if found.tuned.loss is not None and found.base.loss is not None:
        parts.append(f"held-out loss {found.base.loss:.3f} -> {found.tuned.loss:.3f}")
    if found.tuned.checks_passed is not None and found.base.checks_passed is not None:
        parts.append(
            f"prompts passed {100 * found.base.checks_passed:.1f} % -> {100 * found.tuned.checks_passed:.1f} %"
        )
    if found.tuned.stop_rate is not None:
        parts.append(f"{100 * found.tuned.stop_rate:.1f} % of answers stop by themselves")
    say(f"evaluate: {', '.join(parts) or 'nothing to measure: no data.eval, no evaluate.prompts'}")


def export_stage(run: Run) -> None:
    """export.json, and a line on it."""
    found = export.export(run)
    loads = (
        "the adapter loads with plain PEFT" if run.recipe.export.prove else "the adapter was not loaded and compared"
    )
    if found.merged is not None:
        loads += f"; merged weights in {run.path('export/merged')}, {export.agreement_in_words(found.merged)}"
    say(f"export: {loads}")
    if found.gguf is not None:
        say(f"export: {in_words(found.gguf)}")


def disclose_stage(run: Run) -> None:
    """The card and its manifest."""
    found = disclose.disclose(run)
    say(
        f"disclose: {run.path('adapter/README.md')}; license {found.license or 'unknown: set publish.license'}, {found.license_gate}"
    )
    for refusal in found.refusals:
        say(f"disclose: look at this before you publish: {refusal}")


STAGES: tuple[Callable[[Run], None], ...] = (
    base_stage,
    data_stage,
    plan_stage,
    train_stage,
    evaluate_stage,
    export_stage,
    disclose_stage,
)


def _trained(run: Run) -> bool:
    return train.finished(run) is not None
