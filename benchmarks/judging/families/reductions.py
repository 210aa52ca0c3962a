"""What reduces axes: sums and extremes, places of extremes, running sums, the largest k."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks.judging.cases import Setting, distinct, ints, normal, setting

_REDUCE = ["L1", "L2", "LogSum", "LogSumExp", "Max", "Mean", "Min", "Prod", "Sum", "SumSquare"]
_NONE = np.zeros(0, np.int64)
_ODD = np.array([[1, np.nan, 2], [np.inf, 1, 2], [-np.inf, np.inf, 0], [0, 0, 0]], np.float32)
_AXES: tuple[tuple[int, ...], ...] = ((0,), (1,), (2,), (0, 2), (0, 1, 2), (-1,), (-3, -1))


def settings() -> Iterator[Setting]:
    """Every way to name axes, at every version."""
    for short in _REDUCE:
        yield from _reduce(f"Reduce{short}")
    for operator in ("ArgMax", "ArgMin"):
        yield from _places(operator)
    for operator in ("CumSum", "CumProd"):
        yield from _running(operator)
    yield from _largest()


def _reduce(operator: str) -> Iterator[Setting]:
    x = normal(2, 3, 4)
    if operator == "ReduceLogSum":
        x = np.abs(x)
    yield setting(operator, x)
    yield setting(operator, x, keepdims=0)
    for axes in _AXES:
        since = 11 if min(axes) < 0 else 1
        for kept in (0, 1):
            yield setting(operator, x, axes=list(axes), keepdims=kept, since=since)
            yield setting(operator, x, ints(*axes), constants=(1,), keepdims=kept)
    yield setting(operator, x, ints(1), note="axes as an input")
    for empty in (0, 1):
        yield setting(operator, x, _NONE, constants=(1,), noop_with_empty_axes=empty, note="no axes")
        yield setting(operator, x, noop_with_empty_axes=empty)
    for dtype in (np.float16, np.float64, np.int32, np.int64, np.int8, np.uint8, np.uint32, bool):
        values = np.abs(normal(3, 4, dtype=dtype)) if dtype is not bool else normal(3, 4, dtype=bool)
        yield setting(operator, values, axes=[1])
        yield setting(operator, values, ints(1), constants=(1,))
    yield setting(operator, np.float32(2.5).reshape(()), note="0-d")
    for shape, axis in (((2, 0), 1), ((0, 3), 0), ((0, 3), 1)):
        yield setting(operator, np.zeros(shape, np.float32), axes=[axis], note="empty")
        yield setting(operator, np.zeros(shape, np.float32), ints(axis), constants=(1,), note="empty")
    yield setting(operator, _ODD, axes=[1], note="odd values")
    yield setting(operator, _ODD, ints(1), constants=(1,), note="odd values")
    for scale in (1e-3, 1e3):
        many = normal(3, 50, scale=scale) if operator != "ReduceProd" else normal(3, 5, scale=scale)
        many = np.abs(many) if operator == "ReduceLogSum" else many
        yield setting(operator, many, axes=[1], note=f"×{scale:g}")
        yield setting(operator, many, ints(1), constants=(1,), note=f"×{scale:g}")
    if operator in ("ReduceMean", "ReduceSum", "ReduceL2", "ReduceSumSquare"):
        long = np.abs(normal(4000)) * 4
        for dtype in (np.float16, np.float32):
            yield setting(operator, long.astype(dtype), axes=[0], note="long")
            yield setting(operator, long.astype(dtype), ints(0), constants=(1,), note="long")


def _places(operator: str) -> Iterator[Setting]:
    tied = np.array([[3, 1, 3, 1], [2, 2, 2, 2]], np.float32)
    for axis in (0, 1, 2, -1):
        for kept in (0, 1):
            yield setting(operator, distinct(2, 3, 4), axis=axis, keepdims=kept, since=11 if axis < 0 else 1)
    yield setting(operator, distinct(2, 3, 4))
    for last in (0, 1):
        yield setting(operator, tied, axis=1, select_last_index=last, note="ties")
    yield setting(operator, tied, axis=1, note="ties")
    for dtype in (np.float16, np.float64, np.int32, np.int64, np.int8, np.uint8):
        yield setting(operator, distinct(3, 4, dtype=dtype), axis=1)
    yield setting(operator, np.array([[-np.inf, 0, np.inf]], np.float32), axis=1, note="infinities")


def _running(operator: str) -> Iterator[Setting]:
    for dtype in (np.float32, np.float64, np.int32, np.int64, np.float16):
        x = normal(2, 3, 4, dtype=dtype)
        for axis in (0, 1, 2, -1):
            yield setting(operator, x, np.array(axis, np.int64), constants=(1,))
        yield setting(operator, x, np.array(1, np.int32), constants=(1,), exclusive=1)
        yield setting(operator, x, np.array(1, np.int64), constants=(1,), reverse=1)
        yield setting(operator, x, np.array(2, np.int64), constants=(1,), exclusive=1, reverse=1)
    yield setting(operator, normal(5), np.array(0, np.int64), note="axis as an input")
    yield setting(operator, normal(0, 3), np.array(0, np.int64), constants=(1,), note="empty")


def _largest() -> Iterator[Setting]:
    x, tied = distinct(3, 6), np.array([[1, 5, 5, 2, 5, 1]], np.float32)
    yield setting("TopK", x, k=3, outputs=2)
    yield setting("TopK", x, k=2, axis=0, outputs=2)
    for axis in (0, 1, -1):
        yield setting("TopK", x, ints(2), axis=axis, outputs=2, constants=(1,), since=11 if axis < 0 else 10)
        yield setting("TopK", x, ints(2), axis=axis, largest=0, outputs=2, constants=(1,))
    yield setting("TopK", x, ints(6), outputs=2, constants=(1,))
    yield setting("TopK", x, ints(3), outputs=2, note="k as an input")
    yield setting("TopK", x, ints(1), outputs=2, constants=(1,))
    yield setting("TopK", x, ints(0), outputs=2, constants=(1,))
    yield setting("TopK", tied, ints(4), outputs=2, constants=(1,), note="ties", since=11)
    yield setting("TopK", tied, ints(4), outputs=2, constants=(1,), note="ties", largest=0)
    for dtype in (np.float16, np.float64, np.int32, np.int64, np.uint8, np.int8):
        yield setting("TopK", distinct(2, 5, dtype=dtype), ints(3), outputs=2, constants=(1,))
    yield setting("TopK", distinct(2, 3, 4), ints(2), axis=1, outputs=2, constants=(1,))
