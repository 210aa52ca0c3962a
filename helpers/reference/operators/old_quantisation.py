"""QuantizeLinear and DequantizeLinear before opset 19: float32 scales, 8 bits, and one scale of all before opset 13."""

from __future__ import annotations

from typing import Any

import numpy as np
from onnx.reference.op_run import OpRun

from helpers.reference.mends import mend
from helpers.reference.operators.quantisation import less, rounded, spread

_CODE = "https://github.com/onnx/onnx/blob/main/onnx/reference/ops"


@mend(
    "QuantizeLinear",
    10,
    19,
    sentence="For saturation, it saturates to [0, 255] if it's uint8, or [-128, 127] if it's int8.",
    upstream=f"{_CODE}/op_quantize_linear.py",
)
class OldQuantizeLinear(OpRun):
    """QuantizeLinear of floats and of int32; quotients beyond 32 bits saturate too."""

    def _run(
        self, x: np.ndarray, scale: np.ndarray, zero_point: np.ndarray | None = None, axis: int = 1, **_: Any
    ) -> tuple[Any, ...]:
        zero = np.zeros((), np.uint8) if zero_point is None else zero_point
        quotient = x / spread(scale, x.shape, axis)
        return (rounded(quotient, spread(zero, x.shape, axis), zero.dtype),)


@mend(
    "DequantizeLinear",
    10,
    19,
    sentence="y = (x - x_zero_point) * x_scale; there is no zero point where x is int32.",
    upstream=f"{_CODE}/op_dequantize_linear.py",
)
class OldDequantizeLinear(OpRun):
    """DequantizeLinear; the difference is exact."""

    def _run(
        self, x: np.ndarray, scale: np.ndarray, zero_point: np.ndarray | None = None, axis: int = 1, **_: Any
    ) -> tuple[Any, ...]:
        zero = None if zero_point is None else spread(zero_point, x.shape, axis)
        return (less(x, zero).astype(scale.dtype) * spread(scale, x.shape, axis),)
