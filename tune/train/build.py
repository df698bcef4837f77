"""The trainer of a run, made in one place: for the training, and for the steps that are tried before it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from datasets import Dataset
from peft.helpers import disable_input_dtype_casting
from transformers import PrinterCallback

from tune import attention, models, sharding
from tune.ranks import ALONE, Ranks
from tune.recipe.schema import Train
from tune.records import BaseRecord, Ledger, Plan
from tune.run import Run
from tune.train import attempts, saving
from tune.train.guards import as_planned, same_adapter
from tune.train.settings import settings
from tune.train.share import Share
from tune.train.trainer import WitnessedTrainer


def build(
    run: Run, section: Train, plan: Plan, stream: Dataset, saver: saving.Saver, ranks: Ranks = ALONE
) -> WitnessedTrainer:
    """The trainer over a stream of sequences in the order of consumption, checked to be what the plan says. `section` is
    the recipe's `train`, or what a trial changes of it; `saver` says where checkpoints go.

    Raises TrainingFailed when what was built is not what was planned, BaseModelError when the base cannot be loaded.
    """
    base, ledger = run.read(BaseRecord), run.read(Ledger)
    sharded = plan.strategy == "fsdp2"
    model: Any = models.load_base(base, plan.device, plan.compute_dtype, sharded=sharded)
    if section.adapter.start_from is None:
        model = models.new_adapter(model, section.adapter, base, section.seed)
    else:
        start = run.source(section.adapter.start_from)
        same_adapter(start, model, run.recipe)
        model = models.load_adapter(model, start, base, trainable=True)
    if sharded and base.quantize == "nf4":
        sharding.divide(model, plan.device, ranks.size)
    trainer = WitnessedTrainer(
        places=lambda i: _places(stream, i, ledger),
        saver=saver,
        ranks=ranks,
        share=Share(
            stream, plan.sequences_per_step, plan.micro_batch_sequences, plan.accumulation, ranks.size, ranks.rank
        ),
        model=model,
        args=settings(section, plan, ledger.packing.packed, saver.folder),
        train_dataset=stream,
        processing_class=models.load_tokenizer(base),
    )
    models.recompute(trainer.model, plan.activation_checkpointing)
    attention.keep_apart(trainer.model.get_base_model())
    trainer.remove_callback(PrinterCallback)  # the step is shown by our own progress
    as_planned(trainer, plan, base, stream[0]["input_ids"] if ledger.packing.packed else None)
    return trainer


def saver_into(folder: Path, section: Train, plan: Plan, contract: dict[str, Any]) -> saving.Saver:
    """What seals the checkpoints. The first one is taken to be as large as the plan's adapter and optimizer state."""
    return saving.Saver(
        folder=folder,
        contract=contract,
        conditions=attempts.conditions(plan),
        keep=section.keep,
        due=saving.Due(section.save_every),
        expected_bytes=plan.bytes["adapter"] + plan.bytes["optimizer"],
    )


def to_the_end(trainer: WitnessedTrainer, section: Train, plan: Plan, checkpoint: Path | None = None) -> None:
    """Trains, from a checkpoint or from nothing, until the planned steps are done or a callback stops it."""
    # PEFT turns the input of every adapted layer into fp32, and autocast turns it back. Only dropout in between
    # makes a difference: in bf16 it would scale by a rounded factor.
    in_vain = plan.compute_dtype == "bfloat16" and section.adapter.dropout == 0
    with disable_input_dtype_casting(trainer.model, active=in_vain):
        trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)


def _places(stream: Dataset, index: int, ledger: Ledger) -> list[str]:
    """`file:line` of the rows in a sequence of the stream."""
    row = stream[index]
    return [
        f"{ledger.sources[source].files[file].name}:{line}"
        for source, file, line in zip(row["sources"], row["files"], row["lines"], strict=True)
    ]
