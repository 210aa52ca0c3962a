"""Pow of whole numbers, and Pad, which may also take away."""

from __future__ import annotations

from typing import Any

import numpy as np
from onnx.reference.op_run import OpRun

from helpers.reference.mends import mend

_CODE = "https://github.com/onnx/onnx/blob/main/onnx/reference/ops"


@mend(
    "Pow",
    12,
    sentence="f(x) = x^exponent in the type of x, where the exponent may be a negative integer.",
    upstream=f"{_CODE}/op_pow.py",
)
class Pow(OpRun):
    """Pow; a fraction that is not a whole number is cut off."""

    def _run(self, x: np.ndarray, exponent: np.ndarray) -> tuple[Any, ...]:
        if x.dtype.kind in "iu" and exponent.dtype.kind == "i" and (exponent < 0).any():
            return (np.trunc(np.power(x.astype(np.float64), exponent)).astype(x.dtype),)
        return (np.power(x, exponent).astype(x.dtype),)


@mend(
    "Pad",
    11,
    sentence="pads: the number of elements to add or remove (if negative) at the beginning and end of each axis.",
    upstream=f"{_CODE}/op_pad.py",
)
class Pad(OpRun):
    """Pad from opset 11; what is removed does not show in a reflection."""

    def _run(
        self,
        x: np.ndarray,
        pads: np.ndarray,
        value: np.ndarray | None = None,
        axes: np.ndarray | None = None,
        mode: str = "constant",
    ) -> tuple[Any, ...]:
        places = list(range(x.ndim)) if axes is None else [int(a) % x.ndim for a in axes]
        around = [(0, 0)] * x.ndim
        for axis, before, after in zip(places, pads[: len(places)], pads[len(places) :], strict=True):
            around[axis] = (int(before), int(after))
        kept = tuple(slice(max(0, -b), n - max(0, -a)) for n, (b, a) in zip(x.shape, around, strict=True))
        added = [(max(0, b), max(0, a)) for b, a in around]
        if mode != "constant":
            return (np.pad(x[kept], added, mode),)  # type: ignore[call-overload]
        filler = np.zeros((), x.dtype) if value is None else np.asarray(value).reshape(())
        y = np.full([n + b + a for n, (b, a) in zip(x[kept].shape, added, strict=True)], filler, x.dtype)
        y[tuple(slice(b, b + n) for n, (b, _) in zip(x[kept].shape, added, strict=True))] = x[kept]
        return (y,)
