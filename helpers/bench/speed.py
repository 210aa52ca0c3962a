"""Which processes ran at the machine's usual speed.

On a shared machine a core may run at half its speed for a second, because of a neighbour on the same processor, its
clock or its heat. No load figure shows that. A fixed piece of work, timed before and after the calls of each process,
does: where both agreed with the rest of the run, p50 of MNIST agreed within 3 %; where they did not, it was up to
1.8 times as long. So processes are left out by this sign alone, never by the time of the engine; they are kept in the
file and counted in the table.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from helpers.bench.process import Process

_USUAL = 25  # percentile of the run that counts as usual: up to three quarters may be disturbed
_ALLOWED = 0.15


def usual(processes: Sequence[Process]) -> float:
    """Nanoseconds of the fixed work at the usual speed of one machine; 0 where nothing was measured."""
    times = [ns for process in processes for ns in process.work_ns if not process.failed]
    return float(np.percentile(times, _USUAL)) if times else 0.0


def disturbed(processes: Sequence[Process]) -> list[Process]:
    """The processes during which their machine ran at another speed: 15 % slower (or faster: before a laptop ran hot).

    >>> quick, slow = (Process("ort", 0, 0.0, "m", work_ns=(150, ns)) for ns in (152, 290))
    >>> disturbed([quick, quick, slow]) == [slow]
    True
    """
    found = []
    for machine in {process.machine for process in processes}:
        here = [process for process in processes if process.machine == machine and not process.failed]
        level = usual(here)
        found += [process for process in here if any(abs(ns / level - 1) > _ALLOWED for ns in process.work_ns)]
    return found
