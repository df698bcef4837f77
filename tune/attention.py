"""Attention over packed rows: each row sees itself alone.

transformers reads off the positions where a row begins, and masks what lies before. Of one family it forgets the
positions (`WITHOUT_POSITIONS`); there the masks are made here, by transformers' own functions.

sdpa under such a square mask computes every score of the whole sequence: with 512 tokens of ten rows, nine tenths in vain.
On a GPU it takes a kernel that keeps a mask of numbers for every layer, 2 bytes for each pair of tokens, and keys and values
for every head. So rows of equal length, which packing lays side by side, are attended as one batch without a mask (`by_row`,
registered with transformers as an attention implementation).
"""

from __future__ import annotations

from contextlib import nullcontext
from functools import lru_cache
from itertools import groupby
from typing import Any

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import create_causal_mask, create_sliding_window_causal_mask, sdpa_mask

NAME = "sdpa_by_row"
SHORT = 128
"""On a CPU, rows of at most this many tokens are computed with plain matrix products: the backward pass of torch's fused
kernel takes longer there. Longer rows go to the fused kernel, which keeps no scores in memory."""
WITHOUT_POSITIONS = ("gpt_oss",)
"""Model types whose code makes its masks without looking at the positions (transformers 5.23)."""
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
    alike = _alike(cu_seq_lens_q)
    sizes = [length * rows for length, rows in alike]
    parts = []
    for (length, rows), *group in zip(alike, *(x[0].split(sizes, 1) for x in (query, key, value)), strict=True):
        q, k, v = (x.unflatten(1, (rows, length)).transpose(0, 1) for x in group)
        with sdpa_kernel(SDPBackend.MATH) if query.is_cpu and length <= SHORT else nullcontext():
            found, _ = sdpa_attention_forward(module, q, k, v, None, **options)
        parts.append(found.flatten(0, 1))
    return torch.cat(parts)[None], None


@lru_cache(maxsize=1)
def _alike(borders: torch.Tensor) -> list[tuple[int, int]]:
    """(length, number) of neighboring rows of equal length. All layers of a batch ask with the same tensor, and only the
    first has to wait for the GPU to answer."""
    return [(length, len(list(rows))) for length, rows in groupby(borders.diff().tolist())]


def keep_apart(model: Any) -> None:
    """Lets a model attend each row of a pack by itself wherever it is told the positions and borders of rows. Attention
    other than sdpa stays as the family has it."""
    if model.config.model_type in WITHOUT_POSITIONS:
        model.base_model.register_forward_pre_hook(_with_masks, with_kwargs=True)
    elif model.config._attn_implementation == "sdpa":  # noqa: SLF001  # it has no other name
        AttentionInterface.register(NAME, by_row)
        AttentionMaskInterface.register(NAME, sdpa_mask)
        model.set_attn_implementation(NAME)


def _with_masks(module: Any, args: tuple[Any, ...], options: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Adds the masks of a batch that has positions and none: one for each kind of layer, as the model takes them."""
    positions = options.get("position_ids")
    if positions is None or options.get("attention_mask") is not None or options.get("past_key_values") is not None:
        return args, options
    asked = {
        "config": module.config,
        "inputs_embeds": torch.empty((*positions.shape, 1), dtype=module.dtype, device=positions.device),
        "attention_mask": None,
        "past_key_values": None,
        "position_ids": positions,
    }
    masks = {
        "full_attention": create_causal_mask(**asked),
        "sliding_attention": create_sliding_window_causal_mask(**asked),
    }
    return args, {**options, "attention_mask": masks}
