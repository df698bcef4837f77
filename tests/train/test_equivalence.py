"""The same recipe gives the same training however it is carried out: loss, micro-batch, packing."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
import torch
from conftest import chat_row, write_rows
from safetensors.torch import load_file

from tune import models, pipeline, score, sequences
from tune.errors import TrainingFailed, UserError
from tune.files import read_jsonl
from tune.recipe import load
from tune.records import BaseRecord, Plan, TrainRecord
from tune.run import Run
from tune.train import build, worker
from tune.train.trainer import WitnessedTrainer


def prepared(recipe: Path, name: str, **plan: Any) -> Run:
    """A run with base, data and an fp32 plan on the CPU, changed by `plan`; not trained yet."""
    run = pipeline.prepare(load(recipe), Path(name))
    pipeline.base_stage(run)
    pipeline.data_stage(run)
    from tune.plan import plan as make_plan

    made = make_plan(run, models.find_device().model_copy(update={"kind": "cpu", "bf16": False}), probe=False)
    run.write(made.model_copy(update=plan))
    return run


def trained(run: Run) -> dict[str, torch.Tensor]:
    """The adapter after training in this process."""
    assert worker.train(run, lambda: False)
    return load_file(str(run.path("adapter/adapter_model.safetensors")))


def losses(run: Run) -> list[float]:
    """The logged loss of every step."""
    return [row["loss"] for row in read_jsonl(run.path("train/metrics.jsonl"))]


def test_two_runs_are_the_same_to_the_byte(recipe: Callable[..., Path]) -> None:
    """Same seed, same machine: identical adapter bytes and roots."""
    first, second = (prepared(recipe(), name) for name in ("one", "two"))
    trained(first), trained(second)
    a, b = (run.path("adapter/adapter_model.safetensors").read_bytes() for run in (first, second))
    assert a == b
    assert first.read(TrainRecord).receipt == second.read(TrainRecord).receipt


def test_micro_batches_do_not_change_the_step(recipe: Callable[..., Path]) -> None:
    """One sequence at a time four times = two at a time = four at once, within fp32 rounding; the receipt is equal."""
    runs = [prepared(recipe(), f"m{n}", micro_batch_sequences=n, accumulation=4 // n) for n in (1, 2, 4)]
    assert runs[0].read(Plan).sequences_per_step == 4
    adapters = [trained(run) for run in runs]
    for run, adapter in zip(runs[1:], adapters[1:], strict=True):
        assert run.read(TrainRecord).receipt == runs[0].read(TrainRecord).receipt
        assert losses(run) == pytest.approx(losses(runs[0]), abs=2e-5)
        for name, tensor in adapter.items():
            assert torch.allclose(tensor, adapters[0][name], atol=2e-4), name


def test_packing_does_not_change_what_is_learned(recipe: Callable[..., Path], project: Path) -> None:
    """One step over all rows, packed or not: the same loss and gradient, so rows in a pack do not see each other."""
    rows = [chat_row(f"Question {i} of this kind?", "An answer " * (1 + i % 3) + "ends.") for i in range(12)]
    write_rows(project / "train.jsonl", rows)
    whole = {"max_steps": 1, "tokens_per_step": 4096}
    packed = prepared(recipe("a.yaml", train=whole), "packed")
    plain = prepared(recipe("b.yaml", train=whole, data={"pack": False}), "plain")
    trained(packed), trained(plain)
    a, b = (next(iter(read_jsonl(run.path("train/metrics.jsonl")))) for run in (packed, plain))
    assert a["loss_tokens"] == b["loss_tokens"]
    assert a["loss"] == pytest.approx(b["loss"], abs=1e-5)
    assert a["grad_norm"] == pytest.approx(b["grad_norm"], rel=1e-3)
    assert packed.read(TrainRecord).receipt.examples_root == plain.read(TrainRecord).receipt.examples_root


def test_loss_on_a_cpu_is_trls_loss(recipe: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """transformers' cross-entropy, used on a CPU for speed, and TRL's fused head agree on every step."""
    plain = prepared(recipe(), "plain")
    fused = prepared(recipe(), "fused")
    trained(plain)
    monkeypatch.delattr(WitnessedTrainer, "compute_loss")
    trained(fused)
    assert losses(fused) == pytest.approx(losses(plain), abs=2e-5)


@pytest.mark.parametrize("quantize", ["none", "nf4"])
def test_inputs_of_adapters_need_no_cast(
    recipe: Callable[..., Path], quantize: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under bf16 autocast PEFT's cast of every input to fp32 changes no bit of the adapter, so it is left out."""
    made = recipe(base={"quantize": quantize})
    without, cast = (prepared(made, name, compute_dtype="bfloat16") for name in ("without", "cast"))
    trained(without)
    monkeypatch.setattr(build, "disable_input_dtype_casting", lambda *_, **__: nullcontext())
    trained(cast)
    a, b = (run.path("adapter/adapter_model.safetensors").read_bytes() for run in (without, cast))
    assert a == b
    assert losses(without) == losses(cast)


