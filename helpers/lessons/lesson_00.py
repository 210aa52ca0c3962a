"""The checks of lesson 00, draw a digit."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from helpers.digits import MNIST, Pad, digits, moved, softmax
from helpers.lessons.wrong import Wrong, numbers, whole

_ENOUGH = 0.9


def by_hand(value: Any, logits: np.ndarray) -> None:
    """Softmax of ten logits."""
    found, wanted = numbers(value, "an array of ten numbers"), softmax(logits)
    if found.size != wanted.size:
        raise Wrong(f"ten probabilities are wanted, and these are {found.size} numbers")
    found = found.reshape(wanted.shape)
    if np.allclose(found, wanted, atol=1e-6):
        return
    if (found < 0).any() or (found > 1).any():
        raise Wrong("probabilities lie between 0 and 1; e to the power of a number is never negative")
    if not np.isclose(found.sum(), 1, atol=1e-3):
        raise Wrong(f"they add up to {found.sum():.3g}, and probabilities add up to 1: by what must each be divided?")
    raise Wrong("they add up to 1, but these are others: e to the power of each logit, divided by the sum of all ten")


def too_far(value: Any, accuracy: Callable[[Callable[[np.ndarray], np.ndarray]], float]) -> None:
    """The smallest shift at which fewer than nine in ten are read right; ``accuracy`` is the lesson's."""
    shift = whole(value, "a number of pixels", 0, 27)
    at, before = (accuracy(partial(moved, right=s)) for s in (shift, shift - 1))
    if at >= _ENOUGH:
        raise Wrong(f"at a shift of {shift}, {at:.1%} are still read right; go further")
    if before < _ENOUGH:
        raise Wrong(f"at a shift of {shift - 1} it is fewer than nine in ten already ({before:.1%}); go back")


def fooled(value: Any, pad: Pad) -> None:
    """What was meant by the picture on the pad, where the network reads something else."""
    from helpers import engines

    meant = whole(value, "the digit that you meant", 0, 9)
    if pad.empty:
        raise Wrong("the pad is empty; draw a digit on it, then run this cell again")
    with engines.isolated("onnxruntime") as process, process.load(MNIST) as session:
        (scores,) = session.run({session.inputs[0].name: pad.tensor}).values()
    if (read := int(scores.argmax())) == meant:
        raise Wrong(f"the network reads the {read} on the pad as you meant it; draw it in a way that fools it")
    known = digits()
    samples = np.stack([known.tensor(i) for i in range(len(known.labels))])
    same = np.flatnonzero(np.abs(samples - pad.tensor).mean(axis=(1, 2, 3, 4)) < 1)
    if same.size and meant != (label := int(known.labels[same[0]])):
        raise Wrong(f"that is one of the samples, and whoever wrote it meant a {label}")
