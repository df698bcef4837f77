"""One training process: `python -m tune.train.worker RUN`, started by `tune.launch`, one a device.

It holds a lock of its own, so that an orphan can never write beside its successor; it dies when the process that
started it dies (its standard input ends); "stop" on standard input, SIGTERM, SIGINT or SIGUSR1 ask it to save after the
current step and leave. How it ended stands in train/outcome.json, because a launcher in between may lose exit codes.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from tune import hub

hub.quiet_libraries()

import torch  # noqa: E402  # telemetry must be off before any library starts
from datasets import Dataset  # noqa: E402
from peft import PeftConfig  # noqa: E402
from safetensors import safe_open  # noqa: E402
from transformers import PrinterCallback  # noqa: E402

from tune import attention, models, receipt, score, sequences  # noqa: E402
from tune.digest import file_sha256  # noqa: E402
from tune.errors import EXIT_DONE, EXIT_FAILED, EXIT_INTERRUPTED, Problem, TrainingFailed, TuneError, UserError  # noqa: E402
from tune.files import full_disk, keep_steps, read_jsonl, readable, write_json, write_text  # noqa: E402
from tune.modelfiles import TOKENIZER  # noqa: E402
from tune.recipe.rules import missing_tracker  # noqa: E402
from tune.recipe.schema import Recipe  # noqa: E402
from tune.records import BaseRecord, Committed, FileDigest, Ledger, Plan, Receipt, TrainRecord  # noqa: E402
from tune.run import Run, last_step, lock, made, open_run  # noqa: E402
from tune.train import CHECKPOINTS, METRICS, OUTCOME, WORKER_LOCK, attempts, flop, inputs, saving  # noqa: E402
from tune.train.checkpoints import newest, step_of  # noqa: E402
from tune.train.progress import TrainingProgress  # noqa: E402
from tune.train.settings import consumption_order, settings  # noqa: E402
from tune.train.trainer import Recorder, WitnessedTrainer  # noqa: E402

TRACEBACK = "train/traceback.txt"


class Stop:
    """Whether someone asked this process to save and leave."""

    def __init__(self) -> None:
        """Nobody has."""
        self.asked = False

    def listen(self) -> None:
        """Hears signals, and the process at the other end of standard input."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1):
            signal.signal(number, self._hear)
        threading.Thread(target=self._watch, daemon=True).start()

    def _hear(self, number: int, frame: Any) -> None:
        self.asked = True

    def _watch(self) -> None:
        """A line asks to stop; the end of input means that the launcher is gone: nobody would hear of what we do."""
        for _ in sys.stdin:
            self.asked = True
        os._exit(EXIT_FAILED)

    def __call__(self) -> bool:
        """True once a stop was asked for."""
        return self.asked


def train(run: Run, stop: Callable[[], bool]) -> bool:
    """Trains to the planned end, or until `stop()`. Returns whether it got there; then adapter/ and train.json stand.

    Raises TrainingFailed when a guard fires, UserError when a checkpoint belongs to another contract.
    """
    started = time.monotonic()
    plan, base, ledger = run.read(Plan), run.read(BaseRecord), run.read(Ledger)
    _tracker(run)
    torch.set_num_threads(plan.device.threads)
    contract = {**inputs(run), "compute_dtype": plan.compute_dtype, "quantize": base.quantize}
    checkpoint = newest(run.path(CHECKPOINTS), contract, _say)
    first = step_of(checkpoint) if checkpoint else 0
    saving.go_on_from(run.path(CHECKPOINTS), checkpoint)
    if not first and last_step(run.folder):
        _say("the attempt before was lost before its first checkpoint; starting from the beginning")
    for log in (METRICS, receipt.LOG):
        keep_steps(run.path(log), first)
    trainer = _trainer(run, plan, base, ledger, contract)
    shown = TrainingProgress(plan.steps, first)
    recorder = Recorder(run, trainer, stop, _held_out(run, trainer, base), shown)
    trainer.add_callback(recorder)
    attempt = attempts.begin(run, plan, checkpoint)
    if first:
        _say(f"going on from step {first} of {plan.steps}")
    if attempt.differs:
        _say(f"not bit-exact with an uninterrupted run: {'; '.join(attempt.differs)}")
    try:
        if first < plan.steps:
            trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
        else:
            trainer._load_from_checkpoint(str(checkpoint))  # noqa: SLF001  # only the final save is missing
    finally:
        shown.close()
        recorder.close()
    if max(first, trainer.state.global_step) < plan.steps:
        return False
    _save_adapter(trainer.model, run, base)
    _write_record(run, trainer, started)
    return True


