"""Quantising, and products of quantised matrices."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import ml_dtypes
import numpy as np
import onnx
from onnx import TensorProto

from benchmarks.judging.cases import Setting, normal, setting

_WHOLE = (np.int8, np.uint8, np.int16, np.uint16)
_SMALL = (ml_dtypes.float8_e4m3fn, ml_dtypes.float8_e4m3fnuz, ml_dtypes.float8_e5m2, ml_dtypes.float8_e5m2fnuz)


def settings() -> Iterator[Setting]:
    """Per tensor, per axis, per block; with and without a zero point; halves, and values out of range."""
    yield from _quantise()
    yield from _dequantise()
    for scale in (1e-3, 1, 1e3):
        yield setting("DynamicQuantizeLinear", normal(3, 5, scale=scale), outputs=3, note=f"×{scale:g}")
    yield setting("DynamicQuantizeLinear", np.abs(normal(3, 5)) + 1, outputs=3, note="above 0")
    yield setting("DynamicQuantizeLinear", -np.abs(normal(3, 5)) - 1, outputs=3, note="below 0")
    yield setting("DynamicQuantizeLinear", np.zeros((2, 3), np.float32), outputs=3, note="zeros")
    yield from _products()


def _quantise() -> Iterator[Setting]:
    operator, x = "QuantizeLinear", normal(4, 6, scale=9)
    halves = np.array([0.5, 1.5, 2.5, -0.5, -1.5, 126.5, 127.5, 500, -500, 254.5, 255.5], np.float32)
    one, scales = np.array(0.1371, np.float32), np.array([0.11, 0.23, 0.37, 0.53], np.float32)
    yield setting(operator, x, one, types=[TensorProto.UINT8], constants=(1,))
    yield setting(operator, x, one, note="scale as an input", types=[TensorProto.UINT8])
    for kind in _WHOLE:
        yield setting(operator, x, one, np.array(5, kind), constants=(1, 2))
        yield setting(operator, halves, np.array(1, np.float32), np.array(0, kind), constants=(1, 2), note="halves")
        yield setting(operator, halves, np.array(1, np.float32), np.array(1, kind), constants=(1, 2), note="halves")
        zeros = np.array([0, 1, 2, 3], kind)
        yield setting(operator, x, scales, zeros, constants=(1, 2), axis=0)
        yield setting(operator, x.T.copy(), scales, zeros, constants=(1, 2))
        yield setting(operator, x.T.copy(), scales, zeros, constants=(1, 2), axis=-1)
        blocks = np.abs(normal(4, 3, seed=1)) + np.float32(0.1)
        yield setting(operator, x, blocks, np.zeros((4, 3), kind), constants=(1, 2), axis=1, block_size=2)
        rows = np.abs(normal(2, 6, seed=1)) + np.float32(0.1)
        yield setting(operator, x, rows, np.zeros((2, 6), kind), constants=(1, 2), axis=0, block_size=2)
    for kind in (TensorProto.INT8, TensorProto.INT16, TensorProto.UINT16):
        yield setting(operator, x, one, constants=(1,), output_dtype=kind, types=[kind])
    half = x.astype(np.float16)
    yield setting(operator, half, np.array(0.25, np.float16), np.array(3, np.int8), constants=(1, 2))
    yield setting(
        operator, normal(3, 4, dtype=np.int32), np.array(2, np.float32), np.array(3, np.int8), constants=(1, 2)
    )
    for small in _SMALL:
        for saturate in (0, 1):
            far = np.array([0, 1, -3, 100, 500, 1e6, np.inf, np.nan, 0.017], np.float32)
            given = (far, np.array(1, np.float32), np.array(0, small))
            yield setting(operator, *given, constants=(1, 2), back=True, saturate=saturate)
        yield setting(operator, x, one, np.array(0, small), constants=(1, 2), back=True)
    for tiny in (ml_dtypes.int4, ml_dtypes.uint4):
        yield setting(operator, x, np.array(1.7, np.float32), np.array(1, tiny), constants=(1, 2), back=True)


def _dequantise() -> Iterator[Setting]:
    one, scales = np.array(0.1371, np.float32), np.array([0.11, 0.23, 0.37, 0.53], np.float32)
    for kind in _WHOLE:
        x = normal(4, 6, scale=30, dtype=kind)
        yield _back(x, one, constants=(1,))
        yield _back(x, one, np.array(5, kind), constants=(1, 2))
        yield _back(x, one, np.array(5, kind), note="all as inputs")
        zeros = np.array([0, 1, 2, 3], kind)
        yield _back(x, scales, zeros, constants=(1, 2), axis=0)
        yield _back(np.ascontiguousarray(x.T), scales, zeros, constants=(1, 2))
        yield _back(np.ascontiguousarray(x.T), scales, zeros, constants=(1, 2), axis=-1)
        blocks = np.abs(normal(4, 3, seed=1)) + np.float32(0.1)
        yield _back(x, blocks, np.ones((4, 3), kind), constants=(1, 2), axis=1, block_size=2)
        yield _back(x, np.array(0.25, np.float16), np.array(5, kind), constants=(1, 2))
    yield _back(normal(2, 3, scale=1e3, dtype=np.int32), one, constants=(1,))
    for small in (*_SMALL, ml_dtypes.int4, ml_dtypes.uint4):
        values = np.array([0, 1, -3, 5, 2, 6, -1], np.float32)
        stored = (np.abs(values) if small is ml_dtypes.uint4 else values).astype(small)
        yield _back(stored, one, constants=(0, 1))
    yield _back(stored, one, np.array(3, ml_dtypes.uint4), constants=(0, 1, 2))


def _back(*inputs: np.ndarray, **more: Any) -> Setting:
    return setting("DequantizeLinear", *inputs, types=[onnx.helper.np_dtype_to_tensor_dtype(inputs[1].dtype)], **more)


def _products() -> Iterator[Setting]:
    for left, right in ((np.uint8, np.uint8), (np.uint8, np.int8), (np.int8, np.int8)):
        a, b = normal(2, 3, 4, scale=20, dtype=left), normal(4, 5, scale=20, dtype=right, seed=1)
        yield setting("MatMulInteger", a, b)
        yield setting("MatMulInteger", a, b, np.array(3, left), np.array(5, right), constants=(2, 3))
        yield setting("MatMulInteger", a[0], b, np.array([3], left), normal(5, dtype=right), constants=(2, 3))
        ins = (np.array(0.0137, np.float32), np.array(3, left), b, np.array(0.0219, np.float32), np.array(5, right))
        out = (np.array(0.0531, np.float32), np.array(9, left))
        yield setting("QLinearMatMul", a, *ins, *out, constants=(1, 2, 3, 4, 5, 6, 7))
        yield setting("QLinearMatMul", a[0], *ins, *out, constants=(1, 2, 3, 4, 5, 6, 7))
        by_column = (np.array([0.01, 0.02, 0.03, 0.04, 0.05], np.float32), np.array([0, 1, 2, 3, 4], right))
        yield setting(
            "QLinearMatMul", a[0], *ins[:3], *by_column, *out, constants=(1, 2, 3, 4, 5, 6, 7), note="by column"
        )
