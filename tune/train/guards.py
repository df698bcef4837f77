"""What must hold before, while and after training, or it stops: asked was, planned was, built is, fed was, written is."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from peft import PeftConfig
from torch.distributed.fsdp import FSDPModule
from torch.nn.parallel import DistributedDataParallel

from tune import models, score, sequences
from tune.errors import Problem, TrainingFailed, UserError
from tune.ranks import Ranks
from tune.recipe.schema import Recipe
from tune.records import BaseRecord, Ledger, Plan, Receipt
from tune.run import Run
from tune.sharding import truly_divided
from tune.train.order import consumption_order

SHORT_ROW = 64
"""Tokens on which it is tried whether rows see each other."""
MOST_SEEN = 0.05
"""Change of logits that may be rounding, in bf16 and with experts that are computed in other groups."""
FAULT = "This is a fault of tune or of a library; please report it."


def as_planned(trainer: Any, plan: Plan, base: BaseRecord, pack: list[int] | None = None) -> None:
    """What was built must be what the plan says: number of processes, device, types, quantization, and a base that is
    divided when it should be; and the rows of a `pack` (its token ids) must not see each other. Raises TrainingFailed."""
    accelerator, model = trainer.accelerator, trainer.model
    kinds = {"cpu": "MULTI_CPU", "cuda": "MULTI_GPU"}
    weights = {str(p.dtype).removeprefix("torch.") for n, p in _floating(model) if not p.requires_grad}
    quantized = any(type(m).__name__ == "Linear4bit" for m in model.modules())
    said_and_found = (
        ("processes", plan.processes, accelerator.num_processes),
        (
            "kind of processes",
            "NO" if plan.processes == 1 else kinds.get(plan.device.kind),
            accelerator.distributed_type.value,
        ),
        ("device", plan.device.kind, trainer.args.device.type),
        ("types of the base's weights", {plan.compute_dtype}, weights),
        ("types of the adapter", {"float32"}, {str(p.dtype)[6:] for n, p in _floating(model) if p.requires_grad}),
        ("activation checkpointing", plan.activation_checkpointing != "none", model.is_activation_checkpointing),
        ("nf4", base.quantize == "nf4", quantized),
        ("sharding", plan.strategy == "fsdp2", any(isinstance(m, FSDPModule) for m in model.modules())),
    )
    for name, said, found in said_and_found:
        if said != found:
            raise TrainingFailed(f"the plan says {name}: {said}, and what started has {found}. Run `tune doctor`.")
    if plan.strategy == "fsdp2":
        truly_divided(model, plan.processes)
    if pack is not None:
        rows_apart(model, pack, plan)


def rows_apart(model: Any, row: list[int], plan: Plan) -> None:
    """Rows of a pack must not see each other, on the model at hand and with the attention that it has. Raises
    TrainingFailed."""
    with torch.autocast(plan.device.kind, dtype=torch.bfloat16, enabled=plan.compute_dtype == "bfloat16"):
        seen = score.seen_of_others(model, row[:SHORT_ROW])
    if seen > MOST_SEEN:
        raise TrainingFailed(
            f"with this base the rows of a pack see each other (the row before changes logits by {seen:.0%}). "
            "Set data.pack: false."
        )


def as_wrapped(wrapped: Any, plan: Plan) -> None:
    """With `ddp` somebody must add up the gradients: accelerate leaves a model alone in silence where it sees no reason
    to wrap it. Raises TrainingFailed."""
    if (plan.strategy == "ddp") != isinstance(wrapped, DistributedDataParallel):
        raise TrainingFailed(f"the plan says {plan.strategy}, and the model is a {type(wrapped).__name__}. {FAULT}")


def _floating(model: Any) -> list[tuple[str, torch.Tensor]]:
    """The parameters that hold numbers, not packed bits: those in nf4 are stored in whatever type is handy."""
    return [(n, p) for n, p in model.named_parameters() if p.is_floating_point() and not hasattr(p, "quant_state")]


def same_everywhere(trainer: Any, ranks: Ranks) -> None:
    """Every process must hold the same adapter. Raises TrainingFailed."""
    mine = [p.detach().cpu().numpy().tobytes() for p in trainer.model.parameters() if p.requires_grad]
    digests = ranks.gather(sha256(b"".join(mine)).hexdigest())
    for rank, found in enumerate(digests):
        if found != digests[0]:
            raise TrainingFailed(
                f"rank {rank} ended with another adapter than rank 0, so none was written. This is a fault of tune or of a library; please report it."
            )


def same_as_ledger(rows: Dataset, ledger: Ledger) -> None:
    """An epoch must feed what the ledger says. Raises TrainingFailed."""
    packing = ledger.packing
    found = (len(rows), *sequences.totals(rows, range(len(rows))))
    said = (packing.sequences, packing.examples, packing.input_tokens, packing.loss_tokens)
    if found != said:
        what = "data/train.arrow holds {} sequences, {} examples, {} tokens and {} loss tokens".format(*found)
        raise TrainingFailed(
            f"{what}, and data/ledger.json says {', '.join(map(str, said))}. Run the same command again: it prepares the rows anew."
        )


def same_as_fed(run: Run, plan: Plan, ledger: Ledger, consumed: Receipt) -> None:
    """What the optimizer consumed must be what the prepared rows say, for the whole run, and so for each epoch. Raises
    TrainingFailed."""
    rows = sequences.load(run.path("data"), "train")
    wanted = sequences.totals(rows, consumption_order(len(rows), plan.sequences, run.recipe.train.seed).tolist())
    fed = (consumed.examples, consumed.input_tokens, consumed.loss_tokens)
    if fed != wanted:
        what = f"{fed} examples, tokens and loss tokens were fed where the prepared rows make {wanted}"
    elif plan.sequences >= len(rows) and consumed.examples_root != ledger.examples_root:
        raise TrainingFailed(
            f"the examples that were fed ({consumed.examples_root}) are not those of the ledger ({ledger.examples_root}): most "
            "likely data/train.arrow was damaged after it was written. Run the recipe with --fresh, which prepares the rows anew; "
            "if that ends like this too, please report it."
        )
    else:
        return
    raise TrainingFailed(f"{what}. {FAULT}")


def same_adapter(folder: Path, model: Any, recipe: Recipe) -> None:
    """An adapter to continue from must be of the size, and on the layers, that the recipe states. Raises UserError."""
    found, wanted = PeftConfig.from_pretrained(str(folder)), recipe.train.adapter
    modules, parameters = models.peft_targets(model, wanted)
    layers = models.linear_names(model) if isinstance(modules, str) else modules
    pairs = (
        ("rank", found.r, wanted.rank),
        ("alpha", found.lora_alpha, wanted.alpha),
        ("targets", _last_parts(found.target_modules), _last_parts(layers)),
        ("experts", _last_parts(found.target_parameters), _last_parts(parameters)),
    )
    for name, theirs, mine in pairs:
        if theirs != mine:
            what = f"has {name} {theirs}, and the recipe says {mine}"
            raise UserError(Problem("train", what, "make them equal", key="train.adapter.start_from"))


def _last_parts(names: Any) -> list[str]:
    return sorted({name.rsplit(".", 1)[-1] for name in names or ()})
