"""Memory that runs out in the trial step: the next smaller plan with the same optimizer steps, said aloud; in the end ways out.

The limits here are real: an address space (prlimit) and, where a control group can be made, its memory, which the system
enforces by killing."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from conftest import chat_row, random_llama, write_recipe, write_rows
from whole import tune

from tune import pipeline
from tune.errors import PlanError, Problem
from tune.machine import ended_for_memory
from tune.plan import plan
from tune.plan.trial import in_words, smaller, ways
from tune.recipe import load
from tune.records import Device, Plan, TrainRecord
from tune.run import Run, open_run

GPU = Device(kind="cuda", name="a card", memory_bytes=24 << 30, bf16=True, threads=8)
GROUPS = Path("/sys/fs/cgroup/memory")


@pytest.fixture
def planned(recipe: Callable[..., Path], project: Path) -> Callable[..., tuple[Run, Plan]]:
    """`planned(level)` is a run of eight sequences a step, planned for a card that holds all of them."""

    def ready(level: str) -> tuple[Run, Plan]:
        found = recipe(train={"tokens_per_step": 512}, launch={"activation_checkpointing": level})
        run = pipeline.prepare(load(found), project / "runs")
        pipeline.base_stage(run)
        pipeline.data_stage(run)
        return run, plan(run, GPU, probe=False)

    return ready


def chain(run: Run, record: Plan) -> Iterator[Plan]:
    """The plan, and each that is taken when memory runs out with the one before."""
    found: Plan | None = record
    while found is not None:
        yield found
        found = smaller(run, found)


def test_each_smaller_plan_keeps_the_step(planned: Callable[..., tuple[Run, Plan]]) -> None:
    """Fewer sequences at a time, then more computed again, each with less memory by the formula; what decides the adapter is
    the same throughout."""
    run, record = planned("auto")
    found = list(chain(run, record))
    assert [(p.activation_checkpointing, p.micro_batch_sequences) for p in found][:4] == [
        ("none", n) for n in (8, 4, 3, 2)
    ]
    assert {p.activation_checkpointing for p in found} == {"none", "selective", "full"}
    assert found[-1].micro_batch_sequences == 1
    peaks = [p.peak_bytes for p in found]
    assert peaks == sorted(peaks, reverse=True)
    assert len({p.identity() for p in found}) == 1
    assert all(p.micro_batch_sequences * p.accumulation >= p.sequences_per_step == 8 for p in found)
    first = next(i for i, p in enumerate(found) if p.activation_checkpointing != "none")
    assert "with selective activation checkpointing: the optimizer steps stay the same" in in_words(
        found[first - 1], found[first], "why"
    )


def test_what_the_recipe_pins_stays(planned: Callable[..., tuple[Run, Plan]]) -> None:
    """Activations are computed again only where the recipe leaves that open; the ways out then name it."""
    run, record = planned("none")
    found = list(chain(run, record))
    assert {p.activation_checkpointing for p in found} == {"none"}
    assert ways(run, found[-1]).startswith("try ")


def test_a_plan_that_was_refused_is_tried_again(
    planned: Callable[..., tuple[Run, Plan]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A trial that did not come to its end leaves no plan that the next command takes for tried."""
    run, _ = planned("auto")
    card = GPU.model_copy(update={"name": "another card"})

    def refuse(*_: object) -> Plan:
        raise PlanError(Problem("plan", "out of memory", ""))

    monkeypatch.setattr("tune.plan.tried", refuse)
    for _ in range(2):
        with pytest.raises(PlanError):
            plan(run, card)
    monkeypatch.setattr("tune.plan.tried", lambda _run, record, _say: record)
    assert plan(run, card) == plan(run, card)
    monkeypatch.setattr("tune.plan.tried", refuse)
    assert plan(run, card).device == card


