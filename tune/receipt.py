"""The receipt of training: leaves and roots of what the optimizer consumed.

Formats (docs/disclosure.md):
  example leaf = SHA-256(0x00 | uint32 n | input_ids as n int32 | labels as n int32), little-endian, padding stripped
  step leaf    = SHA-256(0x00 | uint32 k | the k example leaves of the step, in order)
  examples_root = Merkle root over the distinct example leaves in ascending order: says what, not in which order
  order_root    = Merkle root over the step leaves: says in which order, with the boundaries of the steps
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tune.digest import Merkle, leaf_hash, merkle_root
from tune.files import read_jsonl

if TYPE_CHECKING:
    from tune.records import Receipt

LOG = "train/consumed.jsonl"
"""Where the worker logs what each optimizer step was fed, in the run directory."""

IGNORED = -100
"""Label of a token that carries no loss."""


def example_leaf(input_ids: Sequence[int] | np.ndarray, labels: Sequence[int] | np.ndarray) -> bytes:
    """Leaf of one example: its tokens and its labels, equally long, without padding."""
    assert len(input_ids) == len(labels), "an example needs a label a token"
    tokens = np.asarray(input_ids, dtype="<i4").tobytes() + np.asarray(labels, dtype="<i4").tobytes()
    return leaf_hash(struct.pack("<I", len(input_ids)) + tokens)


def step_leaf(leaves: Sequence[bytes]) -> bytes:
    """Leaf of one optimizer step from the leaves of its examples in order."""
    return leaf_hash(struct.pack("<I", len(leaves)) + b"".join(leaves))


def examples_root(leaves: Iterable[bytes]) -> str:
    """Hex root over the distinct examples, whatever their order."""
    return merkle_root(sorted(set(leaves))).hex()


def order_root(steps: Iterable[Sequence[bytes]]) -> str:
    """Hex root over the consumption order, given the example leaves of each step."""
    return merkle_root([step_leaf(leaves) for leaves in steps]).hex()


def fed_examples(
    input_ids: np.ndarray, labels: np.ndarray, position_ids: np.ndarray | None, attention_mask: np.ndarray | None
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Takes a micro-batch apart into the examples that it was made of.

    All arrays have shape [sequences, tokens]. Packed batches carry `position_ids`, which start again at 0 with every
    example; padded batches carry `attention_mask`. Returns (input_ids, labels) an example, without padding.
    """
    found = []
    for i in range(input_ids.shape[0]):
        ids, row_labels = input_ids[i], labels[i]
        positions = None if position_ids is None else position_ids[i]
        if attention_mask is not None:
            keep = attention_mask[i].astype(bool)
            ids, row_labels = ids[keep], row_labels[keep]
            positions = None if positions is None else positions[keep]
        starts = np.flatnonzero(positions == 0) if positions is not None else np.array([0])
        for start, end in zip(starts, [*starts[1:], len(ids)], strict=True):
            found.append((ids[start:end], row_labels[start:end]))
    return found


def order_roots(path: Path, steps: Iterable[int]) -> dict[int, str]:
    """The `order_root` of the log up to each of the given steps, read once; steps that are not there are left out."""
    wanted, tree, found = set(steps), Merkle(), dict[int, str]()
    for row in read_jsonl(path):
        tree.add(step_leaf([bytes.fromhex(leaf) for leaf in row["examples"]]))
        if row["step"] in wanted:
            found[row["step"]] = tree.root().hex()
    return found


def from_log(path: Path) -> Receipt:
    """The receipt of a whole run, from the log that the worker appends to after every optimizer step.

    Each line is `{"step", "examples": [hex leaf, ...], "input_tokens", "loss_tokens"}`; steps are 1, 2, 3, ... without
    a gap or a repeat, which is asserted.
    """
    from tune.records import Receipt  # here, because processes that prepare rows need leaves and no records

    distinct: set[bytes] = set()
    steps: list[bytes] = []
    examples = input_tokens = loss_tokens = 0
    for row in read_jsonl(path):
        assert row["step"] == len(steps) + 1, f"{path}: step {row['step']} follows step {len(steps)}"
        leaves = [bytes.fromhex(leaf) for leaf in row["examples"]]
        distinct.update(leaves)
        steps.append(step_leaf(leaves))
        examples += len(leaves)
        input_tokens += row["input_tokens"]
        loss_tokens += row["loss_tokens"]
    return Receipt(
        optimizer_steps=len(steps),
        examples=examples,
        distinct_examples=len(distinct),
        input_tokens=input_tokens,
        loss_tokens=loss_tokens,
        examples_root=examples_root(distinct),
        order_root=merkle_root(steps).hex(),
    )
