"""The verbs on a recipe: carry it out, look at it, find its mistakes, plan it."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from tune.cli import stopping
from tune.cli.opening import load_recipe, open_or_make
from tune.errors import EXIT_DONE, EXIT_USAGE, Problem, UserError

if TYPE_CHECKING:
    import argparse

MOST_PER_HOUR = 1_000_000
"""For a device, or for all of them: what is more than this was mistyped."""


def carry_out(parsed: argparse.Namespace) -> int:
    """`tune run`."""
    from tune import pipeline

    stopping.listen()
    run = open_or_make(parsed)
    pipeline.carry_out(run)
    print(run.folder)
    return EXIT_DONE


def hand_over(parsed: argparse.Namespace) -> int:
    """`tune submit`."""
    from tune import pipeline
    from tune.launch import submit
    from tune.launch.request import check, from_options
    from tune.run import locate

    request = from_options(vars(parsed))
    check(request)
    if parsed.dry_run:
        run = (
            open_or_make(parsed)
            if parsed.target.is_dir()
            else locate(load_recipe(parsed), parsed.runs, parsed.fresh)[0]
        )
        print(submit.script(run, request), end="")
        return EXIT_DONE
    run = open_or_make(parsed)
    found = pipeline.hand_over(run, request)
    if found is None or found.job is not None:
        print(run.folder)
    else:
        print(run.path(found.script).read_text(), end="")
    return EXIT_DONE


def check_recipe(parsed: argparse.Namespace) -> int:
    """`tune check`."""
    from tune.check import check
    from tune.rowfiles import pinned

    if parsed.list:
        return _list_checks()
    if parsed.target is None:
        raise UserError(Problem("call", "no recipe is given", "tune check RECIPE, or tune check --list"))
    problems: list[Problem] = []
    ledger = gate = None
    try:
        summary, ledger, gate = check(pinned(load_recipe(parsed)))
    except UserError as error:
        problems = error.problems
    if parsed.json:
        whole = {"ok": not problems, "problems": [p.as_json() for p in problems]}
        whole["ledger"] = ledger.model_dump(mode="json") if ledger else None
        whole["license_gate"] = gate
        print(json.dumps(whole, indent=2, ensure_ascii=False))
    elif problems:
        for problem in problems:
            print(problem, file=sys.stderr)
    else:
        print(summary)
    return EXIT_USAGE if problems else EXIT_DONE


def _list_checks() -> int:
    from tune.data.checks import MEANING

    for name, meaning in MEANING.items():
        print(f"{name}: {meaning}")
    return EXIT_DONE


def show_recipe(parsed: argparse.Namespace) -> int:
    """`tune show`."""
    import yaml

    if parsed.target.is_dir():
        from tune.run import open_run

        recipe = open_run(parsed.target).recipe
    else:
        recipe = load_recipe(parsed).recipe
    print(yaml.safe_dump(recipe.model_dump(mode="json"), sort_keys=False, allow_unicode=True), end="")
    return EXIT_DONE


def pin_recipe(parsed: argparse.Namespace) -> int:
    """`tune pin`."""
    from tune.pin import pin

    pinned = pin(parsed.target, parsed.roots, dry_run=parsed.dry_run)
    for one in pinned:
        print(one)
    if not pinned:
        print("nothing to pin: all that the recipe takes from the Hub has its commit", file=sys.stderr)
    elif parsed.dry_run:
        print("nothing was written", file=sys.stderr)
    return EXIT_DONE


def print_schema(parsed: argparse.Namespace) -> int:
    """`tune schema`."""
    from tune.recipe.schema import Recipe

    print(json.dumps(Recipe.model_json_schema(), indent=2))
    return EXIT_DONE


def show_data(parsed: argparse.Namespace) -> int:
    """`tune data`."""
    from tune.check import show
    from tune.data.show import Wanted
    from tune.rowfiles import pinned

    show(pinned(load_recipe(parsed)), Wanted(parsed.source, parsed.row, parsed.find))
    return EXIT_DONE


def plan_run(parsed: argparse.Namespace) -> int:
    """`tune plan`."""
    if parsed.device is not None or parsed.all or parsed.price_per_hour is not None:
        return _plan_elsewhere(parsed)
    from tune import pipeline
    from tune.plan.words import as_json, describe
    from tune.records import Plan, TrainRecord
    from tune.run import lock

    run = open_or_make(parsed)
    with lock(run):
        for stage in pipeline.STAGES[:3]:
            stage(run)
    found, done = run.read(Plan), run.find(TrainRecord)
    traced = None
    if parsed.trace:
        from tune.plan import trace

        traced = trace.of_run(run, found)
    if parsed.json:
        print(json.dumps(as_json(found, done) | ({"trace": traced} if traced else {}), indent=2))
    else:
        print(describe(found, done))
        _show_trace(traced)
    return EXIT_DONE if traced is None or traced["fits"] else EXIT_USAGE


def _show_trace(traced: dict[str, Any] | None) -> None:
    """The table of moments, for people."""
    if traced is not None:
        from tune.plan.trace import describe

        print("", describe(traced), sep="\n")


def _plan_elsewhere(parsed: argparse.Namespace) -> int:
    """The plan for devices that are not here; leaves nothing in runs/. Exit code 2 when it does not fit."""
    from tune.plan import elsewhere
    from tune.plan.coverage import by_component
    from tune.plan.coverage import describe as describe_coverage
    from tune.plan.devices import find

    if (
        parsed.target.is_dir()
        or (parsed.device is not None) == parsed.all
        or (parsed.all and (parsed.json or parsed.trace))
    ):
        what = "a plan for another device needs a recipe and one of --device NAME and --all"
        fix = "e.g. tune plan my.yaml --device rtx4090; --json and --trace go with --device"
        raise UserError(Problem("call", what, fix))
    price = parsed.price_per_hour
    if price is not None and not 0 <= price <= MOST_PER_HOUR:
        what = f"{price:g} is no price of an hour"
        raise UserError(Problem("call", what, f"a number from 0 to {MOST_PER_HOUR}", key="--price-per-hour"))
    loaded = load_recipe(parsed)
    read = elsewhere.shape(loaded.recipe, loaded.root)
    adapted = by_component(read.model, loaded.recipe.train.adapter.targets)
    if parsed.all:
        print(elsewhere.overview(loaded.recipe, read.model))
        print(elsewhere.caveat(loaded.recipe, read), file=sys.stderr)
        return EXIT_DONE
    found = elsewhere.forecast(loaded.recipe, read.model, find(parsed.device), price)
    traced = None
    if parsed.trace:
        from tune.plan import trace

        traced = trace.of_setting(read.config, found.fit.setting, found.fit.bytes, found.spec.memory_bytes)
    if parsed.json:
        whole = {**found.as_json(adapted), "shapes": read.source} | ({"trace": traced} if traced else {})
        print(json.dumps(whole, indent=2))
    else:
        print(elsewhere.describe(found), describe_coverage(adapted), sep="\n\n")
        _show_trace(traced)
        print(elsewhere.caveat(loaded.recipe, read, found.spec), file=sys.stderr)
    return EXIT_DONE if found.fit.fits and (traced is None or traced["fits"]) else EXIT_USAGE
