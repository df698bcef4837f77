"""The order of consumption: decided by seed and sizes alone."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tune.plan.step import length
from tune.train.order import consumption_order


@given(st.integers(1, 60), st.integers(1, 20), st.floats(0.2, 4), st.integers(0, 2**32 - 1))
def test_every_epoch_is_a_permutation(sequences: int, per_step: int, epochs: float, seed: int) -> None:
    """Within an epoch each sequence is seen once; the run is as long as the recipe says, to the sequence."""
    steps, fed = length(None, epochs, sequences, per_step)
    order = consumption_order(sequences, fed, seed)
    assert len(order) == fed == max(1, round(epochs * sequences))
    assert (steps - 1) * per_step < fed <= steps * per_step
    for start in range(0, fed - sequences + 1, sequences):
        assert sorted(order[start : start + sequences]) == list(range(sequences))


def test_the_order_is_seeded() -> None:
    """The same seed gives the same order, another seed another one, and epochs differ from one another."""
    first, again = (consumption_order(50, 100, seed=7) for _ in range(2))
    other = consumption_order(50, 100, seed=8)
    assert first.tolist() == again.tolist()
    assert first.tolist() != other.tolist()
    assert first[:50].tolist() != first[50:].tolist()


def test_max_steps_fill_every_step() -> None:
    """With `max_steps` every step is full, through as many epochs as it takes."""
    steps, fed = length(5, None, 7, 4)
    assert (steps, fed) == (5, 20)
    assert np.bincount(consumption_order(7, fed, seed=0), minlength=7).max() <= 3
