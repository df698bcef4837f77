"""From recipe and plan to TRL's settings."""

from __future__ import annotations

from pathlib import Path

from trl import SFTConfig

from tune.recipe.schema import Train
from tune.records import Plan

OPTIMIZERS = {"adamw": "adamw_torch", "adamw_8bit": "adamw_8bit", "adafactor": "adafactor"}
SCHEDULES = {"linear": "linear", "cosine": "cosine", "constant": "constant_with_warmup"}


def settings(train: Train, plan: Plan, packed: bool, output: Path) -> SFTConfig:
    """TRL's configuration of this run. Everything that TRL or transformers would do on its own account (cutting rows,
    preparing data, shuffling, logging elsewhere, pushing, writing cards) is off: those are stages of ours."""
    return SFTConfig(
        output_dir=str(output),
        max_steps=plan.steps,
        per_device_train_batch_size=plan.micro_batch_sequences,
        gradient_accumulation_steps=plan.accumulation,
        learning_rate=train.learning_rate,
        lr_scheduler_type=SCHEDULES[train.schedule],
        warmup_steps=plan.warmup_steps,
        optim=OPTIMIZERS[train.optimizer],
        weight_decay=train.weight_decay,
        max_grad_norm=train.max_grad_norm,
        seed=train.seed,
        bf16=plan.compute_dtype == "bfloat16",
        use_cpu=plan.device.kind == "cpu",
        gradient_checkpointing=False,  # `tune.models.recompute` switches it on
        dataset_kwargs={"skip_prepare_dataset": True},
        max_length=None,
        packing=False,
        padding_free=packed,
        train_sampling_strategy="sequential",
        logging_steps=1,
        logging_nan_inf_filter=False,
        save_strategy="no",
        eval_strategy="no",
        report_to=train.report_to,
        run_name=output.parents[1].name,
        project="tune",
        trackio_static_space_id=False,
        disable_tqdm=True,
        dataloader_pin_memory=plan.device.kind == "cuda",
        ddp_find_unused_parameters=False,
    )
