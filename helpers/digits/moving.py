"""A digit somewhere else in its picture, whole."""

from __future__ import annotations

import numpy as np


def moved(tensor: np.ndarray, *, right: int = 0, down: int = 0) -> np.ndarray:
    """The digit moved by this many pixels, at most to the edge: none of it is lost, or comes in on the other side.

    Parameters
    ----------
    tensor
        float32[…, 28, 28], paper 0.
    right, down
        Pixels; negative ones go left and up.

    >>> picture = np.zeros((1, 1, 28, 28), np.float32)
    >>> picture[0, 0, 3, 20] = 255
    >>> [int(i) for i in np.argwhere(moved(picture, right=5, down=-9))[0][2:]]
    [0, 25]
    """
    ink = np.any(tensor.reshape(-1, *tensor.shape[-2:]), axis=0)
    rows, columns = np.flatnonzero(np.any(ink, axis=1)), np.flatnonzero(np.any(ink, axis=0))
    steps = _within(rows, down, ink.shape[0]), _within(columns, right, ink.shape[1])
    return np.roll(tensor, steps, axis=(-2, -1))


def _within(inked: np.ndarray, step: int, size: int) -> int:
    """The step, or as much of it as there is room for."""
    if inked.size == 0:
        return 0
    return int(np.clip(step, -inked[0], size - 1 - inked[-1]))
