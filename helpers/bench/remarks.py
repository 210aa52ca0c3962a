"""What a reader should know before any number, and the numbers in one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from helpers.bench import speed
from helpers.bench.gate import TIMED
from helpers.bench.noise import noise_floors
from helpers.bench.rows import Row, rows
from helpers.bench.stats import LEAST_PROCESSES
from helpers.units import precise, span, times

if TYPE_CHECKING:
    from helpers.bench.record import Record

_DISTURBED = 0.05  # the share of processes at another speed that is worth a word
_OTHERS = 0.2  # cores that others may use before it is worth a word


def remarks(record: Record) -> tuple[str, ...]:
    """One sentence each; none where all went as planned."""
    return tuple(_remarks(record))


def _remarks(record: Record) -> Iterator[str]:
    planned = record.plan["processes"]
    if not record.finished:
        done = len(record.processes)
        entries = [e for e in record.plan["entries"] if record.verdicts[e["name"]].outcome in TIMED]
        yield f"Not finished: {done} of {planned * len(entries)} processes; the same command goes on from here."
    if record.stopped:
        yield f"It was stopped by an error: {record.stopped}."
    if planned < LEAST_PROCESSES:
        yield f"{planned} process{'es' * (planned > 1)} an engine give no interval; take 10."
    elif planned < 10:
        yield f"With {planned} processes an engine the intervals promise more than they hold; take 10."
    busy = [process.other_cores for process in record.processes if not process.failed]
    if busy and np.median(busy) > _OTHERS:
        yield (
            f"The machine was not idle: others used {np.median(busy):.1f} cores meanwhile, so times are too long. "
            "Ratios suffer less; better run it again on a quiet machine."
        )
    off = speed.disturbed(record.processes)
    if len(off) > _DISTURBED * len(busy):
        slow = np.median([max(p.work_ns) for p in off])
        usual = np.median([max(p.work_ns) for p in record.processes if not p.failed and p not in off] or [slow])
        left_out = sum(len(each.disturbed) for each in record.series.values())
        yield (
            f"The machine's own speed changed: in {len(off)} of {len(busy)} processes the same piece of work took "
            f"{slow / usual:.1f} times as long; {left_out} of them are left out. Something that this machine cannot "
            "see slows it: a neighbour on the same processor, its clock, or heat."
        )
    if len(record.machines) > 1:
        yield f"{len(record.machines)} unlike machines took part; each has its own lines, and none are pooled."
    if record.note:
        yield record.note


def sentence(record: Record) -> str:
    """The table in words: who is first, how far the others are, and what could not be told apart."""
    lines = rows(record)
    said = [_of_machine([row for row in lines if row.machine == machine]) for machine in record.machines or [""]]
    floors = [str(floor) for floor in noise_floors(record).values()]
    return " ".join([*said, *floors]) or "Nothing has been measured."


def _of_machine(lines: list[Row]) -> str:
    timed = sorted((r for r in lines if r.p50_s is not None and not r.struck), key=lambda r: r.p50_s or 0.0)
    struck = [f"{r.engine} ({r.outcome})" for r in lines if r.struck and r.outcome != "unavailable"]
    without = f" Not ranked: {', '.join(struck)}." if struck else ""
    if not timed:
        return f"No engine gave correct answers, so none is ranked.{without}"
    first, *rest = timed
    told = f"{first.engine} p50 {precise(first.p50_s)}"
    if first.p50_low_s is not None and first.p50_high_s is not None:
        told += f" ({span(first.p50_low_s, first.p50_high_s)})"
    told += f", first in {100 * (first.first_share or 0):.0f} % of resamples."
    others = f" Against it: {', '.join(map(_against, rest))}." if rest else ""
    return told + others + without


def _against(row: Row) -> str:
    ends = "" if row.ratio_low is None else f" ({times(row.ratio_low)} to {times(row.ratio_high or 0)})"
    return f"{row.engine} {times(row.ratio or 0)} ×{ends}{'' if row.resolvable else ', not resolvable'}"
