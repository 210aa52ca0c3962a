"""What an engine in its own process may take."""

from __future__ import annotations

from dataclasses import dataclass

GIB = 2**30


@dataclass(frozen=True)
class Limits:
    """How long an engine may take, and how much memory it may hold.

    >>> Limits(run=2.5).load
    60.0
    """

    start: float = 60.0  # seconds until the process is up
    load: float = 60.0  # seconds for a load
    run: float = 20.0  # seconds for a run
    memory: int = 8 * GIB  # bytes
    answer: int = 2 * GIB  # bytes of the outputs of one run
