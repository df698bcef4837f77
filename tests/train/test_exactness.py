"""A run that was stopped, that crashed and that went on is the straight run: adapter bytes, every logged figure, every
consumed example, over everything that could make a difference."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from test_equivalence import prepared

from tune.files import read_jsonl
from tune.records import Plan, TrainRecord
from tune.run import Run
from tune.train import worker
from tune.train.trainer import WitnessedTrainer

ADAPTER = "adapter/adapter_model.safetensors"
CLOCKS = ("seconds", "tokens_per_second", "peak_bytes")
STEPS = 7
DROPOUT = {"adapter": {"rank": 4, "alpha": 8, "dropout": 0.1}}

CASES: dict[str, dict[str, Any]] = {
    "packed": {},
    "unpacked": {"data": {"pack": False}},
    "no dropout": {"train": {"adapter": {"rank": 4, "alpha": 8}}},
    "accumulation": {"plan": {"micro_batch_sequences": 1, "accumulation": 4}},
    "several epochs, the last step short": {"train": {"max_steps": None, "epochs": 3.4, "tokens_per_step": 192}},
    "bf16": {"plan": {"compute_dtype": "bfloat16"}},
    "bf16, no dropout": {
        "train": {"adapter": {"rank": 4, "alpha": 8}},
        "plan": {"compute_dtype": "bfloat16"},
    },
    "nf4": {"base": {"quantize": "nf4"}},
    "activation checkpointing": {"plan": {"activation_checkpointing": "full"}},
    "selective checkpointing": {"plan": {"activation_checkpointing": "selective"}},
    "evaluation in between": {"train": {"evaluate_every": 2}},
    "adamw_8bit": {"train": {"optimizer": "adamw_8bit"}},
    "adafactor": {"train": {"optimizer": "adafactor"}},
    "cosine, warmup, decay": {"train": {"schedule": "cosine", "warmup": 3, "weight_decay": 0.1}},
    "saved after every step": {"train": {"save_every": 1}},
    "saved by the clock": {"train": {"save_every": "1s"}},
    "all at once": {
        "base": {"quantize": "nf4"},
        "data": {"pack": False},
        "train": {"optimizer": "adamw_8bit", "evaluate_every": 2, "save_every": 2, "schedule": "cosine"},
        "plan": {
            "compute_dtype": "bfloat16",
            "activation_checkpointing": "full",
            "micro_batch_sequences": 1,
        },
    },
}


class Crash(RuntimeError):
    """Stands for whatever ends a process between two checkpoints."""


def crash_in_step(patch: pytest.MonkeyPatch, step: int) -> None:
    """Lets the forward pass of a step fail, after its batch was drawn and hashed."""
    inner = WitnessedTrainer.compute_loss

    def failing(self: Any, *args: Any, **kwargs: Any) -> Any:
        if self.state.global_step == step - 1:
            raise Crash
        return inner(self, *args, **kwargs)

    patch.setattr(WitnessedTrainer, "compute_loss", failing)


def figures(run: Run) -> list[dict[str, Any]]:
    """Every logged figure but the clocks."""
    rows = read_jsonl(run.path("train/metrics.jsonl"))
    return [{name: value for name, value in row.items() if name not in CLOCKS} for row in rows]


def held(recipe: Callable[..., Path], name: str, changes: dict[str, Any]) -> Run:
    """A run that is ready to train, on one thread, changed as a case says."""
    sections = {key: dict(value) for key, value in changes.items() if key != "plan"}
    sections["train"] = {"max_steps": STEPS, "save_every": 3, **DROPOUT, **sections.get("train", {})}
    run = prepared(recipe(**sections), name)
    plan = run.read(Plan)
    update = {"device": plan.device.model_copy(update={"threads": 1}), **changes.get("plan", {})}
    micro = update.get("micro_batch_sequences", plan.micro_batch_sequences)
    run.write(plan.model_copy(update={**update, "accumulation": plan.sequences_per_step // micro}))
    return run


def exact(recipe: Callable[..., Path], changes: dict[str, Any]) -> None:
    """Trains straight, and again with a stop after step 2 and a crash in step 5; compares everything."""
    straight, broken = (held(recipe, name, changes) for name in ("straight", "broken"))
    assert worker.train(straight, lambda: False)
    steps = straight.read(Plan).steps
    assert steps >= STEPS
    calls = iter(range(1, 100))
    assert not worker.train(broken, lambda: next(calls) == 2)
    with pytest.MonkeyPatch.context() as patch:
        crash_in_step(patch, 5)
        with pytest.raises(Crash):
            worker.train(broken, lambda: False)
    assert worker.train(broken, lambda: False)
    assert broken.path(ADAPTER).read_bytes() == straight.path(ADAPTER).read_bytes()
    assert figures(broken) == figures(straight)
    logs = [list(read_jsonl(run.path("train/consumed.jsonl"))) for run in (broken, straight)]
    assert logs[0] == logs[1]
    found, wanted = broken.read(TrainRecord), straight.read(TrainRecord)
    assert found.receipt == wanted.receipt
    assert found.identity() == wanted.identity()
    assert [a.from_step for a in found.attempts][:2] == [0, 2]
    assert found.attempts[2].from_step in (2, 3, 4)
    assert [a.to_step for a in found.attempts] == [2, found.attempts[2].from_step, steps]
    assert found.breaks() == []


@pytest.mark.slow
@pytest.mark.parametrize("case", list(CASES)[1:])
def test_an_interrupted_run_is_the_straight_run(recipe: Callable[..., Path], case: str) -> None:
    """Stopped after a checkpoint, crashed between two, and continued: not a bit differs."""
    exact(recipe, CASES[case])


@pytest.mark.parametrize("quantize", ["none", "nf4"])
def test_measuring_in_between_changes_nothing(recipe: Callable[..., Path], quantize: str) -> None:
    """With and without `evaluate_every` the same adapter comes out; bitsandbytes would turn the weights of an nf4 base
    into a form without gradients at the first evaluation, on processors with AVX512-BF16."""
    runs = [
        held(
            recipe,
            f"every-{every}",
            {"base": {"quantize": quantize}, "train": {"max_steps": 3, "evaluate_every": every}},
        )
        for every in (None, 1)
    ]
    for run in runs:
        assert worker.train(run, lambda: False)
    assert runs[0].path(ADAPTER).read_bytes() == runs[1].path(ADAPTER).read_bytes()


def test_an_interrupted_run_of_packs_is_the_straight_run(recipe: Callable[..., Path]) -> None:
    """The sample of the matrix that every test run takes: packs, with dropout."""
    exact(recipe, CASES["packed"])
