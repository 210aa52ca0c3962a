"""How often the bench's intervals hold the truth, and how often two equal engines are called different.

Simulated studies whose truth is known: each process has a level of its own, each call in it noise and a tail on top.
They go through the bench's own statistics, from calls to verdicts. Writes results/coverage.md.
Run from the repository's root: ``python benchmarks/coverage.py`` (some minutes).
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks._report import table, write
from helpers.bench import stats
from helpers.bench.rows import resolve

STUDIES, CALLS = 1000, 300
PROCESSES = (10, 5)  # as planned, and where half of them were set aside
RATIO = 1.08  # the true ratio of the two engines, where they differ
Levels = Callable[[np.random.Generator, int], np.ndarray]

SHAPES: dict[str, Levels] = {  # the levels of processes; the median of each is 1
    "normal, 2.5 %": lambda rng, n: 1 + 0.025 * rng.standard_normal(n),
    "skewed (log-normal, 10 %)": lambda rng, n: np.exp(0.10 * rng.standard_normal(n)),
    "two modes (3 in 10 at 1.15)": lambda rng, n: _modes(rng, n),
}


def _modes(rng: np.random.Generator, n: int) -> np.ndarray:
    levels = np.where(rng.random(n) < 0.3, 1.15, 1.0) * (1 + 0.01 * rng.standard_normal(n))
    return levels / _MODES_MEDIAN


# The median of that mixture: where 0.7 Φ((x-1)/0.01) + 0.3 Φ((x-1.15)/0.0115) is one half, that is Φ = 5/7.
_MODES_MEDIAN = 1 + 0.01 * 0.5659


def p50s(rng: np.random.Generator, levels: Levels, scale: float, processes: int) -> list[float]:
    """The median of each process's calls, as the bench takes it."""
    level = scale * levels(rng, processes)
    noise = np.exp(0.05 * rng.standard_normal((processes, CALLS)))
    noise[rng.random(noise.shape) < 0.02] *= 5  # rare long calls
    return [float(np.median(calls)) for calls in level[:, None] * noise]


def study(seed: int, shape: str, ratio: float, processes: int) -> tuple[bool, bool, bool, bool]:
    """One study: does the interval of p50 hold the truth, that of the ratio, and are the two told apart (twice)?

    The second verdict is the bench's own, with the noise floor of the first engine against itself.
    """
    rng = np.random.default_rng(seed)
    a, b, twin = (p50s(rng, SHAPES[shape], scale, processes) for scale in (ratio, 1.0, 1.0))
    medians = [stats.resample(values, seed=number) for number, values in enumerate((a, b, twin))]
    truth = 1.0 * _CALL_MEDIAN
    p50 = stats.interval(b, medians[1])
    found = stats.ratio(a, b, medians[0], medians[1])
    floor = max(abs(float(np.median(twin) / np.median(b)) - 1), float(np.median(np.abs(medians[2] / medians[1] - 1))))
    return p50.holds(truth), found.holds(ratio), not found.holds(1), resolve(found, floor)


# Of the noise of calls: log-normal with median 1, of which 2 in 100 are five times as long: Φ = 0.5 / 0.98.
_CALL_MEDIAN = float(np.exp(0.05 * 0.02558))


def row(shape: str, ratio: float, processes: int, pool: ProcessPoolExecutor) -> list[object]:
    """One line of the table."""
    one = partial(study, shape=shape, ratio=ratio, processes=processes)
    found = np.array(list(pool.map(one, range(STUDIES), chunksize=25)))
    p50, held, apart, verdict = found.mean(axis=0)
    return [processes, shape, f"{ratio:g}", *(f"{100 * share:.1f} %" for share in (p50, held, apart, verdict))]


def main() -> None:
    """Simulate and write the table."""
    with ProcessPoolExecutor(2) as pool:
        rows = [row(shape, ratio, n, pool) for n in PROCESSES for shape in SHAPES for ratio in (1.0, RATIO)]
    header = [
        "processes",
        "differ by",
        "true ratio",
        "interval of p50 holds the truth",
        "of the ratio",
        "interval of the ratio leaves out 1",
        "called different",
    ]
    write(
        "coverage",
        "How often the intervals hold the truth",
        "python benchmarks/coverage.py",
        f"{table(header, rows)}\n\n{STUDIES} simulated studies a line, two engines and a twin, "
        f"{CALLS} calls in each process with 5 % of noise and 2 in 100 calls five times as long. Nominal: 95 %. "
        "Wanted: 92 to 98 % of intervals hold the truth, and of two equal engines (true ratio 1) at most 5 % are "
        "called different. *Called different* is the bench's verdict: the interval leaves out 1, and the difference is "
        "more than the noise floor.",
    )


if __name__ == "__main__":
    main()
