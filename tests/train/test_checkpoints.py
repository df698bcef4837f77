"""Checkpoints count only when sealed, and are trusted only when every byte is what it was."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from tune.errors import TrainingFailed, UserError
from tune.recipe.schema import Keep, Train
from tune.train.checkpoints import differences, fault, newest, rotate, seal
from tune.train.saving import Due, Saver, commit, committed, go_on_from

CONTRACT = {"steps": 10, "compute_dtype": "bfloat16", "train": {"learning_rate": 0.001, "adapter": {"rank": 4}}}
CONDITIONS = {"threads": 2, "versions": {"torch": "2.13.0"}}


def checkpoint(folder: Path, step: int, sealed: bool = True) -> Path:
    """A checkpoint folder with two files."""
    path = folder / f"checkpoint-{step}"
    path.mkdir(parents=True)
    (path / "adapter_model.safetensors").write_bytes(b"weights" * 100)
    (path / "optimizer.pt").write_bytes(b"moments" * 100)
    if sealed:
        seal(path, CONTRACT, CONDITIONS)
    return path


def test_the_newest_whole_one_is_taken(tmp_path: Path) -> None:
    """A half save is passed over, set aside by name, and said."""
    good = checkpoint(tmp_path, 10)
    checkpoint(tmp_path, 20, sealed=False)
    said: list[str] = []
    assert newest(tmp_path, CONTRACT, said.append) == good
    assert said == ["checkpoint-20 cannot be used (its save never finished); set aside as incomplete-checkpoint-20"]
    assert (tmp_path / "incomplete-checkpoint-20").is_dir()


@pytest.mark.parametrize(
    ("harm", "why"),
    [
        (lambda p: (p / "optimizer.pt").write_bytes(b"short"), "optimizer.pt is not what was saved"),
        (
            lambda p: (p / "optimizer.pt").write_bytes(b"Moments" + b"moments" * 99),
            "optimizer.pt is not what was saved",
        ),
        (lambda p: (p / "adapter_model.safetensors").unlink(), "adapter_model.safetensors is missing"),
        (lambda p: (p / "complete.json").write_text("{"), "complete.json is damaged"),
        (lambda p: (p / "complete.json").write_text("[]"), "complete.json is damaged"),
        (lambda p: (p / "complete.json").write_text('{"files": {"a": 1}}'), "complete.json is damaged"),
        (lambda p: (p / "complete.json").unlink(), "its save never finished"),
    ],
)
def test_every_kind_of_damage_is_seen(tmp_path: Path, harm, why: str) -> None:
    """Missing, shortened and changed files all have their word."""
    path = checkpoint(tmp_path, 5)
    assert fault(path) is None
    harm(path)
    assert fault(path) == why


def test_another_contract_is_refused(tmp_path: Path) -> None:
    """Continuing in another number type or with another rank would not give what the recipe says: refused, and every
    difference is named by its key, with both values."""
    folder = checkpoint(tmp_path, 5)
    other = {**CONTRACT, "compute_dtype": "float32", "train": {"learning_rate": 0.001, "adapter": {"rank": 8}}}
    with pytest.raises(UserError) as refused:
        newest(tmp_path, other, print)
    assert str(refused.value) == (
        f"{folder}: this checkpoint belongs to another training: compute_dtype was bfloat16, and is float32; "
        "train.adapter.rank was 4, and is 8. continue with what it was made with, or start anew with --fresh"
    )


def test_other_conditions_are_named() -> None:
    """What may differ is found at any depth, and said with both values; the same conditions differ in nothing."""
    assert differences(CONDITIONS, CONDITIONS) == []
    now = {"threads": 1, "versions": {"torch": "2.14.0"}, "instructions": "AVX2"}
    assert differences(CONDITIONS, now) == [
        "instructions not given then, AVX2 now",
        "threads 2 then, 1 now",
        "versions.torch 2.13.0 then, 2.14.0 now",
    ]


def test_rotation_counts_whole_ones_only(tmp_path: Path) -> None:
    """Two complete checkpoints stay, however many half ones lie between."""
    for step in (1, 2, 3):
        checkpoint(tmp_path, step)
    checkpoint(tmp_path, 4, sealed=False)
    rotate(tmp_path, Keep())
    assert sorted(p.name for p in tmp_path.iterdir()) == ["checkpoint-2", "checkpoint-3", "checkpoint-4"]


def test_one_of_every_so_many_steps_stays(tmp_path: Path) -> None:
    """With `every`, the first checkpoint of each span stays for good, whatever the steps between saves are."""
    for step in (4, 9, 11, 17, 23, 29, 31, 38):
        checkpoint(tmp_path, step)
        rotate(tmp_path, Keep(last=2, every=10))
    assert sorted(int(p.name[11:]) for p in tmp_path.iterdir()) == [11, 23, 31, 38]


def test_a_time_between_saves_is_stretched_to_its_cost() -> None:
    """10 s are due after 10 s. When a save takes 1 s, the next ones come so that all, with the one at the end, stay under
    2 % of the time since the beginning; when they take next to nothing, every 10 s."""
    now = [0.0]
    due = Due("10s", clock=lambda: now[0])
    for now[0], wanted in ((9.9, False), (10.0, True)):
        assert due(1) is wanted
    for first in (150.0, 200.0, 250.0):
        due.saved(1.0)
        for now[0], wanted in ((first - 0.1, False), (first, True)):
            assert due(2) is wanted
    cheap = Due("10s", clock=lambda: now[0])
    cheap.saved(0.01)
    for now[0], wanted in ((259.9, False), (260.0, True)):
        assert cheap(3) is wanted
    by_steps = Due(3)
    assert [step for step in range(1, 10) if by_steps(step)] == [3, 6, 9]


@pytest.mark.parametrize("text", ["10 min", "0s", "5", "2d", "-1s", ""])
def test_a_time_that_is_none_is_refused(text: str) -> None:
    """Only whole seconds, minutes and hours are times; the message shows how to write one."""
    with pytest.raises(ValueError, match="a number of steps, or a time such as 30s, 10min or 2h"):
        Train(save_every=text)


def test_the_log_outlives_the_checkpoints(tmp_path: Path) -> None:
    """Each sealed checkpoint is committed once, in order, and stays in the log when its folder goes; going on from an
    earlier one takes the later lines out; a line that a kill prevented is written then."""
    for step in (1, 2, 3):
        commit(checkpoint(tmp_path, step), 0.5)
    rotate(tmp_path, Keep())
    assert [(row["step"], row["seconds"]) for row in committed(tmp_path)] == [(1, 0.5), (2, 0.5), (3, 0.5)]
    go_on_from(tmp_path, tmp_path / "checkpoint-2")
    assert [row["step"] for row in committed(tmp_path)] == [1, 2]
    unlogged = checkpoint(tmp_path, 4)
    go_on_from(tmp_path, unlogged)
    assert [row["step"] for row in committed(tmp_path)] == [1, 2, 4]


def test_too_little_space_is_seen_before_anything_is_written(tmp_path: Path) -> None:
    """A checkpoint that cannot fit is not begun: the words say how much it takes, is free and is missing."""
    whole = checkpoint(tmp_path, 5)
    free = shutil.disk_usage(tmp_path).free
    saver = Saver(tmp_path, CONTRACT, CONDITIONS, Keep(), Due(5), expected_bytes=free + (1 << 40))
    with pytest.raises(TrainingFailed) as stopped:
        saver.save(10, lambda: pytest.fail("written"))
    said = str(stopped.value)
    assert said.startswith("step 10: no space left to save. A checkpoint takes about ")
    assert re.search(r"are free, 10\d\d\.\d GiB are missing|are free, 1\.0 TiB are missing", said)
    assert said.endswith("checkpoint-5, the last complete one, is kept. Free that much and run the same command.")
    assert fault(whole) is None


def test_sealed_files_are_as_readable_as_others(tmp_path: Path) -> None:
    """safetensors writes 0600; on a shared file system a colleague could not continue the run."""
    path = tmp_path / "checkpoint-1"
    path.mkdir()
    (path / "adapter_model.safetensors").write_bytes(b"x")
    (path / "adapter_model.safetensors").chmod(0o600)
    plain = tmp_path / "plain"
    plain.write_bytes(b"x")
    seal(path, CONTRACT, CONDITIONS)
    assert (path / "adapter_model.safetensors").stat().st_mode == plain.stat().st_mode
    assert set(json.loads((path / "complete.json").read_text())["files"]) == {"adapter_model.safetensors"}
