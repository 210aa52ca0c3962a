"""Pools: windows, paddings, strides, dilations, rounding up, and regions."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks.judging.cases import Setting, distinct, ints, normal, setting

_WINDOWS: tuple[dict[str, object], ...] = (
    {"kernel_shape": [2, 2]},
    {"kernel_shape": [3, 3], "strides": [2, 2]},
    {"kernel_shape": [3, 2], "strides": [1, 2], "pads": [1, 0, 1, 1]},
    {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1]},
    {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [0, 1, 2, 1]},
    {"kernel_shape": [3, 3], "strides": [2, 2], "auto_pad": "SAME_UPPER"},
    {"kernel_shape": [3, 3], "strides": [2, 2], "auto_pad": "SAME_LOWER"},
    {"kernel_shape": [2, 2], "auto_pad": "SAME_UPPER"},
    {"kernel_shape": [2, 2], "auto_pad": "SAME_LOWER"},
    {"kernel_shape": [3, 3], "strides": [2, 2], "auto_pad": "VALID"},
    {"kernel_shape": [3, 3], "strides": [2, 2], "ceil_mode": 1},
    {"kernel_shape": [3, 3], "strides": [3, 3], "pads": [1, 1, 1, 1], "ceil_mode": 1},
    {"kernel_shape": [2, 2], "strides": [3, 3], "ceil_mode": 1},
    {"kernel_shape": [2, 2], "dilations": [2, 2]},
    {"kernel_shape": [3, 2], "dilations": [2, 1], "strides": [2, 1], "pads": [2, 0, 1, 1]},
    {"kernel_shape": [2, 2], "dilations": [2, 3], "auto_pad": "SAME_UPPER"},
    {"kernel_shape": [3, 3], "dilations": [2, 2], "strides": [2, 2], "ceil_mode": 1},
)


def settings() -> Iterator[Setting]:
    """Windows of every kind over one to three axes."""
    for operator in ("AveragePool", "MaxPool", "LpPool"):
        yield from _windows(operator)
    x = normal(1, 2, 7, 6)
    for window in _WINDOWS:
        yield setting("AveragePool", x, count_include_pad=1, **window)
        yield setting("MaxPool", distinct(1, 2, 7, 6), outputs=2, **window)
    yield setting("MaxPool", distinct(1, 2, 7, 6), outputs=2, storage_order=1, kernel_shape=[3, 3], strides=[2, 2])
    for dtype in (np.int8, np.uint8):
        yield setting("MaxPool", distinct(1, 1, 5, 5, dtype=dtype), kernel_shape=[2, 2], pads=[1, 1, 0, 0])
    for p in (1, 3):
        yield setting("LpPool", x, kernel_shape=[3, 3], strides=[2, 2], p=p)
    yield setting("LpPool", x, kernel_shape=[3, 3], p=1.5, note="p is a float", until=2)
    yield from _global()
    yield from _unpool()
    yield from _regions()


def _windows(operator: str) -> Iterator[Setting]:
    x = normal(2, 3, 7, 6)
    for window in _WINDOWS:
        yield setting(operator, x, **window)
    yield setting(operator, normal(1, 2, 9), kernel_shape=[3], strides=[2], pads=[1, 1])
    yield setting(operator, normal(1, 2, 9), kernel_shape=[4], strides=[3], ceil_mode=1)
    yield setting(operator, normal(1, 2, 4, 5, 4), kernel_shape=[2, 3, 2], strides=[1, 2, 2], pads=[0, 1, 0, 1, 1, 1])
    for dtype in (np.float16, np.float64):
        yield setting(operator, normal(1, 2, 5, 5, dtype=dtype), kernel_shape=[3, 3], pads=[1, 1, 1, 1])
    for scale in (1e-3, 1e3):
        yield setting(operator, normal(1, 2, 5, 5, scale=scale), kernel_shape=[3, 3], note=f"×{scale:g}")
    yield setting(operator, -np.abs(normal(1, 1, 4, 4)) - 1, kernel_shape=[2, 2], pads=[1, 1, 1, 1], note="below 0")
    odd = normal(1, 1, 4, 4)
    odd[0, 0, 1, 1] = -np.inf
    yield setting(operator, odd, kernel_shape=[2, 2], note="an infinity")


def _global() -> Iterator[Setting]:
    for operator in ("GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool"):
        for shape in ((2, 3, 5), (2, 3, 4, 5), (1, 2, 3, 2, 4), (2, 3, 1, 1)):
            yield setting(operator, normal(*shape))
        for dtype in (np.float16, np.float64):
            yield setting(operator, normal(1, 2, 3, 3, dtype=dtype))
        for scale in (1e-3, 1e3):
            yield setting(operator, normal(1, 2, 6, 6, scale=scale), note=f"×{scale:g}")
    for p in (1, 3):
        yield setting("GlobalLpPool", normal(1, 2, 3, 3), p=p)
    yield setting("GlobalLpPool", normal(1, 2, 3, 3), p=2.5, until=2)


def _unpool() -> Iterator[Setting]:
    x, places = normal(1, 1, 2, 2), np.array([[[[1, 3], [8, 14]]]], np.int64)
    yield setting("MaxUnpool", x, places, kernel_shape=[2, 2], strides=[2, 2])
    yield setting("MaxUnpool", x, places, ints(1, 1, 5, 5), kernel_shape=[2, 2], strides=[2, 2])
    yield setting("MaxUnpool", x, places, kernel_shape=[2, 2], strides=[2, 2], pads=[0, 0, 0, 0])
    yield setting("MaxUnpool", x, places % 9, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])


def _regions() -> Iterator[Setting]:
    x = normal(2, 3, 8, 8)
    rois = np.array([[0, 0, 0, 4, 5], [1, 1.4, 2.6, 6.2, 6], [0, 3, 3, 3, 3]], np.float32)
    boxes, images = np.ascontiguousarray(rois[:, 1:]), rois[:, 0].astype(np.int64)
    for scale in (1.0, 0.5):
        yield setting("MaxRoiPool", x, rois, pooled_shape=[2, 3], spatial_scale=scale)
        for mode in ("avg", "max"):
            for ratio in (0, 2):
                more = {"output_height": 2, "output_width": 3, "sampling_ratio": ratio, "spatial_scale": scale}
                yield setting("RoiAlign", x, boxes, images, mode=mode, **more)
                for way in ("half_pixel", "output_half_pixel"):
                    yield setting("RoiAlign", x, boxes, images, mode=mode, coordinate_transformation_mode=way, **more)
    yield setting("RoiAlign", x, boxes, images)
    away = np.array([[-3, -2, 4, 5], [6, 6, 12, 11]], np.float32)
    yield setting("RoiAlign", x, away, images[:2], output_height=2, output_width=2, note="beyond the edge")
