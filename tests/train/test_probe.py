"""The trial before training is the training: same loss, gradient, logits and optimizer; it leaves nothing behind."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch
from conftest import chat_row, write_rows
from safetensors.torch import load_file, save_file
from whole import tune

from tune import models, pipeline, sequences
from tune.files import read_jsonl
from tune.plan import plan
from tune.recipe import load
from tune.records import Plan
from tune.run import TRIAL, Run
from tune.train import probe, worker
from tune.train.checkpoints import newest

pytestmark = pytest.mark.usefixtures("one_core")

VOCABULARY = 4096
"""Of `tiny_base`."""


def prepared(recipe: Path, **change: Any) -> Run:
    """A run with base, data and an fp32 plan on the CPU, changed by `change`; neither tried nor trained."""
    run = pipeline.prepare(load(recipe), Path("runs"))
    pipeline.base_stage(run)
    pipeline.data_stage(run)
    cpu = models.find_device().model_copy(update={"kind": "cpu", "bf16": False})
    run.write(plan(run, cpu, probe=False).model_copy(update=change))
    return run


@contextmanager
def logits_of_training() -> Iterator[list[int]]:
    """For how many tokens a layer in training computes logits, every time."""
    seen: list[int] = []

    def look(module: torch.nn.Module, _: Any, output: Any) -> None:
        if module.training and isinstance(output, torch.Tensor) and output.shape[-1] == VOCABULARY:
            seen.append(output.numel() // VOCABULARY)

    hook = torch.nn.modules.module.register_module_forward_hook(look)
    yield seen
    hook.remove()


@pytest.mark.parametrize("pack", [True, False])
def test_a_trial_computes_what_training_computes(recipe: Callable[..., Path], project: Path, pack: bool) -> None:
    """On the same rows the trial has the loss and the gradient of the training, and computes logits for as few tokens: for
    those that carry loss, not for the long questions."""
    write_rows(project / "train.jsonl", [chat_row(f"{'word ' * 30}{i}?", f"{i} it is.") for i in range(8)])
    whole = {"max_steps": 1, "tokens_per_step": 4096, "warmup": 0}
    run = prepared(recipe(train=whole, data={"pack": pack}))
    made = run.read(Plan)
    run.write(made.model_copy(update={"micro_batch_sequences": made.sequences_per_step, "accumulation": 1}))
    asked = probe.Trial(run)
    with logits_of_training() as tried:
        asked()
    with logits_of_training() as trained:
        assert worker.train(run, lambda: False)
    row = next(iter(read_jsonl(run.path("train/metrics.jsonl"))))
    for step in asked.rows:  # the trial learns nothing, so its second step is the first again
        assert step["loss"] == pytest.approx(row["loss"], abs=1e-5)
        assert step["grad_norm"] == pytest.approx(row["grad_norm"], rel=1e-3)
    assert tried == trained * probe.STEPS
    assert sum(trained) <= row["loss_tokens"] < row["input_tokens"] / 2


@pytest.mark.parametrize(
    ("name", "library"), [("adamw", "torch"), ("adamw_8bit", "bitsandbytes"), ("adafactor", "transformers")]
)
def test_a_trial_moves_the_recipes_optimizer(recipe: Callable[..., Path], name: str, library: str) -> None:
    """The optimizer of the recipe has made its state and moved, though no weight, and a checkpoint of it was sealed. The
    longest sequence is in every micro-batch; a step of more of them than were tried takes as much longer, but for the
    optimizer."""
    run = prepared(recipe(train={"optimizer": name}), micro_batch_sequences=1, accumulation=4)
    asked = probe.Trial(run)
    lengths = sequences.load(run.path("data"), "train")["seq_lengths"]
    assert list(asked.trainer.train_dataset["seq_lengths"]) == [max(lengths, key=sum)] * 4
    ticks = iter(range(100))
    asked._clock = lambda: next(ticks)
    assert asked() == {"seconds": 4 / 2 + 1, "peak_bytes": None}
    optimizer = asked.trainer.optimizer.optimizer
    assert type(optimizer).__module__.split(".")[0] == library
    assert len(optimizer.state) == sum(p.requires_grad for p in asked.trainer.model.parameters())
    saved = newest(run.path(TRIAL), {}, pytest.fail)
    assert saved == run.path(TRIAL) / "checkpoint-2"
    assert (saved / "optimizer.pt").exists()
    weights = load_file(saved / "adapter_model.safetensors")
    assert not any(tensor.any() for key, tensor in weights.items() if "lora_B" in key)  # as LoRA begins


def test_the_longest_sequences_are_tried() -> None:
    """As many as asked, the longest first, each counted with all its rows."""
    assert probe.longest([[3], [5], [4, 4], [2], [5]], 3) == [2, 1, 4]


@pytest.mark.slow
def test_what_training_would_refuse_is_said_before_it(
    recipe: Callable[..., Path], project: Path, tiny_base: Path
) -> None:
    """A broken adapter to go on from, and a base that lacks a weight: each in the words of the training and with the
    exit code that it would have."""
    first = prepared(recipe(train={"max_steps": 1}))
    assert worker.train(first, lambda: False)
    weights = first.path("adapter/adapter_model.safetensors")
    save_file({name: tensor * float("nan") for name, tensor in load_file(weights).items()}, weights)
    recipe("broken.yaml", train={"adapter": {"rank": 4, "alpha": 8, "start_from": str(first.path("adapter"))}})
    refused = tune("plan", "broken.yaml", cwd=project, check=False)
    assert refused.returncode == 1, refused.stderr
    assert "tune: step 1: the loss is nan, so training stopped before the optimizer moved. " in refused.stderr
    shutil.copytree(tiny_base, project / "lacking")
    tensors = load_file(project / "lacking/model.safetensors")
    del tensors["model.layers.1.mlp.up_proj.weight"]
    save_file(tensors, project / "lacking/model.safetensors", metadata={"format": "pt"})
    recipe("lacking.yaml", base={"model": "lacking"})
    refused = tune("plan", "lacking.yaml", cwd=project, check=False)
    assert refused.returncode == 2, refused.stderr
    assert "lacking: its files lack 1 of its parameters, e.g. model.layers.1.mlp.up_proj" in refused.stderr
    assert "Traceback" not in refused.stderr
