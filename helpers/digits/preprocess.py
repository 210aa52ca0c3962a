"""From a drawing to what the network sees, one visible stage after the other.

MNIST's own digits were made this way: the ink was scaled to fit 20x20 pixels and put into 28x28 with its centre of
mass in the middle. A network trained on them expects that; a drawing in a corner, or too big, is misread without it.

Source: LeCun, Bottou, Bengio and Haffner, *Gradient-based learning applied to document recognition*, 1998, section III.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from helpers.errors import BadInput

FRAME = 28  # the network's picture
BOX = 20  # the ink's longest side inside it
# An antialiased line ends in a rim of faint pixels. At a tenth of full ink they no longer decide where the ink
# begins; a line itself is far above.
INK = 25


@dataclass(frozen=True)
class Stages:
    """Every stage between pad and network. Values are ink, 0 to 255; float32 but for `drawn` and `cropped`.

    Attributes
    ----------
    drawn : array, shape (side, side), as given
    cropped : array, shape (h, w)
        The bounding box of the ink; shape (0, 0) when nothing is drawn.
    boxed : float32 array, shape (h, w), the longer of them 20
        Shape (0, 0) when nothing is drawn.
    centred : float32 array, shape (28, 28)
        The centre of mass at row 14, column 14, as near as whole pixels allow.
    """

    drawn: np.ndarray
    cropped: np.ndarray
    boxed: np.ndarray
    centred: np.ndarray

    @property
    def tensor(self) -> np.ndarray:
        """The network's input: float32, shape (1, 1, 28, 28), 0 to 255."""
        return self.centred[None, None]

    @property
    def empty(self) -> bool:
        """Whether nothing is drawn. A network would answer even so; callers say "nothing drawn" instead."""
        return self.cropped.size == 0


def preprocess(pixels: np.ndarray) -> Stages:
    """Crop the ink, scale its longest side to 20 pixels, centre its mass in 28x28.

    Parameters
    ----------
    pixels : array of numbers, shape (side, side), side at least 28
        0 is black paper, 255 is white ink.

    Returns
    -------
    Stages

    Raises
    ------
    BadInput
        When `pixels` is not a square picture with values from 0 to 255.

    Examples
    --------
    A line in a corner of the pad arrives in the middle, 20 pixels long:

    >>> pad = np.zeros((112, 112), np.uint8)
    >>> pad[4:64, 6:14] = 255
    >>> stages = preprocess(pad)
    >>> stages.cropped.shape, stages.boxed.shape, stages.tensor.shape
    ((60, 8), (20, 3), (1, 1, 28, 28))
    >>> rows, columns = stages.centred.nonzero()
    >>> int(rows.min()), int(rows.max()), int(columns.min()), int(columns.max())
    (4, 23, 13, 15)
    >>> preprocess(np.zeros((112, 112))).empty
    True
    """
    drawn = _checked(pixels)
    cropped = _crop(drawn)
    if cropped.size == 0:
        return Stages(drawn, cropped, np.zeros((0, 0), np.float32), np.zeros((FRAME, FRAME), np.float32))
    boxed = _box(cropped)
    return Stages(drawn, cropped, boxed, _centre(boxed))


def _checked(pixels: np.ndarray) -> np.ndarray:
    remedy = "give a square picture of numbers from 0 (paper) to 255 (ink)"
    try:
        array = np.array(pixels)  # a copy: the pad goes on being drawn on
    except (TypeError, ValueError):
        raise BadInput(f"the drawing is a ragged {type(pixels).__name__}: {remedy}") from None
    if array.dtype.kind not in "uif":
        raise BadInput(f"the drawing holds {array.dtype}, not numbers: {remedy}")
    if array.ndim != 2 or array.shape[0] != array.shape[1]:
        raise BadInput(f"the drawing has the shape {array.shape}, which is not square: {remedy}")
    if array.shape[0] < FRAME:
        raise BadInput(f"the drawing has a side of {array.shape[0]}, the least is {FRAME}: draw on a larger pad")
    low, high = array.min(), array.max()
    if not (low >= 0 and high <= 255):  # also false for NaN
        wrong = low if not low >= 0 else high
        raise BadInput(f"the drawing holds the value {wrong}: {remedy}")
    return array


def _crop(drawn: np.ndarray) -> np.ndarray:
    ink = drawn > INK
    rows, columns = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
    if rows.size == 0:
        return drawn[:0, :0]
    return drawn[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _box(cropped: np.ndarray) -> np.ndarray:
    height, width = cropped.shape
    scale = BOX / max(height, width)
    down, across = _average(height, max(1, round(height * scale))), _average(width, max(1, round(width * scale)))
    # Rounding in float32 can pass 255 by a hair.
    return np.clip(down @ cropped.astype(np.float32) @ across.T, 0, 255)


@lru_cache(maxsize=1024)
def _average(old: int, new: int) -> np.ndarray:
    """Weights, (new, old): a new pixel is the mean of the stretch of old pixels that it covers, rows sum to one."""
    edges = np.arange(new + 1) * (old / new)
    left, right = edges[:-1, None], edges[1:, None]
    pixel = np.arange(old)
    overlap = np.minimum(right, pixel + 1) - np.maximum(left, pixel)
    return (np.clip(overlap, 0, None) * (new / old)).astype(np.float32)


def _centre(boxed: np.ndarray) -> np.ndarray:
    centred = np.zeros((FRAME, FRAME), np.float32)
    top, left = (_start(boxed.sum(axis)) for axis in (1, 0))
    centred[top : top + boxed.shape[0], left : left + boxed.shape[1]] = boxed
    return centred


def _start(mass: np.ndarray) -> int:
    """Where along one side the box begins, so that the mass is centred on pixel 14 and no ink leaves the frame."""
    middle = float(mass @ np.arange(len(mass))) / float(mass.sum())
    return min(max(round(FRAME / 2 - middle), 0), FRAME - len(mass))
