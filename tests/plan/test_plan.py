"""The plan: what decides the adapter is the same on every device; what does not fit is refused with ways out."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tune import models, pipeline
from tune.errors import PlanError
from tune.plan import plan
from tune.plan.of_run import architecture
from tune.plan.shapes import adapter_parameters
from tune.plan.words import as_json, describe
from tune.recipe import load
from tune.records import BaseRecord, Device, Plan
from tune.run import Run

GPU = Device(kind="cuda", name="a card", memory_bytes=24 << 30, bf16=True, threads=8)


@pytest.fixture
def run(recipe: Callable[..., Path], project: Path) -> Run:
    """A run whose data is prepared."""
    found = pipeline.prepare(
        load(recipe(train={"tokens_per_step": 512, "max_steps": 6, "warmup": 0.5})), project / "runs"
    )
    pipeline.base_stage(found)
    pipeline.data_stage(found)
    return found


def test_what_decides_the_adapter_does_not_depend_on_the_device(run: Run) -> None:
    """Steps and sequences a step are the recipe's; the micro-batch is the device's, and always divides the step."""
    cpu = models.find_device().model_copy(update={"kind": "cpu"})
    first, second = plan(run, cpu, probe=False), plan(run, GPU, probe=False)
    for name in ("sequences_per_step", "steps", "warmup_steps", "tokens"):
        assert getattr(first, name) == getattr(second, name)
    assert first.micro_batch_sequences * first.accumulation == first.sequences_per_step == 8
    assert second.micro_batch_sequences * second.accumulation == second.sequences_per_step == 8
    assert (first.steps, first.warmup_steps) == (6, 3)
    assert first.identity() == second.identity()


def test_too_small_a_device_is_refused_with_ways_out(run: Run) -> None:
    """How much is needed, how much is there, and what to change."""
    with pytest.raises(PlanError) as refused:
        plan(run, GPU.model_copy(update={"memory_bytes": 1 << 28}), probe=False)
    assert "needs about 1.3 GiB and a card has 256.0 MiB. it would fit with a device with 1.4 GiB" in str(refused.value)


def test_the_adapter_is_counted_as_peft_counts(run: Run) -> None:
    """The closed form equals the real number of trained parameters, and the plan says which they are."""
    base = run.read(BaseRecord)
    model = models.new_adapter(
        models.load_base(base, models.find_device(), "float32"), run.recipe.train.adapter, base, 0
    )
    trained = sum(p.numel() for p in model.parameters() if p.requires_grad)
    assert adapter_parameters(architecture(base), run.recipe.train.adapter.rank, "all-linear") == trained
    covered = plan(run, GPU, probe=False).coverage
    assert covered["mlp"]["adapted"] == covered["mlp"]["parameters"] > 0
    assert sum(entry["parameters"] for entry in covered.values()) == base.parameters


def test_a_family_that_is_not_known_is_planned_as_a_llama(run: Run, tmp_path: Path) -> None:
    """A run is not refused for want of shapes: those of a Llama of its sizes are taken."""
    base = run.read(BaseRecord)
    config = json.loads((Path(base.folder) / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps({**config, "model_type": "brand_new"}))
    assert architecture(base.model_copy(update={"folder": str(tmp_path)})) == architecture(base)


def test_the_probe_measures_one_step_here(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """On the device at hand the time is measured, the micro-batch stays, and the identity does not change. The trial is alone
    even where this process has a place among others, and leaves nothing behind."""
    for name, value in {"RANK": "1", "WORLD_SIZE": "2", "LOCAL_RANK": "1", "MASTER_ADDR": "127.0.0.1"}.items():
        monkeypatch.setenv(name, value)
    before = {path.name for path in run.folder.iterdir()}
    found = plan(run)
    assert {path.name for path in run.folder.iterdir()} == {*before, "plan.json", "accelerate.yaml"}
    assert found.probe is not None
    assert found.probe.seconds_per_step > 0
    assert found.probe.micro_batches_tried == (found.micro_batch_sequences,)
    assert run.read(Plan) == found
    assert found.identity() == plan(run, GPU, probe=False).identity()
    assert "one step measured" in describe(found)
    assert as_json(found)["bytes"] == found.bytes
