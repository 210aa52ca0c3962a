"""Functions of one number at a time, as precise as their type, and for values of any size."""

from __future__ import annotations

from typing import Any

import numpy as np
from onnx.reference.op_run import OpRun
from scipy import special

from helpers.reference.mends import mend

_CODE = "https://github.com/onnx/onnx/blob/main/onnx/reference/ops"


def sigmoid(x: np.ndarray) -> np.ndarray:
    """1 / (1 + e^-x), without e to a large power."""
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + small), small / (1 + small))


def softplus(x: np.ndarray) -> np.ndarray:
    """log(1 + e^x)."""
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


@mend(
    "Erf",
    9,
    sentence="Computes the error function of the given input, in its own precision.",
    upstream=f"{_CODE}/op_erf.py",
)
class Erf(OpRun):
    """Erf."""

    def _run(self, x: np.ndarray) -> tuple[Any, ...]:
        return (special.erf(x.astype(np.float64)).astype(x.dtype),)
