"""The arithmetic of a merge, one tensor at a time, in the order of operations of PEFT 0.21.

Source of the formulas: `get_delta_weight` and `merge` in peft/tuners/lora/layer.py, DoRA in peft/tuners/lora/variants.py.
Every result has the same bits as `merge_and_unload()` with the base in its storage type: a linear layer's update is added
in fp32 and rounded once, that of an embedding or a stack of experts is rounded before it is added.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING

from tune.errors import MergeError, Problem
from tune.export.plan import Edit, Output
from tune.modelfiles import Stored

if TYPE_CHECKING:
    import torch

SMALL, LARGE = 1 << 15, 1 << 19
"""Elements of a block. Up to SMALL torch works on one thread; a block of LARGE is worth a product of its own, and still stays
in the cache."""
LEAST_ROWS = 32
"""Of a product of its own: of fewer rows libraries sum in another order, and other bits come out."""

Reader = Callable[[Stored], "torch.Tensor"]


def merged(output: Output, base: torch.Tensor, read: Reader) -> torch.Tensor:
    """The merged tensor in the shape and dtype of `base`, whose memory may be used. `read` gives tensors of the adapter.

    Holds at most three times the tensor in fp32, a stack of experts included. Raises MergeError for values that are not
    finite.
    """
    import torch

    if output.nf4:
        base = nf4_and_back(base)
    for edit in output.edits:
        parts = {name: _adapter(read(stored)) for name, stored in edit.parts.items() if edit.kind != "stack"}
        if edit.kind == "whole":
            new = _part(output, parts["new"])
            base = new.to(base.dtype)
        elif edit.kind == "rows":
            base.index_copy_(0, torch.tensor(edit.indices), parts["new"].to(base.dtype))
        elif edit.kind == "bias":
            base += parts["bias"] * edit.scaling
        elif edit.kind == "stack":
            base = _stack(output, edit, base, read)
        else:
            base = _matrix(edit, base, parts)
    if not all(bool(torch.isfinite(end)) for end in torch.aminmax(base)):  # a NaN comes through as both ends
        raise MergeError(
            Problem("adapter", f"{output.name} is not finite after merging", "the adapter, or the base, is broken")
        )
    return base


def _adapter(tensor: torch.Tensor) -> torch.Tensor:
    """PEFT keeps adapters in fp32."""
    return tensor.float()


def _part(output: Output, whole: torch.Tensor) -> torch.Tensor:
    """What a tensor of the files holds of a whole parameter."""
    piece = output.piece
    return whole if piece.expert is None else whole[piece.expert, piece.rows[0] : piece.rows[1]]


def _matrix(edit: Edit, base: torch.Tensor, parts: dict[str, torch.Tensor]) -> torch.Tensor:
    """W + scaling * B A, or DoRA's magnitude * (W + scaling * B A) / norm."""
    import torch

    left, right = parts["B"], parts["A"]
    rounds = edit.kind == "embedding"
    if "magnitude" not in parts and not edit.input_major and base.numel() > LARGE:
        # Block by block: the whole product is several times as large as the base, and is never needed at once.
        rows = max(LEAST_ROWS, LARGE // base.shape[1])

        def work(block: slice) -> None:
            delta, spare = _own_memory(base[block].shape)
            _add(base[block], torch.mm(left[block], right, out=delta), edit.scaling, rounds, spare)

        _by_rows(base, rows, work)
        return base
    delta = torch.mm(left, right)
    if edit.input_major:
        delta = delta.T
    if "magnitude" in parts:
        delta *= edit.scaling
        return _dora(edit, base, delta, parts["magnitude"])
    _add_whole(base, delta, edit.scaling, rounds)
    return base


def _add_whole(base: torch.Tensor, delta: torch.Tensor, scaling: float, round_first: bool) -> None:
    """base += scaling * delta. Same bits as the whole at once, since every element stands alone; blocks of a few thousand
    elements keep torch from starting threads of its own for each step."""
    rows = max(1, SMALL * base.shape[0] // max(1, base.numel()))
    _by_rows(base, rows, lambda block: _add(base[block], delta[block], scaling, round_first))


def _add(
    base: torch.Tensor, delta: torch.Tensor, scaling: float, round_first: bool, spare: torch.Tensor | None = None
) -> None:
    """The same for one block, in the memory of `delta` and of `spare`, which is like it."""
    delta *= scaling
    if round_first:
        base += delta.to(base.dtype)
    else:
        delta += base.float() if spare is None else spare.copy_(base)
        base.copy_(delta)


def _by_rows(base: torch.Tensor, step: int, work: Callable[[slice], None]) -> None:
    """Has blocks of at least `step` rows, less than twice as many, worked on, on as many threads as torch may use."""
    import torch

    number = max(1, base.shape[0] // step)
    bounds = [base.shape[0] * i // number for i in range(number + 1)]
    list(_threads(torch.get_num_threads()).map(work, map(slice, bounds, bounds[1:])))


@cache
def _threads(number: int) -> ThreadPoolExecutor:
    """Kept, with the memory that each of them has."""
    return ThreadPoolExecutor(number)


_OWN = threading.local()


def _own_memory(shape: torch.Size) -> tuple[torch.Tensor, torch.Tensor]:
    """Two fp32 tensors without content that are this thread's until it asks again: fresh memory for every block would cost more
    than its arithmetic."""
    import torch

    size = 2 * shape.numel()
    if getattr(_OWN, "memory", torch.empty(0)).numel() < size:
        _OWN.memory = torch.empty(size)
    first, second = _OWN.memory[:size].view(2, *shape)
    return first, second


def _dora(edit: Edit, base: torch.Tensor, delta: torch.Tensor, magnitude: torch.Tensor) -> torch.Tensor:
    """The norm is that of every output's row of W + delta; `delta` has the orientation of `base`."""
    import torch

    turned = edit.input_major
    total = (base.T if turned else base) + (delta.T if turned else delta)
    factor = magnitude / torch.linalg.norm(total, dim=1)
    del total
    summed = base + delta
    del delta
    summed *= factor.view(1, -1) if turned else factor.view(-1, 1)
    return summed.to(base.dtype)


def _stack(output: Output, edit: Edit, base: torch.Tensor, read: Reader) -> torch.Tensor:
    """Adds the update of a stack of experts, or of the piece of one that the tensor is, expert by expert."""
    import torch

    a, b = read(edit.parts["A"]), read(edit.parts["B"])
    if edit.experts == 1:
        _add_whole(base, _adapter(b) @ _adapter(a), edit.scaling, round_first=True)
        return base
    a = a.reshape(edit.experts, -1, a.shape[-1])  # experts, rank, inputs
    b = b.reshape(b.shape[0], -1, edit.experts)  # outputs, rank, experts
    formula = "o r e, e r i -> e i o" if edit.input_major else "o r e, e r i -> e o i"
    piece = output.piece
    for expert in range(edit.experts) if piece.expert is None else (piece.expert,):
        one_a, one_b = _adapter(a[expert : expert + 1]), _adapter(b[:, :, expert : expert + 1])
        delta = torch.einsum(formula, one_b, one_a)[0]
        if piece.expert is None:
            _add_whole(base[expert], delta, edit.scaling, round_first=True)
        else:
            _add_whole(base, delta[piece.rows[0] : piece.rows[1]], edit.scaling, round_first=True)
    return base


def nf4_and_back(weight: torch.Tensor) -> torch.Tensor:
    """The values that 4-bit NormalFloat with double quantization makes of a weight, in its dtype."""
    from bitsandbytes.functional import dequantize_4bit, quantize_4bit

    packed, state = quantize_4bit(weight, quant_type="nf4", compress_statistics=True)
    values: torch.Tensor = dequantize_4bit(packed, state)
    return values.to(weight.dtype)
