"""What sees pictures beside a language model: loaded with it, never gone through by text, never adapted unasked.

Read off the model classes of transformers, as tune/plan/families.py. Configs of other types have no such part here.
"""

from __future__ import annotations

from typing import Any

from tune.plan.shapes import Block, Module


def outer(config: dict[str, Any]) -> tuple[Module, ...]:
    """The weights around the layers of the encoder."""
    kind = config.get("model_type")
    if kind not in _OUTER:
        return ()
    return _OUTER[kind](config["vision_config"], config["text_config"]["hidden_size"])


def blocks(config: dict[str, Any]) -> tuple[Block, ...]:
    """The layers of the encoder."""
    kind = config.get("model_type")
    if kind not in _LAYER:
        return ()
    vision = config["vision_config"]
    modules, query, key = _LAYER[kind](vision)
    return (Block(vision["num_hidden_layers"], modules, query, 2 * key, query, 0),)


def _linear(name: str, inputs: int, outputs: int, bias: bool = False) -> Module:
    return Module(name, "vision", "linear", inputs, outputs, outputs if bias else 0)


def _parameter(name: str, width: int, rows: int = 1, bias: int = 0) -> Module:
    return Module(name, "vision", "parameter", width, rows, bias)


def _gemma4_outer(vision: dict[str, Any], hidden: int) -> tuple[Module, ...]:
    width = vision["hidden_size"]
    return (
        _parameter("position_embedding_table", width, 2 * vision["position_embedding_size"]),
        _linear("patch_embedder.input_proj", 3 * vision["patch_size"] ** 2, width),
        _linear("embedding_projection", width, hidden),
    )


def _gemma4_layer(vision: dict[str, Any]) -> tuple[tuple[Module, ...], int, int]:
    """Attention over all heads, gated MLP, six norms."""
    width, inner, head = vision["hidden_size"], vision["intermediate_size"], vision["head_dim"]
    query, key = vision["num_attention_heads"] * head, vision["num_key_value_heads"] * head
    pairs = {"q_proj": (width, query), "k_proj": (width, key), "v_proj": (width, key), "o_proj": (query, width)}
    pairs |= {"gate_proj": (width, inner), "up_proj": (width, inner), "down_proj": (inner, width)}
    linear = [_linear(f"{name}.linear", *pair) for name, pair in pairs.items()]
    norms = [_parameter(f"norm_{i}", size) for i, size in enumerate((head, head, *[width] * 4))]
    return (*linear, *norms), query, key


def _gemma3_outer(vision: dict[str, Any], hidden: int) -> tuple[Module, ...]:
    """Of SigLIP, whose patches come through a convolution; then a norm and a bare matrix lead into the language model."""
    width = vision["hidden_size"]
    patches = (vision["image_size"] // vision["patch_size"]) ** 2
    return (
        _parameter("patch_embedding", 3 * vision["patch_size"] ** 2, width, bias=width),
        _parameter("position_embedding", width, patches),
        _parameter("post_layernorm", width, bias=width),
        _parameter("mm_soft_emb_norm", width),
        _parameter("mm_input_projection_weight", width, hidden),
    )


def _gemma3_layer(vision: dict[str, Any]) -> tuple[tuple[Module, ...], int, int]:
    """SigLIP: everything with biases, an MLP of two matrices, two norms."""
    width, inner = vision["hidden_size"], vision["intermediate_size"]
    attention = [_linear(name, width, width, bias=True) for name in ("q_proj", "k_proj", "v_proj", "out_proj")]
    mlp = [_linear("fc1", width, inner, bias=True), _linear("fc2", inner, width, bias=True)]
    norms = [_parameter(f"layer_norm{i}", width, bias=width) for i in (1, 2)]
    return (*attention, *mlp, *norms), width, width


_OUTER = {"gemma3": _gemma3_outer, "gemma4": _gemma4_outer}
_LAYER = {"gemma3": _gemma3_layer, "gemma4": _gemma4_layer}
