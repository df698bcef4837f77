"""Operations a token: the formula against torch's own count, and rates with their sources."""

from __future__ import annotations

import re
from typing import Any

import pytest

from scripts.bench_plan import CASES, build
from tune.plan.devices import DEVICES
from tune.plan.families import read
from tune.plan.speed import flop_per_token

SMALL = {case.name: case for case in CASES}
TOKENS = 256


def products(query: tuple[int, ...]) -> int:
    """Operations of the two products of attention, from the shape [batch, heads, tokens, width]."""
    batch, heads, tokens, width = query
    return 4 * batch * heads * tokens * tokens * width


@pytest.mark.parametrize("how", ["none", "selective", "full"])
def test_operations_are_those_that_torch_counts(how: Any) -> None:
    """A step of LoRA must cost the formula's operations: two products through frozen weights, none for their gradients,
    three through the adapter, attention, and what is computed again. Every pair of tokens is counted here, half of which the
    formula leaves out; and the first layer, whose input needs no gradient, costs a little less."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    from tune.models import recompute

    case = SMALL["grouped queries"]
    model = build(case)
    recompute(model, how)
    ids = torch.zeros((1, TOKENS), dtype=torch.long)
    attention = {  # torch counts the kernels of GPUs only
        torch.ops.aten._scaled_dot_product_flash_attention_for_cpu: lambda q, *_, **__: products(q),
        torch.ops.aten._scaled_dot_product_flash_attention_for_cpu_backward: lambda _, q, *__, **___: 2 * products(q),
    }
    with FlopCounterMode(display=False, custom_mapping=attention) as counter:
        model(input_ids=ids, labels=ids, use_cache=False).loss.backward()
    asked = {**vars(case.setting), "checkpointing": how}
    wanted = flop_per_token(read(case.config, "tiny"), type(case.setting)(**asked), 2 * TOKENS)
    assert counter.get_total_flops() / TOKENS == pytest.approx(wanted, rel=0.03)


def test_every_rate_names_its_source() -> None:
    """A device's rate must come with an address or a named table, and the day when it was read; else there is no rate."""
    for spec in DEVICES.values():
        if spec.teraflops is not None:
            assert re.search(r"https://|at commit [0-9a-f]{12}", spec.source), spec.name
            assert "read 2026-" in spec.source, spec.name
