"""Several real processes train one adapter: the same as one process, through stops, deaths and silence."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from chaos import train_in_child
from conftest import chat_row, fill_project, write_recipe, write_rows
from safetensors.torch import load_file
from test_equivalence import losses, prepared
from whole import alive, start, wait_for_step

from tune import pipeline
from tune.errors import Interrupted, TrainingFailed
from tune.evaluate import evaluate
from tune.files import read_jsonl, write_json
from tune.launch import local
from tune.nodes import Node
from tune.process import worker_lock
from tune.ranks import Ranks, place
from tune.recipe import load
from tune.records import Device, Evaluation, Plan, TrainRecord
from tune.run import Run, open_run
from tune.sharding import truly_divided
from tune.train import worker

ADAPTER = "adapter/adapter_model.safetensors"
SECTION = {"max_steps": 6, "tokens_per_step": 320, "save_every": 2, "adapter": {"rank": 4, "alpha": 8}}
LARGEST, MEAN = 2e-5, 5e-6
"""How far two fp32 loss curves may be apart: sums of a few hundred numbers in another order. A drift to one side would
raise the mean before the maximum."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, tiny_base: Path) -> Path:
    """A project whose steps of five sequences do not divide among two or four processes."""
    found = fill_project(tmp_path_factory.mktemp("ranks") / "project")
    rows = [chat_row(f"Question {i} of this kind?", "An answer " * (1 + i % 3) + "ends.") for i in range(40)]
    write_rows(found / "train.jsonl", rows)
    return found


@pytest.fixture
def make(folder: Path, tiny_base: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Run]:
    """`make(name, devices, strategy, ...)` is a run that is ready to be trained, in fp32."""
    monkeypatch.chdir(folder)

    def ready(name: str, devices: int, strategy: str = "auto", deadline: int = 120, **changes: Any) -> Run:
        launch = {"devices": devices, "strategy": strategy, "deadline_seconds": deadline}
        changes["train"] = {**SECTION, **changes.get("train", {})}
        return prepared(write_recipe(folder / f"{name}.yaml", tiny_base, launch=launch, **changes), name)

    return ready


def trained(run: Run) -> Run:
    """The run after training in real processes."""
    local.train(run, Node())
    return run


def same_curve(one: Run, other: Run) -> None:
    """Two runs consumed the same in the same steps, and their losses agree."""
    assert one.read(TrainRecord).receipt == other.read(TrainRecord).receipt
    apart = [abs(a - b) for a, b in zip(losses(one), losses(other), strict=True)]
    assert max(apart) <= LARGEST
    assert sum(apart) / len(apart) <= MEAN
    for name in ("step", "loss_tokens", "input_tokens", "learning_rate"):
        a, b = ([row[name] for row in read_jsonl(run.path("train/metrics.jsonl"))] for run in (one, other))
        assert a == b, name
    first, second = (load_file(str(run.path(ADAPTER))) for run in (one, other))
    for name, tensor in first.items():
        assert torch.allclose(tensor, second[name], atol=2e-4), name


def pids(run: Run, ranks: int) -> list[int]:
    """The processes that hold the run, by rank."""
    return [int(run.path(worker_lock(rank)).read_text().split()[1]) for rank in range(ranks)]


def gone(processes: list[int], seconds: float = 30) -> None:
    """Waits until none of these processes lives."""
    deadline = time.monotonic() + seconds
    while any(map(alive, processes)):
        assert time.monotonic() < deadline, "a process was left behind"
        time.sleep(0.05)


def signalled(run: Run, step: int, rank: int, number: int) -> float:
    """Trains, and sends a signal to one rank once `step` is logged. Returns the seconds from there to the end; raises what
    training raises."""
    at: list[float] = []
    found: list[int] = []

    def send() -> None:
        log = run.path("train/metrics.jsonl")
        while not log.exists() or log.read_bytes().count(b"\n") < step:
            time.sleep(0.02)
        found.extend(pids(run, run.read(Plan).processes))
        at.append(time.monotonic())
        os.kill(found[rank], number)

    threading.Thread(target=send, daemon=True).start()
    try:
        local.train(run, Node())
    finally:
        gone(found)
        run.path("took").write_text(str(time.monotonic() - at[0]))
    return time.monotonic() - at[0]


