"""In which order the engines of a board start: a few at a time, the quickest first, so that a first answer comes soon.

All at once they would share two cores, and each would be ready only when nearly all are.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

# By the CPU time from the start of the process to the first answer, see benchmarks/start_up.py.
_QUICKEST = ("onnxruntime", "ort", "tract-wheel", "rten", "tract", "candle", "kyanite", "openvino")
_LAST = "burn"  # which may have to compile the model first, and nobody is to wait for that


class Turns:
    """Turns to start; the first one alone, the others as many at a time as there are cores, but not more than four.

    >>> turns = Turns()
    >>> with turns.take("tract"):
    ...     "starts"
    'starts'
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: list[str] = []
        self._running: list[str] = []

    @contextmanager
    def take(self, name: str) -> Iterator[None]:
        """Wait for one's turn, and hold it while this lasts."""
        with self._changed:
            self._waiting.append(name)
            self._changed.wait_for(lambda: self._is_next(name))
            self._waiting.remove(name)
            self._running.append(name)
            self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._running.remove(name)
                self._changed.notify_all()

    def _is_next(self, name: str) -> bool:
        if _QUICKEST[0] in self._running or len(self._running) >= min(4, os.cpu_count() or 1):
            return False
        return name == min(self._waiting, key=_place)


def _place(name: str) -> int:
    if name == _LAST:
        return len(_QUICKEST) + 1
    return _QUICKEST.index(name) if name in _QUICKEST else len(_QUICKEST)
