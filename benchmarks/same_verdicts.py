"""The default comparison of all engines, twice: does it say the same? Writes results/same_verdicts.md.

Run from the repository's root on a machine that has nothing else to do: ``python benchmarks/same_verdicts.py``.
"""

from __future__ import annotations

import sys
import time
from itertools import combinations
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks._report import table, write
from helpers import bench
from helpers.bench import stats
from helpers.bench.result import Result
from helpers.bench.rows import resolve, verdict
from helpers.digits import MNIST
from helpers.units import precise

SEEDS = (1, 2)


def verdicts(result: Result) -> dict[tuple[str, str], str]:
    """Faster, slower or not resolvable for each pair of engines that passed."""
    (machine,) = result.machines
    floor = result.noise_floor.floor if result.noise_floor else 0.0
    found = {}
    for a, b in combinations([row.engine for row in result.rows if row.p50_s and not row.struck], 2):
        one, other = result.series[machine, a], result.series[machine, b]
        ratio = stats.ratio(one.p50, other.p50, one.medians, other.medians)
        found[a, b] = verdict(ratio.value, resolve(ratio, floor))
    return found


def main() -> None:
    """Measure twice and compare."""
    results, took = [], []
    for seed in SEEDS:
        start = time.perf_counter()
        results.append(bench.run(bench.plan(MNIST, seed=seed)))
        took.append(time.perf_counter() - start)
    first, second = map(verdicts, results)
    lines = [
        [a.engine, *(precise(row.p50_s) for row in (a, b)), f"{(b.p50_s or 0) / (a.p50_s or 1):.3f}"]
        for a, b in zip(results[0].rows, results[1].rows, strict=True)
        if a.p50_s and b.p50_s
    ]
    resolved = [pair for pair in first if first[pair] != "not resolvable"]
    same = [pair for pair in resolved if second.get(pair) == first[pair]]
    opposite = [pair for pair in resolved if {first[pair], second.get(pair)} == {"faster", "slower"}]
    changed = "; ".join(
        f"{a} against {b}: {first[a, b]}, then {second[a, b]}" for a, b in resolved if (a, b) not in same
    )
    runs = "\n".join(
        f"- Run {number}: {seconds:.0f} s, {len(result.processes)} processes, of which "
        f"{sum(row.disturbed for row in result.rows)} were left out. {result.noise_floor}"
        for number, (seconds, result) in enumerate(zip(took, results, strict=True), 1)
    )
    write(
        "same_verdicts",
        "The same comparison twice",
        "python benchmarks/same_verdicts.py",
        f"{table(['engine', 'p50, first run', 'p50, second run', 'ratio'], lines)}\n\n{runs}\n\nOf {len(first)} pairs "
        f"of engines the first run told {len(resolved)} apart; the second said the same of {len(same)} of these"
        f"{f' ({changed})' if changed else ''}, and the opposite of {len(opposite)}.",
    )


if __name__ == "__main__":
    main()
