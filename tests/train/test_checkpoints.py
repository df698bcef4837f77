"""Checkpoints count only when sealed, and are trusted only when every byte is what it was."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tune.errors import UserError
from tune.train.checkpoints import fault, newest, rotate, seal

CONTRACT = {"steps": 10, "compute dtype": "bfloat16"}


def checkpoint(folder: Path, step: int, sealed: bool = True) -> Path:
    """A checkpoint folder with two files."""
    path = folder / f"checkpoint-{step}"
    path.mkdir(parents=True)
    (path / "adapter_model.safetensors").write_bytes(b"weights" * 100)
    (path / "optimizer.pt").write_bytes(b"moments" * 100)
    if sealed:
        seal(path, CONTRACT)
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
    """Continuing in another number type would not give what the recipe says: refused, naming the difference."""
    checkpoint(tmp_path, 5)
    with pytest.raises(UserError) as refused:
        newest(tmp_path, {**CONTRACT, "compute dtype": "float32"}, print)
    assert "was made with compute dtype bfloat16, and this run would continue with float32" in str(refused.value)
    assert "--fresh" in str(refused.value)


def test_rotation_counts_whole_ones_only(tmp_path: Path) -> None:
    """Two complete checkpoints stay, however many half ones lie between."""
    for step in (1, 2, 3):
        checkpoint(tmp_path, step)
    checkpoint(tmp_path, 4, sealed=False)
    rotate(tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["checkpoint-2", "checkpoint-3", "checkpoint-4"]


def test_sealed_files_are_as_readable_as_others(tmp_path: Path) -> None:
    """safetensors writes 0600; on a shared file system a colleague could not continue the run."""
    path = tmp_path / "checkpoint-1"
    path.mkdir()
    (path / "adapter_model.safetensors").write_bytes(b"x")
    (path / "adapter_model.safetensors").chmod(0o600)
    plain = tmp_path / "plain"
    plain.write_bytes(b"x")
    seal(path, CONTRACT)
    assert (path / "adapter_model.safetensors").stat().st_mode == plain.stat().st_mode
    assert set(json.loads((path / "complete.json").read_text())["files"]) == {"adapter_model.safetensors"}
