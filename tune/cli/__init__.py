"""The console command. Verbs only: each imports what it needs when it runs, so that `--help` answers at once.

stdout carries the result, stderr the talk. Exit codes: 0 done, 1 failed, 2 the recipe or the call is wrong,
75 interrupted and resumable.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tune import __version__
from tune.cli import places, recipes, results
from tune.cli.options import OPTIONS, OPTIONS_OF, TARGETS
from tune.errors import EXIT_FAILED, EXIT_INTERRUPTED, TuneError, UserError
from tune.launch.options import SUBMIT
from tune.text import kind_and_line


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
        named = error.filename or vars(parsed).get("runs")  # a full disk is told without a name
        place = f": {named}" if named else ""
        print(
            f"tune: {error.strerror or error}{place}. What was complete before is kept; mend this and run the same command.",
            file=sys.stderr,
        )
        return EXIT_FAILED
    except (MemoryError, RuntimeError) as error:
        from tune.models import is_out_of_memory

        if not is_out_of_memory(error):
            raise
        what = "What was complete before is kept; free some memory, or take a larger machine, and run the same command."
        print(f"tune: out of memory ({kind_and_line(error)}). {what}", file=sys.stderr)
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


RECIPE_OPTIONS = ("--set", "--root")
RUN_OPTIONS = (*RECIPE_OPTIONS, "--runs", "--fresh")


VERBS = {
    "run": Verb(recipes.carry_out, "carry a recipe out: every stage, from where it stands", "RECIPE|RUN", RUN_OPTIONS),
    "submit": Verb(
        recipes.hand_over,
        "hand a recipe to a cluster: what needs no GPU here, the rest as a job",
        "RECIPE|RUN",
        (*RUN_OPTIONS, *SUBMIT),
    ),
    "check": Verb(
        recipes.check_recipe,
        "find mistakes in seconds, before any training",
        "[RECIPE]",
        (*RECIPE_OPTIONS, "--json", "--list"),
    ),
    "show": Verb(
        recipes.show_recipe, "print the resolved recipe: every key with its value", "RECIPE|RUN", RECIPE_OPTIONS
    ),
    "pin": Verb(
        recipes.pin_recipe,
        "write the newest commits of base and data sets into a recipe",
        "RECIPE",
        ("--root", "--dry-run"),
    ),
    "schema": Verb(recipes.print_schema, "print the JSON Schema of a recipe, for editors"),
    "data": Verb(
        recipes.show_data,
        "show the tokens, with the ones that carry loss in color",
        "RECIPE",
        (*RECIPE_OPTIONS, "--source", "--row", "--find"),
    ),
    "plan": Verb(
        recipes.plan_run,
        "what a step is on this device or another, and how much memory and time it takes",
        "RECIPE|RUN",
        (*RUN_OPTIONS, "--device", "--all", "--trace", "--price-per-hour", "--json"),
    ),
    "evaluate": Verb(results.evaluate_again, "measure a finished run again", "RECIPE|RUN", RUN_OPTIONS),
    "chat": Verb(results.chat_with, "talk to a run's adapter", "RUN", ("--base",)),
    "export": Verb(
        results.export_merged,
        "merge the adapter of a run, or another one, into its base: a model with proof and card",
        "RUN|ADAPTER",
        ("--base", "--to", "--into", "--in-memory", "--gguf", "--no-proof", "--license", "--override"),
    ),
    "verify": Verb(
        results.verify_folder,
        "check a disclosed folder: its files, its base, its rows, its training",
        "PATH|REPO",
        ("--key", "--certificate-chain", "--base", "--data", "--run-key", "--adapter", "--hub", "--replay", "--json"),
    ),
    "sign": Verb(
        results.sign_folder,
        "sign every file of a disclosed folder with a key of yours, or its certificate",
        "FOLDER",
        ("--key", "--certificate", "--certificate-chain"),
    ),
    "publish": Verb(
        results.publish_result,
        "send a finished run's adapter to the Hub, in one commit, private unless told",
        "RUN",
        ("--repo", "--public", "--merged", "--dry-run"),
    ),
    "openness": Verb(results.report_openness, "how open a finished run is, and what is missing next", "RUN"),
    "runs": Verb(places.list_runs, "list the runs and where they stand", None, ("--runs", "--json")),
    "doctor": Verb(places.examine_machine, "what is installed and what stands in the way", None, ("--runs", "--json")),
}
