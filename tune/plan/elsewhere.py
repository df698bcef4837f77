"""The plan for hardware that is not here: from a recipe and the shape of its base, without weights, rows or network."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tune.errors import PlanError, Problem
from tune.plan import coverage, families, published
from tune.plan.devices import DEVICES, Spec
from tune.plan.fit import Fit, largest, setting, strategies, ways_out, worthwhile
from tune.plan.memory import RUNTIME_BYTES
from tune.plan.shapes import Architecture
from tune.plan.speed import flop_per_token, tokens_per_second
from tune.plan.step import micro_batches
from tune.recipe.rules import is_hub_id
from tune.recipe.schema import Recipe
from tune.text import count, did_you_mean, duration, short, size, table


@dataclass(frozen=True)
class Forecast:
    """What a recipe takes on one device, or on several of a kind."""

    spec: Spec
    model: Architecture
    fit: Fit
    strategy: str
    row_tokens: int
    step_tokens: int
    ways: list[tuple[str, int]]
    tokens: int | None
    """Of the whole run; None when it depends on rows that were not counted."""
    speed: float | None
    """Tokens a second over all devices; None when the device's speed is not known."""
    price_per_hour: float | None

    @property
    def seconds(self) -> float | None:
        """Of training alone."""
        return self.tokens / self.speed if self.tokens and self.speed else None

    def as_json(self, adapted: dict[str, dict[str, int]]) -> dict[str, Any]:
        """The shape that docs/interface.md describes."""
        cost = None if self.price_per_hour is None or not self.seconds else self.price_per_hour * self.seconds / 3600
        return {
            "device": self.spec.name,
            "devices": self.spec.count,
            "fits": self.fit.fits,
            "bytes": self.fit.bytes,
            "peak_bytes": self.fit.peak_bytes,
            "micro_batch_tokens": self.fit.setting.tokens,
            "accumulation": -(-self.step_tokens // (self.fit.setting.tokens * self.spec.count)),
            "activation_checkpointing": self.fit.setting.checkpointing,
            "strategy": self.strategy,
            "coverage": adapted,
            "flop_per_token": flop_per_token(self.model, self.fit.setting, self.row_tokens),
            "tokens_per_second": self.speed and round(self.speed, 1),
            "tokens": self.tokens,
            "seconds": self.seconds and round(self.seconds),
            "cost": None if cost is None else round(cost, 2),
            "ways_out": [{"change": text, "peak_bytes": needed} for text, needed in self.ways],
        }


@dataclass(frozen=True)
class Shape:
    """The shapes of a recipe's base, and where they were read: words for people."""

    model: Architecture
    source: str
    config: dict[str, Any]
    """What config.json holds, or the record of it."""


def shape(recipe: Recipe, root: Path) -> Shape:
    """The shapes of the recipe's base, from the config.json of its folder or from the record of its Hub id; what its adapter
    reaches is checked.

    Raises PlanError for a Hub id that has no record here, and as `families.read` and `coverage.check`.
    """
    name = recipe.base.model
    found = published.find(name)
    if not is_hub_id(name, root):
        config = families.read_config(root / name, name)
        read = Shape(families.read(config, name), f"{name}/config.json", config)
    elif found is not None:
        read = Shape(families.read(found.config, name), f"shape of record: {found.citation}", found.config)
    else:
        what = f"{name} is not on this disk, has no shape of record, and a plan for another device asks no network"
        fix = "--set base.model=FOLDER with its config.json in it; weights are not needed"
        guess = did_you_mean(name, published.records())
        raise PlanError(Problem("plan", what, f"{guess} or {fix}" if guess else fix, key="base.model"))
    adapter = recipe.train.adapter
    coverage.check(read.model, adapter.targets, adapter.dropout)
    return read


def forecast(recipe: Recipe, model: Architecture, spec: Spec, price_per_hour: float | None = None) -> Forecast:
    """Fits a recipe to a device. Rows are taken as packs of `data.max_tokens`, or as rows of that length."""
    rows, train = recipe.data.max_tokens, recipe.train
    per_step = max(1, round(train.tokens_per_step / rows))
    share = -(-per_step // spec.count)
    asked = setting(recipe, spec.kind, spec.bf16, rows)
    tried = worthwhile([n for n, _ in micro_batches(share, 1)], asked.device, rows)
    for strategy in strategies(recipe.launch.strategy, spec.count):
        shards = spec.count if strategy == "fsdp2" else 1
        found = largest(model, replace(asked, shards=shards), tried, share, spec.memory_bytes)
        if found.fits:
            break
    return Forecast(
        spec=spec,
        model=model,
        fit=found,
        strategy=strategy,
        row_tokens=rows,
        step_tokens=per_step * rows,
        ways=[] if found.fits else ways_out(model, found, rows, spec.memory_bytes),
        tokens=train.max_steps * per_step * rows if train.max_steps else None,
        speed=tokens_per_second(model, found.setting, rows, spec),
        price_per_hour=price_per_hour,
    )


def describe(found: Forecast) -> str:
    """One device for people: parts, peak, time, what is not known, and what would make it fit."""
    chosen, spec = found.fit.setting, found.spec
    devices = f"{spec.count} x {spec.name}" if spec.count > 1 else spec.name
    rows = [
        ["device", f"{devices}, {size(spec.memory_bytes)}{' each' if spec.count > 1 else ''}"],
        ["strategy", found.strategy],
        ["micro-batch", f"{count(chosen.tokens)} tokens of {count(found.step_tokens)} a step"],
        ["activation checkpointing", chosen.checkpointing],
        *([name, size(number)] for name, number in found.fit.bytes.items() if number),
        ["peak", f"{size(found.fit.peak_bytes)}: {'fits' if found.fit.fits else 'does not fit'}"],
        *_time(found),
    ]
    lines = [table(rows, ["plan", ""], left=(0, 1))]
    if found.ways:
        lines += ["What would make it fit:", *(f"  {text}: {size(needed)}" for text, needed in found.ways)]
    return "\n".join(lines)


def _time(found: Forecast) -> list[list[str]]:
    """Rows on time and cost, and what is not known of them."""
    if found.speed is None:
        return [["time", f"not known: no speed is recorded for {found.spec.name}"]]
    rows = [["speed", f"about {count(found.speed)} tokens a second, a guess from the maker's rate"]]
    seconds = found.seconds if found.seconds is not None else 1e6 / found.speed
    what = "" if found.seconds is not None else " for a million tokens; how many there are is known once rows are read"
    rows.append(["time", f"about {duration(seconds)}{what}"])
    if found.price_per_hour is not None:
        rows.append(["cost", f"about {found.price_per_hour * seconds / 3600:.2f}{what}"])
    return rows


def overview(recipe: Recipe, model: Architecture) -> str:
    """All devices of the table, one a line, and several of the large ones."""
    specs = [*DEVICES.values()]
    specs += [
        Spec(s.name, s.kind, s.memory_bytes, s.teraflops, s.source, 8) for s in specs if s.memory_bytes > 75 << 30
    ]
    rows = []
    for spec in specs:
        found = forecast(recipe, model, spec)
        name = f"{spec.count} x {spec.name}" if spec.count > 1 else spec.name
        how = found.strategy
        if found.fit.setting.checkpointing != "none":
            how += f", {found.fit.setting.checkpointing} checkpointing"
        rows.append(
            [
                name,
                "yes" if found.fit.fits else "no",
                size(found.fit.peak_bytes),
                size(spec.memory_bytes),
                count(found.fit.setting.tokens),
                short(found.speed) if found.speed else "not known",
                how,
            ]
        )
    header = ["device", "fits", "peak", "memory", "micro-batch, tokens", "tokens a second", "how"]
    return table(rows, header, left=(0, 1, 6))


def caveat(recipe: Recipe, read: Shape, spec: Spec | None = None) -> str:
    """Where the shapes and the rate of the device come from, and what the figures leave out."""
    rate = f"rate of {spec.name}: {spec.source}\n" if spec is not None and spec.teraflops else ""
    return (
        f"{read.source}\n{rate}"
        f"Estimates: libraries and context {size(RUNTIME_BYTES['cuda'])} on a GPU; communication between devices, loading and "
        f"evaluation time are not counted. Rows are taken as {count(recipe.data.max_tokens)} tokens long."
    )
