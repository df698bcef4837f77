"""Shapes from a config alone: equal to what transformers builds, weight by weight."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tune.errors import PlanError
from tune.models import new_adapter
from tune.plan.families import read, read_config
from tune.plan.shapes import adapter_parameters, quantized, ranks
from tune.recipe.schema import Adapter

CONFIGS = Path(__file__).resolve().parents[3] / "shared" / "data" / "model-configs"
COUNTS = json.loads((CONFIGS / "parameter-counts.json").read_text()) if CONFIGS.is_dir() else {}
needs_configs = pytest.mark.skipif(not COUNTS, reason="real configs lie beside the project, not in it")

PLAIN = {
    "vocab_size": 96,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 4,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 16,
}
LATENT = {"q_lora_rank": 24, "kv_lora_rank": 16, "qk_nope_head_dim": 8, "qk_rope_head_dim": 4, "v_head_dim": 8}
FAMILIES: dict[str, dict[str, Any]] = {
    "llama": {"attention_bias": True, "mlp_bias": True},
    "mistral": {},
    "ministral": {},
    "qwen2": {"tie_word_embeddings": True},
    "qwen3": {},
    "phi3": {"head_dim": 8, "pad_token_id": 0},
    "granite": {"head_dim": 8},
    "smollm3": {"head_dim": 8, "pad_token_id": 0},
    "olmo2": {"head_dim": 8},
    "olmo3": {"head_dim": 8},
    "gemma2": {},
    "gemma3_text": {},
    "gemma3": {
        "text_config": {**PLAIN, "num_hidden_layers": 7},
        "vision_config": {
            "hidden_size": 24,
            "intermediate_size": 40,
            "num_hidden_layers": 2,
            "num_attention_heads": 2,
            "image_size": 28,
            "patch_size": 14,
            "vision_use_head": False,
        },
    },
    "mixtral": {"num_local_experts": 4, "num_experts_per_tok": 2},
    "qwen3_moe": {"num_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": 24, "mlp_only_layers": [1]},
    "gpt_oss": {"num_local_experts": 4, "num_experts_per_tok": 2, "attention_bias": True},
    "llama4_text": {
        "num_local_experts": 4,
        "num_experts_per_tok": 1,
        "interleave_moe_layer_step": 2,
        "intermediate_size_mlp": 64,
    },
    "deepseek_v3": {
        "n_routed_experts": 4,
        "num_experts_per_tok": 2,
        "n_shared_experts": 2,
        "moe_intermediate_size": 24,
        "first_k_dense_replace": 1,
        "n_group": 2,
        "topk_group": 1,
        "num_key_value_heads": 4,
        **LATENT,
    },
}


@needs_configs
@pytest.mark.parametrize("name", list(COUNTS))
def test_totals_are_those_of_the_real_models(name: str) -> None:
    """Parameters counted from a real config must equal the count on the meta device exactly."""
    found = read(json.loads((CONFIGS / f"{name}.json").read_text()), name)
    assert found.parameters == COUNTS[name]["parameters"] == sum(found.components().values())


# PEFT looks for the ranks of fused experts among the names of modules, does not find them, and warns in vain.
@pytest.mark.filterwarnings("ignore:The following (rank|alpha)_pattern keys:RuntimeWarning")
@pytest.mark.parametrize("family", list(FAMILIES))
def test_every_linear_layer_is_known(family: str) -> None:
    """The linear layers, what bitsandbytes converts of them, and all parameters must be those of transformers' model;
    the adapter must have as many parameters as PEFT gives it."""
    import torch
    from transformers import AutoModelForCausalLM
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING

    outer = {} if "text_config" in FAMILIES[family] else PLAIN
    config = CONFIG_MAPPING[family](**{**outer, **FAMILIES[family]})
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(config)
    linear = {name: m for name, m in model.named_modules() if isinstance(m, torch.nn.Linear) and name != "lm_head"}
    found = read(config.to_dict(), family)
    assert found.parameters == sum(p.numel() for p in model.parameters())
    by_kind = {
        "all": Counter((m.in_features, m.out_features) for m in linear.values()),
        "converted": Counter((m.in_features, m.out_features) for m in linear.values() if type(m) is torch.nn.Linear),
    }
    ours = {"all": Counter[tuple[int, int]](), "converted": Counter[tuple[int, int]]()}
    for count, module in found.counted():
        if module.kind in ("linear", "linear subclass") and module.component != "head":
            ours["all"][module.inputs, module.outputs] += count
        if quantized(module):
            ours["converted"][module.inputs, module.outputs] += count
    assert ours == by_kind
    has_experts = "experts" in found.components()
    for targets in ("all-linear", *([("all-linear", "experts"), ("experts",)] if has_experts else [])):
        adapted = new_adapter(model, Adapter(rank=4, targets=targets), SimpleNamespace(repo=None, commit=None), 0)
        trained = {name: p.numel() for name, p in adapted.named_parameters() if p.requires_grad}
        assert adapter_parameters(found, 4, targets) == sum(trained.values()) > 0
        assert not [name for name in trained if "router" in name or ".gate." in name]
        assert any(".experts." in name for name in trained) == ("experts" in targets)
        model = adapted.unload()


def test_targets_by_name() -> None:
    """Names in `targets` must reach the layers whose names end so, and nothing else."""
    found = read({"model_type": "qwen3", **PLAIN}, "tiny")
    names = {module.name for _, module in found.counted() if ranks(found, module, ("q_proj", "down_proj", "norm"))}
    assert names == {"q_proj", "down_proj"}
    experts = read({"model_type": "qwen3_moe", **PLAIN, **FAMILIES["qwen3_moe"]}, "tiny")
    asked = {module.name for _, module in experts.counted() if ranks(experts, module, ("o_proj", "down_proj", "gate"))}
    assert asked == {"o_proj", "experts.down_proj", "mlp.gate"}
    both = ("o_proj", "experts", "gate_proj", "up_proj", "down_proj")
    assert adapter_parameters(experts, 4, both) == adapter_parameters(experts, 4, ("o_proj", "experts"))


@pytest.mark.parametrize(("targets", "seeing"), [(("q_proj", "v_proj"), False), (("q_proj", "fc1"), True)])
def test_names_do_not_reach_what_sees_pictures_unasked(targets: tuple[str, ...], seeing: bool) -> None:
    """A name that layers of the language model have must mean these alone, though SigLIP has it too; a name of SigLIP's own
    must reach it. The plan and PEFT count alike."""
    import torch
    from transformers import AutoModelForCausalLM
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING

    config = CONFIG_MAPPING["gemma3"](**FAMILIES["gemma3"])
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(config)
    adapted = new_adapter(model, Adapter(rank=4, targets=targets), SimpleNamespace(repo=None, commit=None), 0)
    trained = {name: p.numel() for name, p in adapted.named_parameters() if p.requires_grad}
    seen = {name.split(".lora_")[0].rsplit(".", 1)[-1] for name in trained if "vision" in name}
    assert seen == ({"fc1"} if seeing else set())
    assert adapter_parameters(read(config.to_dict(), "gemma3"), 4, targets) == sum(trained.values())


def test_what_is_not_known_is_refused(tmp_path: Path) -> None:
    """An unknown family, a config without a size and a folder without a config must be refused with a way out."""
    with pytest.raises(PlanError, match=r"model_type rwkv, whose shapes the plan does not know. known: llama, "):
        read({"model_type": "rwkv"}, "new")
    with pytest.raises(PlanError, match=r"config.json of cut has no 'hidden_size'"):
        read({"model_type": "llama", "num_hidden_layers": 2}, "cut")
    with pytest.raises(PlanError, match=r"has no config.json that can be read. give a folder with config.json"):
        read_config(tmp_path, "empty")
