"""From the words of the call to a recipe or a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tune.errors import Problem, UserError

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from tune.recipe import Loaded
    from tune.run import Run


def load_recipe(parsed: argparse.Namespace) -> Loaded:
    """The recipe that is named, with what `--set` and `--root` say."""
    from tune.recipe import load

    return load(parsed.target, parsed.sets, roots=parsed.roots)


def open_or_make(parsed: argparse.Namespace) -> Run:
    """The run that a recipe or a run directory names."""
    from tune import pipeline

    target: Path = parsed.target
    if not target.is_dir():
        return pipeline.prepare(load_recipe(parsed), parsed.runs, parsed.fresh)
    if parsed.sets or parsed.fresh:
        option = "--set" if parsed.sets else "--fresh"
        raise UserError(
            Problem(
                "call",
                f"{option} does not go with a run directory",
                "give the recipe: a change makes a new run",
                file=str(target),
            )
        )
    return pipeline.reopen(target)
