"""The console command. Verbs only: each imports what it needs when it runs, so that `--help` answers at once.

stdout carries the result, stderr the talk. Exit codes: 0 done, 1 failed, 2 the recipe or the call is wrong,
75 interrupted and resumable.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tune import __version__
from tune.errors import EXIT_DONE, EXIT_FAILED, EXIT_INTERRUPTED, EXIT_USAGE, Problem, TuneError, UserError
from tune.launch.options import SUBMIT
from tune.options import OPTIONS, OPTIONS_OF, TARGETS

if TYPE_CHECKING:
    from tune.recipe import Loaded
    from tune.run import Run


def main(arguments: list[str] | None = None) -> int:
    """Runs a verb and turns what it raises into words and an exit code."""
    parsed = _parser().parse_args(arguments)
    try:
        return VERBS[parsed.verb].run(parsed)
    except UserError as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        return error.exit_code
    except TuneError as error:
        print(f"tune: {error}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:  # whoever read our output has seen enough, e.g. `tune runs | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_FAILED
    except OSError as error:
        place = f": {error.filename}" if error.filename else ""
        print(
            f"tune: {error.strerror or error}{place}. What was complete before is kept; mend this and run the same command.",
            file=sys.stderr,
        )
        return EXIT_FAILED
    except KeyboardInterrupt:
        print("tune: stopped. What was complete is kept; the same command goes on from there.", file=sys.stderr)
        return EXIT_INTERRUPTED


@dataclass(frozen=True)
class Verb:
    """One verb: what carries it out, a line of help, what it is called on, and the options it takes."""

    run: Callable[[argparse.Namespace], int]
    text: str
    target: str | None = None
    options: tuple[str, ...] = ()


def _parser() -> argparse.ArgumentParser:
    """The command line as `VERBS` lists it."""
    parser = argparse.ArgumentParser(
        prog="tune",
        description="Open-weight fine-tuning that can say what it did.",
        epilog="Exit codes: 0 done, 1 failed, 2 the recipe or the call is wrong, 75 interrupted and resumable.",
    )
    parser.add_argument("--version", action="version", version=f"tune {__version__}")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for name, verb in VERBS.items():
        made = verbs.add_parser(name, help=verb.text, description=verb.text)
        if verb.target:
            optional = "?" if verb.target.startswith("[") else None
            name_shown = verb.target.strip("[]")
            made.add_argument("target", metavar=name_shown, help=TARGETS[name_shown], type=Path, nargs=optional)
        for option in verb.options:
            made.add_argument(option, **(OPTIONS[option] | OPTIONS_OF.get((name, option), {})))
        if "--runs" in verb.options:
            made.set_defaults(runs=Path(os.environ.get("TUNE_RUNS", "runs")))
    return parser


def _load(parsed: argparse.Namespace) -> Loaded:
    from tune.recipe import load

    return load(parsed.target, parsed.sets, roots=parsed.roots)


def _open(parsed: argparse.Namespace) -> Run:
    """The run that a recipe or a run directory names."""
    from tune import pipeline

    target: Path = parsed.target
    if not target.is_dir():
        return pipeline.prepare(_load(parsed), parsed.runs, parsed.fresh)
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


def _run(parsed: argparse.Namespace) -> int:
    from tune import pipeline

    for number in (signal.SIGTERM, signal.SIGUSR1):  # what a cluster stops a job with is heard like Ctrl-C
        signal.signal(number, signal.default_int_handler)
    run = _open(parsed)
    pipeline.carry_out(run)
    print(run.folder)
    return EXIT_DONE


def _check(parsed: argparse.Namespace) -> int:
    from tune.check import check
    from tune.rowfiles import pinned

    if parsed.list:
        return _list_checks()
    if parsed.target is None:
        raise UserError(Problem("call", "no recipe is given", "tune check RECIPE, or tune check --list"))
    problems: list[Problem] = []
    ledger = gate = None
    try:
        summary, ledger, gate = check(pinned(_load(parsed)))
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


def _show(parsed: argparse.Namespace) -> int:
    import yaml

    if parsed.target.is_dir():
        from tune.run import open_run

        recipe = open_run(parsed.target).recipe
    else:
        recipe = _load(parsed).recipe
    print(yaml.safe_dump(recipe.model_dump(mode="json"), sort_keys=False, allow_unicode=True), end="")
    return EXIT_DONE


def _schema(parsed: argparse.Namespace) -> int:
    from tune.recipe.schema import Recipe

    print(json.dumps(Recipe.model_json_schema(), indent=2))
    return EXIT_DONE


def _data(parsed: argparse.Namespace) -> int:
    from tune.check import show
    from tune.data.show import Wanted
    from tune.rowfiles import pinned

    show(pinned(_load(parsed)), Wanted(parsed.source, parsed.row, parsed.find))
    return EXIT_DONE


def _plan(parsed: argparse.Namespace) -> int:
    if parsed.device or parsed.all or parsed.price_per_hour is not None:
        return _plan_elsewhere(parsed)
    from tune import pipeline
    from tune.plan import as_json, describe
    from tune.records import Plan
    from tune.run import lock

    run = _open(parsed)
    with lock(run):
        for stage in pipeline.STAGES[:3]:
            stage(run)
    found = run.read(Plan)
    print(json.dumps(as_json(found), indent=2) if parsed.json else describe(found))
    return EXIT_DONE


def _plan_elsewhere(parsed: argparse.Namespace) -> int:
    """The plan for devices that are not here; leaves nothing in runs/. Exit code 2 when it does not fit."""
    from tune.plan import elsewhere
    from tune.plan.coverage import by_component
    from tune.plan.coverage import describe as describe_coverage
    from tune.plan.devices import find

    if parsed.target.is_dir() or bool(parsed.device) == bool(parsed.all) or (parsed.all and parsed.json):
        what = "a plan for another device needs a recipe and one of --device NAME and --all"
        fix = "e.g. tune plan my.yaml --device rtx4090; --json goes with --device"
        raise UserError(Problem("call", what, fix))
    loaded = _load(parsed)
    model = elsewhere.architecture(loaded.recipe, loaded.root)
    adapted = by_component(model, loaded.recipe.train.adapter.targets)
    if parsed.all:
        print(elsewhere.overview(loaded.recipe, model))
        print(elsewhere.caveat(loaded.recipe), file=sys.stderr)
        return EXIT_DONE
    found = elsewhere.forecast(loaded.recipe, model, find(parsed.device), parsed.price_per_hour)
    if parsed.json:
        print(json.dumps(found.as_json(adapted), indent=2))
    else:
        print(elsewhere.describe(found), describe_coverage(adapted), sep="\n\n")
        print(elsewhere.caveat(loaded.recipe), file=sys.stderr)
    return EXIT_DONE if found.fit.fits else EXIT_USAGE


def _evaluate(parsed: argparse.Namespace) -> int:
    from tune import pipeline
    from tune.records import Evaluation
    from tune.run import lock

    run = _open(parsed)
    with lock(run):
        run.path(Evaluation.file).unlink(missing_ok=True)
        pipeline.evaluate_stage(run)
        pipeline.disclose_stage(run)
    print(run.path(Evaluation.file))
    return EXIT_DONE


def _chat(parsed: argparse.Namespace) -> int:
    from tune.chat import chat
    from tune.run import open_run

    chat(open_run(parsed.target), parsed.base, sys.stdin, sys.stdout)
    return EXIT_DONE


def _export(parsed: argparse.Namespace) -> int:
    from tune.deliver import export_to
    from tune.recipe.schema import Export

    if parsed.in_memory and parsed.into == "nf4":
        what = "--in-memory merges into the unquantized base only"
        raise UserError(Problem("call", what, "leave out one of the two"))
    section = Export(merge=True, merge_into=parsed.into, in_memory=parsed.in_memory)
    found = export_to(parsed.target, parsed.base, parsed.to, section).merged
    assert found is not None
    agree = f"mean KL {found.mean_kl:.1e} nats, top-1 agreement {100 * found.top1_agreement:.1f} %"
    print(f"export: {found.how}, {agree} against the adapter", file=sys.stderr)
    print(parsed.to)
    return EXIT_DONE


def _verify(parsed: argparse.Namespace) -> int:
    from tune.replay import segment
    from tune.text import table
    from tune.verify import as_json, verdict, verify

    claims = verify(parsed.target, segment(parsed.replay) if parsed.replay is not None else None)
    if parsed.json:
        print(json.dumps(as_json(claims), indent=2, ensure_ascii=False))
    else:
        print(
            table(
                [[c.verdict, str(c.level), f"{c.claim}: {c.how}"] for c in claims],
                ["verdict", "level", "claim: how"],
                left=(0, 2),
            )
        )
        print(verdict(claims))
    return EXIT_FAILED if verdict(claims) == "FAILED" else EXIT_DONE


def _submit(parsed: argparse.Namespace) -> int:
    from tune import pipeline
    from tune.launch import submit
    from tune.launch.request import check, from_options
    from tune.run import locate

    request = from_options(vars(parsed))
    check(request)
    if parsed.dry_run:
        run = _open(parsed) if parsed.target.is_dir() else locate(_load(parsed), parsed.runs, parsed.fresh)[0]
        print(submit.script(run, request), end="")
        return EXIT_DONE
    run = _open(parsed)
    found = pipeline.hand_over(run, request)
    if found is None or found.job is not None:
        print(run.folder)
    else:
        print(run.path(found.script).read_text(), end="")
    return EXIT_DONE


def _openness(parsed: argparse.Namespace) -> int:
    from tune.disclose import report

    print(report(parsed.target), end="")
    return EXIT_DONE


def _runs(parsed: argparse.Namespace) -> int:
    from tune.launch.submit import jobs
    from tune.run import last_step, state
    from tune.text import table

    folders = sorted((p.parent for p in parsed.runs.glob("*/run.json")), key=lambda p: p.stat().st_mtime)
    job = jobs(folders)
    rows: list[dict[str, Any]] = [
        {"run": str(f), "state": state(f), "steps": last_step(f), "job": job.get(f)} for f in folders
    ]
    if parsed.json:
        print(json.dumps(rows, indent=2))
    elif rows:
        shown = [
            [r["run"], r["state"], str(r["steps"]), " ".join(filter(None, (r["job"] or {}).values()))] for r in rows
        ]
        print(table(shown, ["run", "last stage", "steps", "job"], left=(0, 3)))
    else:
        print(f"no runs under {parsed.runs}/", file=sys.stderr)
    return EXIT_DONE


def _doctor(parsed: argparse.Namespace) -> int:
    from dataclasses import asdict

    from tune.doctor import examine

    findings = examine(parsed.runs)
    if parsed.json:
        print(json.dumps([asdict(f) for f in findings], indent=2))
    else:
        for finding in findings:
            print(
                f"{'look' if finding.fix else 'ok  '}  {finding.what} {finding.found}{'. ' + finding.fix if finding.fix else ''}"
            )
    return EXIT_FAILED if any(f.fix for f in findings) else EXIT_DONE


RECIPE_OPTIONS = ("--set", "--root")
RUN_OPTIONS = (*RECIPE_OPTIONS, "--runs", "--fresh")


VERBS = {
    "run": Verb(_run, "carry a recipe out: every stage, from where it stands", "RECIPE|RUN", RUN_OPTIONS),
    "submit": Verb(
        _submit,
        "hand a recipe to a cluster: what needs no GPU here, the rest as a job",
        "RECIPE|RUN",
        (*RUN_OPTIONS, *SUBMIT),
    ),
    "check": Verb(
        _check, "find mistakes in seconds, before any training", "[RECIPE]", (*RECIPE_OPTIONS, "--json", "--list")
    ),
    "show": Verb(_show, "print the resolved recipe: every key with its value", "RECIPE|RUN", RECIPE_OPTIONS),
    "schema": Verb(_schema, "print the JSON Schema of a recipe, for editors"),
    "data": Verb(
        _data,
        "show the tokens, with the ones that carry loss in color",
        "RECIPE",
        (*RECIPE_OPTIONS, "--source", "--row", "--find"),
    ),
    "plan": Verb(
        _plan,
        "what a step is on this device or another, and how much memory and time it takes",
        "RECIPE|RUN",
        (*RUN_OPTIONS, "--device", "--all", "--price-per-hour", "--json"),
    ),
    "evaluate": Verb(_evaluate, "measure a finished run again", "RECIPE|RUN", RUN_OPTIONS),
    "chat": Verb(_chat, "talk to a run's adapter", "RUN", ("--base",)),
    "export": Verb(
        _export,
        "merge the adapter of a run, or another one, into its base: a model with proof and card",
        "RUN|ADAPTER",
        ("--base", "--to", "--into", "--in-memory"),
    ),
    "verify": Verb(
        _verify, "check a disclosed folder from its files, or by training again", "PATH", ("--json", "--replay")
    ),
    "openness": Verb(_openness, "how open a finished run is, and what is missing next", "RUN"),
    "runs": Verb(_runs, "list the runs and where they stand", None, ("--runs", "--json")),
    "doctor": Verb(_doctor, "what is installed and what stands in the way", None, ("--runs", "--json")),
}
