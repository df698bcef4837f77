"""The stated bound of a merge's memory, on a base that is larger than the bound."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

pytestmark = pytest.mark.long

WIDTH, INNER, LAYERS = 2048, 4096, 18
LAYER = {
    "self_attn.q_proj": (WIDTH, WIDTH),
    "self_attn.k_proj": (WIDTH, WIDTH),
    "self_attn.v_proj": (WIDTH, WIDTH),
    "self_attn.o_proj": (WIDTH, WIDTH),
    "mlp.gate_proj": (INNER, WIDTH),
    "mlp.up_proj": (INNER, WIDTH),
    "mlp.down_proj": (WIDTH, INNER),
}
LARGEST = 4 * INNER * WIDTH
"""Bytes of the largest tensor in fp32."""
MERGE = """
import resource, sys
from pathlib import Path
from tune.export.merge import merge

base, adapter, to = map(Path, sys.argv[1:])
merge(base, adapter, to, "base")
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
"""


def write_base(folder: Path) -> int:
    """A base in shards of a layer each; returns its bytes."""
    folder.mkdir()
    torch.manual_seed(0)
    places = {}
    for number in range(-1, LAYERS):
        shapes = {
            "model.embed_tokens.weight": (1024, WIDTH),
            "model.norm.weight": (WIDTH,),
            "lm_head.weight": (1024, WIDTH),
        }
        if number >= 0:
            shapes = {f"model.layers.{number}.{name}.weight": shape for name, shape in LAYER.items()}
            shapes |= {f"model.layers.{number}.{n}_layernorm.weight": (WIDTH,) for n in ("input", "post_attention")}
        name = f"model-{number + 2:05d}.safetensors"
        save_file({n: (0.02 * torch.randn(shape)).bfloat16() for n, shape in shapes.items()}, folder / name)
        places |= dict.fromkeys(shapes, name)
    (folder / "model.safetensors.index.json").write_text(json.dumps({"metadata": {}, "weight_map": places}))
    config = {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": WIDTH}
    config |= {"intermediate_size": INNER, "num_hidden_layers": LAYERS, "num_attention_heads": 16, "vocab_size": 1024}
    (folder / "config.json").write_text(json.dumps(config | {"tie_word_embeddings": False, "dtype": "bfloat16"}))
    return sum(path.stat().st_size for path in folder.iterdir())


def write_adapter(folder: Path) -> int:
    """A random adapter on all linear layers; returns its bytes."""
    folder.mkdir()
    tensors = {}
    for number in range(LAYERS):
        for name, (outputs, inputs) in LAYER.items():
            place = f"base_model.model.model.layers.{number}.{name}"
            tensors[f"{place}.lora_A.weight"] = 0.02 * torch.randn(16, inputs)
            tensors[f"{place}.lora_B.weight"] = 0.02 * torch.randn(outputs, 16)
    save_file(tensors, folder / "adapter_model.safetensors")
    config = {"peft_type": "LORA", "task_type": "CAUSAL_LM", "r": 16, "lora_alpha": 32}
    config["target_modules"] = sorted(name.rsplit(".", 1)[1] for name in LAYER)
    (folder / "adapter_config.json").write_text(json.dumps(config))
    return (folder / "adapter_model.safetensors").stat().st_size


def test_a_base_larger_than_the_bound(tmp_path: Path) -> None:
    """1.5 GB in bf16: the whole process, interpreter and libraries included, stays below 1 GiB, four times the largest
    tensor in fp32, and the adapter, which is less than the base's files."""
    base, adapter = write_base(tmp_path / "base"), write_adapter(tmp_path / "adapter")
    bound = (1 << 30) + 4 * LARGEST + adapter
    assert base > 1.45e9 > bound
    command = [sys.executable, "-c", MERGE, *(str(tmp_path / name) for name in ("base", "adapter", "merged"))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < bound
    assert sum(path.stat().st_size for path in (tmp_path / "merged").iterdir()) > 1.45e9
