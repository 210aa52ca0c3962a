"""The processes of one engine on one machine, and what makes their median say less than it seems to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from helpers.bench import speed, stats, warmup
from helpers.bench.process import Process
from helpers.units import seconds

VARIES = 0.025  # coefficient of variation between processes from which it is worth a warning


@dataclass(frozen=True)
class Series:
    """The processes of one entry on one machine: their calls apart into warm-up and steady."""

    entry: str
    machine: str
    processes: tuple[Process, ...]  # those that count
    disturbed: tuple[Process, ...]  # left out: the machine ran at another speed meanwhile
    doubtful: tuple[Process, ...]  # the same, but they count, since too few others are left
    failed: tuple[Process, ...]
    warm: tuple[warmup.WarmUp, ...]
    steady: tuple[stats.Values, ...]  # seconds
    p50: tuple[float, ...]  # seconds, one for each process
    medians: stats.Values  # of resamples


def series(processes: Sequence[Process]) -> dict[tuple[str, str], Series]:
    """The processes by machine and entry; of unlike machines they are never pooled."""
    found: dict[tuple[str, str], list[Process]] = {}
    for process in processes:
        found.setdefault((process.machine, process.entry), []).append(process)
    off = speed.disturbed(processes)
    return {key: _series(*key, group, off, seed=number) for number, (key, group) in enumerate(found.items())}


def _series(machine: str, entry: str, group: Sequence[Process], off: Sequence[Process], *, seed: int) -> Series:
    ran = [process for process in group if not process.failed]
    fine = [process for process in ran if process not in off]
    if len(fine) < stats.LEAST_PROCESSES:  # too few to speak for the engine
        fine = ran
    warm = [warmup.find(process.calls_ns) for process in fine]
    steady = [p.calls_ns[w.first_steady(len(p.calls_ns)) :] / 1e9 for p, w in zip(fine, warm, strict=True)]
    p50 = [float(np.median(each)) for each in steady]
    return Series(
        entry,
        machine,
        processes=tuple(fine),
        disturbed=tuple(process for process in ran if process not in fine),
        doubtful=tuple(process for process in fine if process in off),
        failed=tuple(process for process in group if process.failed),
        warm=tuple(warm),
        steady=tuple(steady),
        p50=tuple(p50),
        medians=stats.resample(p50, seed=seed),
    )


def warnings(found: Series, threads: int) -> tuple[str, ...]:
    """What makes the median of an entry say less than it seems to, one sentence each."""
    said = []
    if found.doubtful:
        count = f"{len(found.doubtful)} of {len(found.processes)} processes"
        said.append(f"{count} ran while the machine had another speed; they count, since too few others are left")
    if groups := stats.modes(found.p50):
        low, high = (f"{len(group)} processes near {seconds(float(np.median(group)))}" for group in groups)
        said.append(f"two modes: {low}, {high}")
    varies = stats.variation(found.p50)
    if varies is not None and varies > VARIES:
        said.append(f"its processes differ: p50 varies by {100 * varies:.1f} % (more than 2.5 %)")
    shares = [float(warmup.drift(each)) for each in found.steady]
    if warmup.drifts(shares):
        share = 100 * float(np.median(shares))
        said.append(f"it drifts: calls at the end of a process take {share:+.0f} % against those after the warm-up")
    if cold := sum(not w.steady for w in found.warm):
        said.append(f"{cold} of {len(found.warm)} processes did not become steady within half of their calls")
    cores = float(np.median([p.cores for p in found.processes]))
    if cores > threads + 0.25:
        said.append(
            f"it used {cores:.1f} cores, though {threads} thread{'s were' if threads > 1 else ' was'} asked for"
        )
    few = min(len(each) for each in found.steady)
    if few < stats.ENOUGH["p50"]:
        said.append(f"only {few} steady calls in a process; a median wants {stats.ENOUGH['p50']}")
    return tuple(said)
