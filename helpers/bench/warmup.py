"""Where warm-up ends, found from the calls of each process instead of assumed.

What is assumed elsewhere is between none and ten calls. Measured on MNIST: none for ONNX Runtime with one thread,
13 with its own choice of threads, 42 for OpenVINO.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

Calls = np.ndarray[Any, np.dtype[Any]]

_WINDOW = 10  # calls, of which the median counts: a single long call says nothing about warmth
_WINDOWS = 24  # that there are at the least: from few, their spread is guessed too small, and noise looks like warmth
_AGREE = 3  # windows in a row
_LEAST = 0.02  # a window agrees within 2 %, or within three deviations of the windows of the second half from a line
_DRIFT = 0.05


@dataclass(frozen=True)
class WarmUp:
    """How many calls a process needed; ``steady`` is False where even half of its calls were not enough."""

    calls: int
    steady: bool

    def first_steady(self, count: int) -> int:
        """The index of the first of ``count`` calls that counts: never the first of all, which is a figure of its own.

        >>> WarmUp(0, steady=True).first_steady(100), WarmUp(0, steady=False).first_steady(1)
        (1, 0)
        """
        return min(max(1, self.calls), count - 1)


def find(calls: Calls) -> WarmUp:
    """The number of calls before the first three windows in a row that agree with the second half.

    Parameters
    ----------
    calls
        The time of each call in order, the first included; shape (n,).

    >>> find(np.r_[[9000] * 50, [1000] * 950])
    WarmUp(calls=50, steady=True)
    """
    size = min(_WINDOW, max(1, len(calls) // _WINDOWS))
    whole = len(calls) // size * size
    windows = np.median(np.reshape(calls[:whole], (-1, size)), axis=1)
    if len(windows) < 2 * _AGREE:
        return WarmUp(0, steady=False)
    half = len(windows) // 2
    later = windows[half:]
    steady = np.median(later)
    allowed = max(_LEAST * steady, 3 * 1.4826 * np.median(np.abs(later - steady - _line(later))))
    agrees = np.abs(windows - steady) <= allowed
    runs = np.convolve(agrees, np.ones(_AGREE), "valid") == _AGREE
    first = int(runs.argmax())
    return WarmUp(first * size, steady=True) if runs[first] and first <= half else WarmUp(half * size, steady=False)


def _line(windows: Calls) -> Calls:
    """How far a line through the medians of the two halves lies over its middle: a steady rise is not a spread."""
    half = len(windows) // 2
    rise = np.median(windows[-half:]) - np.median(windows[:half])
    return rise / (len(windows) - half) * (np.arange(len(windows)) - (len(windows) - 1) / 2)


def drift(steady: Calls) -> float:
    """By how much the median of the last quarter lies over that of the first, as a share: 0.1 is 10 % slower.

    >>> round(drift(np.linspace(1000, 2000, 101)), 2)
    0.68
    """
    quarter = max(1, len(steady) // 4)
    return float(np.median(steady[-quarter:]) / np.median(steady[:quarter]) - 1)


def drifts(shares: list[float]) -> bool:
    """Whether processes drift: by more than 5 % in the median, and four of five in the same direction."""
    middle = float(np.median(shares))
    alike = np.mean(np.sign(shares) == np.sign(middle))
    return abs(middle) > _DRIFT and alike >= 0.8
