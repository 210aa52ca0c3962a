"""Functions of one tensor, element by element."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from benchmarks.judging.cases import Setting, normal, setting

_PLAIN = [
    "Abs",
    "Acos",
    "Acosh",
    "Asin",
    "Asinh",
    "Atan",
    "Atanh",
    "Ceil",
    "Celu",
    "Cos",
    "Cosh",
    "Elu",
    "Erf",
    "Exp",
    "Floor",
    "Gelu",
    "HardSigmoid",
    "HardSwish",
    "LeakyRelu",
    "Log",
    "Mish",
    "Neg",
    "Reciprocal",
    "Relu",
    "Round",
    "Selu",
    "Shrink",
    "Sigmoid",
    "Sign",
    "Sin",
    "Sinh",
    "Softplus",
    "Softsign",
    "Sqrt",
    "Swish",
    "Tan",
    "Tanh",
    "ThresholdedRelu",
    "Identity",
]
_WITHIN: Mapping[str, tuple[float, float]] = {  # where a function is defined, if not everywhere
    "Acos": (-1, 1),
    "Asin": (-1, 1),
    "Atanh": (-0.999, 0.999),
    "Acosh": (1, 1000),
    "Log": (1e-3, 1000),
    "Sqrt": (0, 1000),
}
_ATTRIBUTES: Mapping[str, tuple[Mapping[str, Any], ...]] = {
    "Celu": ({"alpha": 0.5}, {"alpha": 2.0}),
    "Elu": ({"alpha": 0.5},),
    "Gelu": ({"approximate": "tanh"},),
    "HardSigmoid": ({"alpha": 0.3, "beta": 0.7},),
    "LeakyRelu": ({"alpha": 0.1},),
    "Selu": ({"alpha": 1.5, "gamma": 2.0},),
    "Shrink": ({"lambd": 0.8, "bias": 0.3}, {"lambd": 1.2}),
    "Swish": ({"alpha": 1.702},),
    "ThresholdedRelu": ({"alpha": 0.3},),
}
_ODD = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 1e-30, 3e38, 1e-42], np.float32)
_FAR = np.array([-1000, -300, -100, -90, -20, 20, 90, 100, 300, 1000], np.float32)


def settings() -> Iterator[Setting]:
    """Each function over types, shapes, and magnitudes; whole numbers and odd values."""
    for operator in _PLAIN:
        yield from _plain(operator)
    yield from _clip()
    for operator in ("IsNaN", "IsInf"):
        for dtype in (np.float16, np.float32, np.float64):
            yield setting(operator, _ODD[:-2].astype(dtype))
    yield setting("IsInf", _ODD, detect_positive=0)
    yield setting("IsInf", _ODD, detect_negative=0)
    yield setting("IsInf", _ODD, detect_negative=0, detect_positive=0)
    yield setting("Not", normal(2, 3, dtype=bool))
    for dtype in (np.int8, np.uint8, np.int32, np.int64):
        yield setting("BitwiseNot", normal(2, 3, scale=9, dtype=dtype))
    yield setting("Dropout", normal(2, 3), ratio=0.3)
    yield setting("Dropout", normal(2, 3), is_test=1, outputs=2, until=7)
    yield setting("Dropout", normal(2, 3), is_test=1, ratio=0.7)
    yield setting("Dropout", normal(2, 3), outputs=2, since=10)
    yield setting(
        "Dropout", normal(2, 3), np.array(0.5, np.float32), np.array(False), outputs=2, constants=(1, 2), since=13
    )


def _plain(operator: str) -> Iterator[Setting]:
    low, high = _WITHIN.get(operator, (-4, 4))
    x = np.linspace(low, high, 24, dtype=np.float32).reshape(2, 3, 4)
    halves = np.array([0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 2.4999, 1e6 + 0.5], np.float32)
    yield setting(operator, x)
    for dtype in (np.float16, np.float64):
        yield setting(operator, (x if high < 1000 else np.clip(x, low, 99)).astype(dtype))
    yield setting(operator, np.float32(x.flat[9]).reshape(()), note="0-d")
    yield setting(operator, x[:0], note="empty")
    yield setting(operator, _ODD, note="odd values")
    yield setting(operator, normal(3, 5, scale=1e-3) + np.float32(low if low > 0 else 0), note="×0.001")
    if high == 4:
        yield setting(operator, normal(3, 5, scale=1e3), note="×1000")
        yield setting(operator, _FAR, note="far from 0")
    for attributes in _ATTRIBUTES.get(operator, ()):
        yield setting(operator, x, **attributes)
        yield setting(operator, x.astype(np.float16), **attributes)
    if operator == "Round":
        yield setting(operator, halves, note="halves")
    for kind in (np.int8, np.int32, np.int64, np.uint8):
        yield setting(operator, normal(2, 3, scale=9, dtype=kind))
    if operator == "Identity":
        yield setting(operator, normal(2, 3, dtype=bool))


def _clip() -> Iterator[Setting]:
    x = normal(2, 3, 4, scale=3)
    yield setting("Clip", x)
    yield setting("Clip", x, min=-1.0, max=1.5)
    yield setting("Clip", x, min=0.0)
    yield setting("Clip", x, max=6.0)
    yield setting("Clip", x, min=2.0, max=-1.0, note="min over max")
    yield setting("Clip", _ODD, min=-1.0, max=1.0, note="odd values")
    for dtype in (np.float16, np.float32, np.float64, np.int8, np.int32, np.int64, np.uint8):
        values = normal(2, 3, scale=5, dtype=dtype)
        low, high = np.array(2, dtype), np.array(7, dtype)
        yield setting("Clip", values, low, high, constants=(1, 2))
        yield setting("Clip", values, None, high, constants=(2,))
        yield setting("Clip", values, low, constants=(1,))
    low, high = np.float32(2).reshape(()), np.float32(-1).reshape(())
    yield setting("Clip", x, low, high, constants=(1, 2), note="min over max", since=13)
    yield setting("Clip", x, high, low)
    yield setting("Clip", _ODD, high, low, constants=(1, 2), note="odd values")
