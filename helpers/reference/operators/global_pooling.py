"""GlobalMaxPool over all spatial axes, however many."""

from __future__ import annotations

from typing import Any

import numpy as np
from onnx.reference.op_run import OpRun

from helpers.reference.mends import mend


@mend(
    "GlobalMaxPool",
    1,
    sentence="Equivalent to MaxPool with kernel size equal to the spatial dimension of input tensor: all but N and C.",
    upstream="https://github.com/onnx/onnx/blob/main/onnx/reference/ops/op_global_max_pool.py",
)
class GlobalMaxPool(OpRun):
    """GlobalMaxPool; upstream takes two axes whatever the rank, which is right for rank 4 alone."""

    def _run(self, x: np.ndarray) -> tuple[Any, ...]:
        return (x.max(axis=tuple(range(2, x.ndim)), keepdims=True),)
