"""The checks of lesson 03, refuse and repair."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx

from helpers.digits import MNIST, digits
from helpers.errors import LabError
from helpers.lessons.wrong import Wrong, kind, numbers, whole

_PICTURES = 200
_WELL = 0.97


def enough(value: Any) -> None:
    """The fewest passes after which no Reshape of constants is left, at which wonnx stops."""
    from helpers import rewrite

    if isinstance(value, str) or not isinstance(value, list | tuple | set):
        raise Wrong(f"a list of names of passes is wanted, not {kind(value)}")
    known = list(rewrite.passes().index)
    for name in value:
        if name not in known:
            raise Wrong(f"there is no pass {name!r}; their names are in the table above")
    model = rewrite.portable(MNIST, only=list(value)).model
    if sum(node.op_type == "Reshape" for node in model.graph.node) != 1:
        raise Wrong("with these a Reshape of two weights is left, and wonnx stops at it")
    if len(set(value)) > 2:
        raise Wrong("wonnx runs with these, but fewer will do")


def pads(value: Any) -> None:
    """As many pixels on all sides as keep 28 × 28."""
    if isinstance(value, str) or not hasattr(value, "__len__") or len(value) != 4:
        raise Wrong("four numbers are wanted: [top, left, bottom, right]")
    top, left, bottom, right = (whole(each, "a number of pixels", 0, 28) for each in value)
    rows, columns = 26 + top + bottom, 26 + left + right
    if (rows, columns) != (28, 28):
        raise Wrong(f"with these the output has {rows} × {columns} pixels")
    if (top, left) != (bottom, right):
        raise Wrong("the size is right, but the picture would move: as many pixels before as after")


def scaled_inside(value: Any, other: Path) -> None:
    """A model that takes bytes, and scales them itself before the network that was trained on other numbers."""
    if not isinstance(value, onnx.ModelProto):
        raise Wrong(f"a model (onnx.ModelProto) is wanted, not {kind(value)}")
    plain = onnx.load(other)
    if len(value.graph.node) <= len(plain.graph.node):
        raise Wrong("it has no more nodes than before; two nodes in front do the scaling")
    try:
        onnx.checker.check_model(value, full_check=True)
    except Exception as error:
        raise Wrong(f"the checker refuses it: {' '.join(str(error).split())[:200]}") from None
    share = _read_right(value)
    if share < _WELL:
        raise Wrong(f"fed with bytes, it reads {share:.0%} right; the formula, with the numbers as they are for bytes")


def _read_right(model: onnx.ModelProto) -> float:
    from helpers import engines

    known = digits()
    try:
        with engines.isolated("onnxruntime") as process, process.load(model.SerializeToString()) as session:
            if len(session.inputs) != 1:
                raise Wrong(f"it takes {len(session.inputs)} inputs, and should take the picture alone")
            name = session.inputs[0].name
            answers = [next(iter(session.run({name: known.tensor(i)}).values())) for i in range(_PICTURES)]
    except LabError as error:
        raise Wrong(str(error)) from None
    read = [int(numbers(scores, "ten scores").argmax()) for scores in answers]
    return float(np.mean(np.array(read) == known.labels[:_PICTURES]))
