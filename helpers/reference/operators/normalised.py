"""Normalisations: their moments in two passes, in the type that the file asks for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from onnx.reference.op_run import OpRun

from helpers.reference.mends import mend

_CODE = "https://github.com/onnx/onnx/blob/main/onnx/reference/ops"
_TEXT = "https://onnx.ai/onnx/operators/onnx__GroupNormalization.html"
_STASH = "stash_type specifies the precision of stage one; Normalized is cast back to the type of X before stage two."


def _stash(stash_type: int) -> np.dtype:
    return np.dtype(onnx.helper.tensor_dtype_to_np_dtype(stash_type))


@mend("LayerNormalization", 17, sentence=_STASH, upstream=f"{_CODE}/op_layer_normalization.py")
class LayerNormalization(OpRun):
    """LayerNormalization with any stash_type."""

    def _run(
        self,
        x: np.ndarray,
        scale: np.ndarray,
        bias: np.ndarray | None = None,
        axis: int = -1,
        epsilon: float = 1e-5,
        stash_type: int = 1,
    ) -> tuple[Any, ...]:
        axes = tuple(range(axis % x.ndim, x.ndim))
        stage = x.astype(_stash(stash_type))
        mean = stage.mean(axis=axes, keepdims=True)
        deviation = stage - mean
        inverse = 1 / np.sqrt((deviation**2).mean(axis=axes, keepdims=True) + epsilon)
        y = (deviation * inverse).astype(x.dtype) * scale
        y = y if bias is None else y + bias
        return y, mean.astype(stage.dtype), inverse.astype(stage.dtype)


@mend("RMSNormalization", 23, sentence=_STASH, upstream=f"{_CODE}/op_rms_normalization.py")
class RMSNormalization(OpRun):
    """RMSNormalization with any stash_type."""

    def _run(
        self, x: np.ndarray, scale: np.ndarray, axis: int = -1, epsilon: float = 1e-5, stash_type: int = 1
    ) -> tuple[Any, ...]:
        axes = tuple(range(axis % x.ndim, x.ndim))
        stage = x.astype(_stash(stash_type))
        rms = np.sqrt((stage**2).mean(axis=axes, keepdims=True) + epsilon)
        return ((stage / rms).astype(x.dtype) * scale.astype(x.dtype),)


@mend(
    "MeanVarianceNormalization",
    9,
    sentence="(X-EX)/sqrt(E(X-EX)^2), which is not (X-EX)/sqrt(EX^2-(EX)^2) when values are rounded.",
    upstream="https://github.com/onnx/onnx/blob/main/onnx/defs/nn/defs.cc",
)
class MeanVarianceNormalization(OpRun):
    """MeanVarianceNormalization, with the 1e-9 that its function adds to the deviation."""

    def _run(self, x: np.ndarray, axes: Sequence[int] = (0, 2, 3)) -> tuple[Any, ...]:
        deviation = x - x.mean(axis=tuple(axes), keepdims=True)
        std = np.sqrt((deviation**2).mean(axis=tuple(axes), keepdims=True))
        return ((deviation / (std + x.dtype.type(1e-9))).astype(x.dtype),)


@mend(
    "LRN",
    1,
    sentence="square_sum[n, c, …] = sum(X[n, i, …]^2), where max(0, c - floor((size - 1) / 2)) <= i <= "
    "min(C - 1, c + ceil((size - 1) / 2))",
    upstream=f"{_CODE}/op_lrn.py",
)
class LRN(OpRun):
    """LRN over all channels, of any rank."""

    def _run(
        self, x: np.ndarray, size: int, alpha: float = 1e-4, beta: float = 0.75, bias: float = 1.0
    ) -> tuple[Any, ...]:
        before = (size - 1) // 2
        around = [(0, 0), (before, size - 1 - before), *[(0, 0)] * (x.ndim - 2)]
        squares = np.lib.stride_tricks.sliding_window_view(np.pad(x**2, around), size, axis=1).sum(-1)
        return ((x / (bias + alpha / size * squares) ** beta).astype(x.dtype),)


@mend(
    "LpNormalization",
    1,
    sentence="output = input / Lp_norm(input, axis); when the norm is zero, the output is defined to be zero.",
    upstream=f"{_CODE}/op_lp_normalization.py",
)
class LpNormalization(OpRun):
    """LpNormalization by the sum of absolute values, or by the root of the sum of squares."""

    def _run(self, x: np.ndarray, axis: int = -1, p: int = 2) -> tuple[Any, ...]:
        norm = np.linalg.norm(x, p, axis, keepdims=True)
        return (np.divide(x, norm, out=np.zeros_like(x), where=norm != 0),)


class _Groups(OpRun):
    """What the two versions share: moments of each group of channels, in two passes."""

    def _normalised(self, x: np.ndarray, groups: int, epsilon: float, stash_type: int) -> np.ndarray:
        stage = x.astype(_stash(stash_type)).reshape(x.shape[0], groups, -1)
        deviation = stage - stage.mean(-1, keepdims=True)
        y = deviation / np.sqrt((deviation**2).mean(-1, keepdims=True) + epsilon)
        return y.astype(x.dtype).reshape(x.shape)


@mend("GroupNormalization", 18, 21, sentence="scale and bias are specified for each group of channels.", upstream=_TEXT)
class GroupNormalization18(_Groups):
    """GroupNormalization with a scale by group."""

    def _run(
        self, x: np.ndarray, scale: np.ndarray, bias: np.ndarray, epsilon: float = 1e-5, num_groups: int = 1, **_: Any
    ) -> tuple[Any, ...]:
        each = x.shape[1] // num_groups
        s, b = (np.repeat(a, each).reshape(-1, *(1,) * (x.ndim - 2)) for a in (scale, bias))
        wide = onnx.helper.np_dtype_to_tensor_dtype(x.dtype)
        return (self._normalised(x, num_groups, epsilon, wide) * s + b,)


@mend("GroupNormalization", 21, sentence="scale and bias are specified for each channel.", upstream=_TEXT)
class GroupNormalization21(_Groups):
    """GroupNormalization with a scale by channel."""

    def _run(
        self,
        x: np.ndarray,
        scale: np.ndarray,
        bias: np.ndarray,
        epsilon: float = 1e-5,
        num_groups: int = 1,
        stash_type: int = 1,
    ) -> tuple[Any, ...]:
        s, b = (a.reshape(-1, *(1,) * (x.ndim - 2)) for a in (scale, bias))
        return (self._normalised(x, num_groups, epsilon, stash_type) * s + b,)
