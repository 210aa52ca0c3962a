"""The checks of the exercises: ✓ or ✗ with a hint, and never a traceback for a wrong answer."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np

from helpers.errors import with_type
from helpers.lessons.wrong import NotDone, Wrong, kind

_checked: set[str] = set()  # the names in the notebook whose values were looked at
_watching = False


def check(what: str, value: Any, judge: Callable[..., None], *about: Any) -> bool:
    """Print ✓ or ✗, what was asked, and the learner's value; ``...`` (not done yet) is not a mistake.

    Parameters
    ----------
    judge
        Of :mod:`helpers.lessons`: raises ``Wrong`` with a hint where the value is not right.
    about
        What it needs beside the value.

    >>> def six_times_seven(value):
    ...     if value != 42:
    ...         raise Wrong("count again")
    >>> check("six times seven", 42, six_times_seven)
    ✓ six times seven: 42
    True
    >>> check("six times seven", 41, six_times_seven)
    ✗ six times seven: 41. Count again.
    False
    >>> check("six times seven", ..., six_times_seven)
    ✗ six times seven: not done yet
    False
    """
    _watch(value)
    if value is ... or (isinstance(value, dict) and ... in value.values()):
        print(f"✗ {what}: not done yet")
        return False
    hint = ""
    try:
        judge(value, *about)
    except NotDone:
        print(f"✗ {what}: not done yet")
        return False
    except Wrong as wrong:
        hint = str(wrong)
    except Exception as error:  # a value of another kind is a wrong answer, not a traceback
        hint = f"{kind(value)} will not do here ({with_type(error)})"
    said = _short(value)
    if hint:
        print(f"✗ {what}: {said}. {hint[0].upper()}{hint[1:]}.")
    else:
        print(f"✓ {what}: {said}")
    return not hint


def _short(value: Any) -> str:
    if isinstance(value, np.ndarray) and value.size > 12:
        return f"array of {value.dtype}, shape {value.shape}"
    if type(value).__name__ == "ModelProto":
        return f"a model of {len(value.graph.node)} nodes"
    if callable(value):
        return f"the function {getattr(value, '__name__', '')}".strip()
    text = " ".join(repr(value).split())
    return text if len(text) <= 80 else text[:79] + "…"


def _watch(value: Any) -> None:
    """Remember which names of the notebook hold an answer, so that a cell that fails leaves no old one behind."""
    global _watching
    shell = _shell()
    if shell is None:
        return
    _checked.update(name for name, held in shell.user_ns.items() if held is value and not name.startswith("_"))
    if not _watching:
        shell.events.register("post_run_cell", _forget)
        _watching = True


def _forget(result: Any) -> None:
    """After a cell that failed: the answers that it was to give are not done, whatever an earlier run gave."""
    shell = _shell()
    if shell is None or result.success or result.info is None:
        return
    for name in _checked:
        if re.search(rf"^\s*(def\s+)?{re.escape(name)}\b\s*(=|\(|\[)", result.info.raw_cell or "", re.M):
            shell.user_ns[name] = ...


def _shell() -> Any:
    try:
        from IPython import get_ipython
    except ImportError:
        return None
    return get_ipython()
