"""Which parameters the adapter reaches, by component; and a stop when most of a model would stay as it is unasked."""

from __future__ import annotations

from tune.errors import PlanError, Problem
from tune.plan.shapes import Architecture, ranks
from tune.targets import ALL_LINEAR, EXPERTS, Targets, words
from tune.text import share, short, table

LEAST = 0.5
"""Share of the layers' parameters that `all-linear`, which says "everything", must reach."""
NOT_LAYERS = ("embeddings", "head", "norms", "router", "vision")


def by_component(model: Architecture, targets: Targets) -> dict[str, dict[str, int]]:
    """By component: `parameters`, and of these `adapted`, those in matrices that get a LoRA pair."""
    found: dict[str, dict[str, int]] = {}
    for count, module in model.counted():
        entry = found.setdefault(module.component, {"parameters": 0, "adapted": 0})
        entry["parameters"] += count * module.parameters
        if ranks(model, module, targets):
            entry["adapted"] += count * module.parameters
    return found


def check(model: Architecture, targets: Targets, dropout: float) -> None:
    """Raises PlanError when nothing is reached, when `all-linear` misses most of the layers, when there are no experts to
    adapt, or when PEFT cannot do it."""
    found = by_component(model, targets)
    layers = {name: entry for name, entry in found.items() if name not in NOT_LAYERS}
    whole, adapted = (sum(entry[key] for entry in layers.values()) for key in ("parameters", "adapted"))
    key = "train.adapter.targets"
    if EXPERTS in words(targets) and "experts" not in found:
        what = f"experts are named, and {model.model_type} has none"
        raise PlanError(Problem("coverage", what, "take the word out", key=key))
    if not sum(entry["adapted"] for entry in found.values()):
        names = sorted({m.name for _, m in model.counted() if m.kind == "linear" and m.component != "head"})
        what = f"no layer matches {', '.join(words(targets))}"
        raise PlanError(Problem("coverage", what, f"linear layers there: {', '.join(names)}", key=key))
    if ALL_LINEAR in words(targets) and adapted < LEAST * whole:
        missed = max(layers, key=lambda name: layers[name]["parameters"] - layers[name]["adapted"])
        reached = " and ".join(name for name, entry in layers.items() if entry["adapted"])
        what = (
            f"all-linear reaches {share(adapted, whole)} of the layers' parameters ({reached}): the {missed}, "
            f"{short(layers[missed]['parameters'])}, are one tensor a layer, which is no linear layer"
        )
        names = sorted({m.name for _, m in model.counted() if ranks(model, m, targets)})
        fix = f"adapt them too: targets: [all-linear, experts]; or say that you want the rest alone: targets: [{', '.join(names)}]"
        raise PlanError(Problem("coverage", what, fix, key=key))
    if dropout and found.get("experts", {}).get("adapted"):
        what = f"PEFT cannot adapt fused experts with dropout ({dropout:g})"
        fix = "set train.adapter.dropout: 0, or leave experts out of train.adapter.targets"
        raise PlanError(Problem("coverage", what, fix, key="train.adapter.dropout"))


def describe(found: dict[str, dict[str, int]]) -> str:
    """The table for people."""
    rows = [
        [name, short(entry["parameters"]), share(entry["adapted"], entry["parameters"])]
        for name, entry in found.items()
    ]
    return table(rows, ["component", "parameters", "adapted"])
