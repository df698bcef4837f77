"""The receipt: leaves and roots against hashes written out by hand, and what was fed taken apart again."""

from __future__ import annotations

import hashlib
import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tune.receipt import IGNORED, example_leaf, examples_root, fed_examples, from_log, order_root, step_leaf

A = ([1, 5, 7, 2], [-100, -100, 7, 2])
B = ([1, 6, 2], [-100, 6, 2])
C = ([1, 4095, 2], [-100, 4095, 2])


def by_hand(input_ids: list[int], labels: list[int]) -> bytes:
    """SHA-256(0x00 | uint32 n | n int32 | n int32), little-endian."""
    n = len(input_ids)
    return hashlib.sha256(b"\x00" + struct.pack(f"<I{n}i{n}i", n, *input_ids, *labels)).digest()


def step_by_hand(*leaves: bytes) -> bytes:
    """SHA-256(0x00 | uint32 k | leaves)."""
    return hashlib.sha256(b"\x00" + struct.pack("<I", len(leaves)) + b"".join(leaves)).digest()


def node(left: bytes, right: bytes) -> bytes:
    """An inner node of the tree."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def test_example_leaf_is_frozen() -> None:
    """The format of a leaf, once as literal: receipts of old runs must stay checkable for ever."""
    assert example_leaf(*A) == by_hand(*A)
    content = bytes.fromhex(
        "00 04000000 01000000 05000000 07000000 02000000 9cffffff 9cffffff 07000000 02000000".replace(" ", "")
    )
    assert example_leaf(*A) == hashlib.sha256(content).digest()


tokens = st.lists(st.tuples(st.integers(0, 2**31 - 1), st.booleans()), max_size=30)


@given(tokens)
def test_example_leaf(pairs: list[tuple[int, bool]]) -> None:
    """Lists and arrays of any width of integer give the leaf that struct gives."""
    ids = [token for token, _ in pairs]
    labels = [token if learned else IGNORED for token, learned in pairs]
    assert example_leaf(ids, labels) == by_hand(ids, labels)
    assert example_leaf(np.array(ids, dtype=np.int64), np.array(labels, dtype=np.int64)) == by_hand(ids, labels)
    assert example_leaf(np.array(ids, dtype=">i4"), np.array(labels, dtype=">i8")) == by_hand(ids, labels)


def test_leaf_says_tokens_and_labels() -> None:
    """Another token, another label, another border between them: another leaf."""
    leaves = [
        example_leaf([1, 2], [-100, 2]),
        example_leaf([1, 3], [-100, 2]),
        example_leaf([1, 2], [1, 2]),
        example_leaf([1, 2], [-100, -100]),
        example_leaf([1], [2]),
        example_leaf([], []),
        example_leaf([1, 2, -100, 2], [1, 2, -100, 2]),
    ]
    assert len(set(leaves)) == len(leaves)


def test_labels_must_fit() -> None:
    """Unequal lengths are a fault of the program, never hashed."""
    with pytest.raises(AssertionError, match="a label a token"):
        example_leaf([1, 2], [2])


def test_step_leaf() -> None:
    """A step is its examples in order, with their number."""
    a, b = by_hand(*A), by_hand(*B)
    assert step_leaf([a, b]) == step_by_hand(a, b)
    assert step_leaf([b, a]) != step_leaf([a, b])
    assert step_leaf([]) == hashlib.sha256(b"\x00\x00\x00\x00\x00").digest()


def test_examples_root_ignores_order_and_repeats() -> None:
    """What was consumed: the same set, the same root; one example more or less, another."""
    a, b, c = (by_hand(*example) for example in (A, B, C))
    x, y, z = sorted([a, b, c])
    assert examples_root([a, b, c]) == node(node(x, y), z).hex()
    assert examples_root([c, a, b, a, a]) == examples_root(iter([a, b, c]))
    assert examples_root([a, b]) != examples_root([a, b, c])
    assert examples_root([]) == hashlib.sha256(b"").hexdigest()


def test_order_root_says_the_order() -> None:
    """In which order: swapping two examples of a step, two steps, or moving the border between steps is another root."""
    a, b, c = (by_hand(*example) for example in (A, B, C))
    root = order_root([[a, b], [c]])
    assert root == node(step_by_hand(a, b), step_by_hand(c)).hex()
    others = [[[b, a], [c]], [[c], [a, b]], [[a], [b, c]], [[a, b, c]], [[a, b], [c], []], [[a, b], [c], [c]]]
    assert root not in [order_root(other) for other in others]
    assert len({order_root(other) for other in others}) == len(others)


def test_fed_examples_of_a_packed_batch() -> None:
    """Packed rows come apart where the positions begin again at 0, over all sequences of the batch.

    sequence 0: A A A A B B B     positions 0 1 2 3 0 1 2
    sequence 1: B B B C C C . with the rest of the room absent: sequences of a batch of one are of any length
    """
    ids, labels = np.array([A[0] + B[0]]), np.array([A[1] + B[1]])
    found = fed_examples(ids, labels, np.array([[0, 1, 2, 3, 0, 1, 2]]), None)
    assert [(ids.tolist(), labels.tolist()) for ids, labels in found] == [A, B]
    assert [example_leaf(*pair) for pair in found] == [by_hand(*A), by_hand(*B)]


def test_fed_examples_of_one_token() -> None:
    """Rows of a single token stand alone: two positions 0 in a row are two rows."""
    found = fed_examples(np.array([[7, 8, 9]]), np.array([[7, 8, 9]]), np.array([[0, 0, 1]]), None)
    assert [i.tolist() for i, _ in found] == [[7], [8, 9]]


def test_fed_examples_of_a_padded_batch() -> None:
    """Padding is stripped by the attention mask, on either side, and never by the look of a token."""
    pad = 0
    ids = np.array([[*A[0]], [*B[0], pad], [pad, *C[0]]])
    labels = np.array([[*A[1]], [*B[1], -100], [-100, *C[1]]])
    mask = np.array([[1, 1, 1, 1], [1, 1, 1, 0], [0, 1, 1, 1]])
    found = fed_examples(ids, labels, None, mask)
    assert [(ids.tolist(), labels.tolist()) for ids, labels in found] == [A, B, C]
    zeros = fed_examples(np.array([[1, 0, 0]]), np.array([[-100, 0, 0]]), None, np.array([[1, 1, 1]]))
    assert zeros[0][0].tolist() == [1, 0, 0]


def test_fed_examples_without_either() -> None:
    """A batch of one unpadded row carries neither mask nor positions."""
    found = fed_examples(np.array([A[0]]), np.array([A[1]]), None, None)
    assert [(ids.tolist(), labels.tolist()) for ids, labels in found] == [A]


@given(st.lists(st.lists(st.integers(1, 9), min_size=1, max_size=6), min_size=1, max_size=6))
def test_packed_and_padded_feeds_have_the_same_leaves(rows: list[list[int]]) -> None:
    """However rows are fed, packed into one sequence or padded to one length, the leaves are those of the rows."""
    expected = [by_hand(row, row) for row in rows]
    flat = np.array([[token for row in rows for token in row]])
    positions = np.array([[i for row in rows for i in range(len(row))]])
    packed = fed_examples(flat, flat, positions, None)
    width = max(map(len, rows)) + 1
    padded_ids = np.array([row + [0] * (width - len(row)) for row in rows])
    mask = np.array([[1] * len(row) + [0] * (width - len(row)) for row in rows])
    padded = fed_examples(padded_ids, padded_ids, None, mask)
    assert [example_leaf(*pair) for pair in packed] == expected
    assert [example_leaf(*pair) for pair in padded] == expected


def test_fed_examples_of_a_padded_batch_with_positions() -> None:
    """Where a padded batch carries positions too, both are followed, and padding is in no example."""
    ids, mask = np.array([[1, 5, 2, 0, 0]]), np.array([[1, 1, 1, 0, 0]])
    found = fed_examples(ids, ids, np.array([[0, 1, 2, 0, 0]]), mask)
    assert [i.tolist() for i, _ in found] == [[1, 5, 2]]
    found = fed_examples(ids[:, ::-1], ids[:, ::-1], np.array([[0, 0, 0, 1, 2]]), mask[:, ::-1])
    assert [i.tolist() for i, _ in found] == [[2, 5, 1]]


def log(path: Path, steps: list[dict[str, Any]]) -> Path:
    """A log of the worker."""
    path.write_text("".join(json.dumps(step) + "\n" for step in steps))
    return path


def test_receipt_from_the_log(tmp_path: Path) -> None:
    """The receipt of a whole run: sums, distinct examples and both roots."""
    a, b, c = (by_hand(*example) for example in (A, B, C))
    path = log(
        tmp_path / "consumed.jsonl",
        [
            {"step": 1, "examples": [a.hex(), b.hex()], "input_tokens": 7, "loss_tokens": 4},
            {"step": 2, "examples": [c.hex(), a.hex()], "input_tokens": 7, "loss_tokens": 4},
        ],
    )
    receipt = from_log(path)
    assert receipt.model_dump() == {
        "optimizer_steps": 2,
        "examples": 4,
        "distinct_examples": 3,
        "input_tokens": 14,
        "loss_tokens": 8,
        "examples_root": examples_root([a, b, c]),
        "order_root": node(step_by_hand(a, b), step_by_hand(c, a)).hex(),
    }


def test_a_log_with_a_gap_gives_no_receipt(tmp_path: Path) -> None:
    """A missing or repeated step cannot pass as a whole run."""
    step = {"examples": [], "input_tokens": 0, "loss_tokens": 0}
    for numbers in ([1, 3], [1, 1], [2], [0, 1]):
        with pytest.raises(AssertionError, match="follows step"):
            from_log(log(tmp_path / "consumed.jsonl", [{"step": n, **step} for n in numbers]))
