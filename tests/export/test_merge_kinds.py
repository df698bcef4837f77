"""The streamed merge gives the bits of PEFT's merge in memory, for every kind of adapter and base that is listed."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from tiny import EXPERTS, live, logits, tensors, write_adapter, write_base
from transformers import AutoModelForCausalLM

from tune.export.folder import _edit_config
from tune.export.merge import merge

pytestmark = [
    pytest.mark.filterwarnings("ignore::UserWarning"),  # PEFT comments on embeddings, biases and tied weights
    pytest.mark.filterwarnings("ignore:The following rank_pattern keys:RuntimeWarning"),  # it heeds them all the same
]

KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "every linear layer": ("llama", {"target_modules": "all-linear"}),
    "some layers": ("llama", {"target_modules": ["v_proj"], "layers_to_transform": [1]}),
    "patterns and rsLoRA": (
        "llama",
        {
            "target_modules": "all-linear",
            "use_rslora": True,
            "rank_pattern": {"q_proj": 2, "layers.1.mlp.up_proj": 3},
            "alpha_pattern": {"k_proj": 9},
        },
    ),
    "DoRA": ("llama", {"target_modules": ["q_proj", "down_proj", "embed_tokens"], "use_dora": True}),
    "embedding and head": ("llama", {"target_modules": ["q_proj", "embed_tokens", "lm_head"]}),
    "modules_to_save": ("llama", {"modules_to_save": ["lm_head", "input_layernorm"]}),
    "rows of the embedding": ("llama", {"trainable_token_indices": [3, 1, 60]}),
    "bias of B": ("llama", {"lora_bias": True}),
    "all biases": ("llama", {"bias": "all"}),
    "biases of the adapted layers": ("llama", {"bias": "lora_only"}),
    "transposed weights": ("gpt2", {"target_modules": ["c_attn", "c_proj"], "fan_in_fan_out": True}),
    "transposed weights, DoRA": ("gpt2", {"target_modules": ["c_proj"], "fan_in_fan_out": True, "use_dora": True}),
    "rows of a tied embedding": ("tied", {"trainable_token_indices": {"embed_tokens": [5, 2]}}),
    "head of a tied model saved": ("tied", {"modules_to_save": ["lm_head"]}),
    "experts in files of their own, Mixtral": ("mixtral", {"target_parameters": EXPERTS}),
    "experts in files of their own, square": ("qwen3_moe", {"target_parameters": EXPERTS}),
    "one parameter of the experts": (
        "qwen3_moe",
        {"target_parameters": EXPERTS[1:], "rank_pattern": {"experts.down_proj": 2}},
    ),
    "fused experts, inputs first": (
        "gpt_oss",
        {"target_parameters": [*EXPERTS, "mlp.router.weight", "down_proj_bias"], "layers_to_transform": [1]},
    ),
}


@pytest.fixture(scope="module", params=[torch.float32, torch.bfloat16], ids=["fp32", "bf16"])
def bases(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[torch.dtype, Path]:
    """A storage type and a folder with a base of every family in it."""
    folder = tmp_path_factory.mktemp("bases")
    for family in sorted({family for family, _ in KINDS.values()}):
        write_base(folder / family, family, request.param)
    return request.param, folder


@pytest.mark.parametrize("kind", KINDS)
def test_the_bits_are_those_of_peft(kind: str, bases: tuple[torch.dtype, Path], tmp_path: Path) -> None:
    """Every tensor has the name, type and bits that merge_and_unload and save_pretrained give, and some are changed."""
    dtype, folder = bases
    family, options = KINDS[kind]
    base = folder / family
    adapter = write_adapter(tmp_path / "adapter", base, dtype, **options)
    merged = merge(base, adapter, tmp_path / "merged", family)
    live(base, adapter, dtype).merge_and_unload().save_pretrained(tmp_path / "peft")
    found, wanted, before = tensors(tmp_path / "merged"), tensors(tmp_path / "peft"), tensors(base)
    assert found.keys() == wanted.keys()
    assert [name for name in wanted if found[name].dtype != dtype or not torch.equal(found[name], wanted[name])] == []
    changed = {name for name in found if name not in before or not torch.equal(found[name], before[name])}
    assert changed == set(merged.changed) != set()


@pytest.mark.parametrize("target", ["embed_tokens", "lm_head"])
def test_a_tied_head_is_untied_as_the_adapter_computes(target: str, tmp_path: Path) -> None:
    """An adapter on one side of a tied matrix changes that side only; PEFT's merge in memory would change both."""
    base = write_base(tmp_path / "base", "tied")
    adapter = write_adapter(tmp_path / "adapter", base, target_modules=["q_proj", target])
    adapted = live(base, adapter)
    wanted = logits(adapted)
    merged = merge(base, adapter, tmp_path / "merged", "tied")
    assert merged.unties
    shutil.copyfile(base / "config.json", tmp_path / "merged/config.json")
    _untie(tmp_path / "merged/config.json")
    ours = AutoModelForCausalLM.from_pretrained(tmp_path / "merged", dtype=torch.float32).eval()
    assert (logits(ours) - wanted).abs().max() < 1e-6
    theirs = adapted.merge_and_unload()
    assert (logits(theirs) - wanted).abs().max() > 1e-4


def _untie(config: Path) -> None:
    class Base:
        repo = None

    _edit_config(config, Base, untie=True)  # type: ignore[arg-type]


def test_shards_stay_shards(tmp_path: Path) -> None:
    """A base in several files gives the same files: untouched ones byte for byte, and an index that transformers reads."""
    base = write_base(tmp_path / "base", "llama", shards=True)
    adapter = write_adapter(tmp_path / "adapter", base, layers_to_transform=[1])
    merge(base, adapter, tmp_path / "merged", "llama")
    names = sorted(path.name for path in base.glob("model*"))
    assert sorted(path.name for path in (tmp_path / "merged").iterdir()) == names
    assert len(names) > 3
    same = [n for n in names if (base / n).read_bytes() == (tmp_path / "merged" / n).read_bytes()]
    assert 0 < len(same) < len(names)
    assert all((base / n).stat().st_size == (tmp_path / "merged" / n).stat().st_size for n in names if "index" not in n)
    live(base, adapter).merge_and_unload().save_pretrained(tmp_path / "peft")
    wanted, found = tensors(tmp_path / "peft"), tensors(tmp_path / "merged")
    assert all(torch.equal(found[name], wanted[name]) for name in wanted)


def test_half_precision_too(tmp_path: Path) -> None:
    """fp16 bases, and an adapter that is itself stored in bf16, give the bits of PEFT."""
    base = write_base(tmp_path / "base", "llama", torch.float16)
    adapter = write_adapter(tmp_path / "adapter", base, torch.float16, target_modules="all-linear", use_dora=True)
    merge(base, adapter, tmp_path / "merged", "llama")
    live(base, adapter, torch.float16).merge_and_unload().save_pretrained(tmp_path / "peft")
    wanted, found = tensors(tmp_path / "peft"), tensors(tmp_path / "merged")
    assert all(torch.equal(found[name], wanted[name]) for name in wanted)
