"""Each start of the training process, and the conditions it computed in: what may differ from one to the next."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from tune.files import read_jsonl, write_text
from tune.records import Attempt, Plan
from tune.run import Run
from tune.train.checkpoints import differences, sealed, step_of

LOG = "train/attempts.jsonl"
PACKAGES = (
    "torch",
    "transformers",
    "trl",
    "peft",
    "accelerate",
    "bitsandbytes",
    "datasets",
    "safetensors",
    "tokenizers",
)


def versions() -> dict[str, str]:
    """Versions of what computes."""
    return {"python": sys.version.split()[0], **{name: version(name) for name in PACKAGES}}


def conditions(plan: Plan) -> dict[str, Any]:
    """What the last bits of a result depend on beside the contract. It is sealed into every checkpoint."""
    found: dict[str, Any] = {
        "device": plan.device.name,
        "processes": plan.processes,
        "strategy": plan.strategy,
        "threads": plan.threads,
        "micro_batch_sequences": plan.micro_batch_sequences,
        "activation_checkpointing": plan.activation_checkpointing,
        "versions": versions(),
    }
    if plan.device.kind == "cpu":  # processors of one name may offer different ones, in virtual machines above all
        found["instructions"] = torch.backends.cpu.get_cpu_capability()
    return found


def begin(run: Run, plan: Plan, checkpoint: Path | None) -> Attempt:
    """Logs an attempt as it starts, because a kill leaves no time for it at the end."""
    now = conditions(plan)
    differs = differences(sealed(checkpoint)["conditions"], now) if checkpoint is not None else []
    first = step_of(checkpoint) if checkpoint is not None else 0
    attempt = Attempt(
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        from_step=first,
        to_step=first,
        device=plan.device.name,
        processes=plan.processes,
        threads=plan.threads,
        micro_batch_sequences=plan.micro_batch_sequences,
        versions=now["versions"],
        differs=tuple(differs),
    )
    path = run.path(LOG)
    before = list(read_jsonl(path)) if path.exists() else []
    lines = [Attempt.model_validate(row).model_dump_json() for row in before]
    write_text(path, "".join(line + "\n" for line in [*lines, attempt.model_dump_json()]))
    return attempt


def counted(run: Run, last: int) -> tuple[Attempt, ...]:
    """All attempts, each with the last of its steps that counts: where the next ones went on from; `last` for the end."""
    found = [Attempt.model_validate(row) for row in read_jsonl(run.path(LOG))]
    ends = [min([last, *(later.from_step for later in found[i + 1 :])]) for i in range(len(found))]
    return tuple(a.model_copy(update={"to_step": max(a.from_step, end)}) for a, end in zip(found, ends, strict=True))
