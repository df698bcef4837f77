"""Activation checkpointing computes again what it said it would, and changes no bit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from peft.helpers import disable_input_dtype_casting
from test_exactness import ADAPTER, figures, held
from torch.utils._python_dispatch import TorchDispatchMode
from transformers import LlamaConfig, LlamaForCausalLM

from tune.models import ATTENTION_KERNELS, new_adapter, recompute
from tune.recipe.schema import Adapter, Checkpointing
from tune.train import worker

LEVELS: tuple[Checkpointing, ...] = ("none", "selective", "full")
LAYERS = 3


class Calls(TorchDispatchMode):
    """Counts operations by name."""

    def __init__(self) -> None:
        """None yet."""
        super().__init__()
        self.found: Counter[str] = Counter()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.found[func.overloadpacket.__name__] += 1
        return func(*args, **(kwargs or {}))


def step(how: Checkpointing, dropout: float, bf16: bool) -> tuple[list[torch.Tensor], Counter[str]]:
    """Loss and gradients of a small model, and the operations that they took."""
    torch.manual_seed(0)
    sizes = {"hidden_size": 32, "intermediate_size": 48, "num_attention_heads": 2, "num_key_value_heads": 1}
    model = LlamaForCausalLM(LlamaConfig(vocab_size=96, num_hidden_layers=LAYERS, **sizes)).requires_grad_(False)
    base: Any = SimpleNamespace(repo=None, commit=None)
    adapted = new_adapter(model, Adapter(rank=4, dropout=dropout), base, 0).train()
    for parameter in adapted.parameters():
        if parameter.requires_grad:
            torch.nn.init.normal_(
                parameter, std=0.1
            )  # PEFT's second factor is zero, and so would be half of the gradients
    recompute(adapted, how)
    ids = torch.arange(64).reshape(2, 32)
    with Calls() as calls, disable_input_dtype_casting(adapted, active=bf16 and not dropout):
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bf16):
            loss = adapted(input_ids=ids, labels=ids, use_cache=False).loss
        loss.backward()
    gradients = [p.grad for p in adapted.parameters() if p.requires_grad]
    assert all(g is not None and g.any() for g in gradients)
    return [loss.detach(), *gradients], calls.found


@pytest.mark.parametrize(("dropout", "bf16"), [(0.0, False), (0.2, False), (0.0, True), (0.2, True)])
def test_nothing_changes_but_what_is_computed_twice(dropout: float, bf16: bool) -> None:
    """Loss and every gradient must be the same bits; attention runs once a layer unless all is computed again, matrix
    products run again in both."""
    found = {how: step(how, dropout, bf16) for how in LEVELS}
    for how in LEVELS[1:]:
        assert all(torch.equal(a, b) for a, b in zip(found["none"][0], found[how][0], strict=True))
    kernels = {how: sum(calls[name] for name in ATTENTION_KERNELS) for how, (_, calls) in found.items()}
    assert kernels == {"none": LAYERS, "selective": LAYERS, "full": 2 * LAYERS}
    products = {how: calls["mm"] for how, (_, calls) in found.items()}
    assert products["selective"] == products["full"] > products["none"]


@pytest.mark.slow
def test_a_run_is_the_same_whatever_is_computed_again(recipe: Callable[..., Path]) -> None:
    """Adapter bytes and every logged figure must be those of a run that keeps all activations."""
    runs = [held(recipe, how, {"train": {"max_steps": 3}, "plan": {"activation_checkpointing": how}}) for how in LEVELS]
    for run in runs:
        assert worker.train(run, lambda: False)
    for run in runs[1:]:
        assert run.path(ADAPTER).read_bytes() == runs[0].path(ADAPTER).read_bytes()
        assert figures(run) == figures(runs[0])
