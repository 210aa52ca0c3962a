"""Convolutions: plain, transposed, deformable, of whole numbers; and their inverse in columns."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks.judging.cases import Setting, ints, normal, setting

_WAYS: tuple[dict[str, object], ...] = (
    {},
    {"strides": [2, 2]},
    {"pads": [1, 1, 1, 1]},
    {"pads": [0, 1, 2, 1], "strides": [2, 1]},
    {"dilations": [2, 2]},
    {"dilations": [2, 1], "pads": [2, 0, 1, 1], "strides": [1, 2]},
    {"auto_pad": "SAME_UPPER"},
    {"auto_pad": "SAME_LOWER"},
    {"auto_pad": "SAME_UPPER", "strides": [2, 2]},
    {"auto_pad": "SAME_LOWER", "strides": [2, 2]},
    {"auto_pad": "SAME_UPPER", "dilations": [2, 2]},
    {"auto_pad": "VALID", "strides": [2, 2]},
)


def settings() -> Iterator[Setting]:
    """Paddings, strides, dilations and groups over one to three axes."""
    yield from _plain()
    yield from _transposed()
    yield from _deformable()
    yield from _whole()
    yield from _columns()


def _plain() -> Iterator[Setting]:
    x, w, b = normal(2, 4, 7, 6), normal(3, 4, 3, 2, seed=1), normal(3, seed=2)
    for way in _WAYS:
        yield setting("Conv", x, w, b, constants=(1, 2), **way)
    yield setting("Conv", x, w, constants=(1,), kernel_shape=[3, 2])
    yield setting("Conv", x, w, note="weights as an input")
    yield setting("Conv", x, normal(6, 2, 3, 3), constants=(1,), group=2)
    yield setting("Conv", x, normal(4, 1, 3, 3), constants=(1,), group=4, pads=[1, 1, 1, 1])
    yield setting("Conv", x, normal(8, 1, 2, 2), constants=(1,), group=4)
    yield setting("Conv", x, normal(3, 4, 1, 1), constants=(1,))
    yield setting("Conv", normal(1, 2, 9), normal(3, 2, 3), constants=(1,), pads=[1, 1], strides=[2])
    yield setting("Conv", normal(1, 2, 9), normal(3, 2, 4), constants=(1,), auto_pad="SAME_LOWER")
    yield setting("Conv", normal(1, 2, 4, 5, 4), normal(3, 2, 2, 3, 2), constants=(1,), pads=[0, 1, 0, 1, 1, 1])
    for dtype in (np.float16, np.float64):
        yield setting("Conv", normal(1, 2, 5, 5, dtype=dtype), normal(3, 2, 3, 3, dtype=dtype), constants=(1,))
    for scale in (1e-3, 1e3):
        yield setting("Conv", x, normal(3, 4, 3, 3, scale=scale), constants=(1,), note=f"×{scale:g}")
    odd = normal(1, 1, 5, 5)
    odd[0, 0, 2, 3] = np.inf
    yield setting("Conv", odd, normal(1, 1, 2, 2), constants=(1,), note="an infinity")
    state, filters = normal(2, 3, 2, seed=4), normal(3, 1, 3, seed=5)
    yield setting("CausalConvWithState", normal(2, 3, 6), filters, outputs=2)
    yield setting("CausalConvWithState", normal(2, 3, 6), filters, normal(3, seed=6), outputs=2)
    yield setting("CausalConvWithState", normal(2, 3, 6), filters, normal(3, seed=6), state, outputs=2)
    yield setting("CausalConvWithState", normal(2, 3, 6), filters, None, state, activation="silu", outputs=2)
    yield setting("CausalConvWithState", normal(2, 3, 1), filters, None, state, outputs=2)


def _transposed() -> Iterator[Setting]:
    x, w, b = normal(1, 4, 4, 5), normal(4, 3, 3, 2, seed=1), normal(3, seed=2)
    for way in _WAYS:
        yield setting("ConvTranspose", x, w, b, constants=(1, 2), **way)
    for way in (
        {"output_padding": [1, 1], "strides": [2, 2]},
        {"output_padding": [1, 0], "strides": [2, 2], "pads": [1, 1, 1, 1]},
        {"output_shape": [9, 10], "strides": [2, 2]},
        {"output_shape": [8, 10], "strides": [2, 2]},
        {"output_shape": [8, 9], "strides": [2, 2], "auto_pad": "SAME_UPPER"},
        {"output_shape": [8, 9], "strides": [2, 2], "auto_pad": "SAME_LOWER"},
        {"output_shape": [10, 12], "strides": [2, 2]},
        {"output_shape": [10, 12], "output_padding": [1, 1], "strides": [2, 2]},
        {"kernel_shape": [3, 2]},
    ):
        yield setting("ConvTranspose", x, w, constants=(1,), **way)
    yield setting("ConvTranspose", x, normal(4, 2, 3, 3), constants=(1,), group=2, strides=[2, 2])
    yield setting("ConvTranspose", x, normal(4, 1, 2, 2), constants=(1,), group=4)
    yield setting("ConvTranspose", x, w, note="weights as an input")
    yield setting("ConvTranspose", normal(1, 2, 6), normal(2, 3, 3), constants=(1,), strides=[2], pads=[1, 0])
    yield setting("ConvTranspose", normal(1, 2, 3, 3, 2), normal(2, 2, 2, 3, 2), constants=(1,), strides=[2, 1, 2])
    for dtype in (np.float16, np.float64):
        yield setting("ConvTranspose", normal(1, 2, 4, 4, dtype=dtype), normal(2, 3, 3, 3, dtype=dtype), constants=(1,))


def _deformable() -> Iterator[Setting]:
    x, w = normal(1, 2, 5, 5), normal(2, 2, 2, 2, seed=1)
    offsets, mask, b = normal(1, 8, 4, 4, seed=2), np.abs(normal(1, 4, 4, 4, seed=3)), normal(2, seed=4)
    yield setting("DeformConv", x, w, offsets, constants=(1,), kernel_shape=[2, 2])
    yield setting("DeformConv", x, w, offsets, b, mask, constants=(1,), kernel_shape=[2, 2])
    yield setting("DeformConv", x, w, np.zeros_like(offsets), b, constants=(1,), note="no offsets")
    padded = {"pads": [1, 1, 1, 1], "strides": [2, 2]}
    yield setting("DeformConv", x, w, normal(1, 8, 3, 3), constants=(1,), **padded)
    yield setting("DeformConv", x, w, normal(1, 16, 4, 4), constants=(1,), offset_group=2)
    yield setting("DeformConv", x, normal(4, 1, 2, 2), offsets, constants=(1,), group=2)
    yield setting("DeformConv", x, w, normal(1, 8, 3, 3), constants=(1,), dilations=[2, 2])


def _whole() -> Iterator[Setting]:
    for dtype in (np.uint8, np.int8):
        x, w = normal(1, 2, 5, 5, scale=20, dtype=dtype), normal(3, 2, 3, 3, scale=20, dtype=np.uint8, seed=1)
        yield setting("ConvInteger", x, w, constants=(1,))
        yield setting("ConvInteger", x, w, np.array(3, dtype), constants=(1, 2))
        yield setting("ConvInteger", x, w, np.array(3, dtype), np.array(7, np.uint8), constants=(1, 2, 3))
        zeros = np.array([1, 2, 3], np.uint8)
        yield setting("ConvInteger", x, w, np.array(3, dtype), zeros, constants=(1, 2, 3), note="zero by channel")
        yield setting("ConvInteger", x, w, np.array(3, dtype), constants=(1, 2), pads=[1, 1, 1, 1], strides=[2, 2])
        yield from _quantised(x, dtype)


def _quantised(x: np.ndarray, dtype: type) -> Iterator[Setting]:
    one, zero = np.array(0.0537, np.float32), np.array(3, dtype)
    for by_channel in (False, True):
        w = normal(4, 2, 3, 3, scale=10, dtype=np.int8, seed=1)
        scales = np.array([0.0213, 0.0317, 0.0111, 0.0531] if by_channel else 0.0213, np.float32)
        zeros = np.zeros(4 if by_channel else (), np.int8)
        bias = np.array([10, -20, 0, 300], np.int32)
        given = (x, one, zero, w, scales, zeros, np.array(0.1071, np.float32), np.array(9, dtype))
        weights = tuple(range(1, 8))
        yield setting("QLinearConv", *given, constants=weights)
        yield setting("QLinearConv", *given, bias, constants=(*weights, 8))
        yield setting("QLinearConv", *given, constants=weights, pads=[1, 1, 1, 1], strides=[2, 2])


def _columns() -> Iterator[Setting]:
    image, block = ints(5, 5), ints(2, 2)
    yield setting("Col2Im", normal(1, 8, 16), image, block, constants=(1, 2))
    yield setting("Col2Im", normal(1, 8, 4), image, block, constants=(1, 2), strides=[3, 3])
    yield setting("Col2Im", normal(1, 8, 36), image, block, constants=(1, 2), pads=[1, 1, 1, 1])
    yield setting("Col2Im", normal(1, 8, 9), image, block, constants=(1, 2), dilations=[2, 2])
    yield setting("Col2Im", normal(2, 3, 4), ints(6), ints(3), constants=(1, 2))
