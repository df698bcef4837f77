"""Tiny models with the real structure of each family, byte-level tokenizers with its special tokens, and its chat template."""

from __future__ import annotations

import importlib.util
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

WIDTH = 64
"""Hidden width: nf4 packs blocks of 64 weights, so every matrix is a multiple of it."""
SIZES: dict[str, Any] = {
    "vocab_size": 320,
    "hidden_size": WIDTH,
    "intermediate_size": 128,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 16,
    "max_position_embeddings": 512,
}
WINDOW = 24
"""Tokens that a sliding layer sees: fewer than a row has."""
HEADERS = "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"
IM = "<|im_start|>", "<|im_end|>"
HARMONY = "<|start|>", "<|end|>", "<|message|>", "<|channel|>", "<|constrain|>", "<|return|>", "<|call|>"
DEEPSEEK = "<｜User｜>", "<｜Assistant｜>", "<｜end▁of▁sentence｜>"
MISTRAL = (
    "{{ bos_token }}{% for m in messages %}{% if m['role'] == 'user' %}[INST] {{ m['content'] }} [/INST]"
    "{% else %} {{ m['content'] }}{{ eos_token }}{% endif %}{% endfor %}"
)
OLMO = (
    "{{ bos_token }}{% for m in messages %}<|{{ m['role'] }}|>\n{{ m['content'] }}"
    "{% if m['role'] == 'assistant' %}{{ eos_token }}{% endif %}\n{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>\n{% endif %}"
)
GRANITE = (
    "{% for m in messages %}<|start_of_role|>{{ m['role'] }}<|end_of_role|>{{ m['content'] }}<|end_of_text|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|start_of_role|>assistant<|end_of_role|>{% endif %}"
)
"""TRL ships no templates of these three; their turns are written as the families write them."""


@dataclass(frozen=True)
class Family:
    """One family: how its model is built, and how it writes a conversation."""

    model_type: str
    template: str
    """The name of a file in trl/chat_templates, or the template itself."""
    special: tuple[str, ...]
    """Special tokens besides `<bos>`, `<eos>` and `<pad>`."""
    stop: str = "<eos>"
    config: dict[str, Any] = field(default_factory=dict)
    """What its structure adds to SIZES."""
    experts: bool = False
    nf4: bool = True
    """Whether a run in nf4 is worth its time: one family of each kind of layer."""


FAMILIES = {
    "Llama": Family("llama", "llama3", HEADERS, "<|eot_id|>"),
    "SmolLM": Family("llama", "qwen2_5", IM, "<|im_end|>", {"tie_word_embeddings": True}),
    "Mistral": Family("mistral", MISTRAL, ("[INST]", "[/INST]"), config={"sliding_window": WINDOW}),
    "Mixtral": Family(
        "mixtral", MISTRAL, ("[INST]", "[/INST]"), config={"num_local_experts": 4, "sliding_window": None}, experts=True
    ),
    "Qwen2": Family("qwen2", "qwen2_5", IM, "<|im_end|>", {"tie_word_embeddings": True}),
    "Qwen3": Family("qwen3", "qwen3", (*IM, "<think>", "</think>"), "<|im_end|>"),
    "Qwen3-MoE": Family(
        "qwen3_moe",
        "qwen3_instruct_2507",
        IM,
        "<|im_end|>",
        {"num_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": WIDTH},
        experts=True,
    ),
    "DeepSeek-V3": Family(
        "deepseek_v3",
        "deepseekv3",
        DEEPSEEK,
        "<｜end▁of▁sentence｜>",
        {
            "n_routed_experts": 4,
            "num_experts_per_tok": 2,
            "n_shared_experts": 1,
            "moe_intermediate_size": WIDTH,
            "first_k_dense_replace": 1,
            "n_group": 2,
            "topk_group": 1,
            "num_key_value_heads": 4,
            "q_lora_rank": WIDTH,
            "kv_lora_rank": WIDTH,
            "qk_nope_head_dim": 16,
            "qk_rope_head_dim": WIDTH,
            "head_dim": WIDTH,
            "v_head_dim": 16,
        },
        experts=True,
    ),
    "gpt-oss": Family(
        "gpt_oss",
        "gptoss",
        HARMONY,
        "<|return|>",
        {"num_local_experts": 4, "num_experts_per_tok": 2, "attention_bias": True, "sliding_window": WINDOW},
        experts=True,
    ),
    "Gemma 3": Family(
        "gemma3_text",
        "gemma3",
        ("<start_of_turn>", "<end_of_turn>"),
        "<end_of_turn>",
        {
            "tie_word_embeddings": True,
            "sliding_window": WINDOW,
            "layer_types": ["sliding_attention", "full_attention"],
            "query_pre_attn_scalar": 16,
        },
    ),
    "Gemma 3 with vision": Family(
        "gemma3",
        "gemma3",
        ("<start_of_turn>", "<end_of_turn>", "<start_of_image>", "<end_of_image>", "<image_soft_token>"),
        "<end_of_turn>",
        {
            "text_config": {
                **SIZES,
                "sliding_window": WINDOW,
                "layer_types": ["sliding_attention", "full_attention"],
                "query_pre_attn_scalar": 16,
            },
            "vision_config": {
                "hidden_size": WIDTH,
                "intermediate_size": 128,
                "num_hidden_layers": 2,
                "num_attention_heads": 2,
                "image_size": 28,
                "patch_size": 14,
                "vision_use_head": False,
            },
            "mm_tokens_per_image": 4,
            "boi_token_index": 5,
            "eoi_token_index": 6,
            "image_token_index": 7,
        },
    ),
    "Granite": Family(
        "granite",
        GRANITE,
        ("<|start_of_role|>", "<|end_of_role|>", "<|end_of_text|>"),
        "<|end_of_text|>",
        {
            "tie_word_embeddings": True,
            "embedding_multiplier": 2.0,
            "attention_multiplier": 0.2,
            "residual_multiplier": 0.5,
            "logits_scaling": 2.0,
        },
    ),
    "OLMo 2": Family("olmo2", OLMO, ("<|user|>", "<|assistant|>")),
    "Phi-4": Family(
        "phi3", "phi3", ("<|user|>", "<|assistant|>", "<|system|>", "<|end|>"), "<|end|>", {"sliding_window": None}
    ),
}


