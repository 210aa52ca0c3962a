"""The weights of a file: where each lies, and what its numbers are like."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import onnx

from helpers.errors import BadInput
from helpers.graph._statistics import Statistics, statistics
from helpers.modelfile import types
from helpers.modelfile.external import check_external
from helpers.modelfile.nodes import File
from helpers.modelfile.scopes import scopes
from helpers.modelfile.without_weights import elements

_TWIN = 16  # elements from which on a second copy is worth a word
_MOST = 2**34  # bytes that are read in all: files beside the model may be as large as they like
UNREADABLE = (BadInput, ValueError, TypeError, KeyError, OSError, OverflowError, MemoryError)
COLUMNS = ("name", "where", "dtype", "shape", "elements", "bytes", "stored", *Statistics.__dataclass_fields__)


@dataclass(frozen=True)
class Weights:
    """A row for each initializer, groups of equal ones, and what cannot be read, by name and reason."""

    rows: list[dict[str, Any]]
    twins: list[list[str]] = field(default_factory=list)
    broken: list[tuple[str, str]] = field(default_factory=list)


def weights(file: File) -> Weights:
    """Read every initializer, of the graph and of the graphs in it, one at a time.

    >>> from helpers.modelfile.nodes import read
    >>> row = weights(read("models/mnist.onnx")).rows[0]
    >>> row["name"], row["shape"], row["bytes"], row["stored"]
    ('Parameter193', '[16, 4, 4, 10]', 10240, 'in the file')
    """
    tensors = list(_tensors(file.proto))
    alike = Counter(_kind(tensor) for _, tensor, sparse in tensors if sparse is None)
    found, same, left = Weights([]), defaultdict(list), _MOST
    for where, tensor, sparse in tensors:
        size = _bytes(tensor)
        row: dict[str, Any] = {
            "name": tensor.name,
            "where": where,
            "dtype": types.element(tensor.data_type),
            "shape": types.said(tuple(tensor.dims if sparse is None else sparse.dims)),
            "elements": elements(tensor.dims if sparse is None else sparse.dims),
            "bytes": size if sparse is None else size + _bytes(sparse.indices),
            "stored": _stored(tensor) if sparse is None else f"sparse, {elements(tensor.dims):,} values",
        }
        left -= size if _outside(tensor) else 0  # a file can claim any size, and here nothing is behind it
        try:
            if left < 0:
                raise BadInput(f"more than {_MOST // 2**30} GiB of weights: the rest is not read")
            array = numbers(tensor, file)
        except UNREADABLE as error:
            found.broken.append((tensor.name, " ".join(str(error).split())))
            found.rows.append(row | asdict(Statistics()))
            continue
        found.rows.append(row | asdict(statistics(array)))
        if sparse is None and elements(tensor.dims) >= _TWIN and alike[_kind(tensor)] > 1:
            same[_kind(tensor), _digest(array)].append(tensor.name)
        del array  # before the next one is read
    found.twins.extend(sorted(set(names)) for names in same.values() if len(set(names)) > 1)
    return found


def _tensors(proto: onnx.ModelProto) -> Iterator[tuple[str, onnx.TensorProto, onnx.SparseTensorProto | None]]:
    for scope in scopes(proto):
        if isinstance(scope.body, onnx.GraphProto):
            yield from ((scope.where, tensor, None) for tensor in scope.body.initializer)
            yield from ((scope.where, sparse.values, sparse) for sparse in scope.body.sparse_initializer)


def numbers(tensor: onnx.TensorProto, file: File) -> np.ndarray:
    """The numbers of a tensor, also of one that lies beside the model, but not outside its folder.

    Raises
    ------
    One of ``UNREADABLE``
        They are missing, or not what the file says.
    """
    if not _outside(tensor):
        return np.asarray(onnx.numpy_helper.to_array(tensor))
    lone = onnx.ModelProto(graph=onnx.GraphProto(initializer=[tensor]))  # its numbers lie elsewhere: nothing is copied
    check_external(lone, file.path, file.name)
    assert file.path is not None  # or check_external had refused
    return _mapped(tensor, file.path.resolve().parent)


def _mapped(tensor: onnx.TensorProto, folder: Path) -> np.ndarray:
    """The numbers of a tensor in another file, read as they are looked at."""
    place = {entry.key: entry.value for entry in tensor.external_data}
    size = int(place.get("length", 0)) or _bytes(tensor)
    if not size:
        return np.zeros(tensor.dims, onnx.helper.tensor_dtype_to_np_dtype(tensor.data_type))
    raw = np.memmap(folder / place["location"], np.uint8, "r", int(place.get("offset", 0)), (size,))
    if _bits(tensor.data_type) % 8:  # several to a byte
        inside = onnx.TensorProto(data_type=tensor.data_type, dims=tensor.dims, raw_data=raw.tobytes())
        return np.asarray(onnx.numpy_helper.to_array(inside))
    kind = onnx.helper.tensor_dtype_to_np_dtype(tensor.data_type)
    return raw.view(kind.newbyteorder("<") if kind.kind in "iufc" else kind).reshape(tensor.dims)


def _bits(data_type: int) -> int:
    """The bits of an element; ValueError for a type that has no fixed number of them, or is unknown."""
    kind = onnx.helper.tensor_dtype_to_np_dtype(data_type)
    if kind.kind in "biufc":
        return 8 * kind.itemsize
    for info in (ml_dtypes.iinfo, ml_dtypes.finfo):
        with suppress(ValueError):
            return int(info(kind).bits)
    raise ValueError(f"elements of {kind} have no fixed size")


def _outside(tensor: onnx.TensorProto) -> bool:
    return bool(tensor.external_data) or tensor.data_location == tensor.EXTERNAL


def _stored(tensor: onnx.TensorProto) -> str:
    place = {entry.key: entry.value for entry in tensor.external_data}
    return f"file {place.get('location', '')}" if _outside(tensor) else "in the file"


def _bytes(tensor: onnx.TensorProto) -> int:
    if tensor.data_type == onnx.TensorProto.STRING:
        return sum(len(text) for text in tensor.string_data)
    try:
        return -int(-elements(tensor.dims) * _bits(tensor.data_type) // 8)
    except (ValueError, TypeError, KeyError):
        return 0  # an element type that nobody knows


def _kind(tensor: onnx.TensorProto) -> tuple[int, tuple[int, ...]]:
    return tensor.data_type, tuple(tensor.dims)


def _digest(array: np.ndarray) -> bytes:
    if array.dtype.kind == "O":
        return hashlib.blake2b(repr(array.tolist()).encode()).digest()
    return hashlib.blake2b(np.ascontiguousarray(array).view(np.uint8).data).digest()
