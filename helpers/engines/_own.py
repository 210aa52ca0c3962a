"""A process for an engine that is named, or the one that it has already."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from helpers.engines.registry import get
from helpers.engines.worker import Isolated


@contextmanager
def own_process(engine: str | Isolated) -> Iterator[Isolated]:
    """An engine in a process of its own; one that was started for this ends afterwards, one that is given stays.

    >>> with own_process("reference") as engine:
    ...     engine.name
    'reference'
    """
    if isinstance(engine, Isolated):
        yield engine
        return
    with Isolated(get(engine)) as started:
        yield started
