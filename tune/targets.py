"""Which weights `train.adapter.targets` reaches. `models` hands it to PEFT, `plan` counts with it; both from here.

`all-linear` is every torch.nn.Linear of the language model but the output head and routers: a router decides where
tokens go and is easily spoiled, and what sees pictures learns nothing from text. Name them to adapt them all the same.
A name that layers of the language model have means those alone: what sees pictures is reached by the names that are its own.

`experts` are the tensors that hold the matrices of all experts of a layer (transformers 5 fuses them): no linear layers,
so they are asked for by this word. PEFT gives each expert a LoRA pair of its own (`target_parameters`).

Of three families PEFT (0.21) takes the names that a single expert's matrices had before they were fused for the experts.
It goes by the last part of a name, so a dense MLP or a shared expert of the same model, whose layers have the same names,
is out of its reach.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

Targets = Literal["all-linear"] | tuple[str, ...]
ALL_LINEAR, EXPERTS = "all-linear", "experts"
"""The words in `targets` that are no names of layers."""
_GATED = {"gate_proj": "gate_up_proj", "up_proj": "gate_up_proj", "down_proj": "down_proj"}
FUSED = {
    "mixtral": {"w1": "gate_up_proj", "w3": "gate_up_proj", "w2": "down_proj"},
    "qwen3_moe": _GATED,
    "deepseek_v3": _GATED,
}
"""By model type: names of a single expert's matrices, and the tensor that holds them for all experts."""
ROUTER = "gate"
"""The router of these families, as PEFT calls it: a parameter too."""


def words(targets: Targets) -> tuple[str, ...]:
    """`targets` as a list."""
    return (targets,) if isinstance(targets, str) else targets


def _sees(name: str) -> bool:
    """Whether a layer belongs to what sees pictures, or leads from them to text."""
    return any(word in part for part in name.split(".") for word in ("vision", "multi_modal"))


def _left_alone(name: str) -> bool:
    """What `all-linear` does not mean, the head besides."""
    return "router" in name.split(".") or _sees(name)


def _spelled(names: list[str], linear: list[str]) -> list[str]:
    """Names for PEFT, which goes by their ends: one that would reach what sees pictures too is written out as the full names
    of the layers that are meant."""
    found = []
    for name in names:
        reached = [layer for layer in linear if named(layer, (name,))]
        meant = [layer for layer in reached if not _sees(layer)]
        found += meant if meant and len(meant) < len(reached) else [name]
    return found


def for_peft(
    targets: Targets, model_type: str, linear_names: Iterable[str], expert_names: Iterable[str]
) -> tuple[str | list[str], list[str]]:
    """What PEFT is given as `target_modules` and `target_parameters`.

    `linear_names` are the full names of the model's linear layers, the head left out; `expert_names` those of the tensors
    that hold experts. Where PEFT's own `all-linear` means the same, that is it.
    """
    asked, everything = words(targets), list(linear_names)
    names = _spelled([word for word in asked if word not in (ALL_LINEAR, EXPERTS)], everything)
    parameters = sorted({".".join(name.split(".")[-2:]) for name in expert_names}) if EXPERTS in asked else []
    old = FUSED.get(model_type, {})
    if parameters:  # by their old names PEFT would adapt them a second time
        names = [name for name in names if name.rsplit(".", 1)[-1] not in old]
    if ALL_LINEAR not in asked:
        return names, parameters
    if old:
        return sorted({name.rsplit(".", 1)[-1] for name in everything} - old.keys() | set(names)), parameters
    kept = [name for name in everything if not _left_alone(name)]
    return (ALL_LINEAR if len(kept) == len(everything) else kept + names), parameters


def named(name: str, targets: Targets) -> bool:
    """PEFT's rule for a list: a target is the whole name or ends it after a dot."""
    return any(name == target or name.endswith(f".{target}") for target in words(targets))


def fused_targets(model_type: str, targets: Targets) -> set[str]:
    """The fused tensors, and perhaps `gate`, that get a LoRA pair for each expert because their old names are listed."""
    known = FUSED.get(model_type)
    if known is None:
        return set()
    found = {new for old, new in known.items() if any(named(target, (old,)) for target in words(targets))}
    return found | ({ROUTER} if any(named(target, (ROUTER,)) for target in words(targets)) else set())
