"""The train stage: what decides it, what finishes it. The work itself is done by `tune.train.worker` processes."""

from __future__ import annotations

from typing import Any

from tune.digest import file_sha256
from tune.records import BaseRecord, Ledger, Plan, TrainRecord
from tune.run import Run

METRICS = "train/metrics.jsonl"
CHECKPOINTS = "train/checkpoints"


def inputs(run: Run) -> Any:
    """Everything that decides the adapter, from the recipe and earlier records."""
    plan = run.read(Plan)
    return {
        "base": run.read(BaseRecord).identity(),
        "data": run.read(Ledger).identity(),
        "train": run.recipe.train.deciding(),
        "sequences_per_step": plan.sequences_per_step,
        "steps": plan.steps,
        "sequences": plan.sequences,
    }


def finished(run: Run) -> TrainRecord | None:
    """The record of a finished training of exactly these inputs, with its adapter in place: it is never trained further."""
    if run.find(Plan) is None:
        return None
    record = run.up_to_date(TrainRecord, inputs(run))
    if record is None or not record.finished:
        return None
    paths = [(run.path("adapter") / f.name, f.sha256) for f in record.adapter]
    return record if all(path.is_file() and file_sha256(path) == sha for path, sha in paths) else None


def losses(metrics: list[dict[str, Any]]) -> tuple[float, float]:
    """Loss of the first step, and the mean over the last tenth of the steps."""
    tail = metrics[-max(1, len(metrics) // 10) :]
    return metrics[0]["loss"], sum(row["loss"] for row in tail) / len(tail)
