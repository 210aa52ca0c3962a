"""The work of a plan once the gate is passed: memory and instrument, then every process in its order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor, as_completed
from importlib import import_module
from typing import Any

from helpers.bench import instrument, process, speed
from helpers.bench._child import Work
from helpers.bench.entry import AGAIN
from helpers.bench.gate import TIMED, Gate, Report
from helpers.bench.planning import Plan
from helpers.bench.process import Facts, Process

_GIVE_UP = 2  # failed processes of an entry, after which the rest of its processes are left out
_SIDE_BY_SIDE = 2  # processes whose memory is looked at; they are not timed
_AGAIN = 0.4  # of the planned processes, at the most, are measured once more where the machine's speed changed

Todo = list[tuple[int, Work]]  # round and what to measure


def works(plan: Plan, judged: Gate) -> dict[str, Work]:
    """What to measure, by entry: those whose engine ran."""
    return {
        e.name: Work(e, judged.models[e.name], plan.samples, plan.seconds, plan.most_calls)
        for e in plan.entries
        if judged.verdicts[e.name].outcome in TIMED
    }


def beside(plan: Plan, judged: Gate, report: Report) -> dict[str, Any]:
    """Memory and the instrument: runs of their own, since looking at either slows the engine."""
    found = {name: work for name, work in works(plan, judged).items() if not name.endswith(AGAIN)}
    report("looking at memory", 0, len(found))
    with ThreadPoolExecutor(_SIDE_BY_SIDE + 1) as pool:
        pool.submit(import_module, "helpers.bench.rows")  # scipy takes seconds to import: now, while nothing is timed
        peaks = list(pool.map(lambda work: process.peak_memory(work, plan.limits), found.values()))
    memory = {name: peak for name, peak in zip(found, peaks, strict=True) if peak is not None}
    report("measuring the instrument", 0, 1)
    with process.one_at_a_time():
        models = {name: judged.models[name] for name in found}
        return {"memory": memory, "instrument": instrument.measure(plan, models)}


def processes(
    plan: Plan, judged: Gate, before: Sequence[Process], executor: Executor | None, report: Report
) -> Iterator[tuple[Process, Facts]]:
    """Each process of the plan that is not done yet; then some again, where the machine's speed changed meanwhile."""
    known, found = list(before), works(plan, judged)
    for batch in _batches(plan, found, known):
        total = len(known) + len(batch)
        report("measuring", len(known), total)
        ran = _here(plan, judged, batch, known) if executor is None else _there(plan, judged, batch, executor)
        for one, facts in ran:
            known.append(one)
            yield one, facts  # before it is told: an interrupt there is not to lose it
            report(f"measured {one.entry}", len(known), total)
        report("measured", total, total)  # also where an entry was given up


def _batches(plan: Plan, found: dict[str, Work], known: list[Process]) -> Iterator[Todo]:
    """What is planned, then what is to be done again; ``known`` grows meanwhile."""
    done = {(each.round, each.entry) for each in known}
    planned = [(number, found[e.name]) for number, e in plan.order() if e.name in found]
    yield [each for each in planned if (each[0], each[1].entry.name) not in done]
    left = int(_AGAIN * len(planned))
    while (disturbed := speed.disturbed(known)) and left > 0:
        lacks = {name: sum(p.entry == name for p in disturbed) - _extra(plan, name, known) for name in found}
        most = max(lacks.values())  # whoever lacks most comes first, since not all may be done again
        if most <= 0:
            return
        number = 1 + max(p.round for p in known)
        again = [(number, found[name]) for name, count in lacks.items() if count == most][:left]
        left -= len(again)
        yield again


def _extra(plan: Plan, name: str, known: Sequence[Process]) -> int:
    """How many processes of an entry there are beyond the plan."""
    return sum(p.entry == name for p in known) - plan.processes


def _here(plan: Plan, judged: Gate, batch: Todo, known: Sequence[Process]) -> Iterator[tuple[Process, Facts]]:
    for number, work in batch:
        if sum(p.entry == work.entry.name and bool(p.failed) for p in known) < _GIVE_UP:
            yield process.measure(work, judged.answers, number, plan.limits)


def _there(plan: Plan, judged: Gate, batch: Todo, executor: Executor) -> Iterator[tuple[Process, Facts]]:
    futures = [executor.submit(process.measure, work, judged.answers, number, plan.limits) for number, work in batch]
    lost: Exception | None = None
    try:
        for future in as_completed(futures):
            try:
                found = future.result()
            except Exception as error:  # a machine that is gone costs its own processes only
                lost = lost or error
            else:
                yield found
        if lost is not None:
            raise lost
    finally:
        for future in futures:
            future.cancel()
