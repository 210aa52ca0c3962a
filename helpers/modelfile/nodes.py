"""A model as the graph's views read it: nothing is run, and weights that lie beside it stay there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import onnx

from helpers.modelfile.model import parse, read_bytes

Source = Path | str | bytes | onnx.ModelProto


@dataclass(frozen=True)
class File:
    """A model that was read; unlike ``engines.read_model`` it may have inputs that no engine here takes."""

    proto: onnx.ModelProto = field(repr=False)
    path: Path | None
    name: str  # what to call it: the file's name, the graph's, or "model"
    size: int  # bytes of the protobuf


@dataclass(frozen=True)
class Place:
    """A node and where it stands: ``where`` is "" in the graph itself, else "If_0/then_branch" or "function f"."""

    node: onnx.NodeProto
    where: str

    @property
    def key(self) -> str:
        """What the suite calls the node in tables and on the drawing: its first output that has a name."""
        return key(self.node)


def read(model: Source) -> File:
    """Read a model from a path, bytes or memory.

    Raises
    ------
    BadInput
        Not a file, empty, cut, no protobuf, no graph, no output.

    >>> file = read("models/mnist.onnx")
    >>> file.name, len(file.proto.graph.node)
    ('mnist.onnx', 12)
    """
    if isinstance(model, onnx.ModelProto):
        return File(model, None, model.graph.name or "model", model.ByteSize())
    path, data, said = read_bytes(model)
    proto = parse(data, said)
    return File(proto, path, path.name if path else proto.graph.name or "model", len(data))


def key(node: onnx.NodeProto) -> str:
    """The name of a node's first output that has one; a node's own name is often missing.

    >>> key(onnx.helper.make_node("Split", ["x"], ["", "right"]))
    'right'
    """
    return next((name for name in node.output if name), node.name)


def places(proto: onnx.ModelProto) -> Iterator[Place]:
    """Every node: the graph's, those in branches and loops, those in functions.

    >>> [place.node.op_type for place in places(read("models/mnist.onnx").proto)][:3]
    ['Reshape', 'Conv', 'Add']
    """
    yield from _nodes(proto.graph.node, "")
    for function in proto.functions:
        yield from _nodes(function.node, f"function {function.name}")


def all_nodes(nodes: Iterable[onnx.NodeProto]) -> Iterator[onnx.NodeProto]:
    """The nodes, each followed by those of the graphs inside it, at whatever depth."""
    return (place.node for place in _nodes(nodes, ""))


def subgraphs(node: onnx.NodeProto) -> Iterator[tuple[str, onnx.GraphProto]]:
    """The graphs inside a node, by attribute: the branches of an If, the body of a Loop or Scan."""
    for attribute in node.attribute:
        if attribute.HasField("g"):
            yield attribute.name, attribute.g
        yield from ((attribute.name, graph) for graph in attribute.graphs)


def _nodes(nodes: Iterable[onnx.NodeProto], where: str) -> Iterator[Place]:
    for node in nodes:
        yield Place(node, where)
        for name, graph in subgraphs(node):
            inside = f"{where}/" if where else ""
            yield from _nodes(graph.node, f"{inside}{node.name or key(node)}/{name}")
