"""Floating-point operations of LoRA training, and the parameters that they are counted from. No torch.

The formula stands here once: `tune plan` adds attention and recomputation to it (tune/plan/speed.py), train.json and the
manifest take it as it is, and `tune verify` computes it again from the manifest and the header of the adapter.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from tune.modelfiles import Stored

EXPERTS_THERE = ("num_experts", "num_local_experts", "n_routed_experts")
EXPERTS_VISITED = ("num_experts_per_tok", "top_k_experts", "experts_per_token")
"""Keys of a config. Families have their own; transformers 5 writes some anew."""
ALL_COMPUTED = ("llama4_text",)
"""Families of which transformers computes every expert for every token, and multiplies most results with zero."""
SEES = ("vision", "audio", "multi_modal")
"""In the names of what text does not go through."""


def per_token(frozen: int, adapted: int, copied: int = 0) -> float:
    """Operations of one token: 2 `frozen` forward and 2 backward, for the gradients of activations; 6 `adapted`, for which
    gradients of weights are computed too. `frozen` are the parameters of the base that a token is multiplied with, `adapted`
    those of the adapter beside them.

    `copied` are those of `frozen` that lie in adapted experts. To these PEFT adds the adapter instead of computing it beside
    them, so that gradients of the sum are computed, 2 more. Making the sum costs once a micro-batch and is left out, as are
    attention and what is computed again.
    """
    return 4.0 * frozen + 6.0 * adapted + 2.0 * copied


def flop(tokens: int, frozen: int, trained: int, experts: Mapping[str, int]) -> float:
    """Operations of a training over `tokens`. `trained` is the whole adapter; `experts` are the sizes of `of_experts`, or
    nothing where no expert is adapted."""
    adapters, copied = (experts.get(name, 0) for name in ExpertSizes._fields)
    return tokens * per_token(frozen, trained - adapters, copied)


def experts_there(text: Mapping[str, Any]) -> int | None:
    """Experts of a layer, as the config of a language model says."""
    return next((int(text[key]) for key in EXPERTS_THERE if text.get(key)), None)


def experts_visited(text: Mapping[str, Any]) -> int | None:
    """Experts of a layer that are computed for a token."""
    chosen = next((int(text[key]) for key in EXPERTS_VISITED if text.get(key)), None)
    return experts_there(text) if text.get("model_type") in ALL_COMPUTED else chosen


def in_experts(name: str) -> bool:
    """Whether a tensor belongs to routed experts, in a base's files or an adapter's."""
    return "experts" in name.split(".")


def active(numbers: Mapping[str, int], shapes: Mapping[str, tuple[int, ...]], text: Mapping[str, Any]) -> int:
    """Parameters that a token of text is multiplied with, of a model's tensors by name: all but an embedding table beside the
    head, experts that it does not visit, what sees pictures, and layers beyond the model's last, which are not loaded.

    `numbers` are the values in each tensor, which of packed weights are more than `shapes` tells. Where the config does not
    say how many experts a token visits, all are counted.
    """
    there, visited = experts_there(text), experts_visited(text)
    table: tuple[int, int] = text["vocab_size"], text["hidden_size"]
    found = -math.prod(table) if [*shapes.values()].count(table) > 1 else 0
    for name, number in numbers.items():
        if any(word in name for word in SEES) or _layer(name) >= text["num_hidden_layers"]:
            continue
        found += number * visited // there if in_experts(name) and there and visited else number
    return found


def _layer(name: str) -> int:
    """The number of the layer that a tensor stands in; -1 outside of layers."""
    parts = name.split(".")
    at = parts.index("layers") + 1 if "layers" in parts else len(parts)
    return int(parts[at]) if at < len(parts) and parts[at].isdigit() else -1


class ExpertSizes(NamedTuple):
    """What an adapter holds for experts, in the names that the manifest gives it."""

    expert_adapter_parameters: int
    """Of the adapter."""
    adapted_expert_parameters: int
    """Of the base: those that a token visits of the matrices that these adapt."""


def of_experts(tensors: Mapping[str, Stored], visited: int) -> dict[str, int]:
    """`ExpertSizes` of an adapter's file, by name; empty where it adapts no expert. PEFT holds the pairs of all experts of a
    layer in two tensors, [experts x rank, inputs] and [outputs, experts x rank]."""
    pairs = {name: tensor.shape for name, tensor in tensors.items() if in_experts(name)}
    if not pairs or not visited:
        return {}
    seconds = {name.replace(".lora_A.", ".lora_B."): shape for name, shape in pairs.items() if ".lora_A." in name}
    copied = visited * sum(first[-1] * pairs[name][0] for name, first in seconds.items())
    return ExpertSizes(sum(math.prod(shape) for shape in pairs.values()), copied)._asdict()
