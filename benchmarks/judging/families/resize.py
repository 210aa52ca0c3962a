"""Resizing, and sampling at a grid."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks.judging.cases import Setting, ints, normal, setting

_NONE = np.zeros(0, np.float32)
_WAYS = (
    "half_pixel",
    "asymmetric",
    "align_corners",
    "pytorch_half_pixel",
    "half_pixel_symmetric",
    "tf_half_pixel_for_nn",
)


def settings() -> Iterator[Setting]:
    """Every mode with every way of coordinates, up and down, by scales and by sizes."""
    yield from _old()
    yield from _resize()
    yield from _grid()


def _old() -> Iterator[Setting]:
    x = normal(1, 2, 3, 4)
    for mode in ("nearest", "linear", "bilinear"):
        yield setting("Upsample", x, height_scale=2.0, width_scale=1.5, mode=mode)
        for scales in ([1, 1, 2, 3], [1, 1, 1.5, 2.5]):
            if mode != "bilinear":
                yield setting("Upsample", x, scales=[float(s) for s in scales], mode=mode)
                yield setting("Upsample", x, np.array(scales, np.float32), constants=(1,), mode=mode)
    for mode in ("nearest", "linear"):
        for scales in ([1, 1, 2, 3], [1, 1, 0.6, 0.5], [1, 1, 1.5, 0.7]):
            yield setting("Resize", x, np.array(scales, np.float32), constants=(1,), mode=mode, until=11)
    yield setting("Upsample", normal(3, 4), np.array([2, 1.5], np.float32), constants=(1,), mode="nearest")


def _resize() -> Iterator[Setting]:
    x = normal(1, 2, 5, 6)
    up, down = np.array([1, 1, 1.5, 2], np.float32), np.array([1, 1, 0.6, 0.5], np.float32)
    for mode in ("nearest", "linear", "cubic"):
        for way in _WAYS:
            for scales in (up, down):
                more = {"mode": mode, "coordinate_transformation_mode": way}
                yield setting("Resize", x, _NONE, scales, constants=(1, 2), since=11, until=13, **more)
                yield setting("Resize", x, None, scales, constants=(2,), note=f"×{scales[2]:g}", **more)
            sizes = ints(1, 2, 7, 4)
            yield setting("Resize", x, None, None, sizes, constants=(3,), since=13, **more)
    for rounding in ("round_prefer_floor", "round_prefer_ceil", "floor", "ceil"):
        for scales in (up, down):
            more = {"mode": "nearest", "nearest_mode": rounding}
            yield setting("Resize", x, _NONE, scales, constants=(1, 2), note=f"×{scales[2]:g}", **more)
            yield setting(
                "Resize",
                x,
                None,
                scales,
                constants=(2,),
                note=f"×{scales[2]:g}, asymmetric",
                coordinate_transformation_mode="asymmetric",
                **more,
            )
    for outside in (0, 1):
        for a in (-0.5, -0.75):
            for scales in (up, down):
                more = {"mode": "cubic", "cubic_coeff_a": a, "exclude_outside": outside}
                yield setting("Resize", x, _NONE, scales, constants=(1, 2), note=f"×{scales[2]:g}", **more)
    for mode in ("linear", "cubic", "nearest"):
        for scales in (up, down):
            yield setting("Resize", x, None, scales, constants=(2,), note=f"×{scales[2]:g}", mode=mode, antialias=1)
        roi = np.array([0, 0, 0.2, 0.1, 1, 1, 0.7, 1.3], np.float32)
        more = {"mode": mode, "coordinate_transformation_mode": "tf_crop_and_resize", "extrapolation_value": 7.5}
        yield setting("Resize", x, roi, None, ints(1, 2, 4, 3), constants=(1, 3), since=13, **more)
        yield setting("Resize", x, roi, np.array([1, 1, 0.8, 0.8], np.float32), constants=(1, 2), since=11, **more)
        yield setting("Resize", x, None, np.array([2, 0.5], np.float32), constants=(2,), mode=mode, axes=[3, 2])
        for policy in ("stretch", "not_larger", "not_smaller"):
            given = {"keep_aspect_ratio_policy": policy, "axes": [2, 3], "mode": mode}
            yield setting("Resize", x, None, None, ints(7, 9), constants=(3,), **given)
        yield setting(
            "Resize", normal(1, 1, 6), None, np.array([1, 1, 1.7], np.float32), constants=(2,), mode=mode, since=13
        )
    cube = normal(1, 1, 3, 4, 3)
    yield setting(
        "Resize", cube, None, np.array([1, 1, 2, 1.5, 2], np.float32), constants=(2,), mode="linear", since=13
    )
    for dtype in (np.float16, np.uint8, np.int8, np.int32):
        for mode in ("nearest", "linear"):
            yield setting(
                "Resize",
                normal(1, 1, 3, 3, dtype=dtype, scale=9),
                None,
                np.array([1, 1, 2, 2], np.float32),
                constants=(2,),
                mode=mode,
                since=13,
            )


def _grid() -> Iterator[Setting]:
    x, grid = normal(2, 2, 4, 5), normal(2, 3, 3, 2, scale=0.8, seed=1)
    for mode in ("bilinear", "linear", "nearest", "bicubic", "cubic"):
        old = mode in ("bilinear", "bicubic")
        for padding in ("zeros", "border", "reflection"):
            for corners in (0, 1):
                more = {"mode": mode, "padding_mode": padding, "align_corners": corners}
                yield setting(
                    "GridSample",
                    x,
                    grid,
                    until=20 if old else 10_000,
                    since=16 if old or mode == "nearest" else 20,
                    **more,
                )
    for mode in ("linear", "nearest"):
        yield setting("GridSample", normal(1, 2, 3, 4, 3), normal(1, 2, 2, 3, 3, scale=0.8), mode=mode, since=20)
    yield setting("GridSample", x, grid)
    theta = normal(2, 2, 3)
    for corners in (0, 1):
        yield setting("AffineGrid", theta, ints(2, 3, 4, 5), align_corners=corners)
        yield setting("AffineGrid", normal(2, 3, 4), ints(2, 3, 3, 4, 5), align_corners=corners)
        yield setting("AffineGrid", theta, ints(2, 3, 1, 5), align_corners=corners)
    yield setting("AffineGrid", theta.astype(np.float64), ints(2, 3, 4, 5))
