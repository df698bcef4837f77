"""Attention over packed rows on a CPU, row by row.

Without it, sdpa builds a square mask over the whole sequence and computes every score of it, although rows do not see
each other: with 512 tokens of ten rows, nine tenths in vain. Here rows of equal length, which packing lays side by
side, are attended as one batch without a mask. It is registered with transformers as an attention implementation.
"""

from __future__ import annotations

from contextlib import nullcontext
from itertools import groupby
from typing import Any

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import sdpa_mask

NAME = "sdpa_by_row"
SHORT = 128
"""Rows of at most this many tokens are computed with plain matrix products: the backward pass of torch's fused kernel
takes longer there. Longer rows go to the fused kernel, which keeps no scores in memory."""
UNUSUAL = ("sliding_window", "softcap", "s_aux", "position_bias")
"""Arguments with which a row's attention is more than causal: then the mask of the whole decides, as in sdpa."""


def by_row(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    cu_seq_lens_q: torch.Tensor | None = None,
    **options: Any,
) -> tuple[torch.Tensor, None]:
    """transformers' attention over [1, heads, tokens, width]; returns [1, tokens, heads, width].

    `cu_seq_lens_q` holds the borders of the rows, from 0 to the number of tokens, as TRL's collator gives them; without
    it this is transformers' sdpa.
    """
    if cu_seq_lens_q is None or any(options.get(name) is not None for name in UNUSUAL):
        whole: tuple[torch.Tensor, None] = sdpa_attention_forward(module, query, key, value, attention_mask, **options)
        return whole
    alike = [(length, len(list(rows))) for length, rows in groupby(cu_seq_lens_q.diff().tolist())]
    sizes = [length * rows for length, rows in alike]
    parts = []
    for (length, rows), *group in zip(alike, *(x[0].split(sizes, 1) for x in (query, key, value)), strict=True):
        q, k, v = (x.unflatten(1, (rows, length)).transpose(0, 1) for x in group)
        with sdpa_kernel(SDPBackend.MATH) if length <= SHORT else nullcontext():
            found, _ = sdpa_attention_forward(module, q, k, v, None, **options)
        parts.append(found.flatten(0, 1))
    return torch.cat(parts)[None], None


def use_by_row(model: Any) -> None:
    """Lets a model attend row by row wherever it is told the borders of rows."""
    AttentionInterface.register(NAME, by_row)
    AttentionMaskInterface.register(NAME, sdpa_mask)
    model.set_attn_implementation(NAME)
