"""Packing: a partition of the rows into groups that fit, as good as the textbook says, the same every time."""

from __future__ import annotations

import time
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tune.data.pack import best_fit_decreasing

CAPACITY = 20
sizes = st.lists(st.integers(1, CAPACITY), max_size=40)


def naive(lengths: list[int], capacity: int) -> list[list[int]]:
    """Best-fit decreasing as the textbook tells it: look at every group for the one with the least room that is left."""
    groups: list[list[int]] = []
    for i in sorted(range(len(lengths)), key=lambda i: (-lengths[i], i)):
        room = {g: capacity - sum(lengths[j] for j in group) for g, group in enumerate(groups)}
        fitting = [g for g in room if room[g] >= lengths[i]]
        if fitting:
            groups[min(fitting, key=lambda g: room[g])].append(i)
        else:
            groups.append([i])
    return groups


def first_fit_decreasing(lengths: list[int], capacity: int) -> int:
    """The number of groups of first-fit decreasing."""
    rooms: list[int] = []
    for length in sorted(lengths, reverse=True):
        for g, room in enumerate(rooms):
            if room >= length:
                rooms[g] -= length
                break
        else:
            rooms.append(capacity - length)
    return len(rooms)


def fewest(lengths: list[int], capacity: int) -> int:
    """The least number of groups that any packing needs, by looking at all of them."""

    @cache
    def best(left: tuple[int, ...], room: int) -> int:
        if not left:
            return 0
        options = []
        for i in range(len(left)):
            if i and left[i] == left[i - 1]:
                continue
            rest = left[:i] + left[i + 1 :]
            if left[i] <= room:
                options.append(best(rest, room - left[i]))
            elif i == 0:
                options.append(1 + best(rest, capacity - left[i]))
        return min(options)

    return best(tuple(sorted(lengths, reverse=True)), 0)


@settings(max_examples=300, deadline=None)
@given(sizes)
def test_a_partition_that_fits(lengths: list[int]) -> None:
    """Every row is in exactly one group, no group is empty or over the capacity."""
    groups = best_fit_decreasing(lengths, CAPACITY)
    assert sorted(i for group in groups for i in group) == list(range(len(lengths)))
    assert all(0 < sum(lengths[i] for i in group) <= CAPACITY for group in groups)


@settings(max_examples=300, deadline=None)
@given(sizes)
def test_as_the_textbook_says(lengths: list[int]) -> None:
    """The groups are as many and as full as by the naive way: the quick search of the best fit changes nothing but the
    time. Of two groups with the same room either is the best fit.
    """
    fast, slow = best_fit_decreasing(lengths, CAPACITY), naive(lengths, CAPACITY)
    assert sorted(sum(lengths[i] for i in group) for group in fast) == sorted(
        sum(lengths[i] for i in group) for group in slow
    )


@settings(max_examples=300, deadline=None)
@given(sizes)
def test_within_the_bound(lengths: list[int]) -> None:
    """Never more groups than 11/9 of the least possible plus 6/9, a bound of both best-fit and first-fit decreasing; the
    least possible is at most what first-fit decreasing needs."""
    assert 9 * len(best_fit_decreasing(lengths, CAPACITY)) <= 11 * first_fit_decreasing(lengths, CAPACITY) + 6


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(1, CAPACITY), min_size=1, max_size=8))
def test_near_the_best(lengths: list[int]) -> None:
    """On small cases, where the best packing can be found by trying all, the number of groups keeps the known bound of
    11/9 of it plus 6/9."""
    assert 9 * len(best_fit_decreasing(lengths, CAPACITY)) <= 11 * fewest(lengths, CAPACITY) + 6


@settings(max_examples=50, deadline=None)
@given(sizes)
def test_the_same_every_time(lengths: list[int]) -> None:
    """Nothing but the arguments decides."""
    assert best_fit_decreasing(lengths, CAPACITY) == best_fit_decreasing(tuple(lengths), CAPACITY)


def test_ties_go_by_index() -> None:
    """Among rows of one length the earlier row is placed first."""
    assert best_fit_decreasing([5, 5, 5, 5], 10) == [[0, 1], [2, 3]]
    assert best_fit_decreasing([3, 7, 3, 7], 10) == [[1, 2], [3, 0]]


def test_known_cases() -> None:
    """Small cases that can be checked by eye."""
    assert best_fit_decreasing([], 10) == []
    assert best_fit_decreasing([10], 10) == [[0]]
    assert best_fit_decreasing([1, 10], 10) == [[1], [0]]
    assert best_fit_decreasing([6, 5, 4, 3], 10) == [[0, 2], [1, 3]]


@pytest.mark.parametrize("length", [0, -1, 11])
def test_what_does_not_fit(length: int) -> None:
    """A length over the capacity, or none at all, is an error of the caller, named."""
    with pytest.raises(ValueError, match=f"^length {length} does not fit a capacity of 10$"):
        best_fit_decreasing([3, length], 10)


def test_many_rows_take_no_time() -> None:
    """A hundred thousand rows are packed within seconds, over 99 % full: nothing in it is quadratic."""
    lengths = [1 + (i * 7919) % 1500 for i in range(100_000)]
    started = time.monotonic()
    groups = best_fit_decreasing(lengths, 2048)
    assert time.monotonic() - started < 10
    assert sum(lengths) / (len(groups) * 2048) > 0.99