def _trainer(run: Run, plan: Plan, base: BaseRecord, ledger: Ledger, contract: dict[str, Any]) -> WitnessedTrainer:
    """The trainer over the run's whole stream of sequences, checked to be what the plan says."""
    section = run.recipe.train
    rows = sequences.load(run.path("data"), "train")
    _same_as_ledger(rows, ledger)
    order = consumption_order(len(rows), plan.sequences, section.seed)
    stream = rows.select(order)
    model: Any = models.load_base(base, plan.device, plan.compute_dtype)
    if section.adapter.start_from is None:
        model = models.new_adapter(model, section.adapter, base, section.seed)
    else:
        start = run.source(section.adapter.start_from)
        _same_adapter(start, model, run.recipe)
        model = models.load_adapter(model, start, base, trainable=True)
    trainer = WitnessedTrainer(
        places=lambda i: _places(stream, i, ledger),
        saver=_saver(run, plan, contract),
        model=model,
        args=settings(section, plan, ledger.packing.packed, run.path(CHECKPOINTS)),
        train_dataset=stream,
        processing_class=models.load_tokenizer(base),
    )
    if plan.device.kind == "cpu":
        attention.use_by_row(trainer.model.get_base_model())
    trainer.remove_callback(PrinterCallback)  # the step is shown by our own progress
    if trainer.accelerator.num_processes != 1 or trainer.args.device.type != plan.device.kind:
        what = f"{trainer.accelerator.num_processes} processes on {trainer.args.device.type}"
        raise TrainingFailed(
            f"the plan says one process on {plan.device.kind}, and what started is {what}. Run `tune doctor`."
        )
    return trainer


def _tracker(run: Run) -> None:
    """Looks for the package of `train.report_to` before anything is loaded. Raises UserError."""
    missing = missing_tracker(run.recipe.train.report_to)
    if missing is not None:
        raise UserError(Problem("train", *missing, key="train.report_to"))
    os.environ.setdefault("TENSORBOARD_LOGGING_DIR", str(run.path("train/tensorboard")))


def _saver(run: Run, plan: Plan, contract: dict[str, Any]) -> saving.Saver:
    """What seals the checkpoints. The first one is taken to be as large as the plan's adapter and optimizer state."""
    section = run.recipe.train
    return saving.Saver(
        folder=run.path(CHECKPOINTS),
        contract=contract,
        conditions=attempts.conditions(plan),
        keep=section.keep,
        due=saving.Due(section.save_every),
        expected_bytes=plan.bytes["adapter"] + plan.bytes["optimizer"],
    )


def _same_as_ledger(rows: Dataset, ledger: Ledger) -> None:
    """An epoch must feed what the ledger says. Raises TrainingFailed."""
    packing = ledger.packing
    found = (len(rows), *sequences.totals(rows, range(len(rows))))
    said = (packing.sequences, packing.examples, packing.input_tokens, packing.loss_tokens)
    if found != said:
        what = "data/train.arrow holds {} sequences, {} examples, {} tokens and {} loss tokens".format(*found)
        raise TrainingFailed(
            f"{what}, and data/ledger.json says {', '.join(map(str, said))}. Delete the run's data/ and run the same command."
        )


def _same_as_fed(run: Run, plan: Plan, ledger: Ledger, consumed: Receipt) -> None:
    """What the optimizer consumed must be what the prepared rows say, for the whole run, and so for each epoch. Raises
    TrainingFailed."""
    rows = sequences.load(run.path("data"), "train")
    wanted = sequences.totals(rows, consumption_order(len(rows), plan.sequences, run.recipe.train.seed).tolist())
    fed = (consumed.examples, consumed.input_tokens, consumed.loss_tokens)
    if fed != wanted:
        what = f"{fed} examples, tokens and loss tokens were fed where the prepared rows make {wanted}"
    elif plan.sequences >= len(rows) and consumed.examples_root != ledger.examples_root:
        what = f"the examples that were fed ({consumed.examples_root}) are not those of the ledger ({ledger.examples_root})"
    else:
        return
    raise TrainingFailed(f"{what}. This is a fault of tune or of a library; please report it.")


def _places(stream: Dataset, index: int, ledger: Ledger) -> list[str]:
    """`file:line` of the rows in a sequence of the stream."""
    row = stream[index]
    return [
        f"{ledger.sources[source].files[file].name}:{line}"
        for source, file, line in zip(row["sources"], row["files"], row["lines"], strict=True)
    ]


def _same_adapter(folder: Path, model: Any, recipe: Recipe) -> None:
    """An adapter to continue from must be of the size, and on the layers, that the recipe states."""
    found, wanted = PeftConfig.from_pretrained(str(folder)), recipe.train.adapter
    targets = models.linear_names(model) if isinstance(wanted.targets, str) else sorted(wanted.targets)
    pairs = (
        ("rank", found.r, wanted.rank),
        ("alpha", found.lora_alpha, wanted.alpha),
        ("targets", sorted({name.rsplit(".", 1)[-1] for name in found.target_modules}), targets),
    )
    for name, theirs, mine in pairs:
        if theirs != mine:
            raise TrainingFailed(
                f"train.adapter.start_from has {name} {theirs}, the recipe says {mine}. Make them equal."
            )


def _held_out(run: Run, trainer: WitnessedTrainer, base: BaseRecord) -> Callable[[], float]:
    """Measures the held-out loss of the adapter as it is."""

    def measure() -> float:
        rows = sequences.load(run.path("data"), "eval")
        sums = score.loss_sums(trainer.model, rows["input_ids"], rows["labels"], base.pad_token_id)
        return score.mean_loss(sums) or 0.0

    return measure


