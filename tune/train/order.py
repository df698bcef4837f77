"""The order in which the optimizer sees the sequences: decided by seed and sizes alone."""

from __future__ import annotations

import numpy as np


def consumption_order(sequences: int, fed: int, seed: int) -> np.ndarray:
    """Indices of the `sequences` in the order that the optimizer consumes them, `fed` in all.

    Every epoch is a permutation of its own, drawn from (seed, epoch); steps cross the border between epochs. The order
    depends on nothing else: not on the device, the micro-batch, or an interruption.
    """
    epochs = -(-fed // sequences)
    order = np.concatenate([np.random.default_rng([seed, epoch]).permutation(sequences) for epoch in range(epochs)])
    return order[:fed]
