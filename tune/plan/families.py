"""From a config.json to an Architecture: one function for each part that families build differently.

Read off the model classes of transformers (models/*/modeling_*.py of the pinned version). A family that is not here is
not guessed: `read` says which are known.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tune.errors import PlanError, Problem
from tune.modelfiles import FROM_THE_MODEL, check_sizes, language
from tune.operations import EXPERTS_THERE, EXPERTS_VISITED, experts_there, experts_visited
from tune.plan import vision
from tune.plan.shapes import Architecture, Block, Component, Kind, Module


@dataclass(frozen=True)
class Family:
    """What a family does otherwise than Llama."""

    query_bias: bool | None = None
    """Bias of query, key and value; None: as `attention_bias` of the config says."""
    head_norms: bool = False
    """Queries and keys are normalized, head by head."""
    whole_norms: bool = False
    """They are normalized over all heads."""
    norms: int = 2
    """Norms of a layer, of the hidden width."""
    fused: bool = False
    """One matrix for query, key and value, and one for gate and up."""
    tied: bool = False
    """Whether input and output embeddings are one when the config does not say."""


FAMILIES = {
    "llama": Family(),
    "mistral": Family(query_bias=False),
    "ministral": Family(query_bias=False),
    "granite": Family(),
    "smollm3": Family(tied=True),
    "qwen2": Family(query_bias=True),
    "qwen3": Family(head_norms=True),
    "phi3": Family(query_bias=False, fused=True),
    "olmo2": Family(whole_norms=True),
    "olmo3": Family(whole_norms=True),
    "gemma2": Family(norms=4, tied=True),
    "gemma3_text": Family(head_norms=True, norms=4, tied=True),
    "gemma4_text": Family(head_norms=True, norms=4, tied=True),
    "mixtral": Family(query_bias=False),
    "qwen3_moe": Family(head_norms=True),
    "gpt_oss": Family(),
    "llama4_text": Family(),
    "deepseek_v3": Family(),
}
INSIDE = {"llama4": "llama4_text", "gemma3": "gemma3_text", "gemma4": "gemma4_text"}
"""Families whose language model is described by `text_config`."""


def known(config: dict[str, Any]) -> bool:
    """Whether the shapes of a model can be read off its config."""
    kind = str(config.get("model_type"))
    return kind in FAMILIES or (kind in INSIDE and "text_config" in config)


def read(config: dict[str, Any], name: str) -> Architecture:
    """The architecture that a config.json describes; `name` stands in messages.

    Raises PlanError for families that are not known and for configs that lack a size, BaseModelError for sizes that are none.
    """
    check_sizes(config, name)
    kind = str(config.get("model_type"))
    text = language(config)
    family = FAMILIES.get(INSIDE.get(kind, kind))
    if family is None or not known(config):
        what = f"{name} has model_type {kind}, whose shapes the plan does not know"
        raise PlanError(Problem("plan", what, f"known: {', '.join([*FAMILIES, *INSIDE])}", key="base.model"))
    try:
        blocks = Counter(
            tuple(_layer(text, family, INSIDE.get(kind, kind), i) for i in range(text["num_hidden_layers"]))
        )
        return Architecture(
            model_type=kind,
            hidden=text["hidden_size"],
            vocabulary=text["vocab_size"],
            heads=text["num_attention_heads"],
            tied=_tied(config, text, family),
            blocks=tuple(_times(block, count) for block, count in blocks.items()),
            outer=_outer(config, text, family),
            vision_blocks=vision.blocks(config),
        )
    except KeyError as missing:
        what = f"config.json of {name} has no {missing}"
        raise PlanError(Problem("plan", what, FROM_THE_MODEL, key="base.model")) from None


def read_config(folder: Path, name: str) -> dict[str, Any]:
    """The config.json of a folder. Raises PlanError when there is none that can be read."""
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        config = None
    if not isinstance(config, dict):
        what = f"{name} has no config.json that can be read"
        raise PlanError(Problem("plan", what, "give a folder with config.json", key="base.model"))
    return config


def _times(block: Block, count: int) -> Block:
    return Block(count, block.modules, block.query, block.key_value, block.output, block.cache, block.window)


def _tied(config: dict[str, Any], text: dict[str, Any], family: Family) -> bool:
    found = config.get("tie_word_embeddings", text.get("tie_word_embeddings"))
    return family.tied if found is None else bool(found)


def _linear(name: str, component: Component, inputs: int, outputs: int, bias: bool = False) -> Module:
    return Module(name, component, "linear", inputs, outputs, outputs if bias else 0)


def _norm(name: str, width: int) -> Module:
    return Module(name, "norms", "parameter", width)


def _layer(text: dict[str, Any], family: Family, kind: str, index: int) -> Block:
    """One layer, as a block of one."""
    hidden = text["hidden_size"]
    types = text.get("layer_types") or ()
    if kind == "gemma3_text" and not types:
        every = text.get("sliding_window_pattern", 6)
        types = ["full_attention" if (i + 1) % every == 0 else "sliding_attention" for i in range(index + 1)]
    sliding = types[index] == "sliding_attention" if types else bool(text.get("use_sliding_window", kind == "mistral"))
    window = text.get("sliding_window") if sliding else None
    if kind == "llama4_text" and index % 4 != 3:
        window = text.get("attention_chunk_size")
    norms = tuple(_norm(f"norm_{i}", hidden) for i in range(family.norms))
    feed = _feed_forward(text, family, kind, index)
    if kind == "deepseek_v3":
        return _latent(text, window, (*norms, *feed))
    head = text.get("head_dim") or hidden // text["num_attention_heads"]
    groups = text.get("num_key_value_heads") or text["num_attention_heads"]
    shared = False
    if kind == "gemma4_text" and not sliding:
        head = text.get("global_head_dim") or head
        if text.get("attention_k_eq_v"):
            shared, groups = True, text.get("num_global_key_value_heads") or groups
    query, key = text["num_attention_heads"] * head, groups * head
    attention = _attention(text, family, query, key, shared)
    if family.head_norms:
        norms += (_norm("q_norm", head), _norm("k_norm", head))
    if family.whole_norms:
        norms += (_norm("q_norm", query), _norm("k_norm", key))
    if kind == "gpt_oss":
        attention += (Module("sinks", "attention", "parameter", text["num_attention_heads"]),)
    return Block(1, (*attention, *norms, *feed), query, 2 * key, query, 2 * key, window)


def _attention(text: dict[str, Any], family: Family, query: int, key: int, shared: bool) -> tuple[Module, ...]:
    """Query, key, value and output of grouped-query attention; `shared`: the keys are the values too."""
    hidden = text["hidden_size"]
    declared = bool(text.get("attention_bias", False))
    bias = declared if family.query_bias is None else family.query_bias
    out = _linear("o_proj", "attention", query, hidden, declared and family.query_bias is None)
    if family.fused:
        return _linear("qkv_proj", "attention", hidden, query + 2 * key, bias), out
    first = (_linear("q_proj", "attention", hidden, query, bias), _linear("k_proj", "attention", hidden, key, bias))
    return (*first, *(() if shared else (_linear("v_proj", "attention", hidden, key, bias),)), out)


def _latent(text: dict[str, Any], window: int | None, rest: tuple[Module, ...]) -> Block:
    """DeepSeek's attention: queries, keys and values come from narrow latent vectors (arXiv:2412.19437, section 2.1).

    transformers keeps the whole keys and values while it generates, not the latent ones.
    """
    hidden, heads = text["hidden_size"], text["num_attention_heads"]
    narrow, rank, rope = text.get("q_lora_rank"), text["kv_lora_rank"], text["qk_rope_head_dim"]
    head, value = text["qk_nope_head_dim"] + rope, text["v_head_dim"]
    bias = bool(text.get("attention_bias", False))
    if narrow is None:
        queries: tuple[Module, ...] = (_linear("q_proj", "attention", hidden, heads * head),)
    else:
        queries = (
            _linear("q_a_proj", "attention", hidden, narrow, bias),
            _norm("q_a_layernorm", narrow),
            _linear("q_b_proj", "attention", narrow, heads * head),
        )
    attention = (
        *queries,
        _linear("kv_a_proj_with_mqa", "attention", hidden, rank + rope, bias),
        _norm("kv_a_layernorm", rank),
        _linear("kv_b_proj", "attention", rank, heads * (head - rope + value)),
        _linear("o_proj", "attention", heads * value, hidden, bias),
    )
    both = heads * (head + value)
    return Block(1, (*attention, *rest), heads * head, both, heads * value, both, window)


def _mlp(component: Component, prefix: str, hidden: int, inner: int, bias: bool = False) -> tuple[Module, ...]:
    return (
        _linear(f"{prefix}gate_proj", component, hidden, inner, bias),
        _linear(f"{prefix}up_proj", component, hidden, inner, bias),
        _linear(f"{prefix}down_proj", component, inner, hidden, bias),
    )


def _count(text: dict[str, Any]) -> int:
    """Number of experts of a layer."""
    found = experts_there(text)
    if found is None:
        raise KeyError(" or ".join(EXPERTS_THERE))
    return found


def _experts(text: dict[str, Any], family: Family, inner: int, bias: bool = False) -> tuple[Module, ...]:
    """Two tensors that hold all experts of a layer: neither LoRA on layers nor bitsandbytes sees them."""
    hidden, copies, active = text["hidden_size"], _count(text), experts_visited(text)
    if active is None:
        raise KeyError(" or ".join(EXPERTS_VISITED))

    def fused(name: str, inputs: int, outputs: int) -> Module:
        return Module(name, "experts", "parameter", inputs, outputs, outputs if bias else 0, copies, active)

    return fused("experts.gate_up_proj", hidden, 2 * inner), fused("experts.down_proj", inner, hidden)


def _router(text: dict[str, Any], name: str, kind: Kind, bias: bool = False) -> Module:
    experts = _count(text)
    return Module(name, "router", kind, text["hidden_size"], experts, experts if bias else 0)


def _feed_forward(text: dict[str, Any], family: Family, kind: str, index: int) -> tuple[Module, ...]:
    """What follows attention in layer `index`: one MLP, or a router and experts."""
    hidden, inner = text["hidden_size"], text["intermediate_size"]
    if kind == "mixtral":
        return _router(text, "mlp.gate", "parameter"), *_experts(text, family, inner)
    if kind == "gpt_oss":
        return _router(text, "mlp.router", "parameter", bias=True), *_experts(text, family, inner, bias=True)
    dense = index in (text.get("mlp_only_layers") or ()) or (index + 1) % (text.get("decoder_sparse_step") or 1)
    if kind == "qwen3_moe" and not dense:
        inside = _experts(text, family, text["moe_intermediate_size"])
        return _router(text, "mlp.gate", "parameter"), *inside
    if kind == "deepseek_v3" and index >= text["first_k_dense_replace"]:
        inner = text["moe_intermediate_size"]
        common = _mlp("shared experts", "shared_experts.", hidden, inner * text["n_shared_experts"])
        return _router(text, "mlp.gate", "parameter"), *_experts(text, family, inner), *common
    if kind == "llama4_text":
        every = text["interleave_moe_layer_step"]
        if (index + 1) % every:
            return _mlp("mlp", "", hidden, text["intermediate_size_mlp"])
        common = _mlp("shared experts", "shared_expert.", hidden, inner)
        return _router(text, "router", "linear subclass"), *_experts(text, family, inner), *common
    if family.fused:
        both = _linear("gate_up_proj", "mlp", hidden, 2 * inner)
        return both, _linear("down_proj", "mlp", inner, hidden)
    plain = _mlp("mlp", "", hidden, inner, bool(text.get("mlp_bias", False)))
    return (*plain, *_gemma4_experts(text, family)) if kind == "gemma4_text" else plain


def _gemma4_experts(text: dict[str, Any], family: Family) -> tuple[Module, ...]:
    """Gemma 4's experts stand beside its MLP, with norms and scales of their own."""
    if text.get("hidden_size_per_layer_input") or text.get("num_kv_shared_layers"):
        what = "this Gemma 4 has inputs by layer or shared keys, whose shapes the plan does not know"
        raise PlanError(Problem("plan", what, "known: the 26B-A4B and 31B kind", key="base.model"))
    if not text.get("enable_moe_block"):
        return ()
    hidden = text["hidden_size"]
    scales = (
        Module("router.scale", "router", "parameter", hidden),
        Module("router.per_expert_scale", "router", "parameter", _count(text)),
    )
    norms = tuple(_norm(f"experts_norm_{i}", hidden) for i in range(3))
    inside = _experts(text, family, text["moe_intermediate_size"])
    return (_router(text, "router.proj", "linear"), *scales, *inside, *norms)


def _outer(config: dict[str, Any], text: dict[str, Any], family: Family) -> tuple[Module, ...]:
    """Embeddings, the last norm, the head where it is a matrix of its own, and what leads pictures into text."""
    hidden, vocabulary = text["hidden_size"], text["vocab_size"]
    found: list[Module] = [
        Module("embed_tokens", "embeddings", "embedding", hidden, vocabulary),
        _norm("norm", hidden),
    ]
    if not _tied(config, text, family):
        found.append(_linear("lm_head", "head", hidden, vocabulary))
    return (*found, *vision.outer(config))