@pytest.fixture(scope="module")
def wide_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Llama whose vocabulary is so wide that a sequence more takes hundreds of MiB."""
    sizes = {"vocab_size": 1 << 17, "hidden_size": 32, "intermediate_size": 64, "num_attention_heads": 2}
    return random_llama(tmp_path_factory.mktemp("wide") / "base", **sizes)


def wide_recipe(project: Path, wide_base: Path, step: int = 900, evaluated: bool = False, **launch: object) -> None:
    """Rows of some 450 tokens, one step with each so many tokens."""
    write_rows(
        project / "train.jsonl", [chat_row(f"Question {i}?", f"An answer {i} of words. " * 60) for i in range(16)]
    )
    write_recipe(
        project / "recipe.yaml",
        wide_base,
        data={
            "max_tokens": 512,
            "pack": False,
            "learn_from": "all",
            "eval": [{"path": "eval.jsonl"}] if evaluated else [],
        },
        train={"max_steps": 2, "tokens_per_step": step, "adapter": {"rank": 4, "alpha": 8}},
        launch={"activation_checkpointing": "none", **launch},
    )


def peak_of_trial(run: Path, cwd: Path, **change: int) -> int:
    """The largest address space that a trial had, with the plan of a run or a change of it."""
    record = Plan.model_validate_json((run / "plan.json").read_bytes())
    (run / "plan.json").write_text(record.model_copy(update=change).model_dump_json())
    command = [sys.executable, "-m", "tune.train.probe", str(run)]
    process, peak = subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL), 0
    while process.poll() is None:
        found = re.search(r"VmPeak:\s+(\d+) kB", Path(f"/proc/{process.pid}/status").read_text())
        peak = max(peak, int(found[1]) << 10 if found else 0)
        time.sleep(0.02)
    assert process.returncode == 0
    return peak


TRY = """
import sys
from pathlib import Path
from tune.errors import PlanError
from tune.plan.trial import tried
from tune.records import Plan
from tune.run import open_run
run = open_run(Path(sys.argv[1]))
try:
    print(tried(run, run.read(Plan), print).probe)
except PlanError as error:
    sys.exit(str(error))
