"""Losses of log-probabilities."""

from __future__ import annotations

from typing import Any

import numpy as np
from onnx.reference.op_run import OpRun

from helpers.reference.mends import mend


@mend(
    "NegativeLogLikelihoodLoss",
    12,
    sentence="ignore_index names a target that does not contribute; mean divides by the sum of applied weights.",
    upstream="https://github.com/onnx/onnx/blob/main/onnx/reference/ops/op_negative_log_likelihood_loss.py",
)
class NegativeLogLikelihoodLoss(OpRun):
    """NegativeLogLikelihoodLoss; an ignore_index of -1 is one as any other."""

    def _run(
        self,
        x: np.ndarray,
        target: np.ndarray,
        weight: np.ndarray | None = None,
        ignore_index: int | None = None,
        reduction: str = "mean",
    ) -> tuple[Any, ...]:
        counted = np.ones(target.shape, bool) if ignore_index is None else target != ignore_index
        classes = np.where(counted, target, 0)
        weights = (np.ones(x.shape[1], x.dtype) if weight is None else weight)[classes] * counted
        picked = np.take_along_axis(x, np.expand_dims(classes, 1), 1).squeeze(1)
        loss = np.where(counted, -picked * weights, 0)
        if reduction != "none":
            loss = loss.sum() / weights.sum() if reduction == "mean" else loss.sum()
        return (np.asarray(loss, x.dtype),)
