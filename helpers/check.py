"""The checks of the exercises: ✓ or ✗, with what the learner has, and never an exception for a wrong answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from helpers.engines.errors import one_line


def check(what: str, value: Any, right: Callable[[Any], bool]) -> bool:
    """Print ✓ or ✗, what was asked, and the learner's value; ``...`` (not done yet) is no mistake.

    >>> check("six times seven", 42, lambda v: v == 42)
    ✓ six times seven: 42
    True
    >>> check("six times seven", ..., lambda v: v == 42)
    ✗ six times seven: not done yet
    False
    """
    if value is ...:
        print(f"✗ {what}: not done yet")
        return False
    try:
        fine = bool(right(value))
    except Exception as error:  # a value of another kind is a wrong answer, not a traceback
        print(f"✗ {what}: {_short(value)} ({type(error).__name__}: {one_line(error)})")
        return False
    print(f"{'✓' if fine else '✗'} {what}: {_short(value)}")
    return fine


def _short(value: Any) -> str:
    if isinstance(value, np.ndarray) and value.size > 12:
        return f"array of {value.dtype}, shape {value.shape}"
    text = " ".join(repr(value).split())
    return text if len(text) <= 80 else text[:79] + "…"
