"""`tune verify --replay`: a segment between two committed checkpoints, trained again, gives the committed bytes; anything
that was changed is found."""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
import torch
from conftest import fill_project, write_recipe
from whole import folder_of, start, tune, turn_a_bit

from tune.cli import main
from tune.digest import cache_folder, file_sha256
from tune.files import remembered_sha256
from tune.run import changed_files, open_run

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("one_core")]

SECTION = {
    "max_steps": 6,
    "save_every": 2,
    "keep": {"every": 2},
    "adapter": {"rank": 4, "alpha": 8, "dropout": 0.1},
}


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory, tiny_base: Path) -> Path:
    """A finished run of six steps with all of its checkpoints."""
    project = fill_project(tmp_path_factory.mktemp("replay") / "project")
    write_recipe(project / "recipe.yaml", tiny_base, train=SECTION)
    return folder_of(tune("run", "recipe.yaml", cwd=project), project)


@pytest.fixture
def run(original: Path) -> Iterator[Path]:
    """A copy of the run, and its rows put back afterwards."""
    rows = original.parents[1] / "train.jsonl"
    content = rows.read_bytes()
    copy = original.with_name(original.name + "-copy")
    shutil.copytree(original, copy)
    yield copy
    shutil.rmtree(copy)
    rows.write_bytes(content)


def said(run: Path, steps: str, code: int, *, folder: str = "") -> tuple[str, str]:
    """(verdict, how) of level 5."""
    done = tune("verify", run / folder, "--replay", steps, "--json", cwd=run.parents[1], check=False)
    assert done.returncode == code, done.stderr
    claim = next(c for c in json.loads(done.stdout)["claims"] if c["level"] == 5)
    return claim["verdict"], claim["how"]


@pytest.mark.parametrize(("steps", "folder"), [("2:4", ""), ("4:6", "adapter"), ("0:6", "")])
def test_a_segment_gives_the_committed_bytes(run: Path, steps: str, folder: str) -> None:
    """From the middle, to the end, and from nothing: VERIFIED; only all steps exclude undisclosed data. The run's own
    files stay as they are."""
    before = {path: path.stat().st_mtime_ns for path in run.rglob("*") if path.is_file()}
    how = "rows prepared again, steps trained again: same rows, same adapter bytes"
    rest = "" if steps == "0:6" else "; only all steps together exclude undisclosed data"
    assert said(run, steps, 0, folder=folder) == ("VERIFIED", how + rest)
    assert {path: path.stat().st_mtime_ns for path in run.rglob("*") if path.is_file()} == before


def test_what_two_processes_trained_is_replayed_by_two(tmp_path: Path, tiny_base: Path) -> None:
    """From a checkpoint of both to the end: VERIFIED, as for one; a changed bit of the second's random state is found."""
    project = fill_project(tmp_path / "project")
    write_recipe(project / "recipe.yaml", tiny_base, train={**SECTION, "max_steps": 4}, launch={"devices": 2})
    run = folder_of(tune("run", "recipe.yaml", cwd=project), project)
    assert said(run, "2:4", 0)[0] == "VERIFIED"
    turn_a_bit(run / "train/checkpoints/checkpoint-2/rng_state_1.pth")
    assert "checkpoint-2: rng_state_1.pth is not what was saved" in said(run, "2:4", 1)[1]


def edit(path: Path, old: str, new: str) -> None:
    """Changes a text in a file, and makes sure that it was there."""
    content = path.read_text()
    assert old in content
    path.write_text(content.replace(old, new, 1))


def row(run: Path) -> None:
    """Another answer in the rows."""
    edit(run.parents[1] / "train.jsonl", "from nine to five", "from ten to five")


def row_and_its_digest(run: Path) -> None:
    """Another answer in the rows, with the digest in run.json made to fit."""
    from tune.digest import file_sha256

    rows = run.parents[1] / "train.jsonl"
    old = file_sha256(rows)
    row(run)
    edit(run / "run.json", old, file_sha256(rows))


@pytest.mark.parametrize(
    ("change", "steps", "words"),
    [
        (row, "2:4", "train.jsonl is no longer what the run was made from"),
        (row_and_its_digest, "0:2", "step 1 is fed other rows than were committed"),
        (row_and_its_digest, "2:4", "this checkpoint belongs to another training: data was "),
        (
            lambda run: turn_a_bit(run / "train/checkpoints/checkpoint-2/optimizer.pt"),
            "2:4",
            "checkpoint-2: optimizer.pt is not what was saved",
        ),
        (
            lambda run: edit(run / "train/checkpoints/checkpoint-2/complete.json", '"bytes"', ' "bytes"'),
            "2:4",
            "checkpoint-2: complete.json is not the committed one",
        ),
        (
            lambda run: edit(run / "plan.json", '"warmup_steps": 0', '"warmup_steps": 3'),
            "0:2",
            "the adapter at step 2 is not the committed one (SHA-256 differs)",
        ),
    ],
)
def test_what_was_changed_is_found(run: Path, change: Callable[[Path], object], steps: str, words: str) -> None:
    """A row, a byte of a checkpoint, a setting: FAILED, and it is said what."""
    change(run)
    verdict, how = said(run, steps, 1)
    assert verdict == "FAILED"
    assert words in how


