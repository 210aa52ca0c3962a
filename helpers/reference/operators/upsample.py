"""Upsample, and Resize of opset 10: scaled from the first cell, with neither coordinate modes nor rounding modes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from helpers.reference.mends import mend
from helpers.reference.operators.resize import Resize

_CODE = "https://github.com/onnx/onnx/blob/main/onnx/reference/ops"
_SENTENCE = "Each dimension value of the output tensor is floor(input_dimension * scale); nearest or linear."


class Scaled(Resize):
    """What these share: x_original = x_resized / scale, as the examples of the text have it."""

    def _scaled(self, x: np.ndarray, scales: Sequence[float] | np.ndarray, mode: str) -> tuple[Any, ...]:
        given: dict[str, Any] = {"coordinate_transformation_mode": "asymmetric"}
        factors = np.asarray(scales, np.float32)
        if mode != "nearest":
            return super()._run(x, None, factors, mode="linear", **given)
        # Of two cells the first where an axis grows and the second where it shrinks: 1 2 3 4 times 0.6 is 1 3.
        (grown,) = super()._run(x, None, np.maximum(factors, 1), nearest_mode="floor", **given)
        return super()._run(grown, None, np.minimum(factors, 1), nearest_mode="ceil", **given)


@mend("Resize", 10, 11, sentence=_SENTENCE, upstream=f"{_CODE}/op_resize.py")
class OldResize(Scaled):
    """Resize with scales as its second input."""

    def _run(self, x: np.ndarray, scales: np.ndarray, mode: str = "nearest", **_: Any) -> tuple[Any, ...]:  # type: ignore[override]
        return self._scaled(x, scales, mode)


@mend("Upsample", 9, sentence=_SENTENCE, upstream=f"{_CODE}/op_upsample.py")
class Upsample(OldResize):
    """Upsample with scales as its second input, which need not be whole."""


@mend("Upsample", 7, 9, sentence=_SENTENCE, upstream=f"{_CODE}/op_upsample.py")
class UpsampleByAttribute(Scaled):
    """Upsample with an attribute for the scales of all axes."""

    def _run(self, x: np.ndarray, scales: Sequence[float], mode: str = "nearest") -> tuple[Any, ...]:  # type: ignore[override]
        return self._scaled(x, scales, mode)


@mend(
    "Upsample",
    1,
    7,
    sentence="output_width = floor(input_width * width_scale), output_height = floor(input_height * height_scale)",
    upstream=f"{_CODE}/op_upsample.py",
)
class UpsampleOfImages(Scaled):
    """Upsample of [N, C, H, W] with an attribute for each of two scales."""

    def _run(  # type: ignore[override]
        self, x: np.ndarray, height_scale: float, width_scale: float, mode: str = "nearest"
    ) -> tuple[Any, ...]:
        return self._scaled(x, [1, 1, height_scale, width_scale], mode)
