"""One fresh process, from the side that waits for it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from helpers import engines as _engines
from helpers.bench import _child
from helpers.bench.machine import busy_seconds, facts, identity
from helpers.compare.inputs import Sample
from helpers.compare.judge import error
from helpers.compare.verdict import OUTCOMES
from helpers.errors import EngineError
from helpers.locks import lock
from helpers.process.limits import Limits

Facts = dict[str, Any]  # of a machine, see helpers.bench.machine.facts
_LOOK = 0.25  # seconds between looks at another measurement on this machine; rare, since looking disturbs it


@dataclass(frozen=True, eq=False)  # two are the same only if they are one
class Process:
    """What one fresh process measured; times in nanoseconds, ``calls_ns[0]`` the first call of the session."""

    entry: str
    round: int
    started: float  # seconds since 1970
    machine: str  # see helpers.bench.machine.identity
    import_ns: int = 0
    load_ns: int = 0
    calls_ns: np.ndarray[Any, np.dtype[np.int64]] = field(default_factory=lambda: np.zeros(0, np.int64))
    work_ns: tuple[int, int] = (0, 0)  # of a fixed piece of work, before and after the calls
    cores: float = 0.0  # CPU seconds that it used in a second of calls
    other_cores: float = 0.0  # the same of everything else on the machine, from its start to its end
    error: float | None = None  # the worst norm-wise error of answers that it gave after the calls
    checked: int = 0  # how many these were
    outcome: str = "measured"  # or what became of it, see helpers.compare.Row
    failed: str = ""  # why there is no measurement

    def to_json(self) -> dict[str, Any]:
        """As plain values, for ``json.dumps``; an infinite error is the word "inf"."""
        off = self.error is not None and not np.isfinite(self.error)
        return {**self.__dict__, "calls_ns": self.calls_ns.tolist(), "error": str(self.error) if off else self.error}

    @classmethod
    def from_json(cls, found: dict[str, Any]) -> Process:
        """The other way round."""
        worst = None if found["error"] is None else float(found["error"])
        before, after = found["work_ns"]
        arrays = {"calls_ns": np.asarray(found["calls_ns"], np.int64), "work_ns": (before, after)}
        return cls(**{**found, **arrays, "error": worst})


def measure(work: _child.Work, answers: Sequence[Sample], number: int, limits: Limits) -> tuple[Process, Facts]:
    """Measure one entry in a fresh process on this machine; what was found, and the facts of the machine.

    One at a time on a machine, whoever asks: two measurements side by side would measure each other.

    Parameters
    ----------
    work
        The entry, and what it is measured on.
    answers
        The reference's answers to the samples; none where there is no reference.
    number
        The round, for the record.
    """
    with one_at_a_time():
        place = (work.entry.name, number, time.time(), identity())
        busy, mine, wall = busy_seconds(), time.process_time(), time.perf_counter()
        process = _engines.isolated(work.entry.engine, limits=limits)
        try:
            found: _child.Measured = process.call(_patience(work, limits), _child.measure, work)
        except EngineError as problem:
            why = str(problem).partition("; the next call")[0]
            return Process(*place, outcome=OUTCOMES[type(problem)], failed=why), facts()
        finally:
            wall, mine = time.perf_counter() - wall, time.process_time() - mine
            busy = busy_seconds() - busy
            process.close(grace=0)  # it has nothing left to do
    worst, checked = _judge(found.answers, answers)
    return Process(
        *place,
        import_ns=found.import_ns,
        load_ns=found.load_ns,
        calls_ns=np.array(found.calls_ns, np.int64),
        work_ns=found.work_ns,
        cores=found.cores,
        other_cores=max(0.0, busy - found.cpu_seconds - mine) / wall,
        error=worst,
        checked=checked,
    ), facts()


def _judge(found: Sequence[Sequence[np.ndarray]], answers: Sequence[Sample]) -> tuple[float | None, int]:
    """The worst norm-wise error of some answers, and how many these are."""
    errors = [_error(outputs, list(answer.values())) for outputs, answer in zip(found, answers, strict=False)]
    return max(errors, default=None), len(errors)


def _error(outputs: Sequence[np.ndarray], wanted: Sequence[np.ndarray]) -> float:
    if len(outputs) != len(wanted):  # dtypes were looked at by the gate, and the reference's floats are float64
        return float("inf")
    return max((error(*pair) for pair in zip(outputs, wanted, strict=True)), default=0.0)


def peak_memory(work: _child.Work, limits: Limits) -> int | None:
    """The bytes that an entry takes at its peak, in a process of its own; None where it fails."""
    try:
        with _engines.isolated(work.entry.engine, limits=limits) as process:
            return process.call(_patience(work, limits), _child.peak_memory, work)
    except EngineError:
        return None


def one_at_a_time() -> AbstractContextManager[Any]:
    """The lock that a measurement holds: one on a machine at a time, for one user."""
    return lock("measuring", poll=_LOOK)


def _patience(work: _child.Work, limits: Limits) -> float:
    return limits.load + 2 * work.seconds + limits.run
