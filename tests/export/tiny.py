"""Tiny bases and seeded random adapters of every kind, and PEFT's own merge of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file
from transformers import (
    AutoModelForCausalLM,
    GPT2Config,
    GptOssConfig,
    LlamaConfig,
    MixtralConfig,
    PreTrainedConfig,
    Qwen3MoeConfig,
)

SIZES: dict[str, Any] = {
    "vocab_size": 64,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "bos_token_id": 1,
    "eos_token_id": 2,
}
EXPERTS = ["mlp.experts.gate_up_proj", "mlp.experts.down_proj"]


def config(kind: str) -> PreTrainedConfig:
    """The shape of a family, small. Stacks of experts are square in one family, so that shapes alone decide nothing."""
    if kind == "llama":
        return LlamaConfig(**SIZES, attention_bias=True)
    if kind == "tied":
        return LlamaConfig(**SIZES, tie_word_embeddings=True)
    if kind == "gpt2":
        return GPT2Config(vocab_size=64, n_embd=32, n_layer=2, n_head=4, n_positions=64, bos_token_id=1, eos_token_id=2)
    if kind == "mixtral":
        return MixtralConfig(**SIZES, num_local_experts=4)
    if kind == "qwen3_moe":
        return Qwen3MoeConfig(**SIZES, num_experts=4, moe_intermediate_size=16, num_experts_per_tok=2, head_dim=8)
    assert kind == "gpt_oss"
    return GptOssConfig(**SIZES, num_local_experts=4, head_dim=8)


def write_base(folder: Path, kind: str, dtype: torch.dtype = torch.float32, shards: bool = False) -> Path:
    """A random base of a family in a folder."""
    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_config(config(kind)).to(dtype)
    with torch.no_grad():
        for parameter in model.parameters():  # biases and norms are not zeros and ones in a trained model
            parameter.add_(0.02 * torch.randn(parameter.shape).to(dtype))
    model.save_pretrained(folder, **({"max_shard_size": "20KB"} if shards else {}))
    return folder


def write_adapter(folder: Path, base: Path, dtype: torch.dtype = torch.float32, **options: Any) -> Path:
    """A random adapter on a base; `options` are those of LoraConfig."""
    model = AutoModelForCausalLM.from_pretrained(base, dtype=dtype)
    settings = {"r": 4, "lora_alpha": 6, "target_modules": ["q_proj"], "task_type": "CAUSAL_LM"} | options
    adapted = get_peft_model(model, LoraConfig(**settings))
    torch.manual_seed(1)
    with torch.no_grad():
        for name, parameter in adapted.named_parameters():
            if parameter.requires_grad:
                keeps = any(word in name for word in ("magnitude", "bias", "modules_to_save", "trainable_tokens"))
                change = 0.05 * torch.randn(parameter.shape)
                parameter.copy_((parameter + change if keeps else change).to(parameter.dtype))
    adapted.save_pretrained(folder)
    return folder


def live(base: Path, adapter: Path, dtype: torch.dtype = torch.float32) -> Any:
    """The adapter on its base, as PEFT loads it."""
    return PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base, dtype=dtype), str(adapter)).eval()


def tensors(folder: Path) -> dict[str, torch.Tensor]:
    """All weights of a folder by name."""
    found: dict[str, torch.Tensor] = {}
    for path in sorted(folder.glob("*.safetensors")):
        found |= load_file(path)
    return found


def logits(model: Any) -> torch.Tensor:
    """fp32 logits of a fixed row."""
    with torch.no_grad():
        found: torch.Tensor = model(input_ids=torch.arange(3, 20)[None]).logits.float()
    return found
