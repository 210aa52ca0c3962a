"""The other half of the wire: values out of JSON and buffers, of no other kind than may be there."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from functools import reduce
from importlib import import_module
from math import prod
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from helpers.errors import LabError

Buffer = np.ndarray[Any, np.dtype[np.uint8]]
T = TypeVar("T")
PLAIN = (bool, int, float, str, type(None))
BUILT_IN = {
    kind.__name__: kind for kind in vars(builtins).values() if isinstance(kind, type) and issubclass(kind, Exception)
}
crossing: dict[str, type[Any]] = {}


class Damaged(Exception):
    """A message that does not hold what it should."""


class Reader:
    """Reads one message; ``trusted``: it may name functions and classes, which are imported."""

    def __init__(self, buffers: Sequence[Buffer], trusted: bool) -> None:
        self._buffers, self._trusted = buffers, trusted

    def value(self, tree: Any) -> Any:
        if type(tree) in PLAIN:
            return tree
        if type(tree) is list:
            return [self.value(each) for each in tree]
        ((tag, held),) = tree.items()
        return getattr(self, f"_{tag}")(held)

    def _dict(self, held: Any) -> dict[Any, Any]:
        return {self.value(k): self.value(v) for k, v in held}

    def _tuple(self, held: Any) -> tuple[Any, ...]:
        return tuple(self.value(each) for each in held)

    def _set(self, held: Any) -> frozenset[Any]:
        return frozenset(self.value(each) for each in held)

    def _bytes(self, held: Any) -> bytes:
        return self._buffers[held].tobytes()

    def _path(self, held: Any) -> Path:
        return Path(held)

    def _array(self, held: Any) -> np.ndarray:
        name, shape, place = held
        if name == "object":
            made = np.empty(prod(shape), object)
            made[:] = [self.value(each) for each in place]
            return made.reshape(shape)
        kind = _dtype(name)
        if kind.hasobject:
            raise Damaged(f"objects as {kind}")
        buffer = self._buffers[place]
        if prod(shape) * kind.itemsize != buffer.size:
            raise Damaged(f"{buffer.size} bytes for {name}{shape}")
        return buffer.view(kind).reshape(shape) if buffer.size else np.empty(shape, kind)

    def _dtype(self, held: Any) -> np.dtype:
        return _dtype(held)

    def _scalar(self, held: Any) -> Any:
        return self._array(held)[()]

    def _frame(self, held: Any) -> Any:
        import pandas as pd

        names, columns, (name, kind, labels), attributes = self.value(held)
        index = pd.Index(labels, dtype=kind, name=name)
        data = {i: pd.Series(values, dtype=dtype, index=index) for i, (dtype, values) in enumerate(columns)}
        made = pd.DataFrame(data, index=index)
        made.columns = pd.Index(names)
        made.attrs = attributes
        return made

    def _missing(self, held: Any) -> Any:
        import pandas as pd

        return pd.NA

    def _model(self, held: Any) -> Any:
        import onnx

        model = onnx.ModelProto()
        model.ParseFromString(self._bytes(held))
        return model

    def _error(self, held: Any) -> BaseException:
        name, arguments = held
        known = {kind.__name__: kind for kind in _family(LabError)} | BUILT_IN
        made: BaseException = known[name](*map(self.value, arguments))
        return made

    def _object(self, held: Any) -> Any:
        name, attributes = held
        kind = self._name(name) if self._trusted else crossing[name]
        return kind(**{key: self.value(each) for key, each in attributes.items()})

    def _name(self, held: Any) -> Any:
        if not self._trusted:
            raise Damaged(f"{held} was sent")
        module, _, path = held.partition(":")
        return reduce(getattr, path.split("."), import_module(module))


def _dtype(name: str) -> np.dtype:
    try:
        kind = np.dtype(name)
    except TypeError:
        import ml_dtypes

        kind = np.dtype(getattr(ml_dtypes, name))
    if kind.names is not None:
        raise Damaged(f"an array of {name}")
    return kind


def _family(kind: type[Any]) -> set[type[Any]]:
    return {kind}.union(*(_family(each) for each in kind.__subclasses__()))
