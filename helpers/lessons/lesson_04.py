"""The checks of lesson 04, latency."""

from __future__ import annotations

from typing import Any

from helpers.lessons.wrong import Wrong, kind, numbers, whole

_FLAWS = {"A": "warm-up", "B": "one process", "C": "not checked"}


def flaws(value: Any) -> None:
    """Which measurement has which flaw."""
    if not isinstance(value, dict) or set(value) != set(_FLAWS):
        raise Wrong(f"a dict with A, B and C is wanted, not {kind(value)}")
    for name, flaw in value.items():
        if flaw not in _FLAWS.values():
            raise Wrong(f"{name} is {flaw!r}; give one of {', '.join(map(repr, sorted(_FLAWS.values())))}")
    fine = sum(value[name] == flaw for name, flaw in _FLAWS.items())
    if fine < len(_FLAWS):
        raise Wrong(f"{fine} of {len(_FLAWS)} are right; each flaw comes once")


def calls(value: Any) -> None:
    """The fewest calls of which two lie above the true p99, with 99 % probability."""
    from scipy.stats import binom

    n = whole(value, "a number of calls", 1, 100_000)
    if (sure := float(binom.sf(1, n, 0.01))) < 0.99:
        raise Wrong(f"with {n} calls two of them lie above with a probability of {sure:.1%}; that takes more")
    if binom.sf(1, n - 1, 0.01) >= 0.99:
        raise Wrong(f"{n} calls are enough, but fewer are too")


def processes(value: Any) -> None:
    """How many processes in all bring a half width of 0.05 down to 0.03."""
    n = float(numbers(value, "a number of processes", ()))
    if 26 <= n <= 30:
        return
    if 16 <= n < 19:
        raise Wrong("so many come on top of the 10, or the width was taken to fall with their number")
    raise Wrong("too few: the width falls with the square root" if n < 26 else "more than it takes")
