"""Operators of two tensors before opset 7, where the second is fitted to the first by attributes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from onnx.reference.op_run import OpRun

from helpers.reference.mends import mend

_TEXT = "https://github.com/onnx/onnx/blob/main/docs/Changelog.md"
_SENTENCE = (
    "The second tensor has one element, or its shape is a contiguous subset of the first's, which starts at axis; if "
    "that is not set, suffix matching is assumed. broadcast=1 needs to be passed to enable broadcasting."
)


def fitted(a: np.ndarray, b: np.ndarray, broadcast: int | None, axis: int | None) -> np.ndarray:
    """b in a shape that numpy fits to a's."""
    if a.shape == b.shape:
        return b
    if not broadcast:
        raise ValueError(f"shapes {list(a.shape)} and {list(b.shape)} differ, and broadcast is not set")
    if b.size == 1:
        return b.reshape((1,) * a.ndim)
    start = a.ndim - b.ndim if axis is None else axis % a.ndim
    if a.shape[start : start + b.ndim] != b.shape:
        raise ValueError(f"shape {list(b.shape)} is not a part of {list(a.shape)} from axis {start} on")
    return b.reshape(b.shape + (1,) * (a.ndim - start - b.ndim))


def _divided(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.trunc(a / b).astype(a.dtype) if a.dtype.kind in "iu" else a / b


_OPERATORS: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    **{"Add": np.add, "Sub": np.subtract, "Mul": np.multiply, "Div": _divided, "Pow": np.power},
    **{"And": np.logical_and, "Or": np.logical_or, "Xor": np.logical_xor},
    **{"Equal": np.equal, "Greater": np.greater, "Less": np.less},
}


class Limited(OpRun):
    """One of them."""

    function: Callable[[np.ndarray, np.ndarray], np.ndarray]

    def _run(
        self, a: np.ndarray, b: np.ndarray, axis: int | None = None, broadcast: int | None = None, **_: Any
    ) -> tuple[Any, ...]:
        y = np.asarray(type(self).function(a, fitted(a, b, broadcast, axis)))
        return (y if y.dtype == bool else y.astype(a.dtype),)


for _name, _function in _OPERATORS.items():
    mend(_name, 1, 7, sentence=_SENTENCE, upstream=f"{_TEXT}#{_name}-6")(
        type(_name, (Limited,), {"function": staticmethod(_function)})
    )


@mend(
    "PRelu",
    1,
    7,
    sentence="f(x) = slope * x for x < 0; a slope of size 1 is shared across channels, else there is one for each.",
    upstream=f"{_TEXT}#PRelu-6",
)
class PRelu(OpRun):
    """PRelu with a slope by channel."""

    def _run(self, x: np.ndarray, slope: np.ndarray, **_: Any) -> tuple[Any, ...]:
        by_channel = x.ndim > 1 and slope.size == x.shape[1] and slope.ndim == 1
        fits = slope.reshape(-1, *(1,) * (x.ndim - 2)) if by_channel else slope
        return (np.where(x < 0, x * fits, x).astype(x.dtype),)