def test_logged_loss_is_the_mean_over_loss_tokens(recipe: Callable[..., Path]) -> None:
    """The first step's loss is the fresh adapter's held-out-style loss over exactly the rows of that step."""
    run = prepared(recipe(train={"max_steps": 1, "tokens_per_step": 100_000}), "mean")
    base, plan = run.read(BaseRecord), run.read(Plan)
    trained(run)
    model = models.load_base(base, plan.device, "float32")
    ids, labels = [], []
    for sequence in sequences.load(run.path("data"), "train"):
        start = 0
        for length in sequence["seq_lengths"]:
            ids.append(sequence["input_ids"][start : start + length])
            labels.append(sequence["labels"][start : start + length])
            start += length
    expected = score.mean_loss(score.loss_sums(model, ids, labels, base.pad_token_id))
    assert losses(run)[0] == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("stop_after", [1, 3])
def test_stopped_and_continued_is_the_straight_run(recipe: Callable[..., Path], stop_after: int) -> None:
    """A stop after any step and the same command again: adapter bytes, losses and receipt of the straight run."""
    section = {"max_steps": 6, "save_every": 2, "adapter": {"rank": 4, "alpha": 8, "dropout": 0.1}}
    straight, broken = (prepared(recipe(train=section), name) for name in ("straight", "broken"))
    trained(straight)
    steps = iter(range(1, 100))
    assert not worker.train(broken, lambda: next(steps) >= stop_after)
    assert 0 < len(losses(broken)) < 6
    trained(broken)
    assert losses(broken) == losses(straight)
    assert broken.read(TrainRecord).receipt == straight.read(TrainRecord).receipt
    name = "adapter/adapter_model.safetensors"
    assert broken.path(name).read_bytes() == straight.path(name).read_bytes()
    assert len(broken.read(TrainRecord).attempts) == 2


def test_not_a_number_stops_before_the_optimizer_moves(
    recipe: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A loss that is not finite ends the run, naming the step and its rows; no adapter is written."""
    run = prepared(recipe(), "nan")
    inner = WitnessedTrainer.compute_loss

    def poisoned(self: Any, *args: Any, **kwargs: Any) -> Any:
        return inner(self, *args, **kwargs) * (float("nan") if self.state.global_step == 2 else 1.0)

    monkeypatch.setattr(WitnessedTrainer, "compute_loss", poisoned)
    with pytest.raises(TrainingFailed) as stopped:
        worker.train(run, lambda: False)
    assert "step 3: the loss is nan, so training stopped before the optimizer moved" in str(stopped.value)
    assert "train.jsonl:" in str(stopped.value)
    assert len(losses(run)) == 2
    assert not run.path("adapter").exists()


def test_an_adapter_can_be_continued(recipe: Callable[..., Path]) -> None:
    """`adapter.start_from` begins with the given weights to the bit; another rank is refused in words, which
    end with exit code 2: a cluster would start anything else again and again."""
    first = prepared(recipe(), "first")
    adapter = trained(first)
    start = str(first.path("adapter"))
    section = {"max_steps": 1, "learning_rate": 1e-30}
    second = prepared(recipe(train={**section, "adapter": {"rank": 4, "alpha": 8, "start_from": start}}), "second")
    for name, tensor in trained(second).items():
        assert torch.equal(tensor, adapter[name]), name
    wanted = {"rank": 4, "alpha": 8, "targets": ["q_proj"], "start_from": start}
    other = prepared(recipe(train={**section, "adapter": wanted}), "other")
    with pytest.raises(
        UserError, match=r"train.adapter.start_from: has targets .*'v_proj'\], and the recipe says \['q_proj'\]"
    ):
        worker.train(other, lambda: False)


def test_nf4_trains_and_resumes_exactly(recipe: Callable[..., Path]) -> None:
    """QLoRA on the CPU: the base is really in 4 bits, the adapter in fp32, and a continued run is the straight one."""
    section = {"max_steps": 4, "save_every": 1}
    straight, broken = (
        prepared(recipe(base={"quantize": "nf4"}, train=section), name) for name in ("straight", "broken")
    )
    adapter = trained(straight)
    assert {tensor.dtype for tensor in adapter.values()} == {torch.float32}
    model = models.load_base(straight.read(BaseRecord), straight.read(Plan).device, "float32")
    kinds = {type(module).__name__ for module in model.modules()}
    assert "Linear4bit" in kinds
    steps = iter(range(1, 100))
    assert not worker.train(broken, lambda: next(steps) >= 2)
    trained(broken)
    name = "adapter/adapter_model.safetensors"
    assert broken.path(name).read_bytes() == straight.path(name).read_bytes()
