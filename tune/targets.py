"""Which weights `train.adapter.targets` reaches. `models` hands it to PEFT, `plan` counts with it; both from here.

`all-linear` is every torch.nn.Linear of the language model but the output head and routers: a router decides where
tokens go and is easily spoiled, and what sees pictures learns nothing from text. Name them to adapt them all the same.

Of three families PEFT (0.21) turns the names that experts had before transformers 5 fused them into its
`target_parameters`: a LoRA pair for each expert. It does so by the last part of a name, so a dense MLP or a shared expert
of the same model, whose layers have the same names, is then out of reach.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

_GATED = {"gate_proj": "gate_up_proj", "up_proj": "gate_up_proj", "down_proj": "down_proj"}
FUSED = {
    "mixtral": {"w1": "gate_up_proj", "w3": "gate_up_proj", "w2": "down_proj"},
    "qwen3_moe": _GATED,
    "deepseek_v3": _GATED,
}
"""By model type: names of a single expert's matrices, and the tensor that holds them for all experts."""
ROUTER = "gate"
"""The router of these families, as PEFT calls it: a parameter too."""


def _left_alone(name: str) -> bool:
    """Routers, and what leads from pictures to text."""
    parts = name.split(".")
    return "router" in parts or any("vision" in part for part in parts)


def for_peft(
    targets: Literal["all-linear"] | tuple[str, ...], model_type: str, linear_names: Iterable[str]
) -> str | list[str]:
    """What PEFT is given as `target_modules`. `linear_names` are the full names of the model's linear layers, the head
    left out. Where PEFT's own `all-linear` means the same, that is it."""
    if not isinstance(targets, str):
        return list(targets)
    names = list(linear_names)
    if model_type in FUSED:
        return sorted({name.rsplit(".", 1)[-1] for name in names} | FUSED[model_type].keys())
    kept = [name for name in names if not _left_alone(name)]
    return "all-linear" if len(kept) == len(names) else kept


def named(name: str, targets: tuple[str, ...]) -> bool:
    """PEFT's rule for a list: a target is the whole name or ends it after a dot."""
    return any(name == target or name.endswith(f".{target}") for target in targets)


def fused_targets(model_type: str, targets: Literal["all-linear"] | tuple[str, ...]) -> set[str]:
    """The fused tensors, and perhaps `gate`, that get a LoRA pair for each expert."""
    known = FUSED.get(model_type)
    if known is None:
        return set()
    if isinstance(targets, str):
        return set(known.values())
    found = {new for old, new in known.items() if any(named(target, (old,)) for target in targets)}
    return found | ({ROUTER} if any(named(target, (ROUTER,)) for target in targets) else set())
