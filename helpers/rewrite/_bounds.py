"""What is refused before the work, and how whatever goes wrong in it is told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import onnx

from helpers.errors import BadInput, LabError, with_type
from helpers.modelfile.functions import MOST, bearable


def refuse_endless(proto: onnx.ModelProto) -> None:
    """BadInput where the functions of a model call each other without end, or would fill the memory written out."""
    if proto.functions and not bearable(proto):
        raise BadInput(
            f"the functions of the model call each other without end, or stand for more than {MOST:,} nodes; "
            "export it without functions"
        )


@contextmanager
def told(what: str) -> Iterator[None]:
    """Whatever the libraries raise over a file that nobody vouches for, as one line."""
    try:
        yield
    except LabError:
        raise
    except Exception as error:
        raise BadInput(
            f"the model cannot be rewritten: {what} ended with {with_type(error)}; export it again"
        ) from None