"""


@pytest.mark.slow
@pytest.mark.usefixtures("one_core")
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="an address space is looked up in /proc")
def test_a_trial_in_too_small_an_address_space(project: Path, wide_base: Path) -> None:
    """Two sequences do not fit: one at a time is planned, and said. One does not fit: refused, with what to change."""
    wide_recipe(project, wide_base)
    tune("plan", "recipe.yaml", "--runs", "free", cwd=project)
    free = next((project / "free").iterdir())
    assert json.loads((free / "plan.json").read_bytes())["probe"]["micro_batches_tried"] == [2]
    needed = peak_of_trial(free, project, micro_batch_sequences=1, accumulation=2)

    def limited(limit: int, *command: str) -> subprocess.CompletedProcess[str]:
        whole = ["prlimit", f"--as={limit}", sys.executable, *command]
        return subprocess.run(whole, cwd=project, capture_output=True, text=True, check=False)

    tight = limited(needed + (200 << 20), "-m", "tune", "plan", "recipe.yaml", "--runs", "tight")
    assert tight.returncode == 0, tight.stderr
    assert re.search(
        r"plan: out of memory with 2 sequences at a time \(\w*Error: .*\); going on with 1 at a time, 2 times: "
        r"the optimizer steps stay the same",
        tight.stderr,
    ), tight.stderr
    folder = next((project / "tight").iterdir())
    found = json.loads((folder / "plan.json").read_bytes())
    assert (found["micro_batch_sequences"], found["accumulation"]) == (1, 2)
    assert found["probe"]["micro_batches_tried"] == [2, 1]
    refused = limited(needed - (200 << 20), "-c", TRY, str(folder))
    assert refused.returncode == 1, refused.stderr
    assert "with one sequence at a time (" in refused.stderr
    assert re.search(r"try data\.max_tokens: \d+ \(then .*; or a device with more memory", refused.stderr), (
        refused.stderr
    )
    assert "Traceback" not in refused.stderr


@pytest.mark.long
@pytest.mark.usefixtures("one_core")
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="an address space is looked up in /proc")
def test_held_out_rows_that_do_not_fit(project: Path, wide_base: Path) -> None:
    """A step fits and the batch of held-out rows does not: refused at once, because no smaller step would help. Where
    a finished run cannot be measured again for want of memory, that is said in words."""
    wide_recipe(project, wide_base)
    tune("plan", "recipe.yaml", "--runs", "step", cwd=project)
    folder = next((project / "step").iterdir())
    needed = peak_of_trial(folder, project)
    rows = [chat_row(f"What about {i}?", f"An answer {i} of words. " * 60) for i in range(16)]
    write_rows(project / "eval.jsonl", rows)
    wide_recipe(project, wide_base, evaluated=True)
    whole = ["prlimit", f"--as={needed + (300 << 20)}", sys.executable, "-m", "tune", "plan", "recipe.yaml"]
    refused = subprocess.run(whole, cwd=project, capture_output=True, text=True, check=False)
    assert refused.returncode == 2, refused.stderr
    assert "data.eval: out of memory on " in refused.stderr
    assert "going on with" not in refused.stderr
    finished = tune("run", "recipe.yaml", "--runs", "whole", cwd=project).stdout.strip()
    measured = subprocess.run(
        [*whole[:-2], "evaluate", finished], cwd=project, capture_output=True, text=True, check=False
    )
    assert measured.returncode == 1, measured.stderr
    assert "tune: out of memory (RuntimeError: " in measured.stderr
    assert "Traceback" not in measured.stderr


@pytest.fixture
def group() -> Iterator[Path]:
    """A control group of the memory of its processes."""
    folder = GROUPS / f"tune-test-{os.getpid()}"
    try:
        folder.mkdir()
    except OSError:
        pytest.skip("no control group can be made here")
    yield folder
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            return folder.rmdir()
        except OSError:
            time.sleep(0.1)


def inside(group: Path, script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Python code in a process that belongs to the group, with what it starts."""
    enter = f"import os; open({str(group / 'cgroup.procs')!r}, 'w').write(str(os.getpid()))\n"
    command = [sys.executable, "-c", enter + script, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


TRAIN = """
import sys
from pathlib import Path
from tune.launch import local
from tune.nodes import Node
from tune.run import open_run
local.train(open_run(Path(sys.argv[1])), Node())
"""


@pytest.mark.long
@pytest.mark.parametrize("devices", [1, 2])
def test_what_the_system_kills_for_memory(project: Path, wide_base: Path, group: Path, devices: int) -> None:
    """A trial step and a training whose processes the system kills because their group is over its memory: both go on with a
    smaller micro-batch. A process that somebody else kills is not taken for this."""
    wide_recipe(project, wide_base, step=900 * devices, devices=devices)
    tune("plan", "recipe.yaml", "--runs", "runs", cwd=project)
    run = open_run(next((project / "runs").iterdir()))
    record = run.read(Plan)
    assert record.micro_batch_sequences == 2
    one = {"micro_batch_sequences": 1, "accumulation": 2}

    def needs(script: str) -> int:
        (group / "memory.max_usage_in_bytes").write_text("0")
        done = inside(group, script, run.folder)
        assert done.returncode == 0, done.stderr
        return int((group / "memory.max_usage_in_bytes").read_text())

    def limited(script: str, bytes_: int) -> str:
        run.write(record)
        (group / "memory.limit_in_bytes").write_text(str(bytes_))
        before = ended_for_memory()
        done = inside(group, script, run.folder)
        (group / "memory.limit_in_bytes").write_text("-1")
        assert done.returncode == 0, done.stderr
        assert ended_for_memory() > before
        assert run.read(Plan).micro_batch_sequences == 1
        return done.stdout + done.stderr

    run.write(record.model_copy(update=one))
    said = limited(TRY, needs(TRY) + (250 << 20))
    assert "out of memory with 2 sequences at a time (the system ended the process); going on with 1 at a time" in said
    run.write(record.model_copy(update={**one}))
    room = needs(TRAIN) + (250 << 20) * devices
    (run.path(TrainRecord.file)).unlink()
    for folder in ("train", "adapter"):
        shutil.rmtree(run.path(folder))
    said = limited(TRAIN, room)
    assert "out of memory with 2 sequences at a time (the system ended a process); going on with 1 at a time" in said
    assert run.read(TrainRecord).attempts[-1].micro_batch_sequences == 1


@pytest.mark.long
@pytest.mark.usefixtures("one_core")
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="an address space is looked up in /proc")
def test_one_of_several_processes_runs_out(project: Path, wide_base: Path) -> None:
    """Two processes in address spaces that hold one sequence at a time and not two: the allocator's error in any of them, not
    the loss of the other that follows from it, decides what happens; both start again with the smaller plan."""
    wide_recipe(project, wide_base, step=1800, devices=2)
    tune("plan", "recipe.yaml", "--runs", "runs", cwd=project)
    run = open_run(next((project / "runs").iterdir()))
    record = run.read(Plan)
    assert (record.processes, record.micro_batch_sequences) == (2, 2)
    run.write(record.model_copy(update={"micro_batch_sequences": 1, "accumulation": 2}))
    process, peak = subprocess.Popen([sys.executable, "-c", TRAIN, str(run.folder)], stderr=subprocess.DEVNULL), 0
    while process.poll() is None:
        for child in psutil.Process(process.pid).children():
            try:
                found = re.search(r"VmPeak:\s+(\d+) kB", Path(f"/proc/{child.pid}/status").read_text())
            except OSError:
                continue
            peak = max(peak, int(found[1]) << 10 if found else 0)
        time.sleep(0.05)
    assert process.returncode == 0
    receipt = run.read(TrainRecord).receipt
    run.path(TrainRecord.file).unlink()
    for folder in ("train", "adapter"):
        shutil.rmtree(run.path(folder))
    run.write(record)
    command = ["prlimit", f"--as={peak + (250 << 20)}", sys.executable, "-c", TRAIN, str(run.folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert re.search(
        r"train: out of memory with 2 sequences at a time \(\w*Error: .*\); going on with 1", done.stderr
    ), done.stderr
    assert run.read(TrainRecord).receipt == receipt
