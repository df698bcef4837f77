"""Chaos: kill -9 at random instants, inside saves too, again and again; then the same command. The result is the one of
the run that nobody disturbed, nothing is lost and nothing counted twice."""

from __future__ import annotations

import multiprocessing
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from chaos import half_saves, kill, train_in_child, wait_for_instant
from conftest import fill_project, write_recipe
from test_exactness import ADAPTER, figures, held
from whole import folder_of, start, tune

from tune.files import read_jsonl
from tune.records import TrainRecord
from tune.run import Run, open_run
from tune.train import worker

pytestmark = pytest.mark.usefixtures("one_core")

STEPS = 40
SECTION = {
    "max_steps": STEPS,
    "tokens_per_step": 256,
    "save_every": 3,
    "evaluate_every": 7,
    "adapter": {"rank": 4, "alpha": 8, "dropout": 0.05},
}


def same(found: Run, wanted: Run) -> None:
    """Adapter bytes, receipt and every figure, each step once."""
    assert found.path(ADAPTER).read_bytes() == wanted.path(ADAPTER).read_bytes()
    assert found.read(TrainRecord).receipt == wanted.read(TrainRecord).receipt
    assert found.read(TrainRecord).breaks() == []
    assert figures(found) == figures(wanted)
    steps = wanted.read(TrainRecord).receipt.optimizer_steps
    for log in ("train/metrics.jsonl", "train/consumed.jsonl"):
        assert [row["step"] for row in read_jsonl(found.path(log))] == list(range(1, steps + 1))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, tiny_base: Path) -> Path:
    """A folder with a recipe of 40 short steps and a save after every third."""
    folder = fill_project(tmp_path_factory.mktemp("chaos") / "project")
    write_recipe(folder / "recipe.yaml", tiny_base, train=SECTION)
    return folder


@pytest.fixture(scope="module")
def straight(place: Path) -> Run:
    """The run that nobody disturbed."""
    return open_run(folder_of(tune("run", "recipe.yaml", "--runs", "straight", cwd=place), place))


@pytest.mark.parametrize(
    ("seed", "kills"),
    [
        *(pytest.param(seed, 5, marks=pytest.mark.slow) for seed in (1, 2)),
        *(pytest.param(seed, 10, marks=pytest.mark.long) for seed in range(3, 8)),
    ],
)
def test_kills_at_random_instants(straight: Run, place: Path, seed: int, kills: int) -> None:
    """Launcher, worker or both, again and again; a life that reaches the end is followed by a run of its own."""
    rng = random.Random(seed)
    done = inside_saves = runs = 0
    kinds: list[str] = []
    while done < kills:
        runs += 1
        folder = place / f"chaos-{seed}-{runs}"

        def find(folder: Path = folder) -> Path | None:
            return next(folder.glob("*/"), None)

        tune("plan", "recipe.yaml", "--runs", folder, cwd=place)
        while done < kills:
            process = start("run", "recipe.yaml", "--runs", folder, cwd=place)
            kind = wait_for_instant(find, rng, 6, lambda p=process: p.poll() is not None)
            if process.poll() is not None:
                assert process.returncode == 0, process.communicate()[1]
                process.communicate()
                break
            kill(rng.choice(("launcher", "worker", "both")), process, find())
            done += 1
            inside_saves += bool(half_saves(find()))
            kinds.append(kind)
        found = open_run(folder_of(tune("run", "recipe.yaml", "--runs", folder, cwd=place), place))
        same(found, straight)
        assert tune("verify", found.path("adapter"), cwd=place).returncode == 0
    assert inside_saves, f"no kill of {kinds} fell inside a save: the test shows less than it says"


def test_three_kills_of_the_training_process(recipe: Callable[..., Path]) -> None:
    """The sample that every test run takes: kill -9 of the process that trains, three times, two of them inside a save."""
    section: dict[str, Any] = {"train": {"max_steps": 12, "save_every": 1}}
    straight, broken = held(recipe, "straight", section), held(recipe, "killed", section)
    assert worker.train(straight, lambda: False)
    server = multiprocessing.get_context("forkserver")  # imports the libraries once; each child is a fork of it
    server.set_forkserver_preload(["tune.train.worker"])
    rng = random.Random(5)
    for _ in range(3):
        child = server.Process(target=train_in_child, args=(broken.folder.resolve(),))
        child.start()
        wait_for_instant(lambda: broken.folder, rng, 4, lambda c=child: not c.is_alive())
        child.kill()
        child.join(60)
        assert child.exitcode == -9
    assert worker.train(broken, lambda: False)
    same(broken, straight)
    assert len(broken.read(TrainRecord).attempts) >= 2
