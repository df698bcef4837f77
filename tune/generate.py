"""Answers from a model: greedy, in batches, with a plain word on whether the model stopped by itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tune.ranks import ALONE, Ranks
from tune.template import Template

BATCH = 32


@dataclass(frozen=True)
class Answer:
    """A generated answer: its text without special tokens, and whether a stop token ended it."""

    text: str
    stopped: bool


def answers(
    model: Any,
    tokenizer: Any,
    prompts: Sequence[list[int]],
    stop_ids: Sequence[int],
    max_new_tokens: int,
    ranks: Ranks = ALONE,
) -> list[Answer]:
    """One greedy answer to each prompt (see `prompt_ids`), in order; the processes share the batches.

    Batches are padded on the left, so the answers do not depend on what else is in the batch beyond rounding.
    """
    order = sorted(range(len(prompts)), key=lambda i: (len(prompts[i]), i))
    groups = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]
    together = ranks.size > 1

    def answer(group: list[int]) -> list[Answer]:
        return _batch(model, tokenizer, [prompts[i] for i in group], stop_ids, max_new_tokens, together)

    told = ranks.shared(groups, answer)
    found = {i: given for group, batch in zip(groups, told, strict=True) for i, given in zip(group, batch, strict=True)}
    return [found[i] for i in range(len(prompts))]


def prompt_ids(tokenizer: Any, template: Template | None, chat: Sequence[dict[str, Any]]) -> list[int]:
    """Token ids of a chat (messages that end with a user turn) up to where the assistant begins to speak, by
    `tune.template.of_tokenizer`; plain text where there is no template. Raises TemplateRefused."""
    if template is None:
        text = "\n".join(message["content"] for message in chat)
        return list(tokenizer(text)["input_ids"])
    rendered = template.render(list(chat), prompt=True)
    return list(tokenizer(rendered, add_special_tokens=False)["input_ids"])


def _batch(
    model: Any, tokenizer: Any, prompts: list[list[int]], stop_ids: Sequence[int], max_new_tokens: int, together: bool
) -> list[Answer]:
    """`together`: other processes generate at the same time, and all go on until the last is done."""
    import torch

    width, pad = max(len(p) for p in prompts), tokenizer.pad_token_id
    ids = torch.tensor([[pad] * (width - len(p)) + p for p in prompts], device=model.device)
    mask = torch.tensor([[0] * (width - len(p)) + [1] * len(p) for p in prompts], device=model.device)
    with torch.no_grad():
        out = model.generate(
            input_ids=ids,
            attention_mask=mask,
            max_new_tokens=max_new_tokens,
            do_sample=False,
            eos_token_id=list(stop_ids),
            pad_token_id=pad,
            synced_gpus=together,
        )
    return [_answer(tokenizer, row, stop_ids) for row in out[:, width:].tolist()]


def _answer(tokenizer: Any, ids: list[int], stop_ids: Sequence[int]) -> Answer:
    """The text up to the first stop token."""
    ends = [i for i, token in enumerate(ids) if token in stop_ids]
    text = tokenizer.decode(ids[: ends[0]] if ends else ids, skip_special_tokens=True)
    return Answer(text.strip(), bool(ends))


def stream(
    model: Any,
    tokenizer: Any,
    prompt: list[int],
    stop_ids: Sequence[int],
    max_new_tokens: int,
    say: Callable[[str], None],
) -> Answer:
    """One greedy answer to a prompt, handed to `say` piece by piece as it comes."""
    import torch
    from transformers import TextStreamer

    class Pieces(TextStreamer):
        """transformers' streamer, saying to a function instead of printing."""

        def on_finalized_text(self, text: str, stream_end: bool = False) -> None:
            say(text)

    ids = torch.tensor([prompt], device=model.device)
    with torch.no_grad():
        out = model.generate(
            input_ids=ids,
            attention_mask=torch.ones_like(ids),
            max_new_tokens=max_new_tokens,
            do_sample=False,
            eos_token_id=list(stop_ids),
            pad_token_id=tokenizer.pad_token_id,
            streamer=Pieces(tokenizer, skip_prompt=True, skip_special_tokens=True),
        )
    return _answer(tokenizer, out[0, ids.shape[1] :].tolist(), stop_ids)
