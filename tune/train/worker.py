"""One training process: `python -m tune.train.worker RUN [--attended]`, one a device.

How it finds its place, is stopped and ends is told in `tune.process`; asked to stop, all save after the current step and
leave.
"""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tune import hub

hub.quiet_libraries()

import torch  # noqa: E402  # telemetry must be off before any library starts
from safetensors import safe_open  # noqa: E402

from tune import operations, receipt, score, sequences, sharding  # noqa: E402
from tune.digest import file_sha256  # noqa: E402
from tune.errors import TrainingFailed, UserError  # noqa: E402
from tune.files import keep_steps, read_jsonl, readable, replacing, write_json  # noqa: E402
from tune.modelfiles import ADAPTER_CONFIG, ADAPTER_WEIGHTS, TOKENIZER, read_header  # noqa: E402
from tune.process import carry_out  # noqa: E402
from tune.ranks import ALONE, Ranks  # noqa: E402
from tune.records import BaseRecord, Committed, FileDigest, Ledger, Plan, TrainRecord  # noqa: E402
from tune.run import Run, last_step, made  # noqa: E402
from tune.train import CHECKPOINTS, METRICS, attempts, inputs, losses, saving, trackers  # noqa: E402
from tune.train.build import build, saver_into, to_the_end  # noqa: E402
from tune.train.checkpoints import newest, step_of  # noqa: E402
from tune.train.guards import same_as_fed, same_as_ledger, same_everywhere  # noqa: E402
from tune.train.order import consumption_order  # noqa: E402
from tune.train.progress import TrainingProgress  # noqa: E402
from tune.train.trainer import Recorder, WitnessedTrainer  # noqa: E402


def train(run: Run, stop: Callable[[], bool], ranks: Ranks = ALONE) -> bool:
    """Trains to the planned end, or until `stop()` in any of the processes. Returns whether it got there; then adapter/
    and train.json stand.

    Raises TrainingFailed when a guard fires, UserError when a checkpoint belongs to another contract.
    """
    started = time.monotonic()
    plan, base, ledger = run.read(Plan), run.read(BaseRecord), run.read(Ledger)
    trackers.ready(run)
    torch.set_num_threads(plan.threads)
    contract = {**inputs(run), "compute_dtype": plan.compute_dtype, "quantize": base.quantize}
    checkpoint = _agreed(ranks, lambda: newest(run.path(CHECKPOINTS), contract, _say))
    first = step_of(checkpoint) if checkpoint else 0
    if ranks.first:
        _ready(run, first, checkpoint)
    section = run.recipe.train
    rows = sequences.load(run.path("data"), "train")
    same_as_ledger(rows, ledger)
    stream = rows.select(consumption_order(len(rows), plan.sequences, section.seed))
    trainer = build(run, section, plan, stream, saver_into(run.path(CHECKPOINTS), section, plan, contract), ranks)
    shown = TrainingProgress(plan.steps, first) if ranks.first else None
    recorder = Recorder(run, trainer, stop, _held_out(run, trainer, base), shown or (lambda _: None))
    recorder.after_first = lambda: _first_step(trainer, run, base)
    trainer.add_callback(recorder)
    if ranks.first:
        _begin(run, plan, checkpoint)
    else:
        torch.manual_seed(section.seed + ranks.rank)  # dropout is not to zero the same places in every process
    try:
        if first < plan.steps:
            to_the_end(trainer, section, plan, checkpoint)
        else:
            trainer._load_from_checkpoint(str(checkpoint))  # noqa: SLF001  # only the final save is missing
    finally:
        if shown:
            shown.close()
        recorder.close()
    if max(first, trainer.state.global_step) < plan.steps:
        return False
    same_everywhere(trainer, ranks)
    if ranks.first:
        _save_adapter(trainer.model, run, base)
        _write_record(run, trainer, started)
    ranks.wait()
    return True


def _agreed(ranks: Ranks, found: Callable[[], Path | None]) -> Path | None:
    """The checkpoint that the first process found, for all; where it refused, all refuse."""
    checkpoint, refused = None, None
    if ranks.first:
        try:
            checkpoint = found()
        except UserError as error:
            refused = error
    checkpoint, refusal = ranks.from_first((checkpoint, refused.problems if refused else None))
    if refusal is not None:
        raise refused or UserError(refusal)
    return checkpoint


def _begin(run: Run, plan: Plan, checkpoint: Path | None) -> None:
    """Logs the attempt, and says where it goes on and what is not as it was."""
    attempt = attempts.begin(run, plan, checkpoint)
    if checkpoint is not None:
        _say(f"going on from step {step_of(checkpoint)} of {plan.steps}")
    if attempt.differs:
        _say(f"not bit-exact with an uninterrupted run: {'; '.join(attempt.differs)}")


def _ready(run: Run, first: int, checkpoint: Path | None) -> None:
    """Cuts the logs back to the step to go on from."""
    saving.go_on_from(run.path(CHECKPOINTS), checkpoint)
    if not first and last_step(run.folder):
        _say("the attempt before was lost before its first checkpoint; starting from the beginning")
    for log in (METRICS, receipt.LOG):
        keep_steps(run.path(log), first)


def _held_out(run: Run, trainer: WitnessedTrainer, base: BaseRecord) -> Callable[[], float]:
    """Measures the held-out loss of the adapter as it is."""

    def measure() -> float:
        rows = sequences.load(run.path("data"), "eval")
        sums = score.loss_sums(trainer.model, rows["input_ids"], rows["labels"], base.pad_token_id, trainer.ranks)
        return score.mean_loss(sums) or 0.0

    return measure


