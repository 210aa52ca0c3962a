"""What a walk shows: the tensors on a digit's way through a network, their pictures, and the answer in words."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anywidget
import numpy as np
import onnx
import traitlets

from helpers.digits.scores import probabilities
from helpers.errors import BadInput
from helpers.graph.tiles import SCRIPT as TILES
from helpers.graph.tiles import said, tiles
from helpers.modelfile.nodes import key
from helpers.script import joined

NOTHING = "Nothing drawn. Draw a digit, or take a sample."
_ABREAST = 16  # pictures in a row, so that each layer is one row
_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Stop:
    """A tensor on the way: the input, or what a node makes."""

    name: str
    operator: str  # "input" for the input
    fixed: bool = False  # made of weights alone, so the same for every digit


class WalkView(anywidget.AnyWidget):
    """The pictures in the browser; it shows what its traits say."""

    _esm = joined(TILES, _HERE / "_walk.js")
    _css = _HERE / "walk.css"

    steps = traitlets.List(traitlets.Dict()).tag(sync=True)  # name, operator, fixed, tiles; replaced as a whole
    scores = traitlets.List(traitlets.Float()).tag(sync=True)  # the network's ten numbers, or none
    sentence = traitlets.Unicode("").tag(sync=True)  # said once the pen rests
    note = traitlets.Unicode("").tag(sync=True)  # what went wrong, in one line

    def __repr__(self) -> str:
        return f"WalkView({len(self.steps)} tensors)"


def stops(proto: onnx.ModelProto) -> tuple[Stop, ...]:
    """The input and every node, in the graph's order."""
    weights = {weight.name for weight in proto.graph.initializer}
    moving = {given.name for given in proto.graph.input} - weights
    found = [Stop(given.name, "input") for given in proto.graph.input if given.name in moving]
    for node in proto.graph.node:
        fixed = moving.isdisjoint(node.input)
        moving.update([] if fixed else node.output)
        found.append(Stop(key(node), node.op_type, fixed))
    return tuple(found)


def pictured(array: np.ndarray | None) -> dict[str, Any] | None:
    try:
        return None if array is None else tiles(array, abreast=_ABREAST)
    except BadInput:  # words, which have no picture
        return None


def sentence(scores: np.ndarray | None) -> str:
    """The answer in words.

    >>> sentence(np.array([[1.0, 9.0, 3.5]]))
    'The network answers 1, with 99.6 %: its largest score is 9, the next 3.5, for 2.'
    """
    if scores is None:
        return NOTHING
    flat, chances = scores.ravel(), probabilities(scores)
    first, second = (int(i) for i in np.argsort(flat)[::-1][:2])
    sure = f"{100 * chances[first]:.1f} %"
    rest = f"its largest score is {said(flat[first])}, the next {said(flat[second])}, for {second}"
    return f"The network answers {first}, with {sure}: {rest}."
