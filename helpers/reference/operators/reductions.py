"""Reductions that keep their type, and logarithms of sums that do not overflow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from onnx.reference.op_run import OpRun

from helpers.reference.mends import mend

_CODE = "https://github.com/onnx/onnx/blob/main/onnx/reference/ops"


def reduced(axes: Sequence[int] | np.ndarray | None, noop_with_empty_axes: int) -> tuple[int, ...] | None:
    """The axes to reduce, given as attribute or as input; None for all."""
    found = tuple(int(a) for a in np.asarray(axes if axes is not None else []).reshape(-1))
    return found if found or noop_with_empty_axes else None


class Reduction(OpRun):
    """A reduction; axes are an attribute in older files and an input in newer ones."""

    def _run(
        self,
        x: np.ndarray,
        axes: Sequence[int] | np.ndarray | None = None,
        keepdims: int = 1,
        noop_with_empty_axes: int = 0,
    ) -> tuple[Any, ...]:
        made = self.reduce(x, reduced(axes, noop_with_empty_axes), bool(keepdims))
        return (np.asarray(made).astype(x.dtype),)

    def reduce(self, x: np.ndarray, axes: tuple[int, ...] | None, keepdims: bool) -> np.ndarray:
        """The reduction of x over axes."""
        raise NotImplementedError


@mend(
    "ReduceLogSumExp",
    1,
    sentence="Computes the log sum exponent of the input tensor's elements along the provided axes.",
    upstream=f"{_CODE}/op_reduce_log_sum_exp.py",
)
class ReduceLogSumExp(Reduction):
    """log Σ exp(x), where sums of infinities are infinite; integers are allowed before opset 28."""

    def reduce(self, x: np.ndarray, axes: tuple[int, ...] | None, keepdims: bool) -> np.ndarray:
        """With the largest value taken out of the sum."""
        x = x if x.dtype.kind == "f" else x.astype(np.float64)
        most = x.max(axis=axes, keepdims=True, initial=-np.inf)
        most = np.where(np.isfinite(most), most, np.zeros((), x.dtype))
        sums = np.exp(x - most).sum(axis=axes, keepdims=True)
        found = np.log(sums) + most
        return found if keepdims else found.reshape(np.sum(x, axis=axes).shape)


@mend(
    "ReduceLogSum",
    1,
    sentence="Computes the log sum of the input tensor's elements along the provided axes; T may be an integer.",
    upstream=f"{_CODE}/op_reduce_log_sum.py",
)
class ReduceLogSum(Reduction):
    """log Σ x; integers are allowed before opset 28."""

    def reduce(self, x: np.ndarray, axes: tuple[int, ...] | None, keepdims: bool) -> np.ndarray:
        """By the definition."""
        return np.log(x.sum(axis=axes, keepdims=keepdims))


@mend(
    "ReduceSumSquare",
    1,
    sentence="Computes the sum square of the input tensor's elements; the output has the input's type.",
    upstream=f"{_CODE}/op_reduce_sum_square.py",
)
class ReduceSumSquare(Reduction):
    """Σ x², in the input's type."""

    def reduce(self, x: np.ndarray, axes: tuple[int, ...] | None, keepdims: bool) -> np.ndarray:
        """By the definition."""
        return np.square(x).sum(axis=axes, keepdims=keepdims)