def _save_adapter(model: Any, run: Run, base: BaseRecord) -> None:
    """Writes adapter/ beside itself and puts it in place whole."""
    with replacing(run.path("adapter")) as staging:
        _write_adapter(model, staging, base)


def _first_step(trainer: WitnessedTrainer, run: Run, base: BaseRecord) -> None:
    """After the first step of several processes: all hold the same adapter, and it can be written whole. Better now than
    after hours."""
    same_everywhere(trainer, trainer.ranks)
    if trainer.ranks.first:
        shutil.rmtree(run.path("adapter.tmp"), ignore_errors=True)  # of an attempt that was killed here
        _write_adapter(trainer.model, run.path("adapter.tmp"), base)
        shutil.rmtree(run.path("adapter.tmp"))


def _write_adapter(model: Any, staging: Path, base: BaseRecord) -> None:
    """Writes the adapter into a folder and compares what was written with the live model. Raises TrainingFailed."""
    from peft import get_peft_model_state_dict

    state = sharding.adapter_state(model)
    live = get_peft_model_state_dict(model, state_dict=state)
    trained = sum(tensor.numel() for tensor in state.values())
    broken = [name for name, tensor in live.items() if not torch.isfinite(tensor).all()]
    if broken:
        raise TrainingFailed(
            f"{broken[0]} holds values that are not finite, so no adapter was written. Lower train.learning_rate."
        )
    model.save_pretrained(str(staging), state_dict=state)
    (staging / "README.md").unlink(missing_ok=True)  # PEFT's template of a card; ours is computed later
    config = json.loads((staging / ADAPTER_CONFIG).read_text())
    lists = {name: sorted(value) if isinstance(value, list) else value for name, value in config.items()}
    write_json(staging / ADAPTER_CONFIG, dict(sorted(lists.items())))
    for name in TOKENIZER:
        if (Path(base.folder) / name).is_file():
            shutil.copyfile(Path(base.folder) / name, staging / name)
    with safe_open(str(staging / ADAPTER_WEIGHTS), framework="pt") as written:
        tensors = {name: written.get_tensor(name) for name in written.keys()}  # noqa: SIM118  # it is no dict
    same = set(tensors) == set(live) and all(torch.equal(tensors[n], live[n].detach().cpu()) for n in tensors)
    if not same or sum(tensor.numel() for tensor in tensors.values()) != trained:
        raise TrainingFailed(
            "the written adapter is not the live one. This is a fault of tune or of a library; please report it."
        )
    readable(staging)


def _write_record(run: Run, trainer: WitnessedTrainer, started: float) -> None:
    """Computes the receipt from the log and writes train.json."""
    plan, base = run.read(Plan), run.read(BaseRecord)
    metrics = list(read_jsonl(run.path(METRICS)))
    consumed = receipt.from_log(run.path(receipt.LOG))
    assert len(metrics) == consumed.optimizer_steps == plan.steps, "metrics, receipt and plan disagree on the steps"
    same_as_fed(run, plan, run.read(Ledger), consumed)
    trained = sum(p.numel() for p in trainer.model.parameters() if p.requires_grad)
    seconds = sum(row["seconds"] for row in metrics)
    first_loss, last_loss = losses(metrics)
    files = (ADAPTER_CONFIG, ADAPTER_WEIGHTS)
    paths = [run.path("adapter") / name for name in files]
    experts = operations.of_experts(read_header(paths[1]), base.experts_per_token)
    run.write(
        TrainRecord(
            made=made(inputs(run), started),
            finished=True,
            adapter=tuple(FileDigest(name=p.name, bytes=p.stat().st_size, sha256=file_sha256(p)) for p in paths),
            trainable_parameters=trained,
            receipt=consumed,
            first_loss=first_loss,
            last_loss=last_loss,
            held_out=tuple((row["step"], row["held_out_loss"]) for row in metrics if "held_out_loss" in row),
            seconds=round(seconds, 3),
            tokens_per_second=round(consumed.input_tokens / seconds, 1),
            peak_bytes=max(row["peak_bytes"] for row in metrics),
            flop=operations.flop(consumed.input_tokens, base.active_parameters, trained, experts),
            compute_dtype=plan.compute_dtype,
            device=plan.device,
            attempts=attempts.counted(run, plan.steps),
            saving_seconds=round(sum(row["seconds"] for row in saving.committed(run.path(CHECKPOINTS))), 3),
            checkpoints=_committed(run),
        )
    )


def _committed(run: Run) -> tuple[Committed, ...]:
    """Every checkpoint that was completed, with the root over the steps up to it."""
    rows = saving.committed(run.path(CHECKPOINTS))
    roots = receipt.order_roots(run.path(receipt.LOG), [row["step"] for row in rows])
    fields = ("step", "adapter_sha256", "seal_sha256")
    return tuple(Committed(**{name: row[name] for name in fields}, order_root=roots[row["step"]]) for row in rows)


def _say(text: str) -> None:
    print(f"train: {text}", file=sys.stderr, flush=True)


def main() -> None:
    """Entry of the process."""
    carry_out(_told)


def _told(run: Run, stop: Callable[[], bool], ranks: Ranks) -> bool:
    """Trains, and lets the tracker write what it still holds."""
    with trackers.told(run.recipe.train.report_to):
        return train(run, stop, ranks)


if __name__ == "__main__":
    main()
