"""Elements taken from or written to places along an axis: GatherElements, and Scatter before it had another name."""

from __future__ import annotations

from typing import Any

import numpy as np
from onnx.reference.op_run import OpRun

from helpers.reference.mends import mend

_CODE = "https://github.com/onnx/onnx/blob/main/onnx/reference/ops"


def places(indices: np.ndarray, axis: int) -> tuple[np.ndarray, ...]:
    """Where each index points: its own place, but along the axis what it says."""
    own: list[np.ndarray] = list(np.indices(indices.shape, sparse=True))
    own[axis] = indices
    return tuple(own)


@mend(
    "GatherElements",
    11,
    sentence="Its output shape is the same as the shape of indices: out[i][j][k] = input[index[i][j][k]][j][k]",
    upstream=f"{_CODE}/op_gather_elements.py",
)
class GatherElements(OpRun):
    """GatherElements of any size; numpy.choose stops at 64 choices."""

    def _run(self, x: np.ndarray, indices: np.ndarray, axis: int = 0) -> tuple[Any, ...]:
        return (x[places(indices, axis)],)


@mend(
    "Scatter",
    9,
    sentence="data[indices[i][j]][j] = updates[i][j] if axis = 0, data[i][indices[i][j]] = updates[i][j] if axis = 1",
    upstream="https://github.com/onnx/onnx/tree/main/onnx/reference/ops",
)
class Scatter(OpRun):
    """Scatter, which is ScatterElements since opset 11."""

    def _run(self, x: np.ndarray, indices: np.ndarray, updates: np.ndarray, axis: int = 0) -> tuple[Any, ...]:
        y = x.copy()
        y[places(indices, axis)] = updates
        return (y,)