def _save_adapter(model: Any, run: Run, base: BaseRecord) -> None:
    """Writes adapter/ beside itself and puts it in place whole; compares what was written with the live model."""
    from peft import get_peft_model_state_dict

    live = get_peft_model_state_dict(model)
    broken = [name for name, tensor in live.items() if not torch.isfinite(tensor).all()]
    if broken:
        raise TrainingFailed(
            f"{broken[0]} holds values that are not finite, so no adapter was written. Lower train.learning_rate."
        )
    staging, final = run.path("adapter.tmp"), run.path("adapter")
    shutil.rmtree(staging, ignore_errors=True)
    model.save_pretrained(str(staging))
    (staging / "README.md").unlink(missing_ok=True)  # PEFT's template of a card; ours is computed later
    config = json.loads((staging / "adapter_config.json").read_text())
    lists = {name: sorted(value) if isinstance(value, list) else value for name, value in config.items()}
    write_json(staging / "adapter_config.json", dict(sorted(lists.items())))
    for name in TOKENIZER:
        if (Path(base.folder) / name).is_file():
            shutil.copyfile(Path(base.folder) / name, staging / name)
    with safe_open(str(staging / "adapter_model.safetensors"), framework="pt") as written:
        names = set(written.keys())
        if names != set(live) or any(not torch.equal(written.get_tensor(n), live[n].detach().cpu()) for n in names):
            raise TrainingFailed(
                "the written adapter is not the live one. This is a fault of tune or of a library; please report it."
            )
    readable(staging)
    shutil.rmtree(final, ignore_errors=True)
    staging.rename(final)


def _write_record(run: Run, trainer: WitnessedTrainer, started: float) -> None:
    """Computes the receipt from the log and writes train.json."""
    plan, base = run.read(Plan), run.read(BaseRecord)
    metrics = list(read_jsonl(run.path(METRICS)))
    consumed = receipt.from_log(run.path(receipt.LOG))
    assert len(metrics) == consumed.optimizer_steps == plan.steps, "metrics, receipt and plan disagree on the steps"
    _same_as_fed(run, plan, run.read(Ledger), consumed)
    trained = sum(p.numel() for p in trainer.model.parameters() if p.requires_grad)
    seconds = sum(row["seconds"] for row in metrics)
    tail = metrics[-max(1, len(metrics) // 10) :]
    files = ("adapter_config.json", "adapter_model.safetensors")
    paths = [run.path("adapter") / name for name in files]
    run.write(
        TrainRecord(
            made=made(inputs(run), started),
            finished=True,
            adapter=tuple(FileDigest(name=p.name, bytes=p.stat().st_size, sha256=file_sha256(p)) for p in paths),
            trainable_parameters=trained,
            receipt=consumed,
            first_loss=metrics[0]["loss"],
            last_loss=sum(row["loss"] for row in tail) / len(tail),
            held_out=tuple((row["step"], row["held_out_loss"]) for row in metrics if "held_out_loss" in row),
            seconds=round(seconds, 3),
            tokens_per_second=round(consumed.input_tokens / seconds, 1),
            flop=flop(base, consumed.input_tokens, trained),
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


def main() -> int:
    """Entry of the process: trains, and writes how it ended."""
    stop = Stop()
    stop.listen()
    run = open_run(Path(sys.argv[1]))
    outcome: dict[str, Any]
    try:
        with lock(run, WORKER_LOCK, wait_seconds=10):
            done = train(run, stop)
        outcome, code = ({"outcome": "done"}, EXIT_DONE) if done else ({"outcome": "interrupted"}, EXIT_INTERRUPTED)
    except TuneError as error:
        outcome = {"outcome": "failed", "what": str(error), "usage": isinstance(error, UserError)}
        code = EXIT_FAILED
    except Exception as error:  # noqa: BLE001  # the border of the process: a full disk comes as RuntimeError from torch
        with suppress(OSError):
            write_text(run.path(TRACEBACK), traceback.format_exc())
        kind = "out of memory" if models.is_out_of_memory(error) else "failed"
        outcome, code = {"outcome": kind, "what": _in_words(run, error), "usage": False}, EXIT_FAILED
    with suppress(OSError):  # on a full disk the launcher finds its own words
        write_json(run.path(OUTCOME), outcome)
    sys.stderr.flush()
    os._exit(code)  # the watching thread is blocked in a read and must not hold the process


def _in_words(run: Run, error: Exception) -> str:
    """An error of a library or the system, for people: what, and what to do."""
    full = full_disk(run.folder)
    if full is not None:
        return full
    first = (str(error).splitlines() or [""])[0]
    if models.is_out_of_memory(error):
        return f"{type(error).__name__}: {first[:200]}"
    return (
        f"{type(error).__name__}: {first[:300]}. The whole story is in {run.path(TRACEBACK)}; what was saved is kept."
    )


if __name__ == "__main__":
    main()
