"""Operators that change shapes, as they were before opset 13: sizes as attributes, other defaults."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from onnx.reference.op_run import OpRun

from helpers.reference.mends import mend

_TEXT = "https://github.com/onnx/onnx/blob/main/docs/Changelog.md"


@mend("Concat", 1, 4, sentence="Which axis to concat on. Default value is 1.", upstream=f"{_TEXT}#Concat-1")
class Concat(OpRun):
    """Concat before opset 4."""

    op_schema = None  # the newest requires an axis

    def _run(self, *inputs: np.ndarray, axis: int = 1) -> tuple[Any, ...]:
        return (np.concatenate(inputs, axis=axis),)


@mend("Reshape", 1, 5, sentence="It takes a tensor as input and an argument shape.", upstream=f"{_TEXT}#Reshape-1")
class Reshape(OpRun):
    """Reshape before opset 5; 0 keeps a size."""

    def _run(self, x: np.ndarray, shape: Sequence[int] = (), **_: Any) -> tuple[Any, ...]:
        return (x.reshape([size or x.shape[i] for i, size in enumerate(shape)]),)


@mend("Split", 1, 2, sentence="The lengths of the split can be an attribute or an input.", upstream=f"{_TEXT}#Split-1")
class Split(OpRun):
    """Split of opset 1."""

    def _run(
        self,
        x: np.ndarray,
        lengths: np.ndarray | None = None,
        split: Sequence[int] | None = None,
        axis: int | None = None,
        **_: Any,
    ) -> tuple[Any, ...]:
        axis = axis or 0
        if lengths is None and split is None:
            return tuple(np.split(x, len(self.onnx_node.output), axis))
        sizes = np.asarray(split if lengths is None else lengths).astype(np.int64)
        return tuple(np.split(x, np.cumsum(sizes)[:-1], axis))


@mend("Tile", 1, 6, sentence="Repeat the elements of a tensor along an axis.", upstream=f"{_TEXT}#Tile-1")
class Tile(OpRun):
    """Tile before opset 6."""

    def _run(self, x: np.ndarray, tiles: np.ndarray, axis: np.ndarray) -> tuple[Any, ...]:
        repeats = [1] * x.ndim
        repeats[int(axis.reshape(()))] = int(tiles.reshape(()))
        return (np.tile(x, repeats),)


@mend(
    "Squeeze",
    1,
    13,
    sentence="List of integers indicating the dimensions to squeeze; negative values count from the back.",
    upstream=f"{_TEXT}#Squeeze-11",
)
class Squeeze(OpRun):
    """Squeeze with axes as an attribute, all taken of the input's shape."""

    def _run(self, x: np.ndarray, axes: Sequence[int] | None = None) -> tuple[Any, ...]:
        return (np.squeeze(x, None if not axes else tuple(axes)),)


@mend(
    "Unsqueeze",
    1,
    13,
    sentence="Dimension indices in axes are as seen in the output tensor; the order of values does not matter.",
    upstream=f"{_TEXT}#Unsqueeze-11",
)
class Unsqueeze(OpRun):
    """Unsqueeze with axes as an attribute."""

    def _run(self, x: np.ndarray, axes: Sequence[int] = ()) -> tuple[Any, ...]:
        return (np.expand_dims(x, tuple(axes)),)


def _padded(x: np.ndarray, pads: Sequence[int], mode: str, value: float) -> np.ndarray:
    pairs = list(zip(pads[: x.ndim], pads[x.ndim :], strict=True))
    kept = x[tuple(slice(max(0, -b), n - max(0, -a)) for n, (b, a) in zip(x.shape, pairs, strict=True))]
    added = [(max(0, b), max(0, a)) for b, a in pairs]
    if mode == "constant":
        return np.pad(kept, added, constant_values=value)
    return np.pad(kept, added, mode)  # type: ignore[call-overload]


@mend("Pad", 1, 2, sentence="paddings: the count at the beginning and end of each axis.", upstream=f"{_TEXT}#Pad-1")
class Pad1(OpRun):
    """Pad of opset 1."""

    def _run(
        self, x: np.ndarray, paddings: Sequence[int] = (), mode: str = "constant", value: float = 0.0, **_: Any
    ) -> tuple[Any, ...]:
        return (_padded(x, paddings, mode or "constant", value or 0.0),)


@mend(
    "Pad",
    2,
    11,
    sentence="The number of padding elements to add or remove (if negative) at the beginning and end of each axis.",
    upstream=f"{_TEXT}#Pad-2",
)
class Pad2(OpRun):
    """Pad of opset 2 to 10."""

    def _run(
        self, x: np.ndarray, pads: Sequence[int] = (), mode: str = "constant", value: float = 0.0, **_: Any
    ) -> tuple[Any, ...]:
        return (_padded(x, pads, mode or "constant", value or 0.0),)


@mend(
    "Cast",
    1,
    6,
    sentence="The data type specified by the 'to' argument, a text such as FLOAT.",
    upstream=f"{_TEXT}#Cast-1",
)
class Cast(OpRun):
    """Cast before opset 6."""

    def _run(self, x: np.ndarray, to: str = "FLOAT", **_: Any) -> tuple[Any, ...]:
        name = to.decode() if isinstance(to, bytes) else str(to)
        kind = onnx.TensorProto.DataType.Value(name.upper())
        return (x.astype(onnx.helper.tensor_dtype_to_np_dtype(kind)),)
