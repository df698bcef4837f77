"""Training a segment of a run again, between two committed checkpoints: level 5 of verification.

The rows are prepared again from their sources, without any cache, the state is that of the first checkpoint (or, from
step 0, nothing but the seed), and what comes out must be what was committed: the same rows in the same steps, and the same
bytes of the adapter. It works in a temporary run directory and leaves the run as it is.

`python -m tune.replay RUN STEP` is the part that trains, in as many processes as the original, each with its thread count.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tune import base, hub, receipt
from tune.data import stage as data
from tune.digest import file_sha256
from tune.errors import Problem, TuneError, UserError
from tune.files import keep_steps, read_jsonl, write_json
from tune.launch.local import GRACE_SECONDS, environments
from tune.modelfiles import ADAPTER_WEIGHTS
from tune.nodes import Node
from tune.ranks import join
from tune.records import BaseRecord, Plan
from tune.run import Run, changed_files, last_step, open_run
from tune.text import count
from tune.train import CHECKPOINTS, METRICS
from tune.train.checkpoints import MARKER, fault

Json = dict[str, Any]


@dataclass(frozen=True)
class Replayed:
    """What became of a replay: `faults` when something is not what was committed, `unlike` when this machine differs
    from the one that trained, so that other bits prove nothing."""

    first: int
    last: int
    faults: tuple[str, ...] = ()
    unlike: tuple[str, ...] = ()


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
    missing = list(_devices_missing(run.read(Plan)))
    if missing:
        return Replayed(first, last, unlike=tuple(missing))
    later = [b for b in manifest["environment"]["breaks"]["value"] if b["step"] > first]
    if later:
        changes = (f"after step {b['step']} the run went on with {'; '.join(b['differs'])}" for b in later)
        return Replayed(first, last, unlike=tuple(changes))
    faults = list(_before(run, committed.get(first)))
    if faults:
        return Replayed(first, last, tuple(faults))
    with tempfile.TemporaryDirectory(prefix="tune-replay-") as place:
        again = _prepared(run, Path(place) / folder.resolve().name, first)
        faults = list(_base_faults(again, manifest))
        found = _train(again, last) if not faults else {}
        if "refused" in found:
            faults.append(found["refused"])
        faults += _row_faults(run, again, committed[last], first) if found and not faults else []
        same = _adapter_sha256(again, last) == committed[last]["adapter_sha256"]["value"]
        unlike = list(_unlike(found, manifest)) if found and not faults and not same else []
    if not faults and not same and not unlike:
        faults.append(f"the adapter at step {last} is not the committed one (SHA-256 differs)")
    return Replayed(first, last, tuple(faults), tuple(unlike))


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


def _train(again: Run, last: int) -> Json:
    """Trains in processes of their own; returns what the first says of itself, or {"refused"}."""
    command = [sys.executable, "-m", "tune.replay", str(again.folder), str(last)]
    processes = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, env=environment)
        for environment in environments(again.read(Plan), Node())
    ]
    try:
        _wait(processes)
    finally:
        for process in processes:
            process.kill()
    said = [[line for line in process.communicate()[0].splitlines() if line.startswith("{")] for process in processes]
    found: list[Json] = [json.loads(lines[-1]) for lines in said if lines]
    refused = next((one for one in found if "refused" in one), None)
    if refused is None and len(found) < len(processes):
        died = next(p.returncode for p, lines in zip(processes, said, strict=True) if not lines)
        refused = {"refused": f"a training process died (exit code {died}) without a word"}
    return refused or found[0]


def _wait(processes: list[subprocess.Popen[str]]) -> None:
    """Until all have ended; after one has failed the others get a moment to say what they know."""
    until = float("inf")
    while any(process.poll() is None for process in processes) and time.monotonic() < until:
        if until == float("inf") and any(process.poll() for process in processes):
            until = time.monotonic() + GRACE_SECONDS
        time.sleep(0.05)


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


def _unlike(found: Json, manifest: Json) -> Iterator[str]:
    """How this machine differs from the one that trained."""
    then = manifest["environment"]
    if found["device"] != then["device"]["value"]:
        yield f"this device is {found['device']}, and that was {then['device']['value']}"
    for name, version in then["packages"]["value"].items():
        if found["versions"].get(name) != version:
            yield f"{name} is {found['versions'].get(name)} here, and was {version}"


def main() -> int:
    """Entry of a training process: trains up to a step, and prints device and versions, or {"refused"}."""
    hub.quiet_libraries()
    from tune.models import find_device
    from tune.train import attempts, worker

    run, last = open_run(Path(sys.argv[1])), int(sys.argv[2])
    plan = run.read(Plan)
    try:
        ranks = join(plan.processes, plan.device.kind, run.recipe.launch.deadline_seconds)
        worker.train(run, lambda: last_step(run.folder) >= last, ranks)
        ranks.leave()
        found: Json = {"device": find_device().name, "versions": attempts.versions()}
    except TuneError as error:
        found = {"refused": str(error)}
    print(json.dumps(found))
    return int("refused" in found)


if __name__ == "__main__":
    raise SystemExit(main())
