"""Parameters that a token goes through: the same from a model's files as from its config."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from families import FAMILIES, edit_config, store_mxfp4, write_base

from tune.base import inspect
from tune.operations import active, experts_visited
from tune.plan.families import read


@pytest.mark.parametrize("name", ["Mistral", "Mixtral", "DeepSeek-V3", "gpt-oss", "Gemma 3 with vision"])
def test_files_and_config_agree_on_what_a_token_goes_through(name: str, tmp_path: Path) -> None:
    """Untied embeddings, experts one by one and fused, shared experts, weights in MXFP4, a vision tower: what is counted in the
    files must be what the plan counts from the config, and no more than the whole."""
    write_base(tmp_path, FAMILIES[name])
    found = inspect(tmp_path, name)
    planned = read(json.loads((tmp_path / "config.json").read_text()), name)
    added = 4 if name == "DeepSeek-V3" else 0  # to the router's scores of 4 experts: a buffer to transformers
    assert found["active_parameters"] == planned.active_parameters + added < found["parameters"]
    assert found["experts_per_token"] == (2 if FAMILIES[name].experts else 0)
    if name == "gpt-oss":
        store_mxfp4(tmp_path)
        assert inspect(tmp_path, name)["active_parameters"] == planned.active_parameters


def test_what_is_not_computed_is_not_counted(tmp_path: Path) -> None:
    """Layers beyond the model's last, which some publishers add for drafts, must not count; where a config does not say how
    many experts a token visits, all of them must."""
    write_base(tmp_path, FAMILIES["Mixtral"])
    whole = inspect(tmp_path, "Mixtral")
    edit_config(tmp_path, num_hidden_layers=1)
    half = inspect(tmp_path, "Mixtral")
    outside = 64 * 320 + 64  # head, last norm
    assert 2 * (half["active_parameters"] - outside) == whole["active_parameters"] - outside
    text = {"vocab_size": 8, "hidden_size": 4, "num_hidden_layers": 1, "num_experts": 6}
    experts = {"layers.0.mlp.experts.down_proj": (6, 4, 4), "layers.0.mlp.gate.weight": (6, 4)}
    numbers = {"layers.0.mlp.experts.down_proj": 96, "layers.0.mlp.gate.weight": 24}
    assert active(numbers, experts, text) == 120
    assert active(numbers, experts, {**text, "top_k_experts": 2}) == 24 + 32
    assert experts_visited({**text, "model_type": "llama4_text", "num_experts_per_tok": 1}) == 6
