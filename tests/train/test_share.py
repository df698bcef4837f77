"""How processes share a step, and how each learns its place: arithmetic only, no process is started."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tune.errors import PlanError, TrainingFailed
from tune.plan.step import micro_batches, processes
from tune.ranks import join, place
from tune.recipe.schema import Launch
from tune.records import Device
from tune.train.share import Share

GPUS = Device(kind="cuda", name="a card", memory_bytes=24 << 30, bf16=True, threads=8, count=4)


@given(st.integers(1, 60), st.integers(1, 12), st.integers(1, 5), st.integers(0, 100))
def test_together_the_shares_are_the_stream(fed: int, per_step: int, ranks: int, pick: int) -> None:
    """Rank after rank, a step reads as the stream does; nothing twice, nothing left out; as many micro-batches for all."""
    sizes = micro_batches(per_step, ranks)
    micro, accumulation = sizes[pick % len(sizes)]
    stream = [{"input_ids": [i, i], "labels": [i, i], "seq_lengths": [2]} for i in range(fed)]
    shares = [Share(stream, per_step, micro, accumulation, ranks, rank) for rank in range(ranks)]
    steps = math.ceil(fed / per_step)
    assert {len(share) for share in shares} == {steps * accumulation}
    for step in range(steps):
        slots = range(step * accumulation, (step + 1) * accumulation)
        read = [i for share in shares for slot in slots for i in share.indices(slot)]
        assert read == list(range(step * per_step, min((step + 1) * per_step, fed)))
        assert all(len(share.indices(slot)) <= micro for share in shares for slot in slots)
        counts = [sum(len(share.indices(slot)) for slot in slots) for share in shares]
        assert max(counts) - min(counts) <= 1


def test_an_idle_micro_batch_has_no_loss() -> None:
    """The last step of three sequences over two processes and four slots: what is not there is fed as two silent tokens."""
    stream = [{"input_ids": [7, 8, 9], "labels": [-100, 8, 9], "seq_lengths": [3], "lines": [i]} for i in range(3)]
    first, second = (Share(stream, 4, 1, 2, 2, rank) for rank in (0, 1))
    idle = {"input_ids": [7, 8], "labels": [-100, -100], "seq_lengths": [2]}
    row = {"input_ids": [7, 8, 9], "labels": [-100, 8, 9], "seq_lengths": [3]}
    assert [first[i] for i in range(2)] == [[row], [idle]]
    assert [second[i] for i in range(2)] == [[row], [row]]


def test_every_micro_batch_that_can_be_even_is() -> None:
    """Ten sequences go as 10, 5 + 5, 4 + 3 + 3, ... and never as 9 + 1."""
    assert micro_batches(10, 1) == [(10, 1), (5, 2), (4, 3), (3, 4), (2, 5), (1, 10)]
    assert micro_batches(10, 4) == [(3, 1), (2, 2), (1, 3)]


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, (0, 1)),
        ({"RANK": "0", "WORLD_SIZE": "1", "LOCAL_RANK": "0"}, (0, 1)),
        ({"RANK": "3", "WORLD_SIZE": "4", "LOCAL_RANK": "1"}, (3, 4)),
        ({"SLURM_PROCID": "0", "SLURM_STEP_NUM_TASKS": "1", "SLURM_LOCALID": "0"}, (0, 1)),
        (
            {
                "SLURM_PROCID": "5",
                "SLURM_STEP_NUM_TASKS": "8",
                "SLURM_LOCALID": "1",
                "SLURM_STEP_TASKS_PER_NODE": "4(x2)",
            },
            (5, 8),
        ),
        ({"RANK": "1", "WORLD_SIZE": "2", "LOCAL_RANK": "1", "SLURM_PROCID": "0", "SLURM_STEP_NUM_TASKS": "1"}, (1, 2)),
    ],
)
def test_a_process_learns_its_place_from_the_environment(
    environment: dict[str, str], expected: tuple[int, int]
) -> None:
    """torchrun's names or Slurm's; and a lone process is left with no variable that libraries take for several."""
    assert place(environment) == expected
    assert ("LOCAL_RANK" in environment) == (expected[1] > 1)
    if expected[1] > 1:
        assert (environment["RANK"], environment["WORLD_SIZE"]) == tuple(map(str, expected))
        assert environment["LOCAL_RANK"] == "1"


def test_fewer_processes_than_planned_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A launcher that starts one process where two were planned is the best-known silent fault; it is said."""
    for name in ("RANK", "WORLD_SIZE", "LOCAL_RANK"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(TrainingFailed, match="the plan is for 2 processes, and 1 started"):
        join(2, "cpu", 5)


def test_devices_follow_the_recipe() -> None:
    """`auto` takes every GPU that a step has work for and one process on a CPU; a number is taken at its word or refused."""
    cpu = GPUS.model_copy(update={"kind": "cpu", "count": 1})
    assert processes(Launch(), GPUS, per_step=8) == 4
    assert processes(Launch(), GPUS, per_step=3) == 3
    assert processes(Launch(), cpu, per_step=8) == 1
    assert processes(Launch(devices=2), cpu, per_step=8) == 2
    with pytest.raises(PlanError, match=r"8 devices are asked for, and there are 4 \(a card\)"):
        processes(Launch(devices=8), GPUS, per_step=8)
    with pytest.raises(PlanError, match=r"would share a step of 2 sequences\. raise train\.tokens_per_step"):
        processes(Launch(devices=4), GPUS, per_step=2)
