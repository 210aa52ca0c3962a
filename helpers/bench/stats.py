"""From calls to what can be said: medians over processes, their intervals, and ratios.

The process is the sampling unit. A thousand calls of one process know that process well, and the next one badly:
an interval made from calls held the value of other processes in 13 of 60 tries. So each process gives one number,
and intervals are made from those, by the percentile bootstrap of the median (``benchmarks/coverage.py`` counts how
often they hold the truth).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import bootstrap

Values = np.ndarray[Any, np.dtype[np.float64]]

RESAMPLES = 9_999
LEVEL = 0.95
LEAST_PROCESSES = 3  # fewer give no interval
# Calls for a percentile: so many that, with 99 % confidence, two of them at the least lie above it.
ENOUGH = {"p50": 11, "p90": 64, "p95": 130, "p99": 662, "p99.9": 6636}
_FAR = 3.0  # spreads between the quartiles beyond them: Tukey's "far out"
_LONG = 1.5  # and this many times the median, since quartiles may lie next to each other


@dataclass(frozen=True)
class Interval:
    """A value with its 95 % interval; without one (None) where there are too few processes."""

    value: float
    low: float | None = None
    high: float | None = None

    def holds(self, value: float) -> bool:
        """Whether the interval holds a value; one that there is none of holds everything."""
        return self.low is None or self.high is None or self.low <= value <= self.high


def percentile(calls: Sequence[Values], name: str) -> list[float]:
    """One percentile of each process that has enough calls for it, e.g. ``"p99"``.

    >>> percentile([np.arange(1000.0), np.arange(100.0)], "p99")
    [989.01]
    """
    share = float(name.removeprefix("p"))
    return [float(np.percentile(each, share)) for each in calls if len(each) >= ENOUGH[name]]


def resample(values: Sequence[float], *, seed: int) -> Values:
    """The medians of bootstrap resamples of one engine's processes; shape (9999,)."""
    if len(values) < 2 or len(set(values)) == 1:  # nothing to resample
        return np.full(RESAMPLES, np.median(values) if len(values) else np.nan)
    rng = np.random.default_rng(seed)
    found = bootstrap((values,), np.median, n_resamples=RESAMPLES, method="percentile", vectorized=True, rng=rng)
    return found.bootstrap_distribution


def interval(values: Sequence[float], medians: Values) -> Interval:
    """The median over processes, with the percentile interval of its resamples."""
    return _interval(float(np.median(values)), medians, len(values))


def ratio(a: Sequence[float], b: Sequence[float], medians_a: Values, medians_b: Values) -> Interval:
    """How many times longer a takes than b: the ratio of the medians, with its interval.

    The resamples of the two are independent, so their ratio, one by one, is the two-sample bootstrap.
    """
    return _interval(float(np.median(a) / np.median(b)), medians_a / medians_b, min(len(a), len(b)))


def _interval(value: float, medians: Values, processes: int) -> Interval:
    if processes < LEAST_PROCESSES:
        return Interval(value)
    tail = 100 * (1 - LEVEL) / 2
    low, high = np.percentile(medians, [tail, 100 - tail])
    return Interval(value, float(low), float(high))


def first_shares(medians: dict[str, Values], floor: float = 0.0) -> dict[str, float]:
    """The share of resamples in which each engine was the fastest of all.

    Those that are no further from the fastest than the noise floor (0.02 is 2 %) share its place: what cannot be
    told apart is not first.

    >>> first_shares({"a": np.array([1.0, 1, 3]), "b": np.array([2.0, 2, 2])})["b"]
    0.3333333333333333
    >>> first_shares({"a": np.array([1.0, 1.0]), "b": np.array([1.01, 1.03])}, floor=0.02)
    {'a': 0.75, 'b': 0.25}
    """
    all_ = np.stack(list(medians.values()))
    within = all_ <= all_.min(axis=0) * (1 + floor)
    shares = np.mean(within / within.sum(axis=0), axis=1)
    return {name: float(share) for name, share in zip(medians, shares, strict=True)}


def more_processes(found: Interval, processes: int) -> int | None:
    """About how many more processes would tell a ratio from 1, if it is what it seems; None where it seems to be 1.

    The width of an interval falls with the root of the number of processes.

    >>> more_processes(Interval(1.02, 0.98, 1.06), 10)
    30
    """
    if found.low is None or found.high is None or found.value == 1:
        return None
    side = found.value - found.low if found.value > 1 else found.high - found.value
    needed = processes * (side / abs(found.value - 1)) ** 2
    return max(1, int(np.ceil(round(needed, 6))) - processes)


def variation(values: Sequence[float]) -> float | None:
    """The coefficient of variation: standard deviation over mean; None for fewer than two."""
    return float(np.std(values, ddof=1) / np.mean(values)) if len(values) > 1 else None


def outliers(steady: Values) -> int:
    """Calls that took far longer than the rest: beyond Tukey's outer fence and half as long again as the median.

    >>> outliers(np.r_[np.full(99, 10.0), 100.0])
    1
    """
    low, middle, high = np.percentile(steady, [25, 50, 75])
    return int(np.sum(steady > max(high + _FAR * (high - low), _LONG * middle)))


def modes(values: Sequence[float]) -> tuple[list[float], list[float]] | None:
    """Processes that fall into two groups: the gap between them is 5 % and more, and twice as wide as either group.

    >>> modes([1.0, 2.01, 1.01, 2.0, 1.0])
    ([1.0, 1.0, 1.01], [2.0, 2.01])
    """
    ordered = sorted(values)
    if len(ordered) < 4:
        return None
    gaps = np.diff(ordered)
    cut = int(gaps.argmax()) + 1
    low, high = ordered[:cut], ordered[cut:]
    wide = max(low[-1] - low[0], high[-1] - high[0])
    apart = min(len(low), len(high)) >= 2 and gaps.max() > 0.05 * low[-1] and gaps.max() > 2 * wide
    return (low, high) if apart else None
