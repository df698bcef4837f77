"""The evaluate stage: base and adapted model, side by side, on the same held-out rows and the same prompts."""

from __future__ import annotations

import time
from typing import Any

from tune import models, score, sequences
from tune.evaluate.checks import as_tokens, failed_checks
from tune.generate import Answer, answers
from tune.prompts import Prompt, read_prompts
from tune.ranks import ALONE, Ranks
from tune.records import BaseRecord, Evaluation, Ledger, Measured, Plan, PromptResult, Sample, TrainRecord
from tune.run import Run, made, named_files

__all__ = ["asked", "divided", "evaluate", "measured"]


def inputs(run: Run) -> Any:
    """Everything that the figures depend on."""
    section, day = run.recipe.evaluate, run.recipe.data.date
    return {
        "train": run.read(TrainRecord).identity(),
        "data": run.read(Ledger).identity(),
        "evaluate": section.model_dump(mode="json"),
        "prompts": named_files(run.recipe, run.root).get(section.prompts) if section.prompts else None,
        **({"date": day.isoformat()} if day is not None else {}),  # which stands in the prompts
    }


def divided(run: Run) -> bool:
    """Whether the base is held in parts by several processes, as in training: then these have to measure it together."""
    return run.read(Plan).strategy == "fsdp2"


def measured(run: Run) -> Evaluation | None:
    """The record, when it was made from what is there now."""
    return run.up_to_date(Evaluation, inputs(run))


def evaluate(run: Run, ranks: Ranks = ALONE, again: bool = False) -> Evaluation:
    """Measures both models and writes evaluate.json, when there is none of what is there now, or `again` is asked for. Where
    the base is divided, every process of the plan calls this, and the first one writes."""
    started = time.monotonic()
    base, ledger, section, wanted = run.read(BaseRecord), run.read(Ledger), run.recipe.evaluate, inputs(run)
    record = measured(run)
    if record is not None and not again:
        return record
    import torch

    plan = run.read(Plan)
    assert ranks.size == (plan.processes if divided(run) else 1), "a divided base is measured by all who hold it"
    torch.set_num_threads(plan.threads if divided(run) else plan.device.threads)
    tokenizer = models.load_tokenizer(base)
    prompts = asked(run, tokenizer)
    model = _tuned(run, plan, base, ranks)
    with torch.autocast(model.device.type, dtype=torch.bfloat16, enabled=plan.compute_dtype == "bfloat16"):
        tuned = _measure(model, tokenizer, run, prompts, ranks)
        with model.disable_adapter():
            untuned = _measure(model, tokenizer, run, prompts, ranks)
    record = Evaluation(
        made=made(wanted, started),
        base=untuned,
        tuned=tuned,
        loss_tokens=ledger.total("eval").loss,
        prompts_sha256=wanted["prompts"],
        max_new_tokens=section.max_new_tokens,
    )
    if ranks.first:
        run.write(record)
    return record


def asked(run: Run, tokenizer: Any) -> list[tuple[Prompt, list[int]]]:
    """The prompts that a run is measured with, each with its token ids. Raises DataError for faulty ones, and for those that
    the base's chat template refuses."""
    shown = run.recipe.evaluate.prompts
    if shown is None:
        return []
    prompts = read_prompts(run.source(shown), shown)
    return list(zip(prompts, as_tokens(prompts, tokenizer, run.recipe.data.date, shown), strict=True))


def _tuned(run: Run, plan: Plan, base: BaseRecord, ranks: Ranks) -> Any:
    """The adapter on the base, whole or divided as the plan says."""
    if not divided(run):
        return models.load_adapter(models.load_base(base, plan.device, plan.compute_dtype), run.path("adapter"), base)
    from tune import sharding

    model: Any = models.load_base(base, plan.device, plan.compute_dtype, sharded=True)
    model = models.load_adapter(model, run.path("adapter"), base, trainable=True)  # what is trained stays whole
    if base.quantize == "nf4":
        sharding.divide(model, plan.device, ranks.size)
    sharding.truly_divided(model, ranks.size)
    return model


def _measure(model: Any, tokenizer: Any, run: Run, asked: list[tuple[Prompt, list[int]]], ranks: Ranks) -> Measured:
    """All figures of one model, which is `asked` prompts as tokens."""
    section, base = run.recipe.evaluate, run.read(BaseRecord)
    losses = _held_out(model, run, base, run.read(Ledger), ranks)
    found = (
        answers(model, tokenizer, [ids for _, ids in asked], base.stop_token_ids, section.max_new_tokens, ranks)
        if asked
        else []
    )
    pairs = [(prompt, answer) for (prompt, _), answer in zip(asked, found, strict=True)]
    results = tuple(_result(prompt, answer) for prompt, answer in pairs)
    return Measured(
        loss=score.mean_loss([pair for own in losses.values() for pair in own]),
        loss_by_source={name: score.mean_loss(own) or 0.0 for name, own in losses.items()},
        checks_passed=sum(r.passed for r in results) / len(results) if results else None,
        checks=results,
        stop_rate=sum(a.stopped for a in found) / len(found) if found else None,
        samples=tuple(
            Sample(id=prompt.id, question=prompt.question, answer=answer.text)
            for prompt, answer in pairs[: section.samples]
        ),
    )


def _result(prompt: Prompt, answer: Answer) -> PromptResult:
    failed = tuple(failed_checks(prompt, answer))
    return PromptResult(id=prompt.id, passed=not failed, failed=failed, stopped=answer.stopped, answer=answer.text)


def _held_out(
    model: Any, run: Run, base: BaseRecord, ledger: Ledger, ranks: Ranks
) -> dict[str, list[tuple[float, int]]]:
    """(loss sum, loss tokens) of every held-out row, by the name of its source."""
    if not ledger.kept("eval"):
        return {}
    rows = sequences.load(run.path("data"), "eval")
    sums = score.loss_sums(model, rows["input_ids"], rows["labels"], base.pad_token_id, ranks)
    names, found = run.recipe.data.names, dict[str, list[tuple[float, int]]]()
    for (source,), pair in zip(rows["sources"], sums, strict=True):
        found.setdefault(names[source], []).append(pair)
    return found
