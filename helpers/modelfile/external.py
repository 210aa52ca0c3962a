"""Weights in files beside a model: where they may lie, and how much they are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.errors import BadInput

if TYPE_CHECKING:
    import onnx

SHOWN = 100  # characters of a path that still help a reader


def check_external(proto: onnx.ModelProto, path: Path | None, said: str) -> bool:
    """Refuse weights that are missing or lie outside the model's folder; True where there are such weights."""
    found = False
    for tensor in _tensors(proto):
        if not tensor.external_data and tensor.data_location != tensor.EXTERNAL:
            continue
        found = True
        place = {entry.key: entry.value for entry in tensor.external_data}
        location = place.get("location", "")
        what = f"{said}: the weights of {tensor.name!r} are in {location[:SHOWN]!r}"
        if path is None:
            raise BadInput(f"{what}, a file beside the model; give the model's path instead of its bytes")
        folder = path.resolve().parent
        target = (folder / location).resolve()  # follows links, so that one out of the folder is seen
        if not location or not target.is_relative_to(folder) or Path(location).is_absolute():
            raise BadInput(f"{what}, outside the model's folder; put the file beside the model and name it there")
        if not target.is_file():
            raise BadInput(f"{what}, which does not exist; put that file beside the model")
        _check_span(place, target, what)
    return found


def external_bytes(proto: onnx.ModelProto, path: Path) -> int:
    """How many bytes of weights lie in files beside a model for which ``check_external`` found some."""
    total = 0
    for tensor in _tensors(proto):
        place = {entry.key: entry.value for entry in tensor.external_data}
        if "location" in place:
            size = (path.resolve().parent / place["location"]).stat().st_size
            total += int(place.get("length", 0)) or size - int(place.get("offset", 0))
    return total


def _check_span(place: dict[str, str], target: Path, what: str) -> None:
    try:
        offset, length = int(place.get("offset", 0)), int(place.get("length", 0))
    except ValueError:
        raise BadInput(f"{what} with an offset or length that is not a number; export the model again") from None
    size = target.stat().st_size
    if offset < 0 or length < 0 or offset + length > size:
        raise BadInput(f"{what} at {offset} + {length} bytes, but that file has {size}; get the file again")


def _tensors(proto: onnx.ModelProto) -> Iterator[onnx.TensorProto]:
    """Every tensor of a model: initializers and attributes, in subgraphs and functions and sparse ones too."""
    graphs = [proto.graph]
    sparse: list[onnx.SparseTensorProto] = []
    nodes = [node for function in proto.functions for node in function.node]
    attributes = [each for function in proto.functions for each in function.attribute_proto]
    while graphs or nodes or attributes or sparse:
        if graphs:
            graph = graphs.pop()
            yield from graph.initializer
            sparse.extend(graph.sparse_initializer)
            nodes.extend(graph.node)
        elif nodes:
            attributes.extend(nodes.pop().attribute)
        elif sparse:
            each = sparse.pop()
            yield from (each.values, each.indices)
        else:
            attribute = attributes.pop()
            if attribute.HasField("t"):
                yield attribute.t
            yield from attribute.tensors
            if attribute.HasField("g"):
                graphs.append(attribute.g)
            graphs.extend(attribute.graphs)
            sparse.extend([attribute.sparse_tensor] if attribute.HasField("sparse_tensor") else [])
            sparse.extend(attribute.sparse_tensors)
