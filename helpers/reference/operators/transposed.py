"""ConvTranspose: every input cell adds the kernel, times its value, to the output."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np
from onnx.reference.op_run import OpRun

from helpers.reference.mends import mend


def _fitted(full: np.ndarray, axis: int, before: int, size: int) -> np.ndarray:
    """The cells [before, before + size) along an axis, with zeros where there are none."""
    wanted = np.arange(before, before + size)
    shape = [1] * full.ndim
    shape[axis] = -1
    inside = ((wanted >= 0) & (wanted < full.shape[axis])).reshape(shape)
    return np.where(inside, full.take(np.clip(wanted, 0, full.shape[axis] - 1), axis), np.zeros((), full.dtype))


@mend(
    "ConvTranspose",
    1,
    sentence="output_shape[i] = stride[i] * (input_size[i] - 1) + output_padding[i] + "
    "((kernel_shape[i] - 1) * dilations[i] + 1) - pads[start_i] - pads[end_i]",
    upstream="https://github.com/onnx/onnx/blob/main/onnx/reference/ops/op_conv_transpose.py",
)
class ConvTranspose(OpRun):
    """ConvTranspose with one and more spatial axes, in groups."""

    def _run(
        self,
        x: np.ndarray,
        w: np.ndarray,
        b: np.ndarray | None = None,
        auto_pad: str = "NOTSET",
        dilations: Sequence[int] | None = None,
        group: int = 1,
        kernel_shape: Sequence[int] | None = None,
        output_padding: Sequence[int] | None = None,
        output_shape: Sequence[int] | None = None,
        pads: Sequence[int] | None = None,
        strides: Sequence[int] | None = None,
    ) -> tuple[Any, ...]:
        n, kernel = x.ndim - 2, w.shape[2:]
        steps, gaps = list(strides or [1] * n), list(dilations or [1] * n)
        more = list(output_padding or [0] * n)
        spans = [(k - 1) * d + 1 for k, d in zip(kernel, gaps, strict=True)]
        sizes = [s * (i - 1) + span for s, i, span in zip(steps, x.shape[2:], spans, strict=True)]
        full = np.zeros((x.shape[0], group, w.shape[1], *sizes), x.dtype)
        xs = x.reshape(x.shape[0], group, -1, *x.shape[2:])
        ws = w.reshape(group, -1, *w.shape[1:])
        for cell in product(*map(range, kernel)):
            ends = zip(cell, gaps, steps, x.shape[2:], strict=True)
            at: tuple[Any, ...] = (..., *(slice(k * d, k * d + s * i, s) for k, d, s, i in ends))
            filters = ws.reshape(*ws.shape[:3], -1)[..., np.ravel_multi_index(cell, kernel)]
            full[at] += np.einsum("ngc...,gcm->ngm...", xs, filters)
        y = full.reshape(x.shape[0], -1, *sizes)
        same = auto_pad in ("SAME_UPPER", "SAME_LOWER")
        if same and not output_shape:
            output_shape = [i * s for i, s in zip(x.shape[2:], steps, strict=True)]
        given = list(pads or [0] * 2 * n) if auto_pad != "VALID" else [0] * 2 * n
        for i in range(n):
            length = sizes[i] + more[i]
            if output_shape:
                wanted = list(output_shape)[-n:][i]
                total = max(0, length - wanted)  # what is wanted beyond the sum of all is zeros at the end
                # The equations before opset 11 say the opposite of what the attribute's own text says of auto_pad.
                before = total // 2 if auto_pad == "SAME_UPPER" else total - total // 2
            else:
                before, wanted = given[i], length - given[i] - given[n + i]
            y = _fitted(y, 2 + i, before, wanted)
        return (y if b is None else y + b.reshape(-1, *[1] * n),)
