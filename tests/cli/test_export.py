"""`tune export` for real: an adapter that somebody else trained with PEFT becomes a folder that anyone can load."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from whole import start, tune, turn_a_bit

sys.path.insert(0, str(Path(__file__).parents[1] / "export"))  # the tiny adapters of the merge tests
from tiny import live, logits, write_adapter

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, tiny_base: Path) -> Path:
    """A folder with a base, an adapter made with PEFT alone, and the merged model in `merged`."""
    folder = tmp_path_factory.mktemp("export")
    shutil.copytree(tiny_base, folder / "base")
    write_adapter(folder / "adapter", folder / "base", target_modules="all-linear", use_dora=True)
    for part in ("base", "adapter"):
        (folder / part / "README.md").write_text("---\nlicense: apache-2.0\n---\n")
    done = tune("export", "adapter", "--base", "base", "--to", "merged", "--license", "apache-2.0", cwd=folder)
    assert done.stdout == "merged\n"
    assert "export: tensor by tensor, mean KL" in done.stderr
    return folder


def test_it_loads_with_transformers_alone(place: Path) -> None:
    """The folder is a whole model: its logits are those of the adapter, its tokenizer and template are the base's."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model = AutoModelForCausalLM.from_pretrained(place / "merged", dtype=torch.float32).eval()
    assert (logits(model) - logits(live(place / "base", place / "adapter"))).abs().max() < 1e-4
    chat = [{"role": "user", "content": "Hello!"}]
    texts = [
        AutoTokenizer.from_pretrained(place / n).apply_chat_template(chat, tokenize=False) for n in ("base", "merged")
    ]
    assert texts[0] == texts[1]


def test_the_proof_and_the_card_say_what_is_known(place: Path) -> None:
    """export.json compares with PEFT; the card says that training is not known, and names no path of this machine."""
    found = json.loads((place / "merged/export.json").read_text())["merged"]
    assert (found["how"], found["changed_tensors"], found["tensors_compared"]) == ("tensor by tensor", 14, 14)
    assert found["largest_tensor_difference"] == 0
    assert found["golden_token_ids_equal"] is True
    card = (place / "merged/README.md").read_text()
    assert "How the adapter was trained is not known" in card
    assert "license: apache-2.0\n" in card
    assert "| adapter | tag: apache-2.0; license file: none |" in card
    assert "optimizer steps" not in card
    for name in ("README.md", "config.json", "disclosure/manifest.json"):
        assert str(place) not in (place / "merged" / name).read_text()
    assert "FAILED" not in tune("verify", "merged", cwd=place).stdout


def test_a_changed_weight_fails_verify(place: Path) -> None:
    """One byte of the merged weights changed after the export is found."""
    shutil.copytree(place / "merged", place / "harmed")
    turn_a_bit(place / "harmed/model.safetensors")
    done = tune("verify", "harmed", cwd=place, check=False)
    assert done.returncode == 1
    assert "model.safetensors is not the file described" in done.stdout


def test_in_memory_gives_the_same_model(place: Path) -> None:
    """PEFT's own merge, asked for by name, passes the same proof."""
    tune("export", "adapter", "--base", "base", "--to", "in-memory", "--in-memory", "--license", "mit", cwd=place)
    found = json.loads((place / "in-memory/export.json").read_text())["merged"]
    assert (found["how"], found["tensors_compared"]) == ("in memory", 0)
    assert found["top1_agreement"] == 1.0


def test_into_four_bits(place: Path) -> None:
    """--into nf4 agrees with the adapter on the 4-bit base, and says how far the unquantized one is from it. This adapter
    names no license: a reason lets it pass, and stands on the card."""
    write_adapter(place / "plain", place / "base", target_modules="all-linear")
    reason = "stays in this house"
    tune("export", "plain", "--base", "base", "--to", "nf4", "--into", "nf4", "--override", reason, cwd=place)
    card = (place / "nf4/README.md").read_text()
    assert "license: unknown" in card
    assert f"Refused by the gate, published in spite of it. The author's reason: {reason}" in card
    found = json.loads((place / "nf4/export.json").read_text())["merged"]
    assert found["into"] == "nf4"
    assert found["nf4_mean_kl"] < found["mean_kl"]
    assert found["nf4_top1_agreement"] >= 0.97


CALL = ("export", "adapter", "--base", "base", "--license", "apache-2.0", "--to")


def test_a_full_disk_leaves_nothing_half(place: Path) -> None:
    """A disk with room for half of the model: the message says so, nothing lies there afterwards, and with room the same
    command writes what it would have written."""
    small = place / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(small)], capture_output=True).returncode:
        pytest.skip("mounting a small file system needs root")
    try:
        done = tune(*CALL, "small/merged", cwd=place, check=False)
        assert done.returncode == 1
        assert "No space left on device" in done.stderr
        assert "Traceback" not in done.stderr
        assert list(small.iterdir()) == []
        subprocess.run(["mount", "-o", "remount,size=50m", str(small)], check=True)
        tune(*CALL, "small/merged", cwd=place)
        weights = "model.safetensors"
        assert (small / "merged" / weights).read_bytes() == (place / "merged" / weights).read_bytes()
    finally:
        subprocess.run(["umount", "-l", str(small)], check=False)


@pytest.mark.parametrize("wait", ["the merge has begun", "the weights are written"])
def test_a_kill_and_the_same_command_again(place: Path, tmp_path: Path, wait: str) -> None:
    """kill -9 while weights are written, or before they are proved: no folder of that name is there, and the same command
    makes the whole one and leaves nothing beside it."""
    to = tmp_path / "merged"
    process = start(*CALL, to, cwd=place)
    deadline = time.monotonic() + 300
    pattern = ".*" if wait == "the merge has begun" else ".*/model.safetensors"
    while not any(tmp_path.glob(pattern)) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.001)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert not to.exists()
    assert any(tmp_path.iterdir())
    tune(*CALL, to, cwd=place)
    assert [path.name for path in tmp_path.iterdir()] == ["merged"]
    assert (to / "model.safetensors").read_bytes() == (place / "merged/model.safetensors").read_bytes()
    assert tune("verify", to, cwd=place).returncode == 0
