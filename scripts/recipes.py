"""What the plan says of each shipped recipe for a published model: the last line of its header, and docs/recipes.md.

`python -m scripts.docs` writes both, `--check` compares them; nothing is asked of a network and nothing is loaded. The card is
the smallest known one with bf16 and a known rate that the recipe fits, several of the largest kind where one is too small.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from pathlib import Path
from typing import Any

from tune.licenses import family
from tune.plan import coverage, elsewhere
from tune.plan.devices import DEVICES, find
from tune.recipe import load
from tune.text import duration, markdown_table, share, short, size

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "recipes"
COMMON = "common.yaml"
EXAMPLES = ("support-bot", "support-bot-qlora")
"""Recipes over the base of this project, which were run; their figures are in the README."""
STARTER = "starter"
"""The one to copy: it stands alone, and its lines say what a user replaces."""
HEADER = "# Base under "
LARGEST, SEVERAL = "h200", (2, 4, 8, 16, 32, 64)


@dataclass(frozen=True)
class ModelRecipe:
    """One shipped recipe for a published model."""

    path: Path

    @cached_property
    def loaded(self) -> Any:
        """The recipe with what it extends."""
        return load(self.path, root=ROOT)

    @cached_property
    def shape(self) -> elsewhere.Shape:
        """The shapes of its base."""
        return elsewhere.shape(self.loaded.recipe, ROOT)

    @cached_property
    def forecast(self) -> elsewhere.Forecast:
        """Its plan on the smallest known card with bf16 that it fits. Raises LookupError when it fits none."""
        known = {d: spec for d, spec in DEVICES.items() if spec.kind == "cuda" and spec.bf16 and spec.teraflops}
        cards = sorted(known, key=lambda d: known[d].memory_bytes)
        names = [*cards, *(f"{LARGEST}x{n}" for n in SEVERAL)]
        plans = (elsewhere.forecast(self.loaded.recipe, self.shape.model, find(name)) for name in names)
        found = next((plan for plan in plans if plan.fit.fits), None)
        if found is None:
            raise LookupError(f"{self.path.name} fits no device that is known")
        return found

    @property
    def license(self) -> str:
        """What the owner of the base's family gives it."""
        return family((self.loaded.recipe.base.model,), "") or "unknown"

    @property
    def purpose(self) -> str:
        """The comment at the head of the file, without the line that the plan writes."""
        lines = self.path.read_text(encoding="utf-8").splitlines()
        head = takewhile(lambda line: line.startswith("# ") and not line.startswith(HEADER), lines)
        return " ".join(line.removeprefix("# ") for line in head)

    @property
    def card(self) -> str:
        """The smallest card, or how many of which."""
        spec = self.forecast.spec
        return f"{spec.count} x {spec.name}" if spec.count > 1 else spec.name

    @property
    def header(self) -> str:
        """The line that the plan writes into the file."""
        plan = self.forecast
        each = " each" if plan.spec.count > 1 else ""
        memory = f"{size(plan.fit.peak_bytes)} of {size(plan.spec.memory_bytes)}{each}"
        return f"{HEADER}{self.license}. Planned: {self.card}, {memory}, {_about(plan.seconds)} of training."

    @property
    def text(self) -> str:
        """The file as it should stand."""
        lines = self.path.read_text(encoding="utf-8").splitlines()
        return "\n".join(self.header if line.startswith(HEADER.rstrip()) else line for line in lines) + "\n"


def _about(seconds: float | None) -> str:
    """A guessed time, no finer than a minute."""
    if seconds is None:
        return "time not known"
    return "under a minute" if seconds < 60 else f"about {duration(60 * round(seconds / 60)).removesuffix(' 0 s')}"


def model_recipes() -> list[ModelRecipe]:
    """All of them, the smallest base first."""
    others = {COMMON, *(f"{name}.yaml" for name in (*EXAMPLES, STARTER))}
    found = [ModelRecipe(path) for path in FOLDER.glob("*.yaml") if path.name not in others]
    return sorted(found, key=lambda recipe: (recipe.shape.model.parameters, recipe.path.name))


