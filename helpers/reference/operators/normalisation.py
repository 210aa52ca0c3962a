"""BatchNormalization as inference uses it."""

from __future__ import annotations

from typing import Any

import numpy as np
from onnx.reference.op_run import OpRun

from helpers.reference.mends import mend

_TEXT = "https://github.com/onnx/onnx/blob/main/docs/Changelog.md"


class BatchNormalization(OpRun):
    """BatchNormalization with one output and the stored statistics."""

    def _run(
        self,
        x: np.ndarray,
        scale: np.ndarray,
        bias: np.ndarray,
        mean: np.ndarray,
        var: np.ndarray,
        epsilon: float = 1e-5,
        spatial: int = 1,
        is_test: int | None = None,
        **_: Any,
    ) -> tuple[Any, ...]:
        if is_test == 0 and len(self.onnx_node.output) > 1:
            raise NotImplementedError("BatchNormalization in training mode; set is_test, or export for inference")
        # Not spatial: one number for each place of a sample, all places after the batch's axis.
        shape = (-1, *(1,) * (x.ndim - 2)) if spatial else x.shape[1:]
        s, b, m, v = (a.reshape(shape) for a in (scale, bias, mean, var))
        return ((s * (x - m) / np.sqrt(v + epsilon) + b).astype(x.dtype),)


_TESTING = "Output case #2 (test mode, one output): the given mean and variance are used, not the batch's own."
mend("BatchNormalization", 1, 9, sentence=_TESTING, upstream=f"{_TEXT}#BatchNormalization-7")(BatchNormalization)
mend("BatchNormalization", 9, 14, sentence=_TESTING, upstream=f"{_TEXT}#BatchNormalization-9")(BatchNormalization)
