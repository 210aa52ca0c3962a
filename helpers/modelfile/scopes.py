"""Which names a node sees: those of its graph, and around it those of the graphs that hold it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import onnx

from helpers.modelfile.nodes import Place, key, subgraphs
from helpers.modelfile.types import Shape, shape

Body = onnx.GraphProto | onnx.FunctionProto


@dataclass(frozen=True)
class Scope:
    """A graph and what lies around it."""

    where: str
    body: Body
    outer: Scope | None = None

    @cached_property
    def types(self) -> dict[str, onnx.TypeProto]:
        """What is known of the values of this graph itself; weights are told by their own dtype and shape."""
        if isinstance(self.body, onnx.FunctionProto):
            return {}
        values = (*self.body.input, *self.body.value_info, *self.body.output)
        found = {value.name: value.type for value in values}
        for tensors in self.weights.values():
            found[tensors[0].name] = onnx.helper.make_tensor_type_proto(tensors[0].data_type, tuple(tensors[0].dims))
        for sparse in self.body.sparse_initializer:
            found[sparse.values.name] = onnx.helper.make_tensor_type_proto(sparse.values.data_type, tuple(sparse.dims))
        return found

    @cached_property
    def weights(self) -> dict[str, list[onnx.TensorProto]]:
        """The initializers by name; more than one where a file gives a name twice."""
        found = defaultdict(list)
        for tensor in () if isinstance(self.body, onnx.FunctionProto) else self.body.initializer:
            found[tensor.name].append(tensor)
        return dict(found)

    @cached_property
    def made(self) -> set[str]:
        """The names that this graph gives a value to."""
        inputs = self.body.input
        names = [name if isinstance(name, str) else name.name for name in inputs]
        outputs = [name for node in self.body.node for name in node.output]
        return {*names, *outputs, *self.weight_names}

    @cached_property
    def weight_names(self) -> list[str]:
        """The names of the weights, sparse ones too."""
        sparse = () if isinstance(self.body, onnx.FunctionProto) else self.body.sparse_initializer
        return [*self.weights, *(tensor.values.name for tensor in sparse)]

    def home(self, name: str) -> Scope | None:
        """The scope in which a name gets its value, the nearest first; None where nothing makes it."""
        scope: Scope | None = self
        while scope is not None and name not in scope.made:
            scope = scope.outer
        return scope

    def type_of(self, name: str) -> onnx.TypeProto:
        """The type of a value as this graph sees it; an empty one where it is unknown."""
        home = self.home(name)
        return home.types.get(name, onnx.TypeProto()) if home is not None and name else onnx.TypeProto()

    def shape_of(self, name: str) -> Shape | None:
        """The shape of a value as this graph sees it."""
        return shape(self.type_of(name))


def walk(proto: onnx.ModelProto) -> Iterator[tuple[Place, Scope]]:
    """Every node in the order of ``_read.places``, each with the names that it sees.

    >>> from helpers.modelfile.nodes import read
    >>> place, scope = next(walk(read("models/mnist.onnx").proto))
    >>> place.key, scope.shape_of("Input3")
    ('Parameter193_reshape1', (1, 1, 28, 28))
    """
    yield from _nodes(Scope("", proto.graph))
    for function in proto.functions:
        yield from _nodes(Scope(f"function {function.name}", function))


def scopes(proto: onnx.ModelProto) -> Iterator[Scope]:
    """The graph, the graphs in its nodes, and the functions, also those that hold no node."""
    waiting = [Scope(f"function {function.name}", function) for function in reversed(proto.functions)]
    waiting.append(Scope("", proto.graph))
    while waiting:
        scope = waiting.pop()
        yield scope
        waiting.extend(reversed([inner for node in scope.body.node for inner in inside(scope, node)]))


def _nodes(scope: Scope) -> Iterator[tuple[Place, Scope]]:
    for node in scope.body.node:
        yield Place(node, scope.where), scope
        for inner in inside(scope, node):
            yield from _nodes(inner)


def inside(scope: Scope, node: onnx.NodeProto) -> Iterator[Scope]:
    """The graphs in a node: the branches of an If, the body of a Loop or Scan."""
    around = f"{scope.where}/" if scope.where else ""
    for name, graph in subgraphs(node):
        yield Scope(f"{around}{node.name or key(node)}/{name}", graph, scope)
