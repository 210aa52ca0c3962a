"""The noise floor: an engine against itself, measured twice under two names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from helpers.bench import stats
from helpers.bench.entry import AGAIN

if TYPE_CHECKING:
    from helpers.bench.record import Record


@dataclass(frozen=True)
class NoiseFloor:
    """An engine against itself: what is less than ``floor`` is not a difference between engines."""

    engine: str
    ratio: float
    low: float | None
    high: float | None
    floor: float  # a share, 0.02 is 2 %: as far as the interval of an engine against itself reaches from 1

    def __str__(self) -> str:
        ends = "" if self.low is None else f" ({self.low:.3f} to {self.high:.3f})"
        return f"Noise floor {100 * self.floor:.1f} %: {self.engine} against itself is {self.ratio:.3f}{ends}."


def noise_floors(record: Record) -> dict[str, NoiseFloor]:
    """By machine: how far the doubled engine seems to be from itself."""
    found = record.series
    floors = {}
    for (machine, name), again in found.items():
        one = found.get((machine, name.removesuffix(AGAIN)))
        if name.endswith(AGAIN) and one is not None and one.p50 and again.p50:
            r = stats.ratio(again.p50, one.p50, again.medians, one.medians)
            floor = float(np.median(np.abs(again.medians / one.medians - 1)))
            shown = [abs(end - 1) for end in (r.value, r.low, r.high) if end is not None]
            floors[machine] = NoiseFloor(one.entry, r.value, r.low, r.high, max(floor, *shown))
    return floors


def noise_floor(record: Record) -> NoiseFloor | None:
    """That of the first machine; None where no engine was measured twice."""
    return next(iter(noise_floors(record).values()), None)