def pages() -> dict[Path, str]:
    """The recipes with their headers, and the page about them."""
    found = model_recipes()
    return {recipe.path: recipe.text for recipe in found} | {ROOT / "docs" / "recipes.md": page(found)}


def page(found: list[ModelRecipe]) -> str:
    """docs/recipes.md."""
    return PAGE.format(
        table=markdown_table([_row(recipe) for recipe in found], COLUMNS).replace("---:", "---", 2),
        purposes="\n".join(f"- `{recipe.path.name}`: {recipe.purpose}" for recipe in found),
        sources="\n".join(
            f"- `{recipe.loaded.recipe.base.model}`: {recipe.shape.source.removeprefix('shape of record: ')}"
            for recipe in found
        ),
    )


COLUMNS = ["recipe", "base", "its license", "parameters", "adapted", "smallest known card with bf16", "peak", "time"]
PAGE = """<!-- written by python -m scripts.docs; do not edit -->
# Recipes for published models

Each is a page that names a base and extends [`recipes/common.yaml`](../recipes/common.yaml): 100 steps over the conversations
of this project's shop, so that it works as it is.

```
tune plan recipes/qwen3-8b.yaml --all      # every card that is known; nothing is downloaded
tune run recipes/qwen3-8b.yaml             # downloads the base and trains
tune pin my.yaml                           # writes the newest commits of base and data sets into a recipe that has none
```

**For your own rows**, copy [`recipes/starter.yaml`](../recipes/starter.yaml), which extends nothing, and put the `base` of the
recipe that you want into it, with its `adapter` where it has one and its `publish.license`. A copy of a recipe below has to stay
beside common.yaml, and takes everything from there that it does not say itself. Of that, these are the shop's, and yours to
say: `data.train` and `data.eval`, `data.date`, `train` (`max_steps: null`, `epochs: 2.0`: 100 steps are a size for a plan),
`evaluate.prompts` and `publish.prompts_at` (`null` where there are none). `tune show my.yaml` prints what comes out.

**None of these was run** ([limits](../README.md#limits)). What holds, by test: every recipe loads, its license gate clears
`publish.license`, its base has a shape with a source that gives the published number of parameters, and its plan fits the card
in the table: the smallest that is known, has bf16 and a known rate. Memory and time are the plan's ([how good they
are](plan.md)); time is a guess from the maker's rate that leaves out what several devices say to one another. Where a recipe
names a commit of its base, that was read on the owner's page or quoted alike by several others; the Hub itself was not asked.
With `nf4` the linear layers are in 4 bits. "Adapted" is the share of all parameters that are in matrices with a LoRA pair.

{table}

{purposes}

A base that is divided among several cards for training is measured in parts too. Proving the adapter needs no card, and 4
bytes a parameter of main memory (282 GB for 70 B parameters); `export.prove: false` [leaves it
out](export.md#a-base-beyond-main-memory).

## Where the shapes were read

{sources}
"""


def _row(recipe: ModelRecipe) -> list[str]:
    section, plan = recipe.loaded.recipe.base, recipe.forecast
    adapted = coverage.by_component(recipe.shape.model, recipe.loaded.recipe.train.adapter.targets)
    whole, reached = (sum(entry[key] for entry in adapted.values()) for key in ("parameters", "adapted"))
    how = " (nf4)" if section.quantize == "nf4" else ""
    return [
        f"[{recipe.path.stem}](../recipes/{recipe.path.name})",
        f"`{section.model}`{how}",
        recipe.license,
        short(whole),
        share(reached, whole),
        f"{recipe.card}, {plan.strategy}" if plan.spec.count > 1 else recipe.card,
        size(plan.fit.peak_bytes),
        _about(plan.seconds),
    ]
