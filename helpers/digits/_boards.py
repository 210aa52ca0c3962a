"""The board that a pad has: a new one takes the place of the old."""

from __future__ import annotations

import weakref
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from helpers import engines as _engines
from helpers.digits._board import Board
from helpers.digits._fit import read_fitting
from helpers.digits._latency import given, look_up
from helpers.digits.pad import Pad
from helpers.paths import MNIST
from helpers.process.limits import Limits

if TYPE_CHECKING:
    from helpers.bench import Result

_boards: weakref.WeakKeyDictionary[Pad, Board] = weakref.WeakKeyDictionary()


def board(
    pad: Pad | None = None,
    *,
    engines: str | list[str] | None = None,
    model: Path | str | bytes = MNIST,
    limits: Limits = Limits(run=10),
    latency: Result | Path | str | None = None,
) -> Board:
    """A pad, and beside it what every engine answers.

    Parameters
    ----------
    pad
        The pad to watch; a new one by default. It is ``board.pad``.
    engines
        Names, or "a,b"; all by default.
    model
        A model that takes one 28 × 28 picture and gives ten scores.
    limits
        How long an engine may take, and how much memory it may hold.
    latency
        What the benchmark measured of the model (a result or its file), for the column p50; by default the newest
        that was measured on this machine.

    Raises
    ------
    BadInput
        The model does not fit, there is no such engine, or ``latency`` is of another model.

    >>> b = board(engines="onnxruntime")
    >>> b.close()
    """
    known = read_fitting(model)
    names = [engine.name for engine in _engines.pick(engines)]
    measured = partial(look_up, names, given(latency, model, known.data), model, known.data)
    pad = Pad() if pad is None else pad
    if pad in _boards:
        _boards[pad].stop()
    _boards[pad] = made = Board(pad, names, model, limits, measured)
    return made