def test_two_processes_are_one(make: Callable[..., Run]) -> None:
    """The sample that every test run takes: two processes that talk through gloo consume what one does, and learn the
    same."""
    section = {"max_steps": 3, "save_every": 3}
    one, two = (make(f"sample{n}", n, "ddp", train=section) for n in (1, 2))
    server = multiprocessing.get_context("forkserver")  # imports the libraries once; each child is a fork of it
    server.set_forkserver_preload(["tune.train.worker"])
    common = {"WORLD_SIZE": "2", "LOCAL_WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1"}
    common["MASTER_PORT"] = str(local._free_port())
    places = [{**common, "RANK": str(rank), "LOCAL_RANK": str(rank)} for rank in range(2)]
    children = [server.Process(target=train_in_child, args=(two.folder.resolve(), place)) for place in places]
    for child in children:
        child.start()
    assert worker.train(one, lambda: False)
    for child in children:
        child.join(120)
    assert [child.exitcode for child in children] == [0, 0]
    assert [attempt.processes for attempt in two.read(TrainRecord).attempts] == [2]
    same_curve(two, one)


@pytest.mark.slow
def test_one_two_and_four_processes_train_the_same(make: Callable[..., Run]) -> None:
    """Five sequences a step over 1, 2 and 4 processes: equal receipts, step boundaries and token counts, one loss curve."""
    one, two, four = (make(f"n{n}", n) for n in (1, 2, 4))
    assert [run.read(Plan).processes for run in (one, two, four)] == [1, 2, 4]
    assert two.read(Plan).sequences_per_step == 5
    assert worker.train(one, lambda: False)
    for run in (two, four):
        same_curve(trained(run), one)
    assert [a.processes for a in four.read(TrainRecord).attempts] == [4]


@pytest.mark.slow
@pytest.mark.parametrize("strategy", ["ddp", "fsdp2"])
def test_a_stop_heard_by_one_rank_stops_all_and_loses_nothing(make: Callable[..., Run], strategy: str) -> None:
    """SIGTERM to rank 1 alone: both save and leave. The same number goes on to the bytes of the straight run; another
    number goes on in the same order, says that this is not bit-exact, and records it."""
    section = {"max_steps": 40, "save_every": 50, "adapter": {"rank": 4, "alpha": 8, "dropout": 0.1}}
    straight, broken = (make(f"{name}-{strategy}", 2, strategy, train=section) for name in ("straight", "broken"))
    trained(straight)
    with pytest.raises(Interrupted):
        signalled(broken, 5, 1, signal.SIGTERM)
    stopped = len(losses(broken))
    assert 5 <= stopped < 40
    sealed = broken.path(f"train/checkpoints/checkpoint-{stopped}/complete.json").read_text()
    assert "rng_state_0.pth" in sealed
    assert "rng_state_1.pth" in sealed
    shutil.copytree(broken.folder, broken.folder.with_name("alone"))
    trained(broken)
    assert broken.path(ADAPTER).read_bytes() == straight.path(ADAPTER).read_bytes()
    assert losses(broken) == losses(straight)
    assert broken.read(TrainRecord).receipt == straight.read(TrainRecord).receipt
    assert [a.differs for a in broken.read(TrainRecord).attempts] == [(), ()]
    goes_on_alone(open_run(broken.folder.with_name("alone")), straight)


def goes_on_alone(run: Run, straight: Run) -> None:
    """One process goes on where two stopped."""
    alone = run.read(Plan).model_copy(
        update={"strategy": "one device", "processes": 1, "micro_batch_sequences": 5, "accumulation": 1}
    )
    run.write(alone)
    assert worker.train(run, lambda: False)
    record = run.read(TrainRecord)
    assert record.receipt == straight.read(TrainRecord).receipt
    assert [(a.processes, bool(a.differs)) for a in record.attempts] == [(2, False), (1, True)]


@pytest.mark.slow
def test_a_divided_base_trains_the_same(make: Callable[..., Run]) -> None:
    """FSDP2 over two processes = one process, whole: with the base in fp32, and in nf4, where each holds half the bytes
    (the run itself stops when it does not)."""
    for quantize in ("none", "nf4"):
        whole = make(f"whole-{quantize}", 1, base={"quantize": quantize})
        divided = make(f"divided-{quantize}", 2, "fsdp2", base={"quantize": quantize})
        assert divided.read(Plan).strategy == "fsdp2"
        assert worker.train(whole, lambda: False)
        same_curve(trained(divided), whole)


