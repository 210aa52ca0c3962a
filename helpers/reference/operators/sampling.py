"""Values between the cells of an image: GridSample, DeformConv and the older RoiAlign."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np
from onnx.reference.op_run import OpRun
from onnx.reference.ops.op_roi_align import RoiAlign as Upstream

from helpers.reference.mends import mend
from helpers.reference.operators.resize import cubic

_CODE = "https://github.com/onnx/onnx/blob/main/onnx/reference/ops"


def _reflected(x: np.ndarray, low: float, high: float) -> np.ndarray:
    """Mirrored at low and at high until within them."""
    span = high - low
    if span <= 0:
        return np.full_like(x, low)
    rest = np.mod(x - low, 2 * span)
    return low + np.where(rest > span, 2 * span - rest, rest)


def _weights(part: np.ndarray, mode: str) -> list[tuple[int, np.ndarray]]:
    """The steps from the cell at or before a place to those that count, and how much they count."""
    if mode == "nearest":
        return [(0, np.ones_like(part))]
    if mode == "linear":
        return [(0, 1 - part), (1, part)]
    return [(step, cubic(step - part, -0.75)) for step in (-1, 0, 1, 2)]


def sample(
    image: np.ndarray, places: np.ndarray, mode: str = "linear", padding_mode: str = "zeros", align_corners: int = 1
) -> np.ndarray:
    """Values [C, …] of an image [C, *sizes] at places […, axes] in cells."""
    sizes = image.shape[1:]
    edges = [(0.0, size - 1.0) if align_corners else (-0.5, size - 0.5) for size in sizes]
    each = []
    for axis, (size, (low, high)) in enumerate(zip(sizes, edges, strict=True)):
        x = places[..., axis]
        if mode == "nearest":
            x = np.rint(np.round(x * 2**16) / 2**16)  # halfway but for the last digits of float32 is halfway
        if padding_mode == "reflection":
            x = np.where((x < low) | (x > high), _reflected(x, low, high), x)
        first = np.floor(x)
        taps = []
        for step, weight in _weights(x - first, mode):
            cell = first + step
            if padding_mode == "zeros":
                weight = np.where((cell >= 0) & (cell < size), weight, 0)
            elif padding_mode == "reflection":
                cell = _reflected(cell, low, high)
            taps.append((np.clip(cell, 0, size - 1).astype(np.int64), weight))
        each.append(taps)
    y = np.zeros((image.shape[0], *places.shape[:-1]), image.dtype)
    for chosen in product(*each):
        at: tuple[Any, ...] = (slice(None), *(cell for cell, _ in chosen))
        y += image[at] * np.prod([weight for _, weight in chosen], axis=0)
    return y


@mend(
    "GridSample",
    16,
    sentence="mode is bilinear, nearest or bicubic, from opset 20 linear, nearest or cubic; places are as precise as "
    "the grid.",
    upstream=f"{_CODE}/op_grid_sample.py",
)
class GridSample(OpRun):
    """GridSample of one and more spatial axes."""

    def _run(
        self,
        x: np.ndarray,
        grid: np.ndarray,
        mode: str = "linear",
        padding_mode: str = "zeros",
        align_corners: int = 0,
    ) -> tuple[Any, ...]:
        sizes = np.array(x.shape[2:], grid.dtype)
        unit = (grid[..., ::-1] + 1) / 2
        places = unit * (sizes - 1) if align_corners else unit * sizes - 0.5
        kind = mode.removeprefix("bi")
        made = [sample(one, at, kind, padding_mode, align_corners) for one, at in zip(x, places, strict=True)]
        return (np.stack(made).astype(x.dtype),)


@mend(
    "DeformConv",
    19,
    sentence="Each value under the kernel is taken at its place plus its offset, times its mask.",
    upstream=f"{_CODE}/op_deform_conv.py",
)
class DeformConv(OpRun):
    """DeformConv with one and more spatial axes, also of size 1."""

    def _run(
        self,
        x: np.ndarray,
        w: np.ndarray,
        offset: np.ndarray,
        b: np.ndarray | None = None,
        mask: np.ndarray | None = None,
        dilations: Sequence[int] | None = None,
        group: int = 1,
        kernel_shape: Sequence[int] | None = None,
        offset_group: int = 1,
        pads: Sequence[int] | None = None,
        strides: Sequence[int] | None = None,
    ) -> tuple[Any, ...]:
        n, kernel, out = x.ndim - 2, w.shape[2:], offset.shape[2:]
        steps, gaps, before = strides or [1] * n, dilations or [1] * n, list(pads or [0] * 2 * n)[:n]
        shift = np.moveaxis(offset.reshape(x.shape[0], offset_group, *kernel, n, *out), 2 + n, -1)
        kernels = np.indices(kernel).reshape(n, *kernel, *[1] * n) * np.reshape(gaps, (n, *[1] * 2 * n))
        outs = np.indices(out).reshape(n, *[1] * n, *out) * np.reshape(steps, (n, *[1] * 2 * n))
        places = np.moveaxis(kernels + outs, 0, -1) - np.array(before) + shift
        parts = np.split(x, offset_group, axis=1)
        taken = np.stack(
            [np.concatenate([sample(p[i], places[i, g]) for g, p in enumerate(parts)]) for i in range(len(x))]
        )
        if mask is not None:
            scales = mask.reshape(x.shape[0], offset_group, *kernel, *out)
            taken = taken * np.repeat(scales, x.shape[1] // offset_group, axis=1)
        axes = [*range(1, 2 + n)]
        y = np.concatenate(
            [
                np.tensordot(cells, filters, (axes, axes))
                for cells, filters in zip(np.split(taken, group, 1), np.split(w, group, 0), strict=True)
            ],
            axis=-1,
        )
        y = np.moveaxis(y, -1, 1).astype(x.dtype)
        return (y if b is None else y + b.reshape(-1, *[1] * n),)


@mend(
    "RoiAlign",
    10,
    16,
    sentence="Before opset 16 there is no shift by half a pixel, which output_half_pixel stands for since.",
    upstream=f"{_CODE}/op_roi_align.py",
)
class RoiAlign(Upstream):
    """RoiAlign before opset 16."""

    def _run(self, *inputs: np.ndarray, **given: Any) -> tuple[Any, ...]:
        given["coordinate_transformation_mode"] = "output_half_pixel"
        return super()._run(*inputs, **given)


@mend(
    "AffineGrid",
    20,
    sentence="Generates a 2D or 3D sampling grid, given a batch of affine matrices theta, in theta's type.",
    upstream="https://github.com/onnx/onnx/blob/main/onnx/reference/ops/op_affine_grid.py",
)
class AffineGrid(OpRun):
    """AffineGrid; upstream rounds to float32 whatever the type."""

    def _run(self, theta: np.ndarray, size: np.ndarray, align_corners: int = 0) -> tuple[Any, ...]:
        places = [_from_minus_one(int(n), bool(align_corners)) for n in size[2:]]
        axes = np.meshgrid(*places, indexing="ij")[::-1]  # x is the last axis
        homogeneous = np.stack([*axes, np.ones_like(axes[0])], -1)
        return (np.einsum("nij,...j->n...i", theta, homogeneous).astype(theta.dtype),)


def _from_minus_one(count: int, align_corners: bool) -> np.ndarray:
    """Where the centres of cells lie from -1 to 1, or with align_corners the cells at the ends."""
    if align_corners and count > 1:
        return np.linspace(-1, 1, count)
    return (2 * np.arange(count) + 1) / count - 1