def model_config(family: Family) -> Any:
    """The configuration as transformers holds it."""
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING

    ids = {name: token_id(family, token) for name, token in (("bos", "<bos>"), ("eos", family.stop), ("pad", "<pad>"))}
    tokens = {f"{name}_token_id": number for name, number in ids.items()}
    if "text_config" in family.config:
        text = {**family.config["text_config"], **tokens}
        return CONFIG_MAPPING[family.model_type](**{**family.config, **tokens, "text_config": text})
    return CONFIG_MAPPING[family.model_type](**{**SIZES, **tokens, **family.config})


def token_id(family: Family, token: str) -> int:
    """Special tokens come before the bytes."""
    return [*_special(family)].index(token)


def _special(family: Family) -> tuple[str, ...]:
    return "<pad>", "<bos>", "<eos>", *family.special


def model(family: Family) -> Any:
    """A random model in fp32, with biases, norms and sinks that are not zeros and ones."""
    import torch
    from transformers import AutoModelForCausalLM

    torch.manual_seed(0)
    found = AutoModelForCausalLM.from_config(model_config(family))
    with torch.no_grad():
        for parameter in found.parameters():
            parameter.add_(0.02 * torch.randn(parameter.shape))
    return found


def write_base(folder: Path, family: Family) -> Path:
    """A base of a family in a folder: weights in bf16, tokenizer, chat template."""
    import torch
    from transformers import GenerationConfig

    made = model(family).to(torch.bfloat16)
    made.generation_config = GenerationConfig(eos_token_id=token_id(family, family.stop))
    made.save_pretrained(folder)
    write_tokenizer(folder, family)
    return folder


FP4 = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, -0.0, -0.5, -1.0, -1.5, -2.0, -3.0, -4.0, -6.0)
"""Values of E2M1, by their four bits (OCP Microscaling Formats 1.0, section 5.3.3)."""


def store_mxfp4(folder: Path) -> dict[str, Any]:
    """Rewrites the experts of a gpt-oss base as gpt-oss is published: blocks of 32 numbers in four bits, two in a byte,
    the first in the low half, under one power of two. Returns the values that are stored, by parameter."""
    import torch
    from safetensors.torch import load_file, save_file

    values, tensors, table = {}, {}, torch.tensor(FP4)
    for name, tensor in load_file(folder / "model.safetensors").items():
        if not name.endswith(("experts.gate_up_proj", "experts.down_proj")):
            tensors[name] = tensor
            continue
        blocks = tensor.float().transpose(1, 2).unflatten(-1, (-1, 32))  # experts x outputs x blocks x 32 inputs
        power = blocks.abs().amax(-1, keepdim=True).log2().floor() - 2
        codes = (blocks / 2**power).unsqueeze(-1).sub(table).abs().argmin(-1)
        tensors[f"{name}_blocks"] = (codes[..., 0::2] | codes[..., 1::2] << 4).to(torch.uint8)
        tensors[f"{name}_scales"] = (power.squeeze(-1) + 127).to(torch.uint8)
        values[name] = (table[codes] * 2**power).flatten(-2).transpose(1, 2)
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    edit_config(folder, quantization_config={"quant_method": "mxfp4", "modules_to_not_convert": ["lm_head"]})
    return values


def edit_config(folder: Path, **changes: Any) -> None:
    """Changes keys of config.json."""
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, **changes}))


def write_tokenizer(folder: Path, family: Family) -> None:
    """A tokenizer of one token a byte, with the special tokens and the chat template of a family."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

    special = _special(family)
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: i for i, token in enumerate((*special, *letters))}
    made = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in special])
    made.save(str(folder / "tokenizer.json"))
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": "<bos>",
        "eos_token": family.stop,
        "pad_token": "<pad>",
        "add_bos_token": False,
        "clean_up_tokenization_spaces": False,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    (folder / "chat_template.jinja").write_text(template(family))


def template(family: Family) -> str:
    """Its chat template; those of TRL are read without importing it."""
    if "{" in family.template:
        return family.template
    found = importlib.util.find_spec("trl")
    assert found is not None
    assert found.origin is not None
    return (Path(found.origin).parent / "chat_templates" / f"{family.template}.jinja").read_text()
