"""Clip, Dropout, Gemm as they were in the first opsets; Mean and Softsign of all."""

from __future__ import annotations

from typing import Any

import numpy as np
from onnx.reference.op_run import OpRun

from helpers.reference.mends import mend

_TEXT = "https://github.com/onnx/onnx/blob/main/docs/Changelog.md"
_CODE = "https://github.com/onnx/onnx/blob/main/onnx/reference/ops"


@mend("Clip", 1, 6, sentence="Without min or max there is no bound.", upstream=f"{_TEXT}#Clip-1")
class Clip(OpRun):
    """Clip before opset 6."""

    def _run(self, x: np.ndarray, min: float | None = None, max: float | None = None, **_: Any) -> tuple[Any, ...]:
        y = x if min is None else np.maximum(x, x.dtype.type(min))
        return (y if max is None else np.minimum(y, x.dtype.type(max)),)


@mend(
    "Dropout",
    1,
    7,
    sentence="If is_test is nonzero, run dropout in test mode where the output is simply Y = X.",
    upstream=f"{_TEXT}#Dropout-6",
)
class Dropout(OpRun):
    """Dropout before opset 7, in test mode; in training it draws, and is not judged."""

    def _run(self, x: np.ndarray, **_: Any) -> tuple[Any, ...]:
        return (x, np.ones(x.shape, bool))[: max(1, len(self.onnx_node.output))]


@mend(
    "Gemm",
    1,
    7,
    sentence="Y = alpha * A * B + beta * C; if broadcast is non-zero, C will be broadcasted to match.",
    upstream=f"{_TEXT}#Gemm-6",
)
class Gemm(OpRun):
    """Gemm before opset 7."""

    def _run(
        self,
        a: np.ndarray,
        b: np.ndarray,
        c: np.ndarray,
        alpha: float = 1.0,
        beta: float = 1.0,
        broadcast: int = 0,
        **transposed: Any,
    ) -> tuple[Any, ...]:
        product = (a.T if transposed.get("transA") else a) @ (b.T if transposed.get("transB") else b)
        if c.shape != product.shape and not broadcast:
            raise ValueError(
                f"C has shape {list(c.shape)}, the product {list(product.shape)}, and broadcast is not set"
            )
        return ((alpha * product + beta * (c.reshape(()) if c.size == 1 else c)).astype(a.dtype),)


@mend(
    "Mean",
    1,
    sentence="Element-wise mean of each of the input tensors, with multidirectional broadcasting from opset 8.",
    upstream=f"{_CODE}/op_mean.py",
)
class Mean(OpRun):
    """Mean; upstream adds into its first input."""

    def _run(self, *inputs: np.ndarray, **_: Any) -> tuple[Any, ...]:
        total = inputs[0]
        for each in inputs[1:]:
            total = total + each
        return (np.asarray(total / len(inputs)).astype(inputs[0].dtype),)


@mend("Softsign", 1, sentence="x / (1 + |x|), element-wise.", upstream=f"{_CODE}/op_softsign.py")
class Softsign(OpRun):
    """Softsign, of a single number too."""

    def _run(self, x: np.ndarray, **_: Any) -> tuple[Any, ...]:
        return (np.asarray(x / (1 + np.abs(x))).astype(x.dtype),)
