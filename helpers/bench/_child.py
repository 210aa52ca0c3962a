"""What runs in a fresh process: the phases of an engine, each by the clock; or its memory, without a clock.

Imports little: every process of a measurement pays for it before it comes to its engine.
"""

from __future__ import annotations

import gc
import sys
import time
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from typing import TYPE_CHECKING, Any

from helpers.bench.entry import Entry
from helpers.engines.base import Run
from helpers.errors import ModelRejected, RunFailed, translate
from helpers.process.wire import crosses

if TYPE_CHECKING:
    import numpy as np

    from helpers.compare.inputs import Sample
    from helpers.modelfile.model import Model

LEAST_CALLS = 24  # of a process, however slow the engine: a median of steady calls takes 11
_CHECKED_SECONDS, _CHECKED_BYTES = 0.05, 2**22  # of answers after the measurement, handed back to be judged
_WORK, _WORK_TIMES = 10_000, 25  # together some milliseconds, so that a single interruption counts for nothing
_MEMORY_CALLS = 20

_running: tuple[str, Run, list[str]] | None = None  # of a process that answers: engine, session, names of the outputs


@dataclass(frozen=True)
class Work:
    """All that a process needs to measure one entry."""

    entry: Entry
    model: Model
    samples: tuple[Sample, ...]
    seconds: float
    most_calls: int


@crosses
@dataclass(frozen=True)
class Measured:
    """What a process tells."""

    import_ns: int
    load_ns: int
    calls_ns: array[int]  # every call in order; the first is the first call of the session
    work_ns: tuple[int, int]  # of the same piece of work, before and after the calls
    cores: float  # CPU seconds of this process in a second of calls
    cpu_seconds: float  # of this process since it started
    answers: list[list[np.ndarray]]  # to the first samples, given after the measurement


def measure(work: Work) -> Measured:
    """Import, load, first call and steady calls, each timed; then a few answers, untimed, to be judged."""
    engine = work.entry.engine
    gc.collect()
    gc.disable()  # as timeit does: a collection in the middle of a call is Python's time, not the engine's
    clock = time.perf_counter_ns
    start = clock()
    engine.bind(work.model)
    imported = clock()
    run = _open(work.entry, work.model)
    loaded = clock()
    before = fixed_work()
    cpu, wall = time.process_time(), time.perf_counter()
    try:
        calls = timed(run, work.samples, seconds=work.seconds, most=work.most_calls)
        cores = (time.process_time() - cpu) / (time.perf_counter() - wall)
        after = fixed_work()
        answers = _answers(run, work.samples)
    except BaseException as problem:  # a Rust panic is not an Exception
        raise translate(engine.name, problem, RunFailed) from None
    phases = (imported - start, loaded - imported)
    return Measured(*phases, calls, (before, after), cores, time.process_time(), answers)


def fixed_work() -> int:
    """The nanoseconds of a piece of work that is always the same: how fast this core is at this moment.

    A neighbour on the same processor slows a virtual machine's core by half and shows in no load figure.

    >>> fixed_work() > 1000
    True
    """
    clock, times = time.perf_counter_ns, []
    for _ in range(_WORK_TIMES):
        start = clock()
        sum(range(_WORK))
        times.append(clock() - start)
    return sorted(times)[_WORK_TIMES // 2]


def timed(
    run: Callable[[Any], object], samples: Sequence[Any], *, seconds: float, most: int, least: int = LEAST_CALLS
) -> array[int]:
    """The nanoseconds of each call, on the samples in turns. Nothing else happens between two readings of a clock.

    >>> len(timed(lambda sample: None, [{}], seconds=60, most=100))
    100
    """
    clock, times = time.perf_counter_ns, array("q")
    end, least = clock() + int(seconds * 1e9), min(least, most)
    for sample in cycle(samples):
        before = clock()
        run(sample)
        after = clock()
        times.append(after - before)
        if (after >= end and len(times) >= least) or len(times) >= most:
            break
    return times


def start(entry: Entry, model: Model) -> float:
    """Load a model for :func:`answer`; the seconds that it took."""
    global _running
    begun = time.perf_counter()
    run = _open(entry, model)
    _running = (entry.engine.name, run, [info.name for info in model.outputs])
    return time.perf_counter() - begun


def answer(sample: Sample) -> tuple[dict[str, np.ndarray], float]:
    """The outputs by name for one sample, and the seconds that the call took."""
    assert _running is not None  # start comes first
    engine, run, names = _running
    try:
        begun = time.perf_counter()
        outputs = run(sample)
        return dict(zip(names, outputs, strict=True)), time.perf_counter() - begun
    except BaseException as problem:  # a Rust panic is not an Exception
        raise translate(engine, problem, RunFailed) from None


def peak_memory(work: Work) -> int:
    """Bytes by which binding, model and twenty calls raised the most memory that this process ever held."""
    import psutil

    before = psutil.Process().memory_info().rss
    work.entry.engine.bind(work.model)
    run = _open(work.entry, work.model)
    for sample in islice(cycle(work.samples), _MEMORY_CALLS):
        run(sample)
    return max(0, _peak() - before)


def _open(entry: Entry, model: Model) -> Run:
    try:
        return entry.engine.open(model, entry.options)
    except BaseException as problem:  # a Rust panic is not an Exception
        raise translate(entry.engine.name, problem, ModelRejected) from None


def _answers(run: Run, samples: Sequence[Sample]) -> list[list[np.ndarray]]:
    """As many answers as fit into a moment: this process may differ from the one that passed the gate."""
    found, size, end = [], 0, time.perf_counter() + _CHECKED_SECONDS
    for sample in samples:
        found.append(list(run(sample)))
        size += sum(array.nbytes for array in found[-1])
        if time.perf_counter() > end or size > _CHECKED_BYTES:
            break
    return found


def _peak() -> int:
    """The most memory that this process ever held, in bytes."""
    if sys.platform == "linux":  # where ru_maxrss starts at what the parent held when it forked
        with open("/proc/self/status", encoding="ascii") as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))
    if sys.platform == "win32":
        import psutil

        return psutil.Process().memory_info().peak_wset
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # macOS: bytes
