"""Operations a token: the formula against torch's own count, and rates with their sources."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from scripts.bench_plan import CASES, build
from tune.plan.devices import DEVICES
from tune.plan.families import read
from tune.plan.speed import flop_per_token

SMALL = {case.name: case for case in CASES}
TOKENS = 128
pytestmark = pytest.mark.usefixtures("one_core")


def products(query: tuple[int, ...]) -> int:
    """Operations of the two products of attention, from the shape [batch, heads, tokens, width]."""
    batch, heads, tokens, width = query
    return 4 * batch * heads * tokens * tokens * width


def operations(name: str, how: Any) -> tuple[float, float]:
    """(operations a token of a step as torch counts them, as the formula gives them). torch counts every pair of tokens, half
    of which the formula leaves out, so that it is asked for rows of twice the length."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    from tune.models import recompute

    case = SMALL[name]
    case = replace(case, config={**case.config, "num_hidden_layers": 4}, tokens=TOKENS)
    model = build(case)
    if "experts" in name:  # torch does not count grouped products; one by one they are the same
        model.get_base_model().set_experts_implementation("eager")
    recompute(model, how)
    ids = torch.arange(TOKENS)[None] % case.config["vocab_size"]
    attention = {  # torch counts the kernels of GPUs only
        torch.ops.aten._scaled_dot_product_flash_attention_for_cpu: lambda q, *_, **__: products(q),
        torch.ops.aten._scaled_dot_product_flash_attention_for_cpu_backward: lambda _, q, *__, **___: 2 * products(q),
    }
    with FlopCounterMode(display=False, custom_mapping=attention) as counter:
        model(input_ids=ids, labels=ids, use_cache=False).loss.backward()
    setting = replace(case.setting, checkpointing=how)
    return counter.get_total_flops() / TOKENS, flop_per_token(read(case.config, "tiny"), setting, 2 * TOKENS)


@pytest.mark.parametrize("how", ["none", "selective", "full"])
def test_operations_are_those_that_torch_counts(how: Any) -> None:
    """A step of LoRA must cost the formula's operations: two products through frozen weights, none for their gradients,
    three through the adapter, attention, and what is computed again. The first layer, whose input needs no gradient, costs a
    little less."""
    counted, wanted = operations("grouped queries", how)
    assert counted == pytest.approx(wanted, rel=0.03)


# PEFT looks for the ranks of fused experts among the names of modules, does not find them, and warns in vain.
@pytest.mark.filterwarnings("ignore:The following (rank|alpha)_pattern keys:RuntimeWarning")
@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("experts, attention adapted", "none"),
        ("small experts", "none"),
        ("small experts", "full"),
        ("latent attention, shared experts", "none"),
    ],
)
def test_experts_cost_what_torch_counts(name: str, how: Any) -> None:
    """Of a mixture only the experts that a token visits must be counted, shared ones always; and of adapted experts the
    gradients of the copy that PEFT adds their adapters to, and the making of that copy."""
    counted, wanted = operations(name, how)
    assert counted == pytest.approx(wanted, rel=0.03)


def test_every_rate_names_its_source() -> None:
    """A device's rate must come with an address or a named table, and the day when it was read; else there is no rate."""
    for spec in DEVICES.values():
        if spec.teraflops is not None:
            assert re.search(r"https://|at commit [0-9a-f]{12}", spec.source), spec.name
            assert "read 2026-" in spec.source, spec.name
