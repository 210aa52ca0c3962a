"""The numbers of one tensor in a few: read in pieces, so that a large one is never in memory twice."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np

_PIECE = 2**18  # elements at a time: 2 MiB as float64


@dataclass(frozen=True)
class Statistics:
    """What the numbers of a tensor are like; None where there are none."""

    min: float | None = None  # of all that are numbers, infinity too
    max: float | None = None
    mean: float | None = None  # of the finite ones
    std: float | None = None  # the same; the population's, not a sample's
    zeros: float | None = None  # share
    nan: int | None = None  # count


def statistics(array: np.ndarray) -> Statistics:
    """Look at every number once.

    >>> statistics(np.array([0, 3, np.nan, 0, 1], np.float32))
    Statistics(min=0.0, max=3.0, mean=1.0, std=1.224744871391589, zeros=0.4, nan=1)
    """
    if array.dtype.kind in "bcOSU":
        return Statistics()  # no numbers that have an order
    flat = array.reshape(-1)
    lows, highs, zeros, nan = [], [], 0, 0
    count, mean, squares = 0, 0.0, 0.0  # squares: the sum of squared distances from the mean
    for start in range(0, flat.size, _PIECE):
        piece = flat[start : start + _PIECE]
        numbers = piece.astype(np.float64)
        numbers = numbers[~np.isnan(numbers)]
        nan += piece.size - numbers.size
        if numbers.size:
            lows.append(numbers.min())
            highs.append(numbers.max())
            zeros += int(np.count_nonzero(numbers == 0))
        finite = numbers[np.isfinite(numbers)]
        if finite.size:  # the pieces are joined by Chan's rule, which stays exact where the mean is large
            with np.errstate(over="ignore", invalid="ignore"):
                own, both = finite.mean(), count + finite.size
                squares += np.square(finite - own).sum() + (own - mean) ** 2 * count * finite.size / both
                mean += (own - mean) * finite.size / both
            count = both
    if not flat.size:
        return Statistics(nan=0)
    return Statistics(
        min=float(min(lows)) if lows else None,
        max=float(max(highs)) if highs else None,
        mean=float(mean) if count else None,
        std=sqrt(squares / count) if count else None,
        zeros=zeros / flat.size,
        nan=nan,
    )
