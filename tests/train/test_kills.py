"""Real kills of real processes: the same command goes on, nothing is lost, nothing counted twice."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest
from chaos import kill
from conftest import fill_project, write_recipe
from whole import folder_of, start, tune, wait_for_step

from tune.files import read_jsonl
from tune.records import TrainRecord
from tune.run import open_run

pytestmark = pytest.mark.slow

STEPS = 40
SECTION = {
    "max_steps": STEPS,
    "tokens_per_step": 512,
    "save_every": 5,
    "adapter": {"rank": 4, "alpha": 8, "dropout": 0.05},
}
ADAPTER = "adapter/adapter_model.safetensors"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, tiny_base: Path) -> Path:
    """A folder with a recipe of 40 short steps."""
    folder = fill_project(tmp_path_factory.mktemp("kills") / "project")
    write_recipe(folder / "recipe.yaml", tiny_base, train=SECTION)
    return folder


@pytest.fixture(scope="module")
def straight(project: Path) -> tuple[bytes, TrainRecord]:
    """Adapter and record of the run that nobody disturbed."""
    folder = folder_of(tune("run", "recipe.yaml", "--runs", "straight", cwd=project), project)
    return (folder / ADAPTER).read_bytes(), open_run(folder).read(TrainRecord)


def finished_like(straight: tuple[bytes, TrainRecord], runs: str, project: Path) -> None:
    """The same command ends the run, with every step counted once and the bytes of the undisturbed run."""
    folder = folder_of(tune("run", "recipe.yaml", "--runs", runs, cwd=project), project)
    assert (folder / ADAPTER).read_bytes() == straight[0]
    assert open_run(folder).read(TrainRecord).receipt == straight[1].receipt
    for log in ("train/metrics.jsonl", "train/consumed.jsonl"):
        assert [row["step"] for row in read_jsonl(folder / log)] == list(range(1, STEPS + 1))
    assert tune("verify", folder / "adapter", cwd=project).returncode == 0


def test_kill_9_of_launcher_worker_and_both(straight: tuple[bytes, TrainRecord], project: Path) -> None:
    """One run killed three times, each time otherwise, then left alone."""
    for who, at in (("launcher", 4), ("worker", 12), ("both", 22)):
        process = start("run", "recipe.yaml", "--runs", "killed", cwd=project)
        run = wait_for_step(project / "killed", at, process)
        kill(who, process, run)
    finished_like(straight, "killed", project)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGUSR1])
def test_a_signal_saves_and_says_75(straight: tuple[bytes, TrainRecord], project: Path, number: int) -> None:
    """Ctrl-C and its kin: exit 75 after a checkpoint of the very step; the same command continues."""
    runs = f"asked-{number}"
    process = start("run", "recipe.yaml", "--runs", runs, cwd=project)
    run = wait_for_step(project / runs, 7, process)
    process.send_signal(number)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 75, said
    assert "saved and stopped. The same command goes on from there." in said
    steps = len(list(read_jsonl(run / "train/metrics.jsonl")))
    assert (run / f"train/checkpoints/checkpoint-{steps}/complete.json").is_file()
    finished_like(straight, runs, project)


def test_a_second_run_on_the_directory_is_refused(project: Path) -> None:
    """Two at once: the second ends at once and names who holds the run."""
    process = start("run", "recipe.yaml", "--runs", "twice", cwd=project)
    wait_for_step(project / "twice", 1, process)
    second = tune("run", "recipe.yaml", "--runs", "twice", cwd=project, check=False)
    assert second.returncode == 1
    assert f"is in use by process {process.pid} on " in second.stderr
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def test_a_damaged_checkpoint_is_set_aside(straight: tuple[bytes, TrainRecord], project: Path) -> None:
    """The newest checkpoint lost some bytes: the one before it is taken, said aloud, and the result is the same."""
    process = start("run", "recipe.yaml", "--runs", "hurt", cwd=project)
    run = wait_for_step(project / "hurt", 12, process)
    kill("both", process, run)
    newest = max(
        (run / "train/checkpoints").glob("checkpoint-*/complete.json"), key=lambda p: int(p.parent.name[11:])
    ).parent
    optimizer = newest / "optimizer.pt"
    optimizer.write_bytes(optimizer.read_bytes()[:-100])
    done = tune("run", "recipe.yaml", "--runs", "hurt", cwd=project)
    assert (
        f"{newest.name} cannot be used (optimizer.pt is not what was saved); set aside as incomplete-{newest.name}"
        in done.stderr
    )
    finished_like(straight, "hurt", project)


def test_a_kill_between_training_and_its_record(straight: tuple[bytes, TrainRecord], project: Path) -> None:
    """Steps all done, adapter and record lost: they are written again from the last checkpoint, nothing is trained."""
    folder = folder_of(tune("run", "recipe.yaml", "--runs", "late", cwd=project), project)
    shutil.rmtree(folder / "adapter")
    (folder / "train.json").unlink()
    finished_like(straight, "late", project)
    assert open_run(folder).read(TrainRecord).attempts[-1].from_step == STEPS


def test_a_full_disk_is_said_and_survived(straight: tuple[bytes, TrainRecord], project: Path, tmp_path: Path) -> None:
    """A save that finds no space: the run ends with words, the last good checkpoint stays, and with space it goes on."""
    small = tmp_path / "small"
    small.mkdir()
    if (
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=1600k", "tmpfs", str(small)], capture_output=True
        ).returncode
        != 0
    ):
        pytest.skip("mounting a small file system needs root")
    try:
        done = tune("run", "recipe.yaml", "--runs", small, cwd=project, check=False)
        assert done.returncode == 1, done.stderr
        assert "Traceback" not in done.stderr
        assert "space" in done.stderr
        subprocess.run(["mount", "-o", "remount,size=200m", str(small)], check=True)
        finished_like(straight, str(small), project)
    finally:
        subprocess.run(["umount", "-l", str(small)], check=False)
