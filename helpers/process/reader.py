"""One warm process that reads, infers, rewrites and judges models, so that no file can take the kernel with it.

onnx's compiled code (inference, checker, printer, inliner) ends a process by a hundred bytes, or never returns; a file
of a few hundred can stand for gigabytes. So whatever looks into a model runs there, within limits of time and memory,
and what goes wrong comes back as one line.

>>> from helpers import graph
>>> import onnx.parser
>>> text = '<ir_version: 8, opset_import: ["": 17]> g (float[2] x) => (float y) { y = Einsum<equation = "....">(x) }'
>>> graph.facts(onnx.parser.parse_model(text))  # doctest: +SKIP
Traceback (most recent call last):
helpers.errors.BadInput: the model takes longer than 60 s to be read; it is damaged or made to be slow
"""

from __future__ import annotations

import inspect
import os
import threading
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from helpers.errors import BadInput, LabError, with_type
from helpers.process.child import Child, Ended, NotStarted, TimedOut
from helpers.process.limits import GIB, Limits
from helpers.process.serve import in_child

P = ParamSpec("P")
R = TypeVar("R")
LIMITS = Limits(run=60.0, memory=4 * GIB)
_REMEDY = "it is damaged, or made to do that; get the file again"
_children: dict[int, Child] = {}  # by process: one that was forked from another has a reader of its own
_making = threading.Lock()


def reads(how: str = "read") -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Have a function run in the reader; its first argument is a model. ``how`` is what becomes of it, in one word.

    What the function raises as a LabError comes through; whatever else goes wrong is a BadInput in one line.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        signature = inspect.signature(function)

        @wraps(function)
        def asked(*args: P.args, **kwargs: P.kwargs) -> R:
            if in_child():
                return function(*args, **kwargs)
            signature.bind(*args, **kwargs)  # a wrong call is told by Python itself, as everywhere
            found: R = _ask(asked, how, args, kwargs)
            return found

        return asked

    return decorate


def start() -> None:
    """Start the reader ahead of its first question, so that nobody waits for it."""
    if not in_child():
        _child().start()


def _ask(function: Callable[..., Any], how: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    said = _said(args[0] if args else next(iter(kwargs.values()), None))
    try:
        return _child().call(LIMITS.run, _answer, function, list(args), kwargs, os.getcwd())
    except LabError:
        raise
    except NotStarted as error:
        raise LabError(f"the process that reads models: {error}; is there memory left, and a process?") from None
    except TimedOut:
        raise BadInput(f"{said} takes longer than {LIMITS.run:g} s to be {how}; {_REMEDY}") from None
    except Ended as error:
        why = str(error).removesuffix("; the next call starts a new one")
        raise BadInput(f"{said} cannot be {how} ({why}); {_REMEDY}") from None
    except MemoryError:
        raise BadInput(f"{said} takes more than {LIMITS.memory / GIB:g} GiB to be {how}; {_REMEDY}") from None
    except Exception as error:  # whatever a library makes of such a file, or what cannot be sent
        raise BadInput(f"{said} cannot be {how} ({with_type(error)}); {_REMEDY}") from None


def _answer(function: Callable[..., Any], args: list[Any], kwargs: dict[str, Any], folder: str) -> Any:
    """In the reader."""
    if os.getcwd() != folder:
        os.chdir(folder)  # relative paths mean the same there
    return function(*args, **kwargs)


def _child() -> Child:
    with _making:
        if os.getpid() not in _children:
            _children.clear()
            _children[os.getpid()] = Child(memory=LIMITS.memory, start=LIMITS.start)
        return _children[os.getpid()]


def _said(model: Any) -> str:
    if isinstance(model, str | Path):
        return str(model)
    return f"the model ({len(model)} bytes)" if isinstance(model, bytes) else "the model"
