"""Operations a token that know LoRA, and what they take on a device. Formulas after nanochat's `estimate_flops` and
Kaplan et al. (arXiv:2001.08361), less the gradients of frozen weights, which nobody computes."""

from __future__ import annotations

from tune.operations import per_token
from tune.plan.devices import Spec
from tune.plan.memory import Setting
from tune.plan.shapes import Architecture, adapter_parameters, ranks

REACHED = 0.4
"""Share of the maker's rate that training reaches. Published runs lie between 0.3 (70B QLoRA, FSDP, four H100) and 0.6 (the
same on two RTX 4090; 8B LoRA on one): the time may be a third less or half more."""
NF4_COST = 1.25
"""How much longer a step takes when weights are unpacked for every product (8B on 24 GB: 3,083 against 2,413 tokens a
second, as torchtune publishes)."""


def flop_per_token(model: Architecture, setting: Setting, row_tokens: int) -> float:
    """Floating-point operations of one token of training.

    `tune.operations.per_token`; making the sum of adapted experts and their adapters, 4 forward (PEFT 0.21 makes it twice)
    and 4 backward a number and rank, once a micro-batch; attention 4 x width x tokens looked back on, forward, and twice that backward; with
    checkpointing the layers' forward again, with `selective` without attention. A token of a row looks back on half of it on
    average, or on its window. What kernels compute again within themselves (scores of attention, tiles of the loss) is not
    counted.
    """
    frozen = model.active_parameters
    experts = [
        (count, m, setting.rank * ranks(model, m, setting.targets))
        for count, m in model.counted()
        if m.component == "experts" and m.kind == "parameter"
    ]
    inside = sum(count * rank * m.copies * (m.inputs + m.outputs) for count, m, rank in experts)
    copied = sum(count * m.active * m.inputs * m.outputs for count, m, rank in experts if rank)
    added = sum(2 * count * rank * m.copies * m.inputs * m.outputs for count, m, rank in experts) / setting.tokens
    adapted = adapter_parameters(model, setting.rank, setting.targets) - inside
    attention = 0.0
    for block in model.blocks:
        span = min(row_tokens / 2, block.window or row_tokens)
        attention += block.count * 2 * (block.query + block.output) * span
    again = 0.0
    if setting.checkpointing != "none":
        again = 2 * (frozen - model.hidden * model.vocabulary + adapted) + 2 * added
        again += attention if setting.checkpointing == "full" else 0
    return per_token(frozen, adapted, copied) + 4 * added + 3 * attention + again


def tokens_per_second(model: Architecture, setting: Setting, row_tokens: int, spec: Spec) -> float | None:
    """Of all devices together; None where the device's speed is not known. Time between devices is not counted."""
    if spec.teraflops is None:
        return None
    flop = flop_per_token(model, setting, row_tokens) * (NF4_COST if setting.quantize == "nf4" else 1)
    return spec.count * spec.teraflops * 1e12 * REACHED / flop
