"""What moves elements without computing: shapes, joins, cuts, paddings, and constants."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto

from benchmarks.judging.cases import Setting, distinct, ints, normal, setting

_KINDS = (np.float16, np.float64, np.int8, np.int32, np.int64, np.uint8, bool)


def settings() -> Iterator[Setting]:
    """Each over axes, at both ends, with negative axes where there may be some."""
    yield from _shapes()
    yield from _axes()
    yield from _joins()
    yield from _cuts()
    yield from _pads()
    yield from _blocks()
    yield from _constants()


def _shapes() -> Iterator[Setting]:
    x = distinct(2, 3, 4)
    for shape in ([6, 4], [2, -1], [-1], [0, 12], [0, -1], [2, 3, 2, 2], [0, 0, 4]):
        yield setting("Reshape", x, shape=shape)
        yield setting("Reshape", x, ints(*shape), constants=(1,))
    yield setting("Reshape", x, ints(6, 4), note="shape as an input")
    yield setting("Reshape", np.zeros((0, 3), np.float32), ints(3, 0), constants=(1,), allowzero=1, note="empty")
    yield setting("Reshape", np.zeros((0, 3), np.float32), ints(0, 3), constants=(1,), note="empty")
    yield setting("Reshape", normal(1, 1), np.zeros(0, np.int64), constants=(1,), note="to 0-d")
    for kind in _KINDS:
        yield setting("Reshape", normal(2, 3, dtype=kind), ints(3, 2), constants=(1,))
    for axis in (0, 1, 2, 3, -1, -2):
        yield setting("Flatten", x, axis=axis, since=11 if axis < 0 else 1)
    yield setting("Flatten", x)
    yield setting("Flatten", normal(2, 3, 2, 2))
    yield setting("Flatten", normal(), axis=0, note="0-d", since=9)
    for dtype in (np.float64, np.int32, bool):
        yield setting("Flatten", normal(2, 3, 2, dtype=dtype), axis=1)
    for operator in ("Shape", "Size"):
        for array in (x, normal(), normal(0, 3), normal(2, 3, dtype=np.int64), normal(4, dtype=bool)):
            yield setting(operator, array)
    for bounds in ({"start": 1}, {"end": 2}, {"start": -2, "end": -1}, {"start": 2, "end": 1}, {"start": -9, "end": 9}):
        yield setting("Shape", x, **bounds)
    for target in ((2, 3, 4), (3, 1), (2, 1, 3, 4), (1,), (2, 3, 1)):
        yield setting("Expand", distinct(3, 1), ints(*target), constants=(1,))
    yield setting("Expand", normal(), ints(2, 2), constants=(1,))
    yield setting("Expand", normal(1, dtype=np.int64), ints(0, 2), constants=(1,), note="to nothing")
    yield setting("Tile", distinct(2, 3), ints(2, 1), constants=(1,))
    yield setting("Tile", distinct(2, 3), ints(2, 3), constants=(1,))
    yield setting("Tile", distinct(2, 3, dtype=np.int32), ints(1, 2), note="repeats as an input")
    yield setting("Tile", distinct(2, 3), ints(0, 2), constants=(1,), since=6)
    for axis in (0, 1):
        yield setting("Tile", distinct(2, 3), np.array([3], np.float32), np.array([axis], np.float32), until=6)


def _axes() -> Iterator[Setting]:
    x, thin = distinct(2, 3, 4), distinct(1, 3, 1, 4)
    for perm in ((0, 1, 2), (2, 1, 0), (1, 2, 0), (2, 0, 1)):
        yield setting("Transpose", x, perm=list(perm))
    yield setting("Transpose", x)
    for kind in (np.float16, np.int64, bool):
        yield setting("Transpose", normal(2, 3, dtype=kind))
    for axes in ((0,), (2,), (0, 2), (-2,), (-4, 2)):
        since = 11 if min(axes) < 0 else 1
        yield setting("Squeeze", thin, axes=list(axes), since=since)
        yield setting("Squeeze", thin, ints(*axes), constants=(1,))
    yield setting("Squeeze", thin)
    yield setting("Squeeze", normal(1, 1))
    for axes in ((0,), (1,), (3,), (0, 2), (0, 4), (-1,), (-1, 0), (3, 1)):
        since = 11 if min(axes) < 0 or list(axes) != sorted(axes) else 1
        yield setting("Unsqueeze", x, axes=list(axes), since=since)
        yield setting("Unsqueeze", x, ints(*axes), constants=(1,))
    yield setting("Unsqueeze", normal(), ints(0), constants=(1,), note="0-d")


def _joins() -> Iterator[Setting]:
    for axis in (0, 1, 2, -1, -3):
        parts = [distinct(2, 3, 4), distinct(*(5 if i == axis % 3 else n for i, n in enumerate((2, 3, 4))), seed=1)]
        yield setting("Concat", *parts, axis=axis, since=11 if axis < 0 else 1)
    yield setting("Concat", distinct(2, 3), distinct(2, 1), note="default axis", until=4)
    yield setting("Concat", distinct(2, 3), axis=1, note="one")
    yield setting("Concat", distinct(2, 3), normal(2, 0), distinct(2, 1), axis=1, note="one is empty")
    for kind in _KINDS:
        yield setting("Concat", normal(2, 3, dtype=kind), normal(1, 3, dtype=kind), axis=0)
    x = distinct(6, 5)
    for axis in (0, 1, -2):
        count = 5 if axis == 1 else 6
        since = 11 if axis < 0 else 1
        yield setting("Split", x, split=[2, count - 2], axis=axis, outputs=2, since=since)
        yield setting("Split", x, ints(1, count - 1), axis=axis, outputs=2, constants=(1,))
        yield setting("Split", x, np.array([2, count - 2], np.float32), axis=axis, outputs=2, until=2)
    yield setting("Split", x, outputs=3, until=18)
    yield setting("Split", x, axis=0, outputs=2, until=18)
    yield setting("Split", x, num_outputs=3, outputs=3)
    yield setting("Split", x, num_outputs=2, axis=1, outputs=2, note="unequal")
    yield setting("Split", x, num_outputs=4, axis=0, outputs=4, note="unequal")
    yield setting("Split", x, ints(0, 6), outputs=2, constants=(1,), note="one is empty")


def _cuts() -> Iterator[Setting]:
    x = distinct(4, 5, 6)
    for starts, ends, axes in (
        ([1], [3], [0]),
        ([0, 1], [2, 4], [0, 2]),
        ([-3], [-1], [1]),
        ([1], [1000], [2]),
        ([-1000], [2], [1]),
        ([3], [1], [0]),
        ([0, 0, 2], [2, 5, 6], None),
    ):
        where: dict[str, Any] = {} if axes is None else {"axes": axes}
        yield setting("Slice", x, starts=starts, ends=ends, **where)
        inputs = (ints(*starts), ints(*ends), *(() if axes is None else (ints(*axes),)))
        yield setting("Slice", x, *inputs, constants=(1, 2, 3))
        yield setting("Slice", x, *inputs, note="all as inputs")
    for starts, ends, axes, steps in (
        ([0], [5], [1], [2]),
        ([4], [0], [1], [-1]),
        ([-1], [-1000], [2], [-2]),
        ([1, 5], [4, 0], [0, 2], [2, -3]),
        ([1], [2**62], [-1], [1]),
        ([2**31 - 1], [-(2**31)], [0], [-1]),
    ):
        since = 11 if min(axes) < 0 else 10
        yield setting("Slice", x, *(ints(*v) for v in (starts, ends, axes, steps)), constants=(1, 2, 3, 4), since=since)
    small = tuple(ints(*v, dtype=np.int32) for v in ([1], [3], [0], [1]))
    yield setting("Slice", x, *small, constants=(1, 2, 3, 4))
    for kind in _KINDS:
        yield setting("Slice", normal(4, 3, dtype=kind), ints(1), ints(3), constants=(1, 2))
    for shape, axes in (([4, 5], None), ([2, 7], [0, 2]), ([3, 3, 3], None), ([9], [-1])):
        more = {} if axes is None else {"axes": axes}
        array = x if axes is not None or len(shape) == 3 else distinct(6, 3)
        yield setting("CenterCropPad", array, ints(*shape), constants=(1,), **more)
    for upper in (0, 1):
        for k in (None, -1, 0, 2, 9, -9):
            given = () if k is None else (np.array(k, np.int64),)
            yield setting("Trilu", distinct(4, 5), *given, constants=(1,), upper=upper)
    yield setting("Trilu", distinct(2, 3, 3, dtype=np.int64), note="a batch")
    mask = np.array([True, False, True, True])
    yield setting("Compress", distinct(4, 3), mask, axis=0)
    yield setting("Compress", distinct(4, 3), mask[:2], axis=0, note="a short mask")
    yield setting("Compress", distinct(3, 4), mask, axis=-1, since=11)
    yield setting("Compress", distinct(2, 3), mask[[0, 1, 1, 0]], note="flat")


def _pads() -> Iterator[Setting]:
    x = distinct(3, 4)
    for pads in ([1, 0, 2, 1], [0, 2, 0, 0], [0, 1, 1, 2], [-1, 1, 0, -1], [-1, -1, 0, 0]):
        for mode in ("constant", "reflect", "edge", "wrap"):
            if mode == "wrap" and min(pads) < 0:
                continue
            yield setting("Pad", x, paddings=pads, mode=mode)
            yield setting("Pad", x, pads=pads, mode=mode)
            yield setting("Pad", x, ints(*pads), constants=(1,), mode=mode)
    yield setting("Pad", x, paddings=[1, 1, 1, 1], value=2.5)
    yield setting("Pad", x, pads=[1, 1, 1, 1], value=2.5)
    value = np.array(2.5, np.float32)
    yield setting("Pad", x, ints(1, 1, 1, 1), value, constants=(1, 2))
    yield setting("Pad", x, ints(1, 1, 1, 1), value, note="all as inputs")
    yield setting("Pad", x, ints(1, 2), value, ints(1), constants=(1, 2, 3))
    yield setting("Pad", x, ints(1, 2), None, ints(-1), constants=(1, 3))
    yield setting("Pad", normal(2, 3, 4, 5), ints(0, 0, 1, 2, 0, 0, 3, 1), constants=(1,), mode="reflect")
    yield setting("Pad", normal(0, 3), ints(1, 0, 1, 0), constants=(1,), note="empty")
    for kind in (np.float16, np.float64, np.int32, np.int64, np.uint8, bool):
        yield setting("Pad", normal(2, 3, dtype=kind), ints(0, 1, 1, 0), constants=(1,))


def _blocks() -> Iterator[Setting]:
    for shape, size in (((1, 8, 2, 3), 2), ((2, 9, 2, 2), 3)):
        yield setting("DepthToSpace", distinct(*shape), blocksize=size)
        for mode in ("DCR", "CRD"):
            yield setting("DepthToSpace", distinct(*shape), blocksize=size, mode=mode)
    yield setting("SpaceToDepth", distinct(1, 2, 4, 6), blocksize=2)
    yield setting("SpaceToDepth", distinct(2, 3, 3, 6, dtype=np.int32), blocksize=3)
    lens = np.array([1, 2, 3, 4], np.int64)
    yield setting("ReverseSequence", distinct(4, 4), lens)
    yield setting("ReverseSequence", distinct(4, 4), lens, time_axis=1, batch_axis=0)
    yield setting("ReverseSequence", distinct(4, 4, 2), lens, time_axis=0, batch_axis=1)


def _constants() -> Iterator[Setting]:
    for array in (normal(2, 3), normal(dtype=np.int64), normal(3, dtype=np.float64), normal(2, dtype=bool)):
        made = onnx.numpy_helper.from_array(array)
        yield setting("Constant", value=made, types=[made.data_type])
    single: tuple[tuple[str, Any, int], ...] = (
        ("value_float", 1.5, TensorProto.FLOAT),
        ("value_floats", [1.5, -2.0], TensorProto.FLOAT),
        ("value_int", 7, TensorProto.INT64),
        ("value_ints", [1, -2, 3], TensorProto.INT64),
        ("value_string", "a", TensorProto.STRING),
        ("value_strings", ["a", "é"], TensorProto.STRING),
    )
    for name, value, kind in single:
        yield setting("Constant", types=[kind], **{name: value})
    for fill in (np.array([2.5], np.float32), np.array([7], np.int64), np.array([True]), np.array([3], np.uint8)):
        made = onnx.numpy_helper.from_array(fill)
        yield setting("ConstantOfShape", ints(2, 3), value=made, types=[made.data_type])
    for shape in ((2, 3), (0, 2), ()):
        yield setting("ConstantOfShape", ints(*shape), types=[TensorProto.FLOAT])
    for shape in ((3, 3), (2, 4), (4, 2)):
        for k in (-1, 0, 1, 5):
            yield setting("EyeLike", normal(*shape), k=k, types=[TensorProto.FLOAT])
    for dtype in (TensorProto.INT64, TensorProto.DOUBLE, TensorProto.FLOAT16):
        yield setting("EyeLike", normal(2, 2, dtype=np.int32), dtype=dtype, types=[dtype])
    for start, limit, delta, kind in (
        (0, 5, 1, np.int64),
        (10, 4, -2, np.int32),
        (0.5, 3, 0.5, np.float32),
        (0, 1, 0.1, np.float64),
        (3, 3, 1, np.int64),
        (5, 1, 1, np.int16),
        (0, 1, 0.1, np.float32),
    ):
        given = tuple(np.array(v, kind) for v in (start, limit, delta))
        yield setting("Range", *given, constants=(0, 1, 2))
        yield setting("Range", *given, note="as inputs")
