"""Functions of two or more tensors, element by element."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from benchmarks.judging.cases import Setting, normal, setting

_ARITHMETIC = ["Add", "Sub", "Mul", "Div", "Pow"]
_ORDER = ["Less", "Greater", "Equal", "LessOrEqual", "GreaterOrEqual"]
_SHAPES = (((2, 3, 4), (2, 3, 4)), ((2, 3, 4), (4,)), ((3, 1), (2, 1, 4)), ((), (2, 3)), ((0, 3), (1, 3)), ((), ()))
_ODD_A = np.array([np.nan, np.inf, np.inf, -np.inf, 0, -0.0, 0, 1, -1, 2, -8, 1e38], np.float32)
_ODD_B = np.array([1, np.inf, -np.inf, 2, 0, 0.0, -1, 0, 0.5, -2, 3, 10], np.float32)


def settings() -> Iterator[Setting]:
    """Arithmetic, order, logic, bits; broadcast as numpy does, and as it was before opset 7."""
    for operator in (*_ARITHMETIC, *_ORDER):
        yield from _pairs(operator)
        if operator != "Equal":
            yield from _old_broadcast(operator, normal)
    for operator in ("And", "Or", "Xor"):
        for a, b in _SHAPES:
            yield setting(operator, normal(*a, dtype=bool), normal(*b, dtype=bool, seed=1), since=7 if a != b else 1)
        yield from _old_broadcast(operator, lambda *shape, seed=0: normal(*shape, seed=seed, dtype=bool))
    yield setting("Equal", normal(2, 3, dtype=bool), normal(3, dtype=bool, seed=1), since=7)
    for kind in (bool, np.int32, np.int64):
        yield setting("Equal", normal(2, 3, dtype=kind), normal(2, 3, dtype=kind, seed=1))
        yield from _old_broadcast("Equal", lambda *shape, seed=0, kind=kind: normal(*shape, seed=seed, dtype=kind))
    yield setting("Equal", np.array(["a", "b", ""], object), np.array(["a", "c", ""], object))
    yield from _powers()
    yield from _remainders()
    yield from _bits()
    yield from _many()
    yield from _others()


def _numbers(operator: str, shape: tuple[int, ...], dtype: type, second: bool) -> np.ndarray:
    x = normal(*shape, dtype=dtype, scale=2, seed=int(second))
    if operator == "Pow" and not second:
        return np.abs(x)
    if operator == "Div" and second and x.dtype.kind in "iu":
        return np.where(x == 0, 3, x).astype(dtype)
    return x


def _pairs(operator: str) -> Iterator[Setting]:
    for a, b in _SHAPES:
        since = 7 if a != b else 1
        first, second = (_numbers(operator, shape, np.float32, i == 1) for i, shape in enumerate((a, b)))
        yield setting(operator, first, second, since=since)
    kinds = [np.float16, np.float64, np.int32, np.int64, np.int8, np.uint8, np.int16, np.uint32]
    for dtype in kinds if operator != "Pow" else kinds[:4]:
        first, second = (_numbers(operator, shape, dtype, i == 1) for i, shape in enumerate(((2, 3, 4), (3, 1))))
        if operator == "Pow":
            second = np.abs(second)
        yield setting(operator, first, second, since=7)
    yield setting(operator, _ODD_A, _ODD_B, note="odd values")
    for scale in (1e-3, 1e3):
        first = np.abs(normal(3, 5, scale=scale)) + np.float32(1e-3)
        yield setting(operator, first, normal(3, 5, seed=1), note=f"×{scale:g}")
    if operator == "Div":
        a, b = np.array([7, -7, 7, -7, 0], np.int32), np.array([2, 2, -2, -2, 5], np.int32)
        yield setting(operator, a, b, note="signs")


def _old_broadcast(operator: str, make: Callable[..., np.ndarray]) -> Iterator[Setting]:
    for axis, shape in ((None, (4,)), (None, (3, 4)), (1, (3,)), (0, (2,)), (0, (2, 3)), (1, (3, 4)), (None, (1,))):
        where = {} if axis is None else {"axis": axis}
        a, b = make(2, 3, 4), make(*shape, seed=1)
        if operator == "Pow":
            a = np.abs(a)
        yield setting(operator, a, b, broadcast=1, until=7, **where)


def _powers() -> Iterator[Setting]:
    kinds = (np.float32, np.float64, np.float16, np.int32, np.int64)
    for base in kinds:
        for exponent in kinds:
            yield setting("Pow", np.array([1, 2, 3, 4], base), np.array([2, 3, 0, 1], exponent), since=12)
    yield setting("Pow", np.array([-2, -2, -8, 0], np.float32), np.array([2, 3, 1 / 3, 0], np.float32), note="signs")
    yield setting("Pow", np.array([1, 2, -1], np.int32), np.array([-1, -1, -3], np.int32), note="negative exponent")


def _remainders() -> Iterator[Setting]:
    a, b = [7, -7, 7, -7, 0, 5], [3, 3, -3, -3, 2, 5]
    for dtype in (np.int8, np.int16, np.int32, np.int64):
        for fmod in (0, 1):
            yield setting("Mod", np.array(a, dtype), np.array(b, dtype), fmod=fmod)
    for dtype in (np.uint8, np.uint32, np.uint64):
        yield setting("Mod", np.array([7, 250, 0], dtype), np.array([3, 7, 2], dtype))
    for dtype in (np.float16, np.float32, np.float64):
        x, y = np.array([4.3, -4.3, 4.3, -4.3, 0], dtype), np.array([2.1, 2.1, -2.1, -2.1, 1], dtype)
        yield setting("Mod", x, y, fmod=1)
    yield setting("Mod", np.array([4.25, -4.25, np.inf], np.float32), np.array([2, np.inf, 2], np.float32), fmod=1)


def _bits() -> Iterator[Setting]:
    for dtype in (np.uint8, np.uint16, np.uint32, np.uint64):
        for direction in ("LEFT", "RIGHT"):
            yield setting(
                "BitShift", np.array([16, 4, 1, 200], dtype), np.array([1, 2, 3, 0], dtype), direction=direction
            )
    yield setting("BitShift", np.array([[16], [3]], np.uint8), np.array([1, 2], np.uint8), direction="LEFT")
    for operator in ("BitwiseAnd", "BitwiseOr", "BitwiseXor"):
        for dtype in (np.int8, np.uint8, np.int32, np.int64, np.uint16):
            yield setting(operator, normal(2, 3, scale=20, dtype=dtype), normal(3, scale=20, dtype=dtype, seed=1))


def _many() -> Iterator[Setting]:
    for operator in ("Max", "Min", "Sum", "Mean"):
        for count in (1, 2, 3):
            yield setting(operator, *(normal(2, 3, seed=i) for i in range(count)))
        yield setting(operator, normal(2, 3), normal(3, seed=1), normal(2, 1, seed=2), since=8)
        yield setting(operator, normal(), normal(2, 2), since=8)
        yield setting(operator, normal(0, 3), normal(0, 3), note="empty")
        yield setting(operator, _ODD_A, _ODD_B, note="odd values")
        for dtype in (np.float16, np.float64, np.int8, np.int32, np.int64, np.uint8, np.uint32):
            yield setting(operator, normal(2, 3, dtype=dtype), normal(2, 3, dtype=dtype, seed=1))
        for scale in (1e-3, 1e3):
            yield setting(operator, normal(2, 3, scale=scale), normal(2, 3, seed=1), note=f"×{scale:g}")


def _others() -> Iterator[Setting]:
    x = normal(2, 3, 4)
    yield setting("PRelu", x, np.array([0.25], np.float32), constants=(1,))
    yield setting("PRelu", x, normal(2, 3, 4, seed=1), constants=(1,))
    yield setting("PRelu", x, normal(3, 1, seed=1), constants=(1,), since=7)
    yield setting("PRelu", x, normal(4, seed=1), since=7)
    yield setting("PRelu", x, normal(3, seed=1), constants=(1,), until=7, note="by channel")
    yield setting("PRelu", normal(2, 3, 2, 2), normal(3, 1, 1, seed=1), constants=(1,), since=7)
    yield setting("PRelu", _ODD_A, np.array([0.5], np.float32), constants=(1,), note="odd values")
    for dtype in (np.float16, np.float64, np.int32, np.int64):
        yield setting("PRelu", normal(2, 3, dtype=dtype), normal(3, dtype=dtype, seed=1), since=7)
    for dtype in (np.float32, np.float16, np.float64, np.int32, np.int64, np.uint8, bool):
        a, b = normal(2, 3, dtype=dtype, seed=1), normal(2, 3, dtype=dtype, seed=2)
        yield setting("Where", normal(2, 3, dtype=bool), a, b)
    yield setting("Where", normal(3, 1, dtype=bool), normal(2, 1, 4), normal(1, seed=1))
    yield setting("Where", normal(dtype=bool), normal(2, 4), normal(2, 4, seed=1))
    yield setting("Where", np.array([True, False]), np.array(["a", "b"], object), np.array(["c", "d"], object))
    for dtype in (np.float16, np.float32, np.float64):
        yield setting("SwiGLU", normal(2, 3, dtype=dtype, seed=1), normal(2, 3, dtype=dtype, seed=2))
    yield setting("SwiGLU", normal(2, 3, scale=1e3), normal(2, 3, seed=2), alpha=1.702)
