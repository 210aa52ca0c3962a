"""Pools by sliding windows, with the shapes that the text gives for ceil_mode, dilations and automatic padding."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np
from onnx.reference.op_run import OpRun

from helpers.reference.mends import mend
from helpers.reference.operators.conv import padding, windows

_CODE = "https://github.com/onnx/onnx/blob/main/onnx/reference/ops/op_pool_common.py"
_SENTENCE = (
    "Windows start at the beginning of the padding; ceil_mode adds cells at the end alone, and they do not count."
)


class Pool(OpRun):
    """What the pools share."""

    def _windows(
        self,
        x: np.ndarray,
        around: float,
        beyond: float,
        kernel_shape: Sequence[int],
        auto_pad: str = "NOTSET",
        ceil_mode: int = 0,
        dilations: Sequence[int] | None = None,
        pads: Sequence[int] | None = None,
        strides: Sequence[int] | None = None,
    ) -> tuple[np.ndarray, list[int]]:
        """Each window [N, C, *places, cells], and what was added before each axis; padding has the values given."""
        n = len(kernel_shape)
        steps, gaps = list(strides or [1] * n), list(dilations or [1] * n)
        sizes, spans = x.shape[2:], [(k - 1) * d + 1 for k, d in zip(kernel_shape, gaps, strict=True)]
        added = padding(auto_pad or "NOTSET", pads, sizes, kernel_shape, steps, gaps)
        places, missing = [], []
        for size, span, step, (before, after) in zip(sizes, spans, steps, added, strict=True):
            room = size + before + after - span
            count = room // step + 1
            if ceil_mode and auto_pad in ("", "NOTSET") and count * step < min(room + step, size + before):
                count += 1  # one more window that starts inside, if some of it does
            places.append(count)
            missing.append(max(0, (count - 1) * step - room))
        x = np.pad(x, [(0, 0), (0, 0), *added], constant_values=around)
        x = np.pad(x, [(0, 0), (0, 0), *((0, m) for m in missing)], constant_values=beyond)
        view = windows(x, kernel_shape, steps, gaps)[(slice(None), slice(None), *(slice(p) for p in places))]
        return view.reshape(*view.shape[: 2 + n], -1), [before for before, _ in added]


@mend("MaxPool", 1, sentence=_SENTENCE, upstream=_CODE)
class MaxPool(Pool):
    """MaxPool, with the places of the maxima."""

    def _run(self, x: np.ndarray, kernel_shape: Sequence[int], storage_order: int = 0, **given: Any) -> tuple[Any, ...]:
        least = np.iinfo(x.dtype).min if x.dtype.kind in "iu" else -np.inf
        view, before = self._windows(x, least, least, kernel_shape, **given)
        if len(self.onnx_node.output) < 2:
            return (view.max(-1),)
        n = len(kernel_shape)
        steps, gaps = given.get("strides") or [1] * n, given.get("dilations") or [1] * n
        places = np.indices(view.shape[:-1])
        inside = np.unravel_index(view.argmax(-1), kernel_shape)
        found = [p * s + i * d - b for p, s, i, d, b in zip(places[2:], steps, inside, gaps, before, strict=True)]
        weights = np.cumprod([1, *(x.shape[2:] if storage_order else x.shape[:1:-1])])[:-1]
        flat = sum(f * w for f, w in zip(found, weights if storage_order else weights[::-1], strict=True))
        flat = flat + (places[0] * x.shape[1] + places[1]) * int(np.prod(x.shape[2:]))
        return view.max(-1), np.asarray(flat, np.int64)


@mend("AveragePool", 1, sentence=_SENTENCE, upstream=_CODE)
class AveragePool(Pool):
    """AveragePool; what padding counts, and what ceil_mode adds never does."""

    def _run(
        self, x: np.ndarray, kernel_shape: Sequence[int], count_include_pad: int = 0, **given: Any
    ) -> tuple[Any, ...]:
        total = self._windows(x, 0, 0, kernel_shape, **given)[0].sum(-1)
        ones = np.ones((1, 1, *x.shape[2:]), x.dtype)
        return (total / self._windows(ones, int(bool(count_include_pad)), 0, kernel_shape, **given)[0].sum(-1),)


@mend("LpPool", 1, sentence=_SENTENCE, upstream=_CODE)
class LpPool(Pool):
    """(Σ |x|^p)^(1/p) of each window."""

    def _run(self, x: np.ndarray, kernel_shape: Sequence[int], p: float = 2, **given: Any) -> tuple[Any, ...]:
        cells = np.abs(self._windows(x, 0, 0, kernel_shape, **given)[0])
        return (((cells ** float(p)).sum(-1) ** (1 / float(p))).astype(x.dtype),)


@mend(
    "GlobalLpPool",
    1,
    sentence="This is equivalent to LpPool with kernel size equal to the spatial dimension of input tensor.",
    upstream="https://github.com/onnx/onnx/tree/main/onnx/reference/ops",
)
class GlobalLpPool(OpRun):
    """(Σ |x|^p)^(1/p) of each channel."""

    def _run(self, x: np.ndarray, p: float = 2) -> tuple[Any, ...]:
        total = (np.abs(x) ** float(p)).sum(axis=tuple(range(2, x.ndim)), keepdims=True)
        return ((total ** (1 / float(p))).astype(x.dtype),)


@mend(
    "MaxRoiPool",
    1,
    sentence="ROI max pool consumes an input tensor X and regions of interest to apply max pooling across each RoI.",
    upstream="https://github.com/onnx/onnx/tree/main/onnx/reference/ops",
)
class MaxRoiPool(OpRun):
    """Max pooling of regions in whole cells, as Fast R-CNN has it; an empty part gives 0."""

    def _run(
        self, x: np.ndarray, rois: np.ndarray, pooled_shape: Sequence[int], spatial_scale: float = 1.0
    ) -> tuple[Any, ...]:
        y = np.zeros((len(rois), x.shape[1], *pooled_shape), x.dtype)
        for n, (image, *corners) in enumerate(rois):
            left, top, right, bottom = (int(np.floor(c * spatial_scale + 0.5)) for c in corners)
            rows = _parts(top, bottom, pooled_shape[0], x.shape[2])
            columns = _parts(left, right, pooled_shape[1], x.shape[3])
            for (i, row), (j, column) in product(enumerate(rows), enumerate(columns)):
                cells = x[int(image), :, row, column]
                if cells.size:
                    y[n, :, i, j] = cells.max(axis=(1, 2))
        return (y,)


def _parts(first: int, last: int, parts: int, size: int) -> list[slice]:
    """The range from first to last in equal parts, each widened to whole cells and cut to 0 … size."""
    width = max(last - first + 1, 1) / parts
    ends = [(first + int(np.floor(i * width)), first + int(np.ceil((i + 1) * width))) for i in range(parts)]
    return [slice(min(max(a, 0), size), min(max(b, 0), size)) for a, b in ends]


@mend(
    "MaxUnpool",
    9,
    sentence="Indices are linear in the tensor that was pooled, whose shape is output_shape where that is given.",
    upstream="https://github.com/onnx/onnx/pull/8413",
)
class MaxUnpool(OpRun):
    """MaxUnpool into the shape that was pooled."""

    def _run(
        self,
        x: np.ndarray,
        indices: np.ndarray,
        output_shape: np.ndarray | None = None,
        kernel_shape: Sequence[int] = (),
        pads: Sequence[int] | None = None,
        strides: Sequence[int] | None = None,
    ) -> tuple[Any, ...]:
        n = len(kernel_shape)
        around, steps = pads or [0] * 2 * n, strides or [1] * n
        inferred = [
            (size - 1) * s - before - after + k
            for size, s, before, after, k in zip(x.shape[2:], steps, around[:n], around[n:], kernel_shape, strict=True)
        ]
        shape = [*x.shape[:2], *inferred] if output_shape is None else [int(d) for d in output_shape]
        y = np.zeros(int(np.prod(shape)), x.dtype)
        y[indices.reshape(-1)] = x.reshape(-1)
        return (y.reshape(shape),)