@pytest.mark.parametrize(
    "quantize", [pytest.param("none", marks=pytest.mark.slow), pytest.param("nf4", marks=pytest.mark.long)]
)
def test_a_divided_base_is_measured_as_a_whole_one(make: Callable[..., Run], folder: Path, quantize: str) -> None:
    """Two processes that hold half of the base each find the losses and the answers that one finds which holds it all; the
    prompts are not enough to give both a batch."""
    prompts = [
        {"id": str(i), "messages": chat_row(f"Question {i}?", "")["messages"][:1], "checks": [{"contains": "ends"}]}
        for i in range(5)
    ]
    write_rows(folder / "prompts.jsonl", prompts)
    section = {"prompts": "prompts.jsonl", "max_new_tokens": 12}
    changes: dict[str, Any] = {"base": {"quantize": quantize}, "evaluate": section, "train": {"max_steps": 2}}
    divided = trained(make(f"measured-{quantize}", 2, "fsdp2", **changes))
    whole = Run(divided.folder.with_name("alone-" + quantize), divided.recipe, divided.root)
    shutil.copytree(divided.folder, whole.folder)
    whole.write(whole.read(Plan).model_copy(update={"strategy": "one device", "processes": 1}))
    evaluate(whole)
    local.measure(divided, Node())
    # Alone, a CPU with AVX512-BF16 multiplies nf4 weights in a format of its own, in bf16; parts cannot be turned into it.
    tolerance = 1e-5 if quantize == "none" else 1e-3
    for name in ("base", "tuned"):
        one, two = (getattr(run.read(Evaluation), name) for run in (whole, divided))
        assert two.loss == pytest.approx(one.loss, abs=tolerance)
        assert [check.id for check in two.checks] == [check.id for check in one.checks]
        assert quantize == "nf4" or two.checks == one.checks
    assert divided.read(Evaluation).tuned.loss != divided.read(Evaluation).base.loss


@pytest.mark.slow
def test_a_dead_rank_is_named_and_ends_all(make: Callable[..., Run]) -> None:
    """kill -9 of one rank of two: within a minute all have ended, and the message names the rank. The same command then
    ends the run."""
    run = make("dead", 2, train={"max_steps": 60})
    with pytest.raises(TrainingFailed, match=r"rank 1 of 2 \(signal 9\) died, and the others ended with it"):
        signalled(run, 3, 1, signal.SIGKILL)
    assert float(run.path("took").read_text()) < 60
    trained(run)
    assert [row["step"] for row in read_jsonl(run.path("train/consumed.jsonl"))] == list(range(1, 61))


@pytest.mark.slow
@pytest.mark.parametrize("rank", [0, 1])
def test_a_silent_rank_meets_the_deadline(make: Callable[..., Run], rank: int) -> None:
    """A stopped process does not answer: the others give up after the deadline, and the message names it."""
    run = make(f"silent-{rank}", 2, deadline=6, train={"max_steps": 500})
    with pytest.raises(TrainingFailed, match=rf"rank {rank} of 2 \(process \d+, stopped\) did not answer within 6 s"):
        signalled(run, 3, rank, signal.SIGSTOP)
    assert float(run.path("took").read_text()) < 60


@pytest.mark.slow
def test_nothing_outlives_the_launcher(folder: Path, tiny_base: Path) -> None:
    """kill -9 of the launcher, with one rank stopped so that it hears of nothing: both ranks are gone in moments."""
    section = {**SECTION, "max_steps": 2000, "save_every": 2000}
    write_recipe(folder / "orphans.yaml", tiny_base, train=section, launch={"devices": 2})
    process = start("run", "orphans.yaml", "--runs", "orphans", cwd=folder)
    run = open_run(wait_for_step(folder / "orphans", 2, process))
    ranks = pids(run, 2)
    os.kill(ranks[1], signal.SIGSTOP)
    process.kill()
    process.communicate(timeout=60)
    gone(ranks)


