"""Rows of a pack do not see each other; attention row by row is attention under a square mask, only faster."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import families
import pytest
import torch

from tune import attention
from tune.score import end_to_end, seen_of_others
from tune.train.guards import MOST_SEEN


def model_of(folder: Path, **config: Any) -> Any:
    """The tiny base in fp32; `config` changes its configuration."""
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="sdpa", **config)


def outcome(model: Any, batch: dict[str, Any]) -> tuple[torch.Tensor, list[torch.Tensor]]:
    """Logits and gradients of a batch."""
    model.zero_grad()
    found = model.train()(**batch, use_cache=False)
    found.loss.backward()
    return found.logits.detach(), [p.grad.clone() for p in model.parameters() if p.grad is not None]


@pytest.mark.parametrize("lengths", [[5, 5, 5], [9, 4, 4, 1], [17], [150, 130, 20, 20]])
def test_rows_see_what_the_square_mask_lets_them_see(tiny_base: Path, lengths: list[int]) -> None:
    """Logits and gradients are equal within rounding, for rows alike, unlike, alone, short and long."""
    ids = torch.randint(5, 4000, (1, sum(lengths)), generator=torch.Generator().manual_seed(1))
    batch = end_to_end({"input_ids": ids, "labels": ids}, lengths)
    model = model_of(tiny_base)
    plain, gradients = outcome(model, batch)
    attention.keep_apart(model)
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
    attention.keep_apart(model)
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


@pytest.mark.parametrize("name", ["Mistral", "Gemma 3", "DeepSeek-V3", "gpt-oss"])
def test_a_pack_is_its_rows(name: str) -> None:
    """With windows, latent attention and sinks, longer than a window and shorter: each row has the logits that it has
    alone, and gradients flow."""
    model = families.model(families.FAMILIES[name])
    lengths = [40, 9, 30, 1]
    ids = torch.randint(12, 300, (1, sum(lengths)), generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        alone = torch.cat([model(input_ids=part, use_cache=False).logits for part in ids.split(lengths, 1)], 1)
    attention.keep_apart(model)
    packed, gradients = outcome(model, end_to_end({"input_ids": ids, "labels": ids}, lengths))
    assert torch.allclose(packed, alone, atol=1e-5)
    assert all(torch.isfinite(gradient).all() for gradient in gradients)
    assert seen_of_others(model, ids[0].tolist()) < 1e-5


def test_rows_that_see_each_other_are_noticed() -> None:
    """transformers' gpt-oss by itself lets the rows of a pack see each other: the guard must tell."""
    model = families.model(families.FAMILIES["gpt-oss"])
    assert seen_of_others(model, list(range(12, 60))) > MOST_SEEN
