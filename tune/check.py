"""Finding mistakes before any training: the recipe, the base, every row, every prompt. Nothing is written."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tune import base as base_stage
from tune.data import inspect
from tune.data.checks import run_checks
from tune.data.prepare import Prepared
from tune.data.show import formats
from tune.evaluate.checks import read_prompts
from tune.recipe import Loaded
from tune.records import BaseRecord
from tune.run import Run
from tune.text import count, share


def rows(loaded: Loaded) -> tuple[Prepared, Any]:
    """Every row of a recipe as tokens, and the tokenizer. Raises UserError with all problems found."""
    prepared, tokenizer, _ = _everything(loaded)
    return prepared, tokenizer


def check(loaded: Loaded) -> str:
    """A short verdict on a recipe that holds. Raises UserError with all problems found."""
    recipe = loaded.recipe
    if recipe.evaluate.prompts:
        read_prompts(loaded.root / recipe.evaluate.prompts, recipe.evaluate.prompts)
    prepared, tokenizer, base = _everything(loaded)
    kept = prepared.rows("train")
    tokens, loss = sum(len(k.example.input_ids) for k in kept), sum(k.example.loss_tokens for k in kept)
    rows = sum(len(source.row_leaves) for source in prepared.sources if source.split == "train")
    examples = f" in {count(len(kept))} examples" if len(kept) != rows else ""
    lines = [
        f"ok: {recipe.name}: {count(rows)} rows{examples}, loss on {share(loss, tokens)} of {count(tokens)} tokens"
    ]
    lines += formats(prepared, tokenizer)
    for result in run_checks(prepared, base, tokenizer.bos_token_id, recipe.data.learn_from):
        lines.append(f"{'ok  ' if result.ok else 'look'}  {result.name}: {result.what}")
    return "\n".join(lines)


def _everything(loaded: Loaded) -> tuple[Prepared, Any, BaseRecord]:
    """Base and rows, by the code of the stages, in a run directory that is thrown away."""
    with TemporaryDirectory(prefix="tune-check-") as scratch:
        run = Run(Path(scratch), loaded.recipe, loaded.root, fresh=True)
        base = base_stage.base(run)
        prepared, tokenizer = inspect(run, base)
    return prepared, tokenizer, base
