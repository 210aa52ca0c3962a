"""Digits: a pad to draw on, what the network sees of it, and the board where every engine answers.

>>> from helpers import digits
>>> digits.preprocess(digits.draw([[(0.5, 0.2), (0.5, 0.8)]])).tensor.shape
(1, 1, 28, 28)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from helpers.digits.brush import draw
from helpers.digits.drawings import Drawings
from helpers.digits.drawings import load as load_drawings
from helpers.digits.drawings import save as save_drawing
from helpers.digits.moving import moved
from helpers.digits.preprocess import Stages, preprocess
from helpers.digits.scores import probabilities, softmax
from helpers.paths import MNIST
from helpers.samples import Digits, digits

if TYPE_CHECKING:
    from helpers.digits._board import Board
    from helpers.digits._boards import board
    from helpers.digits._walk import Walk, walk
    from helpers.digits.pad import Pad

__all__ = [
    "MNIST",
    "Board",
    "Digits",
    "Drawings",
    "Pad",
    "Stages",
    "Walk",
    "board",
    "digits",
    "draw",
    "load_drawings",
    "moved",
    "preprocess",
    "probabilities",
    "save_drawing",
    "softmax",
    "walk",
]

# Imported when used: widgets take half a second.
_WIDGETS = {"Pad": "pad", "Board": "_board", "board": "_boards", "Walk": "_walk", "walk": "_walk"}


def __getattr__(name: str) -> Any:
    if name in _WIDGETS:
        return getattr(import_module(f"{__name__}.{_WIDGETS[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it has {', '.join(__all__)}")
