"""From the ten numbers a network gives (logits) to probabilities."""

from __future__ import annotations

import numpy as np


def softmax(logits: np.ndarray) -> np.ndarray:
    """Probabilities from logits, over the last axis: exp(x) / Σ exp(x).

    The largest logit is taken off first, which changes nothing but keeps exp from overflowing.

    >>> softmax(np.array([1000.0, 1000.0])).tolist()
    [0.5, 0.5]
    """
    x = np.asarray(logits, np.float64)
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def probabilities(scores: np.ndarray) -> np.ndarray:
    """Ten probabilities from a network's ten scores; those of a network that ends in a Softmax stay as they are.

    >>> probabilities(np.array([0.25, 0.75])).tolist()
    [0.25, 0.75]
    """
    flat = np.asarray(scores, np.float64).ravel()
    if (flat >= 0).all() and abs(flat.sum() - 1) < 1e-3:
        return flat
    return softmax(flat)