@pytest.mark.slow
def test_srun_can_start_the_ranks(make: Callable[..., Run]) -> None:
    """From Slurm's variables alone, without a launcher of ours: the same bytes as `tune run` makes, and exit code 0."""
    ours, slurms = make("ours", 2), make("slurms", 2)
    trained(ours)
    common = {**os.environ, "OMP_NUM_THREADS": "1", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(local._free_port())}
    common |= {"SLURM_STEP_NUM_TASKS": "2", "SLURM_STEP_TASKS_PER_NODE": "2"}
    command = [sys.executable, "-m", "tune.train.worker", str(slurms.folder.resolve())]
    tasks = [
        subprocess.Popen(
            command, stdin=subprocess.DEVNULL, env={**common, "SLURM_PROCID": str(i), "SLURM_LOCALID": str(i)}
        )
        for i in range(2)
    ]
    assert [task.wait(timeout=240) for task in tasks] == [0, 0]
    assert slurms.path(ADAPTER).read_bytes() == ours.path(ADAPTER).read_bytes()
    assert slurms.read(TrainRecord).receipt == ours.read(TrainRecord).receipt


def test_a_lone_process_is_no_task_of_the_srun_around_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a shell that srun started for four tasks, the one process of a plan takes itself for the only one, and so do the
    libraries, which are told nothing."""
    for name, value in {"PROCID": "2", "STEP_NUM_TASKS": "4", "LOCALID": "2", "STEP_TASKS_PER_NODE": "4"}.items():
        monkeypatch.setenv(f"SLURM_{name}", value)
    assert place(dict(os.environ)) == (2, 4)
    plan = Plan.model_construct(processes=1, threads=1, device=Device.model_construct(kind="cpu"))
    (environment,) = local.environments(plan, Node())
    assert place(environment) == (0, 1)
    assert not {"RANK", "WORLD_SIZE", "LOCAL_RANK"} & set(environment)


def test_kept_kernels_are_few_unless_the_user_wants_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """What oneDNN keeps is bounded in a process that computes, by the user's own bound where there is one."""
    plan = Plan.model_construct(processes=1, threads=1, device=Device.model_construct(kind="cpu"))
    monkeypatch.delenv("ONEDNN_PRIMITIVE_CACHE_CAPACITY", raising=False)
    assert local.environments(plan, Node())[0]["ONEDNN_PRIMITIVE_CACHE_CAPACITY"] == "64"
    monkeypatch.setenv("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "512")
    assert local.environments(plan, Node())[0]["ONEDNN_PRIMITIVE_CACHE_CAPACITY"] == "512"


def test_a_base_that_is_not_divided_is_noticed() -> None:
    """Every process holding everything is what FSDP2 does in silence with packed integers: refused, with the bytes."""
    model = torch.nn.Linear(8, 8).requires_grad_(False)
    truly_divided(model, 1)
    with pytest.raises(TrainingFailed, match="this process holds 288 of 288 bytes, and 2 share it"):
        truly_divided(model, 2)


def test_a_plan_that_is_not_what_starts_is_refused(make: Callable[..., Run]) -> None:
    """The trainer is compared with the plan before the first step: here the plan was changed behind its back."""
    run = make("changed", 1)
    plan = run.read(Plan)
    write_json(run.path("plan.json"), {**plan.model_dump(mode="json"), "strategy": "ddp", "processes": 2})
    with pytest.raises(TrainingFailed, match="the plan says processes: 2, and what started has 1"):
        worker.train(run, lambda: False, Ranks())


@pytest.mark.slow
def test_two_machines_carry_one_run_out(folder: Path, tiny_base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same command once a machine, as a job starts it: both train, both measure the base that they hold in parts, the
    first does the rest, and both end with 0."""
    asked = {"id": "a", "messages": [{"role": "user", "content": "Is it?"}], "checks": [{"stops": True}]}
    write_rows(folder / "asked.jsonl", [asked])
    evaluation = {"prompts": "asked.jsonl", "max_new_tokens": 4}
    section = {**SECTION, "max_steps": 2}
    monkeypatch.chdir(folder)
    recipe = write_recipe(
        folder / "machines.yaml", tiny_base, train=section, launch={"strategy": "fsdp2"}, evaluate=evaluation
    )
    run = pipeline.prepare(load(recipe), Path("machines"))
    place = {"TUNE_NODES": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(local._free_port())}
    machines = []
    for rank in range(2):
        for name, value in {**place, "TUNE_NODE_RANK": str(rank)}.items():
            monkeypatch.setenv(name, value)
        machines.append(start("run", run.folder, cwd=folder))
    for machine in machines:
        _, said = machine.communicate(timeout=900)
        assert machine.returncode == 0, said
    assert run.read(Plan).processes == 2
    assert run.read(Evaluation).tuned.checks[0].id == "a"
    assert pipeline.done(run)
