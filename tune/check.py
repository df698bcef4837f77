"""Finding mistakes before any training: the recipe, the base, every row, every prompt. Nothing is left but the cache."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tune import base as base_stage
from tune.data import cache
from tune.data.show import Wanted, formats, print_rows
from tune.data.stage import data
from tune.disclose import chain
from tune.evaluate import asked
from tune.licenses.gate import evaluate, told
from tune.modelfiles import optional_json
from tune.models import load_tokenizer
from tune.plan import elsewhere, families, published
from tune.recipe import Loaded
from tune.recipe.rules import is_hub_id
from tune.records import BaseRecord, Ledger
from tune.run import Run
from tune.text import count, share


def show(loaded: Loaded, wanted: Wanted) -> None:
    """Prints rows of a recipe as tokens, on stdout. Raises UserError with all problems found."""
    with _prepared(loaded) as (run, ledger):
        print_rows(run.path("data"), ledger, load_tokenizer(run.read(BaseRecord)), wanted)


def check(loaded: Loaded) -> tuple[str, Ledger, dict[str, Any]]:
    """A short verdict on a recipe that holds, the whole account, and what the license gate says. Raises UserError with all problems found."""
    recipe = loaded.recipe
    _reach(loaded)
    with _prepared(loaded) as (run, ledger):
        tokenizer = load_tokenizer(run.read(BaseRecord))
        asked(run, tokenizer)
        total, rows = ledger.total("train"), ledger.kept("train")
        number = sum(source.examples for source in ledger.sources if source.split == "train")
        examples = f" in {count(number)} examples" if number != rows else ""
        part = f"loss on {share(total.loss, total.input)} of {count(total.input)} tokens"
        lines = [f"ok: {recipe.name}: {count(rows)} rows{examples}, {part}"]
        lines += formats(run, ledger, tokenizer)
        gate = evaluate(chain.of_recipe(recipe, run.read(BaseRecord)))
    sizes = ", ".join(f"{name} {count(number)}" for name, number in ledger.lengths.items())
    lines.append(f"      lengths in tokens: {sizes}; {100 * ledger.packing.fill:.1f} % of the sequences is filled")
    lines += [f"{'ok  ' if result.ok else 'look'}  {result.name}: {result.what}" for result in ledger.checks]
    lines += [f"{'look' if any(found.rows) else 'ok  '}  {found.name}: {found.what}" for found in ledger.findings]
    lines += _licenses(gate, recipe.publish.license)
    return "\n".join(lines), ledger, gate


def _licenses(gate: dict[str, Any], wanted: str | None) -> Iterator[str]:
    """What the license gate says of publishing; a private run is not stopped by it."""
    if wanted is None:
        yield "look  license: none is given in publish.license, so the result cannot be published"
        return
    verdict = {"cleared": "ok  ", "refused": "look", "overridden": "look"}[gate["verdict"]]
    yield f"{verdict}  license: {wanted} {gate['verdict']} for publication"
    yield from (f"      {told(found)}" for found in gate["findings"])


def _reach(loaded: Loaded) -> None:
    """What the adapter reaches, where the shapes of the base are known before anything is downloaded. Raises PlanError."""
    model = loaded.recipe.base.model
    if is_hub_id(model, loaded.root):
        stated = published.find(model) is not None
    else:
        stated = families.known(optional_json(loaded.root / model, "config.json", model))
    if stated:
        elsewhere.shape(loaded.recipe, loaded.root)


@contextmanager
def _prepared(loaded: Loaded) -> Iterator[tuple[Run, Ledger]]:
    """Base and rows, by the code of the stages, in a run directory that is thrown away."""
    scratch = cache.scratch()
    try:
        run = Run(scratch, loaded.recipe, loaded.root)
        base_stage.base(run)
        yield run, data(run)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
