"""Attention row by row is attention under a square mask, only faster."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from tune import attention
from tune.probe import end_to_end


def model_of(folder: Path, **config: Any) -> Any:
    """The tiny base in fp32; `config` changes its configuration."""
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="sdpa", **config)


def outcome(model: Any, batch: dict[str, Any]) -> tuple[torch.Tensor, list[torch.Tensor]]:
    """Logits and gradients of a batch."""
    model.zero_grad()
    found = model.train()(**batch, use_cache=False)
    found.loss.backward()
    return found.logits.detach(), [p.grad.clone() for p in model.parameters()]


@pytest.mark.parametrize("lengths", [[5, 5, 5], [9, 4, 4, 1], [17], [150, 130, 20, 20]])
def test_rows_see_what_the_square_mask_lets_them_see(tiny_base: Path, lengths: list[int]) -> None:
    """Logits and gradients are equal within rounding, for rows alike, unlike, alone, short and long."""
    ids = torch.randint(5, 4000, (1, sum(lengths)), generator=torch.Generator().manual_seed(1))
    batch = end_to_end({"input_ids": ids, "labels": ids}, lengths)
    model = model_of(tiny_base)
    plain, gradients = outcome(model, batch)
    attention.use_by_row(model)
    assert model.config._attn_implementation == attention.NAME
    logits, found = outcome(model, batch)
    assert torch.allclose(logits, plain, atol=1e-5)
    assert all(torch.allclose(a, b, atol=1e-5) for a, b in zip(found, gradients, strict=True))


def test_without_borders_it_is_sdpa(tiny_base: Path) -> None:
    """A padded batch goes the old way, to the bit."""
    model = model_of(tiny_base)
    batch = {
        "input_ids": torch.tensor([[7, 8, 9, 10], [7, 8, 3, 3]]),
        "labels": torch.tensor([[7, 8, 9, 10], [7, 8, -100, -100]]),
        "attention_mask": torch.tensor([[1, 1, 1, 1], [1, 1, 0, 0]]),
    }
    plain, gradients = outcome(model, batch)
    attention.use_by_row(model)
    logits, found = outcome(model, batch)
    assert torch.equal(logits, plain)
    assert all(torch.equal(a, b) for a, b in zip(found, gradients, strict=True))


def test_a_window_keeps_its_mask(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a row's attention is more than causal, the mask of the whole decides."""
    seen = []
    monkeypatch.setattr(attention, "sdpa_attention_forward", lambda *args, **_: seen.append(args[4]))
    mask = torch.ones(1, 1, 4, 4, dtype=torch.bool)
    q = torch.zeros(1, 2, 4, 8)
    attention.by_row(torch.nn.Module(), q, q, q, mask, cu_seq_lens_q=torch.tensor([0, 2, 4]), sliding_window=2)
    assert seen == [mask]
