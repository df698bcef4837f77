"""Which micro-batch fits a device, with or without checkpointing; and when none does, what would."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from tune.plan.memory import Setting, estimate, peak
from tune.plan.shapes import Architecture
from tune.recipe.schema import Recipe
from tune.text import size

USABLE = 0.96
"""Share of a device's memory that may be planned for; the allocator's slack is a part of the estimate."""

CLEARLY_LESS = 0.1
"""Share of what is not libraries that a change has to save where the formula said too little."""
LEAST_ROW_TOKENS = 128
"""Shorter rows are not proposed."""
CPU_TOKENS = 1024
"""Tokens of a micro-batch on a CPU: fewer cost time, more bring none."""
PROMPT_TOKENS = 512
"""Assumed length of a prompt that is answered in the evaluation."""


def setting(recipe: Recipe, kind: str, bf16: bool, row_tokens: int) -> Setting:
    """What a recipe says of memory on a device of a kind, for one sequence at a time."""
    train, level = recipe.train, recipe.launch.activation_checkpointing
    return Setting(
        tokens=row_tokens,
        rank=train.adapter.rank,
        targets=train.adapter.targets,
        dropout=train.adapter.dropout,
        quantize=recipe.base.quantize,
        optimizer=train.optimizer,
        dtype="bfloat16" if bf16 else "float32",
        device=kind,
        levels=("none", "selective", "full") if level == "auto" else (level,),
        row_tokens=row_tokens if recipe.data.eval else 0,
        answer_tokens=PROMPT_TOKENS + recipe.evaluate.max_new_tokens if recipe.evaluate.prompts else 0,
    )


def strategies(wanted: str, devices: int) -> tuple[str, ...]:
    """What to try, in this order. A lone device holds everything, whatever is asked for several."""
    if devices == 1:
        return ("one device",)
    return ("ddp", "fsdp2") if wanted == "auto" else (wanted,)


def worthwhile(micro_batches: Sequence[int], kind: str, row_tokens: int) -> list[int]:
    """Those (in sequences) that bring something on a kind of device: on a CPU at most about CPU_TOKENS, a lone sequence always."""
    return [n for n in micro_batches if kind != "cpu" or n == 1 or n * row_tokens <= CPU_TOKENS]


@dataclass(frozen=True)
class Fit:
    """A setting and its bytes."""

    setting: Setting
    bytes: dict[str, int]
    fits: bool

    @property
    def peak_bytes(self) -> int:
        """At the worst moment."""
        return peak(self.bytes, self.setting)


def largest(model: Architecture, one: Setting, micro_batches: Sequence[int], per_step: int, memory_bytes: int) -> Fit:
    """The largest of `micro_batches` (in sequences, the largest first, of `per_step` that a device has in a step) that fits,
    with as little computed again as can be; where none fits, the one that needs least. `one` is the setting of one sequence."""
    least: Fit | None = None
    for checkpointing in one.levels:
        for micro in micro_batches:
            asked = replace(one, tokens=micro * one.tokens, checkpointing=checkpointing, accumulates=micro < per_step)
            parts = estimate(model, asked)
            needed = peak(parts, asked)
            if needed <= USABLE * memory_bytes:
                return Fit(asked, parts, fits=True)
            if least is None or needed < least.peak_bytes:
                least = Fit(asked, parts, fits=False)
    assert least is not None, "no size to try"
    return least


def ways_out(model: Architecture, least: Fit, row_tokens: int, memory_bytes: int) -> list[tuple[str, int]]:
    """Up to three changes that would make it fit, each (what to write, peak in bytes after it) for one sequence at a time,
    single ones before pairs; where there are fewer, the last is a device that is large enough. When `least` fits by the
    formula, and memory ran out all the same, changes that need clearly less than it."""
    most, device = USABLE * memory_bytes, f"a device with {size(least.peak_bytes / USABLE)}"
    if least.fits:
        most = least.peak_bytes - CLEARLY_LESS * (least.peak_bytes - least.bytes["runtime"])
        device = "a device with more memory"
    found = [(text, peak(estimate(model, changed), changed)) for text, changed in _changes(least.setting, row_tokens)]
    enough = [(text, needed) for text, needed in found if needed <= most]
    if len(enough) < 3:
        enough.append((device, least.peak_bytes))
    return enough[:3]


def _changes(one: Setting, row_tokens: int) -> Iterator[tuple[str, Setting]]:
    """Single changes, then pairs with nf4."""
    single: list[tuple[str, dict[str, object]]] = []
    if one.quantize == "none":
        single.append(("base.quantize: nf4", {"quantize": "nf4"}))
    if one.optimizer == "adamw":
        single.append(("train.optimizer: adamw_8bit", {"optimizer": "adamw_8bit"}))
    if "full" not in one.levels:
        single.append(("launch.activation_checkpointing: full", {"checkpointing": "full", "levels": ("full",)}))
    for tokens in (row_tokens // 2, row_tokens // 4):
        if tokens >= LEAST_ROW_TOKENS:
            changed: dict[str, object] = {"tokens": tokens, "row_tokens": min(one.row_tokens, tokens)}
            single.append((f"data.max_tokens: {tokens}", changed))
    if one.rank > 8:
        single.append(("train.adapter.rank: 8", {"rank": 8}))
    if one.device == "cuda" and one.shards == 1:
        single += [(f"{n} such devices, the base divided among them (fsdp2)", {"shards": n}) for n in (2, 4, 8)]
    for text, change in single:
        yield text, replace(one, **change)  # type: ignore[arg-type]
    if one.quantize == "none":
        for text, change in single[1:]:
            yield f"base.quantize: nf4 and {text}", replace(one, quantize="nf4", **change)  # type: ignore[arg-type]


FEWER_PROCESSES = "fewer processes (launch.devices), which share the memory"
"""What several processes on a CPU are to be told first."""


def told(ways: Sequence[tuple[str, int]], first: str = "") -> str:
    """At most three ways out in one line, each change with its peak, after what is to be tried `first`."""
    shown = [text if text.startswith("a device") else f"{text} (then {size(needed)})" for text, needed in ways]
    return "; or ".join([*([first] if first else []), *shown][:3])
