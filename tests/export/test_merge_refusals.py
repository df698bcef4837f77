"""What is not merged tensor by tensor is refused by name, with the way out, before anything is written."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from tiny import EXPERTS, write_adapter, write_base

from tune.errors import BaseModelError, MergeError
from tune.export.merge import merge

WAY_OUT = "export.in_memory: true"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A base and a sound adapter."""
    folder = tmp_path_factory.mktemp("refusals")
    base = write_base(folder / "base", "llama")
    return base, write_adapter(folder / "adapter", base)


def copied(source: Path, to: Path) -> Path:
    """A copy of a folder to be harmed."""
    to.mkdir()
    for path in source.iterdir():
        (to / path.name).write_bytes(path.read_bytes())
    return to


def edit_config(folder: Path, **changes: Any) -> None:
    """Changes keys of adapter_config.json."""
    path = folder / "adapter_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def edit_tensors(folder: Path, change: Callable[[dict[str, torch.Tensor]], None]) -> None:
    """Changes the adapter's tensors."""
    path = folder / "adapter_model.safetensors"
    tensors = load_file(path)
    change(tensors)
    save_file(tensors, path)


FIRST = "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight"

HARMS: dict[str, tuple[Callable[[Path], None], str]] = {
    "another method": (lambda f: edit_config(f, peft_type="LOHA"), "its peft_type is 'LOHA'"),
    "weights changed on loading": (lambda f: edit_config(f, init_lora_weights="pissa"), "init_lora_weights is 'pissa'"),
    "an option of a later version": (lambda f: edit_config(f, use_something_new=True), "use_something_new is set"),
    "layers repeated": (lambda f: edit_config(f, layer_replication=[[0, 2]]), "layer_replication is set"),
    "another rank": (lambda f: edit_config(f, r=8), "has the shape [4, 32], and [8, 32] fits there"),
    "half of a pair": (lambda f: edit_tensors(f, lambda t: t.pop(FIRST)), "q_proj has no lora_A"),
    "a layer that is not there": (
        lambda f: edit_tensors(f, lambda t: t.update({FIRST.replace("layers.0", "layers.7"): t.pop(FIRST)})),
        "model.layers.7.self_attn.q_proj has no lora_B",
    ),
    "a parameter that is not there": (
        lambda f: edit_tensors(f, lambda t: t.update({"base_model.model.model.extra.weight": torch.ones(2)})),
        "model.extra.weight is changed, and the base has no such parameter",
    ),
    "a vocabulary that grew": (
        lambda f: edit_tensors(f, lambda t: t.update({"base_model.model.lm_head.weight": torch.ones(70, 32)})),
        "lm_head.weight has the shape [70, 32], and [64, 32] fits there",
    ),
}


@pytest.mark.parametrize("harm", HARMS)
def test_adapters_that_are_refused(harm: str, made: tuple[Path, Path], tmp_path: Path) -> None:
    """The message names what is not understood and the way out, and no file is written."""
    base, sound = made
    adapter = copied(sound, tmp_path / "adapter")
    change, what = HARMS[harm]
    change(adapter)
    with pytest.raises(MergeError) as caught:
        merge(base, adapter, tmp_path / "merged", "llama")
    assert what in str(caught.value)
    assert WAY_OUT in str(caught.value)
    assert not (tmp_path / "merged").exists()


def test_a_base_in_four_bits_is_refused_where_it_is_changed(tmp_path: Path) -> None:
    """Experts that are stored as blocks of 4 bits (gpt-oss as published) have no place for an adapter; the attention
    beside them has, and the blocks are copied."""
    base = write_base(tmp_path / "base", "gpt_oss")
    adapter = write_adapter(tmp_path / "experts", base, target_parameters=EXPERTS)
    attention = write_adapter(tmp_path / "attention", base)
    tensors = load_file(base / "model.safetensors")
    for name in [name for name in tensors if name.endswith("experts.gate_up_proj")]:
        del tensors[name]
        tensors[f"{name}_blocks"] = torch.arange(64, dtype=torch.uint8)
    save_file(tensors, base / "model.safetensors")
    with pytest.raises(MergeError, match="gate_up_proj is changed, and the files hold no such tensor"):
        merge(base, adapter, tmp_path / "merged", "gpt_oss")
    merge(base, attention, tmp_path / "merged", "gpt_oss")
    found = load_file(tmp_path / "merged" / "model.safetensors")
    assert all(torch.equal(found[n], tensors[n]) for n in tensors if "q_proj" not in n)


def test_values_that_are_not_finite_are_refused(made: tuple[Path, Path], tmp_path: Path) -> None:
    """A NaN in the adapter stops the merge, and no file takes its name."""
    base, sound = made
    adapter = copied(sound, tmp_path / "adapter")
    edit_tensors(adapter, lambda t: t[FIRST][0].fill_(float("nan")))
    with pytest.raises(MergeError, match=r"q_proj\.weight is not finite after merging"):
        merge(base, adapter, tmp_path / "merged", "llama")
    assert list((tmp_path / "merged").iterdir()) == []


def test_a_shortened_base_is_refused(made: tuple[Path, Path], tmp_path: Path) -> None:
    """A base that was not downloaded to its end is found by its header."""
    base = copied(made[0], tmp_path / "base")
    path = base / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(BaseModelError, match="bytes and should have"):
        merge(base, made[1], tmp_path / "merged", "llama")


def test_a_pickled_adapter_is_refused(made: tuple[Path, Path], tmp_path: Path) -> None:
    """Weights that can run code are not loaded."""
    adapter = copied(made[1], tmp_path / "adapter")
    (adapter / "adapter_model.safetensors").rename(adapter / "adapter_model.bin")
    with pytest.raises(MergeError, match=r"there is no adapter_model\.safetensors; pickled adapters are not loaded"):
        merge(made[0], adapter, tmp_path / "merged", "llama")
