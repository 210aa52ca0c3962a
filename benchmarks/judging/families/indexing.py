"""What picks and places elements by indices."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from onnx import TensorProto

from benchmarks.judging.cases import Setting, distinct, ints, normal, setting


def settings() -> Iterator[Setting]:
    """Gathers and scatters along every axis, with negative indices; and what finds places."""
    yield from _gathers()
    yield from _scatters()
    yield from _finds()
    yield from _boxes()


def _gathers() -> Iterator[Setting]:
    x = distinct(3, 4, 5)
    for axis in (0, 1, 2, -1):
        since = 11 if axis < 0 else 1
        for index in (np.array([[0, 2], [1, 0]]), np.array(1), np.array([], np.int64)):
            yield setting("Gather", x, index.astype(np.int64), axis=axis, since=since)
        yield setting("Gather", x, ints(-1, -2), axis=axis, since=11, note="negative")
        yield setting("Gather", x, ints(0, 1, dtype=np.int32), axis=axis, constants=(1,), since=since)
        places = normal(3, 2, 5, dtype=np.uint8, seed=1).astype(np.int64) % 3
        yield setting("GatherElements", x, places if axis % 3 == 1 else places[:, :, :4] % 3, axis=axis)
    yield setting("GatherElements", x, -1 - normal(2, 4, 5, dtype=np.uint8).astype(np.int64) % 3, note="negative")
    yield setting("GatherElements", distinct(3, 4, dtype=np.int32), np.array([[1, 0], [2, 2]], np.int32), axis=0)
    for kind in (np.float16, np.float64, np.int8, bool):
        yield setting("Gather", normal(3, 4, dtype=kind), ints(2, 0))
    yield setting("GatherND", x, np.array([[0, 1], [2, 3]], np.int64))
    yield setting("GatherND", x, np.array([[0, 1, 2], [2, 3, 4]], np.int64))
    yield setting("GatherND", x, np.array([[[0], [2]]], np.int64))
    yield setting("GatherND", x, np.array([[-1, -2]], np.int64), note="negative")
    yield setting("GatherND", x, np.array([[1], [0], [3]], np.int64), batch_dims=1)
    yield setting("GatherND", x[:, :3], np.array([[[1], [0], [3]]] * 3, np.int64), batch_dims=2)


def _scatters() -> Iterator[Setting]:
    x = distinct(3, 4)
    rows, wide = np.array([[1, 0, 2, 0], [0, 2, 1, 2]], np.int64), np.array([[1, 3], [0, 2], [3, 1]], np.int64)
    for operator in ("Scatter", "ScatterElements"):
        yield setting(operator, x, rows, normal(2, 4), axis=0)
        yield setting(operator, x, wide, normal(3, 2), axis=1)
        yield setting(operator, x, wide, normal(3, 2), axis=-1, since=11)
        yield setting(operator, x, rows, normal(2, 4))
    yield setting("ScatterElements", x, rows - 3, normal(2, 4), note="negative")
    twice = np.array([[1, 1, 2, 1], [1, 2, 1, 2]], np.int64)
    for reduction in ("add", "mul", "max", "min"):
        yield setting("ScatterElements", x, twice, normal(2, 4), reduction=reduction)
        yield setting(
            "ScatterElements", x.astype(np.int64), wide, normal(3, 2, dtype=np.int64), axis=1, reduction=reduction
        )
        yield setting("ScatterND", x, np.array([[1], [1], [0]], np.int64), normal(3, 4), reduction=reduction)
    yield setting("ScatterND", x, np.array([[2], [0]], np.int64), normal(2, 4))
    yield setting("ScatterND", x, np.array([[2, 1], [0, 3]], np.int64), normal(2))
    yield setting("ScatterND", x, np.array([[-1, -1], [0, -2]], np.int64), normal(2), note="negative")
    yield setting("ScatterND", distinct(2, 3, 4), np.array([[[0, 1], [1, 2]]], np.int64), normal(1, 2, 4))
    cache, update = distinct(2, 3, 6, 2), normal(2, 3, 2, 2)
    yield setting("TensorScatter", cache, update)
    yield setting("TensorScatter", cache, update, ints(1, 4))
    yield setting("TensorScatter", cache, update, ints(5, 4), mode="circular")
    yield setting("TensorScatter", distinct(2, 6, 3), normal(2, 2, 3), ints(0, 3), axis=1)


def _finds() -> Iterator[Setting]:
    for array in (
        normal(2, 3, 2) * (normal(2, 3, 2, seed=1) > 0),
        normal(2, 3, dtype=bool),
        np.zeros((2, 2), np.float32),
    ):
        yield setting("NonZero", array)
    yield setting("NonZero", np.array(3, np.int64), note="0-d", since=13)
    yield setting("NonZero", np.array([np.nan, 0, -0.0, np.inf], np.float32), note="odd values")
    values = np.array([0.25, 4.0], np.float32)
    for axis in (-1, 0, 1, -2):
        yield setting("OneHot", ints(0, 2, 1), np.array(3, np.int64), values, constants=(1, 2), axis=axis)
        yield setting("OneHot", np.array([[1, 9], [2, 4]], np.int64), ints(10), values, constants=(1, 2), axis=axis)
    yield setting("OneHot", ints(-1, -3, 1), ints(3), values, constants=(1, 2), note="negative", since=11)
    yield setting("OneHot", ints(5, -4, 1), ints(3), values, constants=(1, 2), note="out of range", since=11)
    floats = np.array([0, 2], np.float32)
    yield setting("OneHot", floats, np.array([3], np.float32), values, constants=(1, 2))
    yield setting("OneHot", ints(0, 2), ints(3), ints(0, 1), constants=(1, 2))
    again = np.array([2, 1, 1, 3, 4, 3], np.float32)
    kinds = (0, TensorProto.INT64, TensorProto.INT64, TensorProto.INT64)
    for order in (0, 1):
        yield setting("Unique", again, sorted=order, outputs=4, types=kinds)
        table = np.array([[1, 0, 0], [1, 0, 0], [2, 3, 4]], np.float32)
        for axis in (0, 1, -1):
            yield setting("Unique", table, sorted=order, axis=axis, outputs=4, types=kinds)
    yield setting("Unique", again.astype(np.int64))
    yield setting("Unique", table)


def _boxes() -> Iterator[Setting]:
    boxes = np.array(
        [[0, 0, 1, 1], [0, 0.1, 1, 1.1], [0, -0.1, 1, 0.9], [0, 10, 1, 11], [0, 10.1, 1, 11.1]], np.float32
    )
    scores = np.array([[0.9, 0.75, 0.6, 0.95, 0.5], [0.1, 0.8, 0.8, 0.2, 0.7]], np.float32)
    b, s = boxes[None], scores[None]
    most, limit, least = ints(3), np.array([0.5], np.float32), np.array([0.55], np.float32)
    yield setting("NonMaxSuppression", b, s, most, limit, constants=(2, 3))
    yield setting("NonMaxSuppression", b, s, most, limit, least, constants=(2, 3, 4))
    yield setting("NonMaxSuppression", b, s, most, constants=(2,))
    yield setting("NonMaxSuppression", b, s, most, limit, constants=(2, 3), center_point_box=1)
    flipped = np.ascontiguousarray(b[..., [2, 3, 0, 1]])
    yield setting("NonMaxSuppression", flipped, s, most, limit, constants=(2, 3), note="corners swapped")
    two = (np.concatenate([b, b[:, ::-1]]), np.concatenate([s, s]))
    yield setting("NonMaxSuppression", *two, most, limit, least, constants=(2, 3, 4))
    yield setting("NonMaxSuppression", b, s, ints(0), limit, constants=(2, 3))
