"""What crosses between two processes: JSON for the structure, plain buffers for the numbers.

No pickle: unpickling runs what the message says, so whoever gains an engine's process would gain the kernel. What comes
back from a child is made of plain values, arrays and the classes that are marked by :func:`crosses`, and of nothing
else. What goes to a child (``trusted``) may also name functions and classes of modules, which it imports.

>>> tree, buffers = pack({"x": np.ones(2, "float32"), "n": (1, None)})
>>> unpack(tree, buffers)
{'x': array([1., 1.], dtype=float32), 'n': (1, None)}
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable, Sequence
from dataclasses import is_dataclass
from pathlib import PurePath
from types import BuiltinFunctionType, FunctionType
from typing import Any, TypeVar

import numpy as np

from helpers.errors import LabError, one_line, with_type
from helpers.process._unwire import BUILT_IN, PLAIN, Buffer, Damaged, Reader, crossing

__all__ = ["Buffer", "Damaged", "crosses", "pack", "unpack"]

T = TypeVar("T")
_KINDS = "biufcSUmM"  # of numpy's own types; all are numbers and text of a fixed size


def crosses(kind: type[T]) -> type[T]:
    """Mark a dataclass as one that a child may send."""
    crossing[_name(kind)] = kind
    return kind


def pack(value: Any) -> tuple[bytes, list[Buffer]]:
    """A value as JSON and buffers.

    Raises
    ------
    TypeError
        It holds something that does not cross.
    """
    buffers: list[Buffer] = []
    return json.dumps(_pack(value, buffers), separators=(",", ":")).encode(), buffers


def unpack(tree: bytes | bytearray, buffers: Sequence[Buffer], *, trusted: bool = False) -> Any:
    """The value of such a message.

    Raises
    ------
    Damaged
        It is not such a message.
    """
    try:
        return Reader(buffers, trusted).value(json.loads(tree))
    except Damaged:
        raise
    except Exception as error:  # whatever such a message makes json, numpy or a class say
        raise Damaged(with_type(error)) from None


def _pack(value: Any, buffers: list[Buffer]) -> Any:
    kind = type(value)
    if kind in PLAIN:
        return value
    if kind is list:
        return [_pack(each, buffers) for each in value]
    if kind is dict:
        return {"dict": [[_pack(k, buffers), _pack(v, buffers)] for k, v in value.items()]}
    if isinstance(value, np.ndarray):
        return {"array": _array(value, buffers)}
    if is_dataclass(kind):
        held = {name: _pack(getattr(value, name), buffers) for name in kind.__dataclass_fields__}
        return {"object": [_name(kind), held]}
    for wanted, tag, pack_it in _PACKERS:
        if isinstance(value, wanted):
            return {tag: pack_it(value, buffers)}
    if "." in kind.__module__ and getattr(value, "__dict__", {"?": 0}).keys() <= {"name"}:
        return {"object": [_name(kind), {}]}  # an engine: all that it is stands in its class
    return _other(value, buffers)


def _other(value: Any, buffers: list[Buffer]) -> Any:
    """What comes from libraries that are slow to import, so they are only asked for where they are already there."""
    name = type(value).__name__
    if name == "DataFrame":
        columns = [[str(value[c].dtype), value[c].tolist()] for c in value.columns]
        index = [value.index.name, str(value.index.dtype), value.index.tolist()]
        return {"frame": _pack([list(value.columns), columns, index, value.attrs], buffers)}
    if name == "NAType":
        return {"missing": None}
    if name == "ModelProto":
        return {"model": _buffer(value.SerializeToString(), buffers)}
    raise TypeError(f"{type(value).__module__}.{name} does not cross between processes")


def _array(value: np.ndarray, buffers: list[Buffer]) -> list[Any]:
    if value.dtype == object:
        return ["object", list(value.shape), [_pack(each, buffers) for each in value.ravel().tolist()]]
    if value.dtype.kind not in _KINDS and (value.dtype.kind != "V" or value.dtype.names is not None):
        raise TypeError(f"an array of {value.dtype} does not cross between processes")
    flat = np.ascontiguousarray(value).reshape(-1)
    buffers.append(flat.view(np.uint8) if flat.size else np.zeros(0, np.uint8))
    return [_dtype_name(value.dtype), list(value.shape), len(buffers) - 1]


def _dtype_name(kind: np.dtype) -> str:
    # Of the small floats in ml_dtypes numpy says "V" in the one, and their name in the other.
    return kind.name if type(kind).__module__ != "numpy.dtypes" else kind.str


def _buffer(value: bytes | bytearray | memoryview, buffers: list[Buffer]) -> int:
    buffers.append(np.frombuffer(value, np.uint8))
    return len(buffers) - 1


def _error(value: BaseException, buffers: list[Buffer]) -> list[Any]:
    name = type(value).__name__
    if isinstance(value, LabError) or BUILT_IN.get(name) is type(value):
        try:
            return [name, [_pack(each, buffers) for each in value.args]]
        except TypeError:
            return [name, [str(value)]]
    return ["RuntimeError", [f"{name}: {one_line(str(value))}"]]


def _name(kind: Any) -> str:
    if kind.__module__ == "__main__":
        raise TypeError("what a script or notebook defines cannot be run in another process; put it into a module")
    if "<" in kind.__qualname__:  # a lambda, or what a function defines
        raise TypeError(f"{kind.__qualname__} has no name in a module, so no other process can find it")
    return f"{kind.__module__}:{kind.__qualname__}"


_PACKERS: tuple[tuple[Any, str, Callable[[Any, list[Buffer]], Any]], ...] = (
    (tuple, "tuple", lambda value, buffers: [_pack(each, buffers) for each in value]),
    ((set, frozenset), "set", lambda value, buffers: [_pack(each, buffers) for each in value]),
    ((bytes, bytearray, memoryview), "bytes", _buffer),
    (PurePath, "path", lambda value, buffers: str(value)),
    (array, "array", lambda value, buffers: _array(np.asarray(value), buffers)),
    (np.dtype, "dtype", lambda value, buffers: _dtype_name(value)),
    (np.generic, "scalar", lambda value, buffers: _array(np.asarray(value), buffers)),
    (BaseException, "error", _error),
    ((FunctionType, BuiltinFunctionType, type), "name", lambda value, buffers: _name(value)),
)
