"""`train.report_to` and its kin: keys that change nothing about the adapter, and a package that has to be there."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest
from test_equivalence import losses
from test_exactness import held

from tune import pipeline
from tune.errors import RecipeError, UserError
from tune.recipe import load
from tune.recipe.schema import Train
from tune.train import worker

ABSENT = next((name for name in ("wandb", "mlflow", "trackio") if find_spec(name) is None), None)


@pytest.mark.skipif(ABSENT is None, reason="every tracker is installed here")
def test_a_missing_package_is_said_before_training(recipe: Callable[..., Path]) -> None:
    """A recipe that names it is refused with file, line and what to install; so is a run that is opened again."""
    path = recipe(train={"report_to": ABSENT})
    line = next(i for i, text in enumerate(path.read_text().splitlines(), start=1) if "report_to" in text)
    said = f"train.report_to: the package {ABSENT} is not installed. pip install {ABSENT}, or set report_to: none"
    with pytest.raises(RecipeError) as refused:
        load(path)
    assert str(refused.value) == f"{path}:{line}: {said}"
    run = held(recipe, "opened", {})
    run.recipe = run.recipe.model_copy(update={"train": run.recipe.train.model_copy(update={"report_to": ABSENT})})
    with pytest.raises(UserError) as refused_again:
        worker.train(run, lambda: False)
    assert str(refused_again.value) == said


def test_operational_keys_make_no_other_run(recipe: Callable[..., Path]) -> None:
    """When to save, what to keep and whom to tell change nothing about the adapter: the directory is the same, and its
    recipe.json says what holds now; a learning rate makes another one."""
    plain = pipeline.prepare(load(recipe()), Path("runs"))
    other = pipeline.prepare(load(recipe(train={"save_every": "5min", "keep": {"last": 3, "every": 7}})), Path("runs"))
    assert other.folder == plain.folder
    assert '"save_every": "5min"' in other.path("recipe.json").read_text()
    assert pipeline.prepare(load(recipe(train={"learning_rate": 5e-4})), Path("runs")).folder != plain.folder
    assert set(Train.operational) <= set(Train.model_fields)


def test_tensorboard_is_told_each_step(recipe: Callable[..., Path]) -> None:
    """Its event file in the run directory holds the losses of metrics.jsonl."""
    pytest.importorskip("tensorboard", reason="tensorboard is not installed")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    run = held(recipe, "told", {"train": {"max_steps": 3, "report_to": "tensorboard"}})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TENSORBOARD_LOGGING_DIR", "")  # so that what the worker sets is taken back
        patch.delenv("TENSORBOARD_LOGGING_DIR")
        assert worker.train(run, lambda: False)
    events = EventAccumulator(str(run.path("train/tensorboard")))
    events.Reload()
    assert [e.value for e in events.Scalars("train/loss")] == pytest.approx(losses(run), rel=1e-6)
