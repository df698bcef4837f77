"""The evaluate stage: base and adapted model, side by side, on the same held-out rows and the same prompts."""

from __future__ import annotations

import time
from typing import Any

from tune import models, score, sequences
from tune.evaluate.checks import Prompt, failed_checks, read_prompts
from tune.generate import Answer, answers
from tune.records import BaseRecord, Evaluation, Ledger, Measured, Plan, PromptResult, Sample, TrainRecord
from tune.run import Run, made, named_files

__all__ = ["evaluate"]


def inputs(run: Run) -> Any:
    """Everything that the figures depend on."""
    section = run.recipe.evaluate
    return {
        "train": run.read(TrainRecord).identity(),
        "data": run.read(Ledger).identity(),
        "evaluate": section.model_dump(mode="json"),
        "prompts": named_files(run.recipe, run.root).get(section.prompts) if section.prompts else None,
    }


def evaluate(run: Run) -> Evaluation:
    """Measures both models and writes evaluate.json."""
    started = time.monotonic()
    base, ledger, section, wanted = run.read(BaseRecord), run.read(Ledger), run.recipe.evaluate, inputs(run)
    record = run.up_to_date(Evaluation, wanted)
    if record is not None:
        return record
    import torch

    plan = run.read(Plan)
    torch.set_num_threads(plan.device.threads)
    prompts = read_prompts(run.source(section.prompts), section.prompts) if section.prompts else []
    tokenizer = models.load_tokenizer(base)
    model = models.load_adapter(models.load_base(base, plan.device, plan.compute_dtype), run.path("adapter"), base)
    with torch.autocast(model.device.type, dtype=torch.bfloat16, enabled=plan.compute_dtype == "bfloat16"):
        tuned = _measure(model, tokenizer, run, base, ledger, prompts)
        with model.disable_adapter():
            untuned = _measure(model, tokenizer, run, base, ledger, prompts)
    record = Evaluation(
        made=made(wanted, started),
        base=untuned,
        tuned=tuned,
        loss_tokens=ledger.total("eval").loss,
        prompts_sha256=wanted["prompts"],
        max_new_tokens=section.max_new_tokens,
    )
    run.write(record)
    return record


def _measure(model: Any, tokenizer: Any, run: Run, base: BaseRecord, ledger: Ledger, prompts: list[Prompt]) -> Measured:
    """All figures of one model."""
    section = run.recipe.evaluate
    losses = _held_out(model, run, base, ledger)
    found = (
        answers(model, tokenizer, [p.messages for p in prompts], base.stop_token_ids, section.max_new_tokens)
        if prompts
        else []
    )
    results = tuple(_result(prompt, answer) for prompt, answer in zip(prompts, found, strict=True))
    return Measured(
        loss=score.mean_loss([pair for pairs in losses.values() for pair in pairs]),
        loss_by_source={name: score.mean_loss(pairs) or 0.0 for name, pairs in losses.items()},
        checks_passed=sum(r.passed for r in results) / len(results) if results else None,
        checks=results,
        stop_rate=sum(a.stopped for a in found) / len(found) if found else None,
        samples=tuple(
            Sample(id=p.id, question=p.question, answer=a.text)
            for p, a in list(zip(prompts, found, strict=True))[: section.samples]
        ),
    )


def _result(prompt: Prompt, answer: Answer) -> PromptResult:
    failed = tuple(failed_checks(prompt, answer))
    return PromptResult(id=prompt.id, passed=not failed, failed=failed, stopped=answer.stopped, answer=answer.text)


def _held_out(model: Any, run: Run, base: BaseRecord, ledger: Ledger) -> dict[str, list[tuple[float, int]]]:
    """(loss sum, loss tokens) of every held-out row, by the name of its source."""
    if not ledger.kept("eval"):
        return {}
    rows = sequences.load(run.path("data"), "eval")
    sums = score.loss_sums(model, rows["input_ids"], rows["labels"], base.pad_token_id)
    found: dict[str, list[tuple[float, int]]] = {}
    for (source,), pair in zip(rows["sources"], sums, strict=True):
        found.setdefault(ledger.sources[source].name, []).append(pair)
    return found
