"""Resize by the formulas of its text, with coordinates that are exact fractions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import ceil, floor
from typing import Any

import numpy as np
import onnx
from onnx.reference.op_run import OpRun

from helpers.reference.mends import mend

_HALF = Fraction(1, 2)
_NEAREST: dict[str, Callable[[Fraction], int]] = {
    "floor": floor,
    "ceil": ceil,
    "round_prefer_floor": lambda x: ceil(x - _HALF),
    "round_prefer_ceil": lambda x: floor(x + _HALF),
}


def _settled(x: Fraction) -> Fraction:
    """Without the small difference that scales and regions in float32 make, which could cross to the next cell."""
    return Fraction(round(x * 2**16), 2**16)


def coordinates(
    mode: str, length: int, resized: int, scale: Fraction, roi: tuple[Fraction, Fraction]
) -> list[Fraction]:
    """x_original for each x_resized along one axis."""
    start, end = roi

    def original(x: int) -> Fraction:
        if mode in ("half_pixel", "pytorch_half_pixel", "half_pixel_symmetric"):
            if mode == "pytorch_half_pixel" and resized == 1:
                return Fraction(0)
            offset = Fraction(length, 2) * (1 - resized / (scale * length)) if mode == "half_pixel_symmetric" else 0
            return offset + (x + _HALF) / scale - _HALF
        if mode == "asymmetric":
            return x / scale
        if mode == "tf_half_pixel_for_nn":
            return (x + _HALF) / scale
        if mode == "align_corners":
            return Fraction(x * (length - 1), resized - 1) if resized > 1 else Fraction(0)
        if mode != "tf_crop_and_resize":
            raise ValueError(f"coordinate_transformation_mode {mode!r} is not known")
        if resized == 1:
            return _HALF * (start + end) * (length - 1)
        return start * (length - 1) + x * (end - start) * Fraction(length - 1, resized - 1)

    return [original(x) for x in range(resized)]


def _linear(distance: np.ndarray) -> np.ndarray:
    return np.maximum(0, 1 - np.abs(distance))


def cubic(distance: np.ndarray, a: float) -> np.ndarray:
    """The weight of a cell at a distance from a place in cubic interpolation."""
    d = np.abs(distance)
    near = ((a + 2) * d - (a + 3)) * d * d + 1
    far = ((a * d - 5 * a) * d + 8 * a) * d - 4 * a
    return np.where(d <= 1, near, np.where(d < 2, far, 0))


def taps(
    x: Sequence[Fraction], reach: int, weigh: Callable[[np.ndarray], np.ndarray], stretch: float
) -> tuple[np.ndarray, np.ndarray]:
    """The cells around each coordinate, also those outside, and their weights; reach is half a window's width."""
    first = np.array([floor(c) for c in x])
    part = np.array([float(c - floor(c)) for c in x])
    width = ceil(reach * stretch)
    steps = np.arange(1 - width, 1 + width)
    weights = weigh((steps - part[:, None]) / stretch)
    return first[:, None] + steps, weights / weights.sum(axis=1, keepdims=True)


@mend(
    "Resize",
    11,
    sentence="align_corners: x_original = x_resized * (length_original - 1) / (length_resized - 1), of whole lengths; "
    "pytorch_half_pixel: 0 where length_resized is 1; tf_half_pixel_for_nn before opset 13.",
    upstream="https://github.com/onnx/onnx/blob/main/onnx/reference/ops/op_resize.py",
)
class Resize(OpRun):
    """Resize from opset 11."""

    def _run(
        self,
        x: np.ndarray,
        roi: np.ndarray | None = None,
        scales: np.ndarray | None = None,
        sizes: np.ndarray | None = None,
        antialias: int = 0,
        axes: Sequence[int] | None = None,
        coordinate_transformation_mode: str = "half_pixel",
        cubic_coeff_a: float = -0.75,
        exclude_outside: int = 0,
        extrapolation_value: float = 0.0,
        keep_aspect_ratio_policy: str = "stretch",
        mode: str = "nearest",
        nearest_mode: str = "round_prefer_floor",
    ) -> tuple[Any, ...]:
        places = [a % x.ndim for a in (axes if axes is not None else range(x.ndim))]
        lengths = [x.shape[a] for a in places]
        crop = coordinate_transformation_mode == "tf_crop_and_resize"
        ends = (
            [Fraction(float(v)) for v in roi] if crop and roi is not None and roi.size else [Fraction(0)] * len(places)
        )
        ends += [Fraction(1)] * (2 * len(places) - len(ends))
        rois = list(zip(ends[: len(places)], ends[len(places) :], strict=True))
        given = scales is not None and scales.size > 0
        if given:
            factors = [Fraction(float(s)) for s in scales]  # type: ignore[union-attr]
            # As onnx infers it, in float32 and without the region, which the text would have.
            wanted = [floor(np.float32(n) * np.float32(f)) for n, f in zip(lengths, scales, strict=True)]  # type: ignore[arg-type]
        else:
            factors, wanted = _by_sizes(lengths, [int(s) for s in sizes], keep_aspect_ratio_policy)  # type: ignore[union-attr]
        y = x if mode == "nearest" else x.astype(np.float64)
        beyond = np.zeros((1,) * x.ndim, bool)
        for axis, length, resized, scale, part in zip(places, lengths, wanted, factors, rois, strict=True):
            if resized == length and scale == 1 and not crop:
                continue
            where = coordinates(coordinate_transformation_mode, length, resized, scale, part)
            if given or crop:
                where = [_settled(c) for c in where] if mode == "nearest" else where
            if mode == "nearest":
                nearest = [_NEAREST[nearest_mode](c) for c in where]
                y = y.take(np.clip(np.array(nearest, np.int64), 0, length - 1), axis)
            else:
                stretch = max(1.0, float(1 / scale)) if antialias else 1.0
                a = float(cubic_coeff_a)
                reach, weigh = (1, _linear) if mode == "linear" else (2, lambda d, a=a: cubic(d, a))
                y = _interpolated(y, axis, *taps(where, reach, weigh, stretch), bool(exclude_outside))
            if crop:
                out = np.array([not 0 <= c <= length - 1 for c in where])
                beyond = beyond | np.expand_dims(out, [i for i in range(x.ndim) if i != axis])
        if mode != "nearest":
            y = onnx.numpy_helper.saturate_cast(y, x.dtype)
        return (np.where(beyond, np.array(extrapolation_value, x.dtype), y) if crop else y,)


def _by_sizes(lengths: Sequence[int], sizes: Sequence[int], policy: str) -> tuple[list[Fraction], list[int]]:
    """The scale and the new length of each axis."""
    factors = [Fraction(s, n) for s, n in zip(sizes, lengths, strict=True)]
    if policy == "stretch":
        return factors, list(sizes)
    factor = min(factors) if policy == "not_larger" else max(factors)
    return [factor] * len(lengths), [floor(factor * n + _HALF) for n in lengths]


def _interpolated(x: np.ndarray, axis: int, cells: np.ndarray, weights: np.ndarray, inside_only: bool) -> np.ndarray:
    """The weighted sums of cells along an axis; cells outside are those at the edge, or left out."""
    size = x.shape[axis]
    if inside_only:
        weights = np.where((cells >= 0) & (cells < size), weights, 0)
        weights = weights / weights.sum(axis=1, keepdims=True)
    shape = [1] * x.ndim
    shape[axis] = -1
    parts = [x.take(np.clip(c, 0, size - 1), axis) * w.reshape(shape) for c, w in zip(cells.T, weights.T, strict=True)]
    return np.sum(parts, axis=0)
