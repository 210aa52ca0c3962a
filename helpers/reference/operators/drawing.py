"""Multinomial, so that a model that draws runs on; what it gives is not judged."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from onnx.reference.op_run import OpRun

from helpers.reference.mends import mend


@mend(
    "Multinomial",
    7,
    sentence="Generate a tensor of samples from a multinomial distribution according to the probabilities of each "
    "outcome, given as unnormalized logarithms.",
    upstream="https://github.com/onnx/onnx/tree/main/onnx/reference/ops",
)
class Multinomial(OpRun):
    """Multinomial: the places of the largest sums of logarithm and Gumbel noise."""

    def _run(
        self, x: np.ndarray, dtype: int = onnx.TensorProto.INT32, sample_size: int = 1, seed: float | None = None
    ) -> tuple[Any, ...]:
        rng = np.random.default_rng(0 if seed is None else abs(hash(float(seed))))
        noise = rng.gumbel(size=(x.shape[0], sample_size, x.shape[1]))
        drawn = (x[:, None, :].astype(np.float64) + noise).argmax(-1)
        return (drawn.astype(onnx.helper.tensor_dtype_to_np_dtype(dtype)),)
