"""What goes wrong while training, each with its message: damaged files, a full disk, values that are not finite, memory
that runs out, another contract, other conditions."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch
from conftest import chat_row, write_recipe, write_rows
from safetensors.torch import load_file, save_file
from test_equivalence import losses
from test_exactness import ADAPTER, held
from whole import tune

from tune import models
from tune.disclose import card, manifest
from tune.errors import TrainingFailed, UserError
from tune.files import read_jsonl
from tune.records import Plan, TrainRecord
from tune.run import Run
from tune.train import worker
from tune.train.checkpoints import newest, sealed

CHECKPOINTS = "train/checkpoints"
FILES = {
    "adapter_config.json",
    "adapter_model.safetensors",
    "optimizer.pt",
    "rng_state.pth",
    "scheduler.pt",
    "trainer_state.json",
}
"""What the state of a run is made of; each must be missed."""


def stopped(run: Run, step: int) -> Run:
    """The run, trained up to a step, where it saved and left."""
    calls = iter(range(1, 100))
    assert not worker.train(run, lambda: next(calls) == step)
    return run


def harms(path: Path) -> Iterator[tuple[str, Callable[[], object]]]:
    """Ways in which a file goes bad, by name."""
    content = path.read_bytes()
    yield "is not what was saved", lambda: path.write_bytes(content[: len(content) // 2])
    yield "is not what was saved", lambda: path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    yield "is missing", path.unlink


def test_any_damaged_file_gives_the_checkpoint_before(recipe: Callable[..., Path], tmp_path: Path) -> None:
    """Every file of a real checkpoint, cut in half, with one bit turned, or gone: the one before is taken and the file
    named. Going on from there gives the bytes of the undisturbed run."""
    section = {"train": {"save_every": 2, "max_steps": 6}}
    run, straight = stopped(held(recipe, "hurt", section), 4), held(recipe, "straight", section)
    whole, contract = run.path(CHECKPOINTS), sealed(run.path(CHECKPOINTS) / "checkpoint-4")["contract"]
    names = set(sealed(whole / "checkpoint-4")["files"])
    assert names >= FILES
    for name in sorted(names):
        for number in range(3):
            copy = tmp_path / f"{name}-{number}"
            shutil.copytree(whole, copy)
            why, harm = list(harms(copy / "checkpoint-4" / name))[number]
            harm()
            said: list[str] = []
            assert newest(copy, contract, said.append) == copy / "checkpoint-2"
            assert said == [
                f"checkpoint-4 cannot be used ({name} {why}); set aside as incomplete-checkpoint-4",
            ]
    seal = whole / "checkpoint-4" / "complete.json"
    seal.write_bytes(seal.read_bytes()[:200])
    assert worker.train(run, lambda: False)
    assert worker.train(straight, lambda: False)
    assert run.read(TrainRecord).attempts[-1].from_step == 2
    assert run.path(ADAPTER).read_bytes() == straight.path(ADAPTER).read_bytes()


def test_no_file_is_hidden_from_colleagues(recipe: Callable[..., Path]) -> None:
    """Every file below the run directory is as readable as a file that was just written there."""
    run = stopped(held(recipe, "shared", {}), 2)
    plain = run.path("plain")
    plain.write_bytes(b"")
    modes = {path.relative_to(run.folder): path.stat().st_mode for path in run.folder.rglob("*") if path.is_file()}
    assert {mode for name, mode in modes.items() if "train" in name.parts} == {plain.stat().st_mode}


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[None]:
    """A file system of a given size at `folder`; the test is skipped where that is not permitted."""
    folder.mkdir(parents=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("mounting a small file system needs root")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)


@pytest.mark.parametrize("foreseen", [True, False])
def test_a_full_disk_keeps_the_last_checkpoint(
    recipe: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, foreseen: bool
) -> None:
    """Space for two checkpoints and not for a third: the words say how much is missing, whether it was seen before
    writing or only by the write that failed; the two stay whole, and with more space the run goes on to the same bytes."""
    section = {"train": {"save_every": 2, "max_steps": 8}}
    straight, run = held(recipe, "straight", section), held(recipe, "full", section)
    if not foreseen:
        monkeypatch.setattr("tune.train.saving._bytes_in", lambda _: 0)
    with small_disk(run.path(CHECKPOINTS), "1300k"):
        with pytest.raises(TrainingFailed) as failed:
            worker.train(run, lambda: False)
        said = str(failed.value)
        assert re.fullmatch(
            r"step 6: no space left to save\. A checkpoint takes about [\d.]+ [KM]iB, [\d.]+ KiB are free, "
            r"[\d.]+ [KM]iB are missing; checkpoint-4, the last complete one, is kept\. Free that much and run the same "
            r"command\.",
            said,
        ), said
        assert not (run.path(CHECKPOINTS) / "checkpoint-6").exists()
        subprocess.run(["mount", "-o", "remount,size=50m", str(run.path(CHECKPOINTS))], check=True)
        assert worker.train(run, lambda: False)
        assert run.read(TrainRecord).attempts[-1].from_step == 4
    assert worker.train(straight, lambda: False)
    assert run.path(ADAPTER).read_bytes() == straight.path(ADAPTER).read_bytes()


def test_an_adapter_that_is_not_a_number_stops_at_once(recipe: Callable[..., Path]) -> None:
    """Continued from a broken adapter, the first loss is NaN: step 1 and its rows are named, nothing is written."""
    first = held(recipe, "first", {"train": {"max_steps": 1}})
    assert worker.train(first, lambda: False)
    tensors = load_file(str(first.path(ADAPTER)))
    name = next(name for name in tensors if "lora_B" in name)
    save_file({**tensors, name: torch.full_like(tensors[name], float("nan"))}, str(first.path(ADAPTER)))
    section = {"adapter": {"rank": 4, "alpha": 8, "start_from": str(first.path("adapter"))}}
    run = held(recipe, "broken", {"train": section})
    with pytest.raises(TrainingFailed) as failed:
        worker.train(run, lambda: False)
    said = str(failed.value)
    assert said.startswith("step 1: the loss is nan, so training stopped before the optimizer moved. ")
    assert re.search(r"look at the rows of this step: train\.jsonl:\d+, train\.jsonl:\d+", said)
    assert losses(run) == []
    assert not run.path("adapter").exists()


def test_a_huge_learning_rate_stops_at_the_next_step(recipe: Callable[..., Path]) -> None:
    """Weights that explode in step 1 are noticed by the loss of step 2."""
    run = held(recipe, "huge", {"train": {"learning_rate": 1e30, "warmup": 0}})
    with pytest.raises(
        TrainingFailed, match=r"step 2: the loss is (nan|inf), so training stopped before the optimizer"
    ):
        worker.train(run, lambda: False)
    assert len(losses(run)) == 1


@pytest.mark.parametrize("value", ["nan", "inf"])
def test_a_gradient_that_is_not_finite_moves_nothing(
    recipe: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    """The loss is fine and one gradient is not: the step is named, and the weights are those of before it."""
    made: list[Any] = []
    inner = models.new_adapter

    def poisoned(*args: Any) -> Any:
        made.append(inner(*args))
        weight = next(p for name, p in made[0].named_parameters() if "lora_B" in name)
        weight.register_hook(lambda gradient: gradient + float(value))
        return made[0]

    monkeypatch.setattr(models, "new_adapter", poisoned)
    run = held(recipe, "gradient", {})
    with pytest.raises(TrainingFailed, match=rf"step 1: the gradient norm is {value}, so training stopped before"):
        worker.train(run, lambda: False)
    assert all(not p.any() for name, p in made[0].named_parameters() if "lora_B" in name)  # as LoRA begins
    assert losses(run) == []


def test_a_finished_run_is_never_trained_further(recipe: Callable[..., Path]) -> None:
    """A worker that is started on a finished run writes the same adapter again and logs no step."""
    run = held(recipe, "done", {"train": {"max_steps": 2}})
    assert worker.train(run, lambda: False)
    adapter, logged = run.path(ADAPTER).read_bytes(), losses(run)
    assert worker.train(run, lambda: False)
    assert (run.path(ADAPTER).read_bytes(), losses(run)) == (adapter, logged)
    assert [a.from_step for a in run.read(TrainRecord).attempts] == [0, 2]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda r, p: (r.model_copy(update={"learning_rate": 0.5}), p), "train.learning_rate was 0.001, and is 0.5"),
        (
            lambda r, p: (r.model_copy(update={"adapter": r.adapter.model_copy(update={"alpha": 4.0})}), p),
            "train.adapter.alpha was 8.0, and is 4.0",
        ),
        (
            lambda r, p: (r, p.model_copy(update={"compute_dtype": "bfloat16"})),
            "compute_dtype was float32, and is bfloat16",
        ),
        (
            lambda r, p: (r, p.model_copy(update={"sequences_per_step": 8})),
            "sequences_per_step was 4, and is 8",
        ),
    ],
)
def test_another_training_is_refused(recipe: Callable[..., Path], change, words: str) -> None:
    """A changed setting of training, another number type or another batch do not go on from a checkpoint."""
    run = stopped(held(recipe, "contract", {}), 1)
    section, plan = change(run.recipe.train, run.read(Plan))
    run.recipe = run.recipe.model_copy(update={"train": section})
    run.write(plan)
    with pytest.raises(UserError, match=re.escape(f"this checkpoint belongs to another training: {words}. continue")):
        worker.train(run, lambda: False)


def test_other_conditions_are_said_and_recorded(
    recipe: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """Going on with other micro-batches: the same steps over the same rows, said to be not bit-exact, and the break
    stands in train.json, in the manifest and on the card. What a later attempt did away with does not."""
    plain = {"train": {"adapter": {"rank": 4, "alpha": 8}}}  # dropout draws by the micro-batch
    straight, run = held(recipe, "straight", plain), held(recipe, "changed", plain)
    assert worker.train(straight, lambda: False)
    before = stopped(run, 2).read(Plan)
    changed = before.model_copy(update={"micro_batch_sequences": 1, "accumulation": before.sequences_per_step})
    run.write(changed)
    calls = iter(range(1, 100))
    assert not worker.train(run, lambda: next(calls) == 1)
    words = f"micro_batch_sequences {before.micro_batch_sequences} then, 1 now"
    assert f"not bit-exact with an uninterrupted run: {words}" in capsys.readouterr().err
    assert worker.train(run, lambda: False)
    record = run.read(TrainRecord)
    assert record.receipt == straight.read(TrainRecord).receipt
    assert losses(run) == pytest.approx(losses(straight), abs=2e-5)
    assert [(a.from_step, a.to_step, a.differs) for a in record.attempts] == [(0, 2, ()), (2, 3, (words,)), (3, 7, ())]
    found = manifest.of_run(run, None)
    assert found["environment"]["breaks"] == manifest.measured([{"step": 2, "differs": [words]}])
    assert f"- after step 2: {words}" in card.render(found)
    assert "Not to the bit" not in card.render(manifest.of_run(straight, None))


def peak_of_worker(run: Path, done: threading.Event) -> Iterator[int]:
    """Largest address space of the training process of a run, looked at until `done`; in bytes."""
    while not done.is_set():
        try:
            pid = (run / "train/worker.lock").read_text().split()[1]
            status = Path(f"/proc/{pid}/status").read_text()
            yield int(re.search(r"VmPeak:\s+(\d+) kB", status).group(1)) << 10
        except (OSError, IndexError, AttributeError):
            pass
        time.sleep(0.05)


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="an address space is looked up in /proc")
def test_out_of_memory_takes_the_next_smaller_micro_batch(project: Path, tiny_base: Path) -> None:
    """Training in an address space that holds a few sequences and not a whole step: micro-batches become smaller, said
    aloud, until they fit; the receipt is that of the undisturbed run, and the break is recorded."""
    write_rows(
        project / "train.jsonl", [chat_row(f"Question {i}?", f"An answer {i} of words. " * 60) for i in range(32)]
    )
    write_recipe(
        project / "recipe.yaml",
        tiny_base,
        data={"max_tokens": 512, "pack": False, "learn_from": "all", "eval": []},
        train={"max_steps": 2, "tokens_per_step": 16_000, "save_every": 1, "adapter": {"rank": 4, "alpha": 8}},
    )
    tune("plan", "recipe.yaml", "--runs", "planned", cwd=project)
    planned = next((project / "planned").iterdir())
    folders = [project / "again", project / "tight"]
    for folder, micro in zip(folders, (1, None), strict=True):
        shutil.copytree(planned, folder)
        plan = Plan.model_validate_json((folder / "plan.json").read_bytes())
        take = micro or plan.sequences_per_step
        update = {"micro_batch_sequences": take, "accumulation": plan.sequences_per_step // take}
        (folder / "plan.json").write_text(plan.model_copy(update=update).model_dump_json())
    done, peaks = threading.Event(), [0]
    watch = threading.Thread(target=lambda: peaks.extend(peak_of_worker(folders[0], done)))
    watch.start()
    tune("run", "again", cwd=project)
    done.set()
    watch.join()
    assert max(peaks) > 1 << 28
    limit = max(peaks) + (200 << 20)
    command = ["prlimit", f"--as={limit}", sys.executable, "-m", "tune", "run", "tight"]
    found = subprocess.run(command, cwd=project, capture_output=True, text=True)
    # What comes after the training may need more: the export compares in fp32.
    assert (folders[1] / "train.json").exists(), found.stderr
    assert re.search(
        r"train: out of memory with 32 sequences at a time \(RuntimeError: .*can't allocate memory: you tried to allocate "
        r"\d+ bytes.*\); going on with 16 at a time, 2 times: the optimizer steps stay the same",
        found.stderr,
    ), found.stderr
    records = [json.loads((folder / "train.json").read_bytes()) for folder in folders]
    assert records[0]["receipt"] == records[1]["receipt"]
    assert records[1]["attempts"][-1]["micro_batch_sequences"] < 32
    rows = [list(read_jsonl(folder / "train/metrics.jsonl")) for folder in folders]
    assert [r["loss"] for r in rows[0]] == pytest.approx([r["loss"] for r in rows[1]], abs=1e-4)
