"""OpenVINO's tensors of types that numpy lacks, which its Python package hands over as bits of another type.

What is bfloat16 comes as float16 of the same bits, a float of eight bits as uint8, and of four bits two come in a byte.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ml_dtypes
import numpy as np

_WHOLE = {  # by OpenVINO's names: an element has bytes of its own
    "bf16": ml_dtypes.bfloat16,
    "f8e4m3": ml_dtypes.float8_e4m3fn,
    "f8e5m2": ml_dtypes.float8_e5m2,
    "f8e8m0": ml_dtypes.float8_e8m0fnu,
}
PACKED = {"i4": ml_dtypes.int4, "u4": ml_dtypes.uint4, "f4e2m1": ml_dtypes.float4_e2m1fn}  # two in a byte
_NAMES = {np.dtype(dtype): name for name, dtype in (_WHOLE | PACKED).items()}


def given(array: np.ndarray, port: Any) -> Any:
    """An array as OpenVINO takes it: itself, or its bits under the name that OpenVINO has for their type."""
    name = _NAMES.get(array.dtype)
    if name is None or name == "bf16":  # which the package wraps itself
        return array
    import openvino

    bits = np.ascontiguousarray(array).view(np.uint8)
    return openvino.Tensor(packed(bits) if name in PACKED else bits, array.shape, port.get_element_type())


def got(array: np.ndarray, kind: str, shape: Sequence[int]) -> np.ndarray:
    """A copy of what OpenVINO gave, whose element type it calls ``kind``; ``shape`` is that of packed elements.

    >>> got(np.array([1.875, 2.125], np.float16), "bf16", ())
    array([1, 3], dtype=bfloat16)
    """
    if kind in _WHOLE:
        return array.view(_WHOLE[kind]).copy()
    if kind in PACKED:
        return unpacked(array.view(np.uint8), PACKED[kind], tuple(shape))
    return np.array(array)  # a copy: the next call writes into the same memory


def packed(bits: np.ndarray) -> np.ndarray:
    """Two elements to a byte, the first one low.

    >>> packed(np.array([1, 2, 15], np.uint8))
    array([33, 15], dtype=uint8)
    """
    flat = bits.ravel() & 15
    flat = np.append(flat, np.zeros(flat.size % 2, np.uint8))
    return flat[::2] | flat[1::2] << 4


def unpacked(pairs: np.ndarray, dtype: type, shape: tuple[int, ...]) -> np.ndarray:
    """What was packed, with a byte to each element.

    >>> unpacked(np.array([0xF1, 0x03], np.uint8), ml_dtypes.int4, (3,))
    array([1, -1, 3], dtype=int4)
    """
    flat = np.stack([pairs.ravel() & 15, pairs.ravel() >> 4], axis=-1).ravel()[: int(np.prod(shape))]
    if dtype is ml_dtypes.int4:
        return ((flat.astype(np.int8) ^ 8) - 8).astype(dtype).reshape(shape)
    return (flat.astype(dtype) if dtype is ml_dtypes.uint4 else flat.view(dtype)).reshape(shape)
