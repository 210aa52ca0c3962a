"""Quantised operators: rounded once, half to even, before the zero point is added, and saturated at the end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ml_dtypes
import numpy as np
import onnx
from onnx.reference.op_run import OpRun

from helpers.reference.mends import mend
from helpers.reference.operators.conv import Conv

_CODE = "https://github.com/onnx/onnx/blob/main/onnx/reference/ops"
_SENTENCE = "y = saturate(round(x / y_scale) + y_zero_point), rounding to the nearest even."


def spread(value: np.ndarray, shape: Sequence[int], axis: int, block_size: int = 0) -> np.ndarray:
    """A scale or a zero point so that it broadcasts: one of all, one a slice of an axis, or one a block."""
    if value.size == 1:
        return value.reshape(())
    if block_size:
        return np.repeat(value, block_size, axis).take(range(shape[axis]), axis)
    return value.reshape([-1 if i == axis % len(shape) else 1 for i in range(len(shape))])


def rounded(quotient: np.ndarray, zero_point: np.ndarray | int, dtype: np.dtype) -> np.ndarray:
    """The whole number nearest to a quotient, plus the zero point, saturated.

    The quotient counts as float32, as scales are: one that would be halfway but for their last digit is halfway.
    """
    limits = (ml_dtypes.iinfo if dtype.kind == "V" else np.iinfo)(dtype)
    whole = np.rint(quotient.astype(np.float32).astype(np.float64)) + np.asarray(zero_point).astype(np.float64)
    return np.clip(whole, float(limits.min), float(limits.max)).astype(np.int64).astype(dtype)


def less(value: np.ndarray, zero_point: np.ndarray | None, axis: int | None = None) -> np.ndarray:
    """Whole numbers less their zero point, which may be one for each slice of an axis, or have a shape of its own."""
    whole = value.astype(np.int64)
    if zero_point is None:
        return whole
    if axis is not None and zero_point.ndim == 1:
        zero_point = spread(zero_point, value.shape, axis)
    return whole - zero_point.astype(np.int64)


@mend("QuantizeLinear", 19, sentence=_SENTENCE, upstream=f"{_CODE}/op_quantize_linear.py")
class QuantizeLinear(OpRun):
    """QuantizeLinear; numbers beyond 32 bits saturate too."""

    def _run(
        self,
        x: np.ndarray,
        scale: np.ndarray,
        zero_point: np.ndarray | None = None,
        axis: int = 1,
        saturate: int = 1,
        block_size: int = 0,
        output_dtype: int = 0,
        **_: Any,
    ) -> tuple[Any, ...]:
        named = onnx.helper.tensor_dtype_to_np_dtype(output_dtype or onnx.TensorProto.UINT8)
        dtype = np.dtype(named if zero_point is None else zero_point.dtype)
        quotient = x / spread(scale, x.shape, axis, block_size)
        whole = dtype.kind in "iu" or dtype.name.startswith(("int", "uint"))
        if whole:
            zero = 0 if zero_point is None else spread(zero_point, x.shape, axis, block_size)
            return (rounded(quotient, zero, dtype),)
        quotient = quotient.astype(np.float32)
        saturating = saturate and dtype.name.startswith("float8")
        return (onnx.numpy_helper.saturate_cast(quotient, dtype) if saturating else quotient.astype(dtype),)


@mend(
    "DequantizeLinear",
    19,
    sentence="y = (x - x_zero_point) * x_scale; the output type also determines the precision of the multiplication.",
    upstream=f"{_CODE}/op_dequantize_linear.py",
)
class DequantizeLinear(OpRun):
    """DequantizeLinear; the difference is exact."""

    def _run(
        self,
        x: np.ndarray,
        scale: np.ndarray,
        zero_point: np.ndarray | None = None,
        axis: int = 1,
        block_size: int = 0,
        output_dtype: int = 0,
    ) -> tuple[Any, ...]:
        dtype = np.dtype(onnx.helper.tensor_dtype_to_np_dtype(output_dtype)) if output_dtype else scale.dtype
        wide = np.promote_types(scale.dtype, np.float32)
        if x.dtype.kind in "iu" or x.dtype.name.startswith(("int", "uint")):
            zero = None if zero_point is None else spread(zero_point, x.shape, axis, block_size)
            x = less(x, zero)
        return ((x.astype(wide) * spread(scale, x.shape, axis, block_size)).astype(dtype),)


@mend("QLinearMatMul", 10, sentence=_SENTENCE, upstream=f"{_CODE}/op_qlinear_matmul.py")
class QLinearMatMul(OpRun):
    """QLinearMatMul, with scales and zero points of the whole, or of rows of a and columns of b."""

    def _run(
        self,
        a: np.ndarray,
        a_scale: np.ndarray,
        a_zero: np.ndarray,
        b: np.ndarray,
        b_scale: np.ndarray,
        b_zero: np.ndarray,
        y_scale: np.ndarray,
        y_zero: np.ndarray,
    ) -> tuple[Any, ...]:
        product = less(a, a_zero, -2 if a.ndim > 1 else 0) @ less(b, b_zero, -1)
        rows = [s[..., None] if s.ndim == 1 and s.size > 1 else s for s in (a_scale, y_scale, y_zero)]
        return (rounded(product * (rows[0] * b_scale / rows[1]), rows[2], y_zero.dtype),)


@mend(
    "MatMulInteger",
    10,
    sentence="If a zero point is a 1-D tensor, its number of elements is that of the rows of A or the columns of B.",
    upstream=f"{_CODE}/op_matmul_integer.py",
)
class MatMulInteger(OpRun):
    """MatMulInteger."""

    def _run(
        self, a: np.ndarray, b: np.ndarray, a_zero: np.ndarray | None = None, b_zero: np.ndarray | None = None
    ) -> tuple[Any, ...]:
        return ((less(a, a_zero, -2 if a.ndim > 1 else 0) @ less(b, b_zero, -1)).astype(np.int32),)


@mend(
    "ConvInteger",
    10,
    sentence="w_zero_point may be a scalar or a 1-D tensor of one value for each output channel.",
    upstream=f"{_CODE}/op_conv_integer.py",
)
class ConvInteger(Conv):
    """ConvInteger with one to three and more spatial axes."""

    def _run(  # type: ignore[override]
        self,
        x: np.ndarray,
        w: np.ndarray,
        x_zero: np.ndarray | None = None,
        w_zero: np.ndarray | None = None,
        **given: Any,
    ) -> tuple[Any, ...]:
        return (super()._run(less(x, x_zero), less(w, w_zero, 0), None, **given)[0].astype(np.int32),)


@mend("QLinearConv", 10, sentence=_SENTENCE, upstream=f"{_CODE}/op_qlinear_conv.py")
class QLinearConv(Conv):
    """QLinearConv with one to three and more spatial axes."""

    def _run(  # type: ignore[override]
        self,
        x: np.ndarray,
        x_scale: np.ndarray,
        x_zero: np.ndarray,
        w: np.ndarray,
        w_scale: np.ndarray,
        w_zero: np.ndarray,
        y_scale: np.ndarray,
        y_zero: np.ndarray,
        b: np.ndarray | None = None,
        **given: Any,
    ) -> tuple[Any, ...]:
        bias = None if b is None else b.astype(np.int64)
        (sums,) = super()._run(less(x, x_zero), less(w, w_zero, 0), bias, **given)
        factors = [spread(s, sums.shape, 1) for s in (x_scale, w_scale, y_scale)]
        return (rounded(sums * (factors[0] * factors[1] / factors[2]), spread(y_zero, sums.shape, 1), y_zero.dtype),)
