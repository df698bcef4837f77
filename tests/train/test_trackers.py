"""`train.report_to` and its kin: keys that change nothing about the adapter, and a package that has to be there."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

import pytest
from test_equivalence import losses
from test_exactness import held
from whole import quiet_environment

from tune import pipeline
from tune.errors import RecipeError, UserError
from tune.recipe import load
from tune.recipe.schema import Train
from tune.run import Run
from tune.train import worker

TRACKERS = ("wandb", "mlflow", "trackio", "tensorboard")
ABSENT = [name for name in TRACKERS if find_spec(name) is None]


@pytest.mark.skipif(not ABSENT, reason="every tracker is installed here")
def test_a_missing_package_is_said_before_training(recipe: Callable[..., Path]) -> None:
    """A recipe that names it is refused with file, line and what to install; so is a run that is opened again."""
    for name in ABSENT:
        path = recipe(train={"report_to": name})
        line = next(i for i, text in enumerate(path.read_text().splitlines(), start=1) if "report_to" in text)
        package = "mlflow-skinny" if name == "mlflow" else name
        said = f"train.report_to: the package {package} is not installed. pip install {package}, or set report_to: none"
        with pytest.raises(RecipeError) as refused:
            load(path)
        assert str(refused.value) == f"{path}:{line}: {said}"
    run = held(recipe, "opened", {})
    run.recipe = run.recipe.model_copy(update={"train": run.recipe.train.model_copy(update={"report_to": name})})
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


def seen_by_tensorboard(run: Run) -> list[float]:
    """The losses in its event file."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(run.path("train/tensorboard")))
    events.Reload()
    return [event.value for event in events.Scalars("train/loss")]


def seen_by_mlflow(run: Run) -> list[float]:
    """The losses in its store of files, of a run that is finished there."""
    stored = next(run.path("train/mlflow").glob("*/*/metrics/loss"))
    assert "status: 3" in (stored.parents[1] / "meta.yaml").read_text()  # RunStatus.FINISHED
    return [float(line.split()[1]) for line in stored.read_text().splitlines()]


def seen_by_trackio(run: Run) -> list[float]:
    """The losses in its database."""
    with closing(sqlite3.connect(run.path("trackio/tune.db"))) as database:
        rows = [json.loads(row[0]) for row in database.execute("select metrics from metrics order by id")]
    return [row["train/loss"] for row in rows if "train/loss" in row]


def seen_by_wandb(run: Run) -> list[float]:
    """Those of the losses that stand in the file of its offline run (a log of its own format, in which they are text)."""
    content = next(run.path("train").glob("wandb/offline-run-*/*.wandb")).read_bytes()
    return [loss for loss in losses(run) if repr(loss).encode() in content]


@pytest.mark.slow
@pytest.mark.parametrize("name", TRACKERS)
def test_a_tracker_is_told_each_step(recipe: Callable[..., Path], name: str) -> None:
    """The real package, offline, in a training process that ends as ours do: what it keeps holds the losses of
    metrics.jsonl, in the run directory (trackio: where it is told to)."""
    pytest.importorskip(name, reason=f"{name} is not installed")
    run = held(recipe, "told", {"train": {"max_steps": 3, "report_to": name}})
    environment = {**quiet_environment(), "WANDB_MODE": "offline", "TRACKIO_DIR": str(run.path("trackio").resolve())}
    command = [sys.executable, "-m", "tune.train.worker", str(run.folder.resolve())]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    assert len(losses(run)) == 3
    assert globals()[f"seen_by_{name}"](run) == pytest.approx(losses(run), rel=1e-6)
