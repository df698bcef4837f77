"""The shape of a model from its config.json alone: every weight by component, without torch and without weights.

What is counted is what transformers builds from the config (version pinned in pyproject.toml), because that is what will
be loaded: experts fused into one tensor, no extra prediction layers of DeepSeek, tied weights once. The totals equal
those of the models on the meta device exactly; `tests/plan/` holds that, layer by layer.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from tune.targets import ALL_LINEAR, EXPERTS, FUSED, Targets, fused_targets, named, words

Component = Literal[
    "attention", "mlp", "experts", "shared experts", "router", "embeddings", "head", "norms", "vision", "other"
]
Kind = Literal["linear", "linear subclass", "parameter", "embedding"]
UNASKED = ("router", "vision", "head")
"""Components that `all-linear` leaves alone; see tune/targets.py. The loss is computed without materializing the head's
output, so the head has no adapter."""


@dataclass(frozen=True)
class Module:
    """One weight of a block. `kind` tells which libraries see it: LoRA reaches `linear` (torch.nn.Linear) and its
    subclasses, bitsandbytes converts `linear` only and never a bare `parameter` such as fused experts."""

    name: str
    component: Component
    kind: Kind
    inputs: int
    outputs: int = 1
    bias: int = 0
    copies: int = 1
    """Experts inside the one tensor."""
    active: int = 1
    """Of these, how many a token goes through."""

    @property
    def parameters(self) -> int:
        """Of all copies, biases too."""
        return self.copies * (self.inputs * self.outputs + self.bias)

    @property
    def active_parameters(self) -> int:
        """Of the copies that one token goes through."""
        return self.active * (self.inputs * self.outputs + self.bias)


@dataclass(frozen=True)
class Block:
    """Layers that are alike, and what one of them holds. Widths are elements a token."""

    count: int
    modules: tuple[Module, ...]
    query: int
    """Heads times the width of a query."""
    key_value: int
    """Keys and values together, as attention takes them."""
    output: int
    """What attention gives to the output projection."""
    cache: int
    """Keys and values that generation keeps."""
    window: int | None = None
    """Tokens that a token looks back on; None for all of them."""

    def of(self, component: Component) -> list[Module]:
        """Its modules of one component."""
        return [module for module in self.modules if module.component == component]


@dataclass(frozen=True)
class Architecture:
    """A whole model: blocks, and what stands outside of them."""

    model_type: str
    hidden: int
    vocabulary: int
    heads: int
    tied: bool
    blocks: tuple[Block, ...]
    outer: tuple[Module, ...]
    vision_blocks: tuple[Block, ...] = ()
    """Loaded, but not gone through by text."""

    def counted(self) -> Iterable[tuple[int, Module]]:
        """(how often, module) of everything."""
        yield from ((1, module) for module in self.outer)
        for block in (*self.blocks, *self.vision_blocks):
            yield from ((block.count, module) for module in block.modules)

    @property
    def layers(self) -> int:
        """Layers that text goes through."""
        return sum(block.count for block in self.blocks)

    @property
    def parameters(self) -> int:
        """All, tied weights once."""
        return sum(count * module.parameters for count, module in self.counted())

    @property
    def active_parameters(self) -> int:
        """Those that one token of text is multiplied with: no embedding table, no experts that it does not visit, nothing
        that sees pictures. `tune.operations.active` counts the same in a model's files."""
        inner = sum(block.count * module.active_parameters for block in self.blocks for module in block.modules)
        last = sum(module.parameters for module in self.outer if module.component == "norms")
        return inner + last + self.hidden * self.vocabulary

    def components(self) -> dict[Component, int]:
        """Parameters by component."""
        found: dict[Component, int] = {}
        for count, module in self.counted():
            found[module.component] = found.get(module.component, 0) + count * module.parameters
        return found


def ranks(model: Architecture, module: Module, targets: Targets) -> int:
    """How many times the recipe's rank the LoRA of a module has: 0 where it gets none, 2 where PEFT adapts the fused
    gate and up matrices of experts as one, because the recipe lists them by their old names."""
    last = module.name.rsplit(".", 1)[-1]
    if module.kind == "parameter" and module.component == "experts" and EXPERTS in words(targets):
        return int(module.outputs > 1)
    if module.component in ("experts", "router") and module.kind == "parameter":
        fused = fused_targets(model.model_type, targets)
        return (2 if last == "gate_up_proj" else 1) * (last in fused and module.outputs > 1)
    if module.kind not in ("linear", "linear subclass") or last in FUSED.get(model.model_type, {}):
        return 0
    if ALL_LINEAR in words(targets) and module.component not in UNASKED:
        return 1
    if module.component == "vision":  # names that the language model has too mean its own layers
        spoken = [m.name for block in model.blocks for m in block.modules if m.kind.startswith("linear")]
        targets = tuple(word for word in words(targets) if not any(named(name, (word,)) for name in spoken))
    return int(named(module.name, targets))


def quantized(module: Module) -> bool:
    """Whether bitsandbytes converts a module: `type(module) is torch.nn.Linear`, and not the output head."""
    return module.kind == "linear" and module.component != "head"


def adapter_parameters(model: Architecture, rank: int, targets: Targets) -> int:
    """Parameters of a LoRA adapter: rank * (inputs + outputs) of every matrix that it reaches, each expert's too."""
    return sum(
        count * rank * ranks(model, module, targets) * module.copies * (module.inputs + module.outputs)
        for count, module in model.counted()
    )
