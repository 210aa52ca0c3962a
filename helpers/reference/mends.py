"""The operators that this project implements itself, each for a range of opsets.

``onnx.reference`` has one implementation for several versions of an operator even where its meaning changed, lacks
some versions, and loses precision in others. A mend is an implementation for such a range, with the sentence of the
standard that it follows. ``tests/unit/test_reference_mends.py`` fails when upstream gives the same: then ours can go.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from onnx.reference.op_run import OpRun

NEWEST = 10_000  # an opset that is never reached: the mend has no end


@dataclass(frozen=True)
class Mend:
    """One implementation of an operator for the opsets from ``since`` up to, not including, ``until``."""

    operator: str
    since: int
    until: int
    implementation: type[OpRun]
    sentence: str  # of the standard's text, or what follows from it
    upstream: str  # a link: the text or code that shows the fault, or an issue
    quicker: bool = False  # upstream gives the same, too slowly


_MENDS: dict[str, list[Mend]] = {}


def mend(
    operator: str, since: int = 1, until: int = NEWEST, *, sentence: str, upstream: str = "", quicker: bool = False
) -> Callable[[type[OpRun]], type[OpRun]]:
    """Register a class as the implementation of an operator of the default domain for some opsets."""

    def register(implementation: type[OpRun]) -> type[OpRun]:
        _MENDS.setdefault(operator, []).append(
            Mend(operator, since, until, implementation, sentence, upstream, quicker)
        )
        return implementation

    return register


def find(operator: str, opset: int) -> Mend | None:
    """The mend of an operator at an opset of the default domain; None where upstream's implementation is used.

    >>> find("BatchNormalization", 11).until
    14
    >>> find("Relu", 11) is None
    True
    """
    return next((m for m in mends() if m.operator == operator and m.since <= opset < m.until), None)


@cache
def mends() -> tuple[Mend, ...]:
    """All mends, by operator and opset."""
    package = import_module("helpers.reference.operators")
    for module in iter_modules(package.__path__):
        import_module(f"{package.__name__}.{module.name}")
    return tuple(sorted((m for each in _MENDS.values() for m in each), key=lambda m: (m.operator, m.since)))
