"""Rewriting, bytes in and bytes out, in the reader: a model may be hostile, and its constants are computed.

The libraries, slow to import, are imported only there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from helpers.process.reader import reads
from helpers.process.wire import crosses

Shapes = Mapping[str, Sequence[int | str | None]]


@crosses
@dataclass(frozen=True)
class Form:
    """Another form of a model, and what was changed, by the names of the steps."""

    data: bytes = field(repr=False)
    steps: tuple[tuple[str, str], ...]


@reads("rewritten")
def portable_form(model: str | bytes, shapes: Shapes | None = None) -> Form:
    """As ``rewrite.portable``, bytes out; with the sizes of inputs fixed first where ``shapes`` are given.

    >>> [name for name, _ in portable_form("models/mnist.onnx").steps]
    ['strip initializers from inputs', 'fold constants', 'make pads explicit']
    """
    from helpers.rewrite._portable import portable

    done = portable(fixed_bytes(model, shapes) if shapes else model)
    return Form(done.model.SerializeToString(), tuple((step.name, step.changed) for step in done.steps))


def portable_bytes(model: str | bytes, shapes: Shapes | None = None) -> bytes:
    """The bytes of ``portable_form``.

    >>> len(portable_bytes("models/mnist.onnx")) > 20_000
    True
    """
    return portable_form(model, shapes).data


@reads("rewritten")
def fixed_bytes(model: str | bytes, shapes: Shapes) -> bytes:
    """As ``rewrite.fixed``, bytes out."""
    from helpers.rewrite._sizes import fixed

    return fixed(model, shapes).SerializeToString()
