"""Types into types."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import onnx
from onnx import TensorProto

from benchmarks.judging.cases import Setting, Text, normal, setting

_KINDS = (np.float16, np.float32, np.float64, np.int8, np.int32, np.int64, np.uint8, np.uint16, bool)
_NUMBERS = np.array([0, 1, -1, 2.5, -2.5, 3.7, -3.7, 100, 0.49, 65504], np.float32)
_SMALL = ["FLOAT8E4M3FN", "FLOAT8E4M3FNUZ", "FLOAT8E5M2", "FLOAT8E5M2FNUZ", "BFLOAT16", "FLOAT16", "FLOAT4E2M1"]


def settings() -> Iterator[Setting | Text]:
    """Every pair of types, values that do not fit, texts of numbers, and the small floats there and back."""
    for i, source in enumerate(_KINDS):
        for j, target in enumerate(_KINDS):
            if (i + j) % 2 and np.float32 not in (source, target):
                continue  # half of the pairs
            to = onnx.helper.np_dtype_to_tensor_dtype(np.dtype(target))
            values = _NUMBERS if np.dtype(source).kind == "f" else np.array([0, 1, 2, 100, 27])
            if np.dtype(target).kind in "iu" and np.dtype(source).kind == "f":
                values = np.abs(values[:9]) if np.dtype(target).kind == "u" else values[:9]
            given = values.astype(source)
            yield setting("Cast", given, to=to, types=[to])
            yield setting("Cast", given, to=TensorProto.DataType.Name(to), types=[to])
            if source in (np.float32, np.int64):
                yield setting("CastLike", given, np.zeros(1, target), types=[to])
    odd = np.array([np.nan, np.inf, -np.inf, 1e30, 1, 1e5, -0.0], np.float32)
    for to in (TensorProto.FLOAT16, TensorProto.DOUBLE, TensorProto.BOOL):
        yield setting("Cast", odd, to=to, types=[to], note="odd values")
    numbers = np.array([300, -1, 70000, 2**40], np.int64)
    for to in (TensorProto.UINT8, TensorProto.INT8, TensorProto.INT32, TensorProto.UINT32, TensorProto.FLOAT):
        yield setting("Cast", numbers, to=to, types=[to], note="out of range")
    texts = np.array(["1.5", "-2", "1e3", "inf", "-inf", "nan"], object)
    for to in (TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.FLOAT16):
        yield setting("Cast", texts, to=to, types=[to])
    yield setting("Cast", texts[1:2], to=TensorProto.INT64, types=[TensorProto.INT64])
    for given in (np.array([1.5, -2, 0.1, 1e10], np.float32), np.array([3, -4], np.int64), np.array([True, False])):
        yield setting("Cast", given, to=TensorProto.STRING, types=[TensorProto.STRING])
    yield setting("BitCast", normal(2, 3), to=TensorProto.INT32, types=[TensorProto.INT32])
    yield setting("BitCast", normal(2, 3, dtype=np.int64), to=TensorProto.DOUBLE, types=[TensorProto.DOUBLE])
    yield setting("BitCast", normal(2, 3, dtype=np.float16), to=TensorProto.UINT16, types=[TensorProto.UINT16])
    yield setting("BitCast", normal(2, 3, dtype=np.int8), to=TensorProto.UINT8, types=[TensorProto.UINT8])
    yield from _there_and_back()


def _there_and_back() -> Iterator[Text]:
    far = np.array(
        [0, 1, -3.3, 0.3, 240, 448, 460, 500, 57344, 60000, 1e6, np.inf, -np.inf, np.nan, 1e-3, 2e-3], np.float32
    )
    since = {"BFLOAT16": 13, "FLOAT16": 6, "FLOAT4E2M1": 23}
    for kind in _SMALL:
        values = far if kind != "FLOAT4E2M1" else np.array([0, 0.3, -1.2, 2.5, 5, 100, -7], np.float32)
        to = TensorProto.DataType.Value(kind)
        for saturate in ("", ", saturate = 0") if kind.startswith("FLOAT8") else ("",):
            text = f"g (float[n] x) => (float[n] y) {{ a = Cast <to = {to}{saturate}> (x) y = Cast <to = 1> (a) }}"
            name = f"by way of {kind.lower()}{saturate}"
            yield Text("Cast", name, text, {"x": values}, since=since.get(kind, 19), rounds=True)
    for kind, since_opset in (("INT4", 21), ("UINT4", 21)):
        to = TensorProto.DataType.Value(kind)
        text = f"g (float[n] x) => (float[n] y) {{ a = Cast <to = {to}> (x) y = Cast <to = 1> (a) }}"
        yield Text(
            "Cast",
            f"by way of {kind.lower()}",
            text,
            {"x": np.array([0, 1, 3.7, 6.2, 7], np.float32)},
            since=since_opset,
        )
