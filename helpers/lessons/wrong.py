"""What is said of a wrong answer: a sentence, and never a traceback."""

from __future__ import annotations

from typing import Any

import numpy as np


class Wrong(Exception):
    """A hint for the learner, in one sentence."""


class NotDone(Wrong):
    """There is no answer yet."""


def numbers(value: Any, what: str, shape: tuple[int, ...] | None = None) -> np.ndarray:
    """The value as an array of numbers; Wrong where it is none, or of another shape.

    >>> numbers([1, 2], "two numbers", (2,))
    array([1, 2])
    """
    try:
        found = np.asarray(value)
    except ValueError:
        raise Wrong(f"{what} is wanted, not lists of unlike lengths") from None
    if found.dtype.kind not in "iuf":
        raise Wrong(f"{what} is wanted, not {kind(value)}")
    if shape is not None and found.shape != shape:
        raise Wrong(f"{what} is wanted: the shape is {list(found.shape)} and should be {list(shape)}")
    if not np.isfinite(found).all():
        raise Wrong(f"{what} is wanted, and there is a NaN or an infinity in it")
    return found


def whole(value: Any, what: str, least: int, most: int) -> int:
    """The value as a whole number in a range.

    >>> whole(3.0, "a number of pixels", 0, 28)
    3
    """
    found = numbers(value, what, ())
    if found != int(found) or not least <= found <= most:
        raise Wrong(f"{what} is a whole number from {least} to {most}")
    return int(found)


def kind(value: Any) -> str:
    """What a value is, as a learner would say it.

    >>> kind("x"), kind(None), kind([])
    ('a text', 'nothing', 'a list')
    """
    names = {"str": "a text", "NoneType": "nothing", "list": "a list", "tuple": "a tuple", "dict": "a dict"}
    name = type(value).__name__
    if callable(value):
        return "a function"
    return names.get(name, f"{'an' if name[0].lower() in 'aeiou' else 'a'} {name}")