def test_no_remembered_digest_is_believed(
    run: Path, tiny_base: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The memory of digests says that a changed file of rows is the old one, and a run that goes on believes it; levels 4 and 5
    read the file."""
    monkeypatch.setattr("tune.files.LARGE_BYTES", 1)
    rows, memory = run.parents[1] / "train.jsonl", cache_folder() / "digests.json"
    old = remembered_sha256(rows)
    rows.write_bytes(rows.read_bytes().replace(b": ", b":"))  # the same rows in other bytes
    assert remembered_sha256(rows) == file_sha256(rows) != old
    memory.write_text(memory.read_text().replace(file_sha256(rows), old))
    assert changed_files(open_run(run)) == []
    call = ["verify", str(run), "--data", "--base", str(tiny_base), "--replay", "0:2", "--json"]
    assert main(call) == 1
    failed = {c["level"]: c["how"] for c in json.loads(capsys.readouterr().out)["claims"] if c["verdict"] == "FAILED"}
    assert set(failed) == {4, 5}
    assert failed[4].startswith("sources[0].bytes is ")
    assert "sources[0].sha256 is " in failed[4]
    assert failed[5] == "train.jsonl is no longer what the run was made from"


@pytest.mark.parametrize(
    "change",
    [
        lambda run: edit(run / "recipe.json", '"learning_rate": 0.001', '"learning_rate": 0.002'),
        lambda run: edit(run / "train/consumed.jsonl", '"examples": ["', '"examples": ["00", "'),
    ],
)
def test_nothing_is_trained_where_level_0_fails(run: Path, change: Callable[[Path], object]) -> None:
    """A changed recipe, a changed log: the folder does not agree with itself, and nothing needs to be trained to see it."""
    change(run)
    assert said(run, "2:4", 1) == ("NOT CHECKED", "not trained again: the folder does not agree with itself")


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ("4:2", "'4:2' is no segment A:B"),
        ("2", "'2' is no segment A:B"),
        ("0:5", "no checkpoint of step 5 was committed. there are 0, 2, 4, 6"),
        ("2:4", "the checkpoint of step 2 was not kept. begin at one of 0, 4, 6"),
    ],
)
def test_a_segment_that_cannot_be_trained(
    run: Path, steps: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Steps that name no checkpoint are a fault of the call: exit 2, and what there is."""
    if steps == "2:4":
        shutil.rmtree(run / "train/checkpoints/checkpoint-2")
    assert main(["verify", str(run), "--replay", steps]) == 2
    assert words in capsys.readouterr().err


def test_other_instructions_accuse_nobody(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A processor that offers other instructions (as another virtual machine does) computes other bits: NOT CHECKED, and it
    is said why."""
    assert torch.backends.cpu.get_cpu_capability() != "DEFAULT", "this processor has no vector instructions"
    with monkeypatch.context() as patch:
        patch.setenv("ATEN_CPU_CAPABILITY", "default")
        verdict, how = said(run, "0:2", 0)
    assert verdict == "NOT CHECKED"
    assert re.search(r"other bits prove nothing here: instructions \w+ then, DEFAULT now$", how)


def test_an_accident_accuses_nobody(run: Path) -> None:
    """The process that trains again is killed: NOT CHECKED, and it is said what happened."""
    command = start("verify", run, "--replay", "2:4", "--json", cwd=run.parents[1])
    worker: list[psutil.Process] = []
    while not worker:
        assert command.poll() is None
        children = psutil.Process(command.pid).children()
        worker = [child for child in children if child.cmdline()[2:4] == ["-m", "tune.replay"]]
        time.sleep(0.02)
    worker[0].kill()
    out, err = command.communicate(timeout=120)
    assert command.returncode == 0, err
    claim = next(c for c in json.loads(out)["claims"] if c["level"] == 5)
    words = "it did not get through here: the training process died (signal 9) without a word."
    assert (claim["verdict"], claim["how"]) == ("NOT CHECKED", words)


def test_an_adapter_without_its_run(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A published folder alone cannot be trained again: exit 2, and what is needed."""
    shutil.copytree(run / "adapter", tmp_path / "adapter")
    assert main(["verify", str(tmp_path / "adapter"), "--replay", "0:2"]) == 2
    assert "a replay needs the run that made the adapter. give the run directory" in capsys.readouterr().err
