"""Training a segment of a run again, between two committed checkpoints: level 5 of verification.

The rows are prepared again from their sources, without any cache, the state is that of the first checkpoint (or, from
step 0, nothing but the seed), and what comes out must be what was committed: the same rows in the same steps, and the same
bytes of the adapter. It works in a temporary run directory and leaves the run as it is.

`python -m tune.replay RUN STEP [--attended]` is the part that trains, in as many processes as the original, each with its
thread count; `tune.launch.local` runs them.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tune import base, receipt
from tune.data import stage as data
from tune.digest import file_sha256
from tune.errors import Problem, TrainingFailed, TrainingLost, UserError
from tune.files import keep_steps, read_jsonl, write_json
from tune.launch import local
from tune.modelfiles import ADAPTER_WEIGHTS
from tune.nodes import Node
from tune.process import carry_out
from tune.ranks import Ranks
from tune.records import BaseRecord, Plan
from tune.run import Run, changed_files, last_step, open_run
from tune.text import count
from tune.train import CHECKPOINTS, METRICS
from tune.train.checkpoints import MARKER, differences, fault, sealed

REPLAY = "tune.replay"

Json = dict[str, Any]


@dataclass(frozen=True)
class Replayed:
    """What became of a replay: `faults` when something is not what was committed; `undecided` says why nothing is proved, when
    this machine differs from the one that trained, so that other bits say nothing, or did not get through."""

    first: int
    last: int
    faults: tuple[str, ...] = ()
    undecided: str = ""


def segment(text: str) -> tuple[int, int]:
    """(A, B) of `A:B`. Raises UserError."""
    first, _, last = text.partition(":")
    if not (first.isdecimal() and last.isdecimal() and int(first) < int(last)):
        fix = "give two steps of committed checkpoints, the earlier one first; 0 is the beginning"
        raise UserError(Problem("call", f"{text!r} is no segment A:B", fix, key="--replay"))
    return int(first), int(last)


def replay(folder: Path, manifest: Json, first: int, last: int) -> Replayed:
    """Trains the steps after `first` up to `last` of the run in `folder` again; `manifest` says what was committed.

    Raises UserError when there is nothing to begin or to compare with: no such checkpoint, or one that was not kept.
    """
    committed = {entry["step"]: entry for entry in manifest.get("checkpoints", [])}
    run = replace(open_run(folder), fresh=True)
    _possible(run, committed, first, last)
    unlike = list(_devices_missing(run.read(Plan)))
    later = [b for b in manifest["environment"]["breaks"]["value"] if b["step"] > first]
    unlike += [f"after step {b['step']} the run went on with {'; '.join(b['differs'])}" for b in later]
    if unlike:
        return Replayed(first, last, undecided=_other_bits(unlike))
    faults = list(_before(run, committed.get(first)))
    if faults:
        return Replayed(first, last, tuple(faults))
    with tempfile.TemporaryDirectory(prefix="tune-replay-") as place:
        again = _prepared(run, Path(place) / folder.resolve().name, first)
        faults, undecided = list(_base_faults(again, manifest)), ""
        if not faults:
            faults, undecided = _trained(again, last)
        if not faults and not undecided:
            faults = _row_faults(run, again, committed[last], first)
            if not faults and _adapter_sha256(again, last) != committed[last]["adapter_sha256"]["value"]:
                unlike = _unlike(run, manifest, first)
                faults = [] if unlike else [f"the adapter at step {last} is not the committed one (SHA-256 differs)"]
                undecided = _other_bits(unlike) if unlike else ""
    return Replayed(first, last, tuple(faults), undecided)


def _other_bits(unlike: list[str]) -> str:
    return f"other bits prove nothing here: {'; '.join(unlike)}"


def _devices_missing(plan: Plan) -> Iterator[str]:
    """What the training had and this machine has not. On a CPU its processes share whatever there is."""
    if plan.device.kind == "cpu":
        return
    from tune.models import find_device

    here = find_device()
    if here.kind != plan.device.kind:
        yield f"this device is {here.name}, and that was {plan.device.name}"
    elif here.count < plan.processes:
        yield f"{here.count} devices are here, and {plan.processes} trained"


def _possible(run: Run, committed: dict[int, Json], first: int, last: int) -> None:
    steps = ", ".join(map(str, [0, *sorted(committed)]))
    for step in (first, last):
        if step and step not in committed:
            raise UserError(Problem("call", f"no checkpoint of step {step} was committed", f"there are {steps}"))
    there = [s for s in sorted(committed) if (run.path(CHECKPOINTS) / f"checkpoint-{s}" / MARKER).is_file()]
    if first and first not in there:
        what = f"the checkpoint of step {first} was not kept"
        fix = f"begin at one of {', '.join(map(str, [0, *there]))}; train.keep.every keeps more in the next run"
        raise UserError(Problem("call", what, fix, file=str(run.path(CHECKPOINTS))))


def _before(run: Run, begin: Json | None) -> Iterator[str]:
    """What is not what was committed, as far as it can be seen without training. Records and logs were held against the
    manifest by level 0."""
    yield from (f"{name} is no longer what the run was made from" for name in changed_files(run))
    if begin is None:
        return
    folder = run.path(CHECKPOINTS) / f"checkpoint-{begin['step']}"
    if file_sha256(folder / MARKER) != begin["seal_sha256"]["value"]:
        yield f"{folder.name}: {MARKER} is not the committed one"
    why = fault(folder)
    if why is not None:
        yield f"{folder.name}: {why}"


def _prepared(run: Run, folder: Path, first: int) -> Run:
    """A run directory of its own that stands where the run stood after `first`: sources read and rows prepared anew."""
    folder.mkdir()
    base_section = run.recipe.base.model_copy(update={"revision": run.read(BaseRecord).commit})
    quiet = {"report_to": "none", "save_every": 2**31, "keep": run.recipe.train.keep.model_copy(update={"every": None})}
    train = run.recipe.train.model_copy(update=quiet)
    again = Run(folder, run.recipe.model_copy(update={"base": base_section, "train": train}), run.root, fresh=True)
    shutil.copyfile(run.path("run.json"), again.path("run.json"))
    write_json(again.path("recipe.json"), again.recipe.model_dump(mode="json"))
    base.base(again)
    data.data(again)
    again.write(run.read(Plan))
    again.path(CHECKPOINTS).mkdir(parents=True)
    if first:
        shutil.copytree(run.path(CHECKPOINTS) / f"checkpoint-{first}", again.path(CHECKPOINTS) / f"checkpoint-{first}")
        for log in (METRICS, receipt.LOG):
            shutil.copyfile(run.path(log), again.path(log))
            keep_steps(again.path(log), first)
    return again


def _base_faults(again: Run, manifest: Json) -> Iterator[str]:
    named = {file["name"]: file["sha256"] for file in manifest["base"]["files"]}
    for file in again.read(BaseRecord).files:
        if named.get(file.name) != file.sha256:
            yield f"{file.name} of the base is not the file that the manifest names"


def _trained(again: Run, last: int) -> tuple[list[str], str]:
    """Trains up to `last`: (faults, why it is undecided) when it did not get there. Raises Interrupted."""
    try:
        memory = local.attempt(again, Node(), REPLAY, str(last))
    except TrainingLost as error:
        return [], f"it did not get through here: {str(error).removesuffix(local.KEPT).strip()}"
    except (UserError, TrainingFailed) as error:
        return [str(error)], ""
    return [], f"out of memory here ({memory})" if memory is not None else ""


def _row_faults(run: Run, again: Run, end: Json, first: int) -> list[str]:
    """The first step that was fed other rows than were committed."""
    last = end["step"]
    if receipt.order_roots(again.path(receipt.LOG), [last]).get(last) == end["order_root"]["value"]:
        return []
    logs = [{row["step"]: row["examples"] for row in read_jsonl(r.path(receipt.LOG))} for r in (run, again)]
    step = next((s for s in range(first + 1, last + 1) if logs[0].get(s) != logs[1].get(s)), None)
    where = f"step {count(step)} is fed other rows" if step else f"the steps up to {last} are fed other rows"
    return [f"{where} than were committed"]


def _adapter_sha256(again: Run, step: int) -> str | None:
    path = again.path(CHECKPOINTS) / f"checkpoint-{step}" / ADAPTER_WEIGHTS
    return file_sha256(path) if path.is_file() else None


def _unlike(run: Run, manifest: Json, first: int) -> list[str]:
    """How this machine differs from the one that trained the steps after `first`: by what was sealed into a checkpoint of
    them that is still there and is a committed one; without any, by what the manifest says."""
    from tune.models import find_device
    from tune.train.attempts import conditions

    here = conditions(run.read(Plan).model_copy(update={"device": find_device()}))
    environment = manifest["environment"]
    then = {"device": environment["device"]["value"], "versions": environment["packages"]["value"]}
    for entry in manifest["checkpoints"]:
        seal = run.path(CHECKPOINTS) / f"checkpoint-{entry['step']}" / MARKER
        if entry["step"] > first and seal.is_file() and file_sha256(seal) == entry["seal_sha256"]["value"]:
            then = sealed(seal.parent)["conditions"]
            break
    return differences(then, {name: here.get(name, "not given") for name in then})


def _again(run: Run, stop: Callable[[], bool], ranks: Ranks) -> bool:
    """Trains until the step is logged that the command names."""
    from tune.train import worker

    last = int(sys.argv[2])
    worker.train(run, lambda: stop() or last_step(run.folder) >= last, ranks)
    return last_step(run.folder) >= last


if __name__ == "__main__":
    carry_out(_again)
