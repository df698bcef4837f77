"""Held-out loss, exact to the token: the same function while training, in evaluation and in export."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tune.ranks import ALONE, Ranks
from tune.receipt import IGNORED

if TYPE_CHECKING:
    import torch

TOKENS_PER_BATCH = 4096


def batches(lengths: Sequence[int], tokens: int = TOKENS_PER_BATCH) -> list[list[int]]:
    """Indices grouped by length so that a padded batch holds at most `tokens` (a single longer row stands alone)."""
    order = sorted(range(len(lengths)), key=lambda i: (lengths[i], i))
    groups: list[list[int]] = []
    for i in order:
        if groups and (len(groups[-1]) + 1) * lengths[i] <= tokens:
            groups[-1].append(i)
        else:
            groups.append([i])
    return groups


def padded(rows: Sequence[Sequence[int]], fill: int, device: Any) -> torch.Tensor:
    """Rows of unequal length as one int64 tensor [rows, longest], filled on the right."""
    import torch

    width = max(len(row) for row in rows)
    return torch.tensor([[*row, *[fill] * (width - len(row))] for row in rows], device=device)


def logits(model: Any, input_ids: Sequence[Sequence[int]], pad: int) -> torch.Tensor:
    """fp32 logits [rows, longest, vocabulary] of a padded batch; positions beyond a row's end mean nothing."""
    import torch

    ids = padded(input_ids, pad, model.device)
    mask = padded([[1] * len(row) for row in input_ids], 0, model.device)
    with torch.no_grad():
        found: torch.Tensor = model(input_ids=ids, attention_mask=mask, use_cache=False).logits.float()
    return found


def loss_sums(
    model: Any, input_ids: Sequence[Sequence[int]], labels: Sequence[Sequence[int]], pad: int, ranks: Ranks = ALONE
) -> list[tuple[float, int]]:
    """(sum of negative log-likelihood in nats, loss tokens) of every row, in order; the processes share the batches.

    Token i is predicted from the tokens before it; a label of -100 carries no loss.
    """
    training = model.training
    model.eval()
    if training:
        _keep_gradients(model)
    groups = batches([len(row) for row in input_ids])
    sums = ranks.shared(groups, lambda g: _sums(model, [input_ids[i] for i in g], [labels[i] for i in g], pad))
    model.train(training)
    found = {i: pair for group, pairs in zip(groups, sums, strict=True) for i, pair in zip(group, pairs, strict=True)}
    return [found[i] for i in range(len(input_ids))]


def _sums(
    model: Any, input_ids: Sequence[Sequence[int]], labels: Sequence[Sequence[int]], pad: int
) -> list[tuple[float, int]]:
    """The sums of one batch."""
    import torch

    scores = logits(model, input_ids, pad)[:, :-1]
    targets = padded(labels, IGNORED, model.device)[:, 1:]
    nll = torch.nn.functional.cross_entropy(scores.transpose(1, 2), targets, ignore_index=IGNORED, reduction="none")
    return list(zip(nll.double().sum(1).tolist(), (targets != IGNORED).sum(1).tolist(), strict=True))


def end_to_end(batch: dict[str, Any], lengths: list[int]) -> dict[str, Any]:
    """A batch of packs as training feeds it: one sequence, with the positions and the borders of its rows."""
    import torch

    device = batch["input_ids"].device
    positions = torch.cat([torch.arange(length, device=device) for length in lengths])
    borders = torch.tensor([0, *lengths], device=device, dtype=torch.int32).cumsum(0, dtype=torch.int32)
    flat = {name: tensor.reshape(1, -1) for name, tensor in batch.items()}
    return {**flat, "position_ids": positions[None], "cu_seq_lens_q": borders}


def seen_of_others(model: Any, row: Sequence[int]) -> float:
    """How much the logits of a row change with the row that lies before it in a pack, as a share of the largest of them.
    Zero but for rounding where rows do not see each other. `row` is cut in two: the second half behind the first, and
    behind the first reversed."""
    import torch

    first, second = row[: len(row) // 2], row[len(row) // 2 :]
    training = model.training
    model.eval()
    if training:
        _keep_gradients(model)
    found = []
    for before in (first, first[::-1]):
        batch = end_to_end(
            {"input_ids": torch.tensor([[*before, *second]], device=model.device)}, [len(first), len(second)]
        )
        with torch.no_grad():
            found.append(model(**batch, use_cache=False).logits[0, len(first) :].float())
    model.train(training)
    return float((found[0] - found[1]).abs().max() / found[0].abs().max())


def _keep_gradients(model: Any) -> None:
    """On processors with AVX512-BF16, bitsandbytes turns the 4-bit weights of a layer that evaluates into a format of
    which no gradients can be computed, for good: training would go on with wrong gradients, and only a warning. A layer
    in training mode computes the same and stays as it is."""
    for module in model.modules():
        if type(module).__name__ == "Linear4bit":
            module.training = True


def mean_loss(sums: Sequence[tuple[float, int]]) -> float | None:
    """Mean loss a token over rows, weighted by tokens; None without loss tokens."""
    tokens = sum(count for _, count in sums)
    return sum(total for total, _ in sums) / tokens if tokens else None
