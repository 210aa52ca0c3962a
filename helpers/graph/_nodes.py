"""A row for each node: what it is, what it makes, how many parameters it brings and how much it multiplies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import onnx

from helpers.graph import _macs
from helpers.graph._attributes import short
from helpers.graph._calls import Calls, shapes
from helpers.modelfile import types
from helpers.modelfile.functions import called
from helpers.modelfile.scopes import Scope, scopes, walk
from helpers.modelfile.without_weights import elements

COLUMNS = (
    *("key", "name", "operator", "domain", "where", "inputs", "outputs", "attributes"),
    *("dtype", "shape", "parameters", "multiply-adds"),
)


def rows(proto: onnx.ModelProto) -> list[dict[str, Any]]:
    """A row for each node, in the order of the file; nodes of a graph inside a node follow it.

    A tensor's parameters belong to the first node that takes it, a Constant's to the Constant. Multiply-adds are those
    of one run of the node: None where a size is unknown, and in functions, whose calls carry them.

    Parameters
    ----------
    proto
        With inferred shapes.

    >>> from helpers.modelfile.nodes import read
    >>> from helpers.graph._shapes import infer
    >>> row = rows(infer(read("models/mnist.onnx").proto).proto)[1]
    >>> row["operator"], row["shape"], row["parameters"], row["multiply-adds"]
    ('Conv', '[1, 8, 28, 28]', 200, 156800)
    """
    calls, taken, found = Calls(proto), set[tuple[int, str]](), []
    everything = list(walk(proto))  # kept, so that a scope's id stays its own
    for place, scope in everything:
        node = place.node
        kinds = [scope.type_of(name) for name in node.output if name]
        inside = called(node) in calls.functions
        count = calls.macs(node, scope) if inside else _macs.macs(node, *shapes(node, scope))
        found.append(
            {
                "key": place.key,
                "name": node.name,
                "operator": node.op_type,
                "domain": node.domain,
                "where": place.where,
                "inputs": tuple(node.input),
                "outputs": tuple(node.output),
                "attributes": short(node),
                "dtype": "; ".join(filter(None, map(types.dtype, kinds))),
                "shape": "; ".join(filter(None, (types.said(types.shape(kind)) for kind in kinds))),
                "parameters": _own(node) + _first(node, scope, taken),
                "multiply-adds": None if isinstance(_root(scope), onnx.FunctionProto) else count,
            }
        )
    return found


def parameters(proto: onnx.ModelProto) -> int:
    """The elements of all floating-point weights: initializers and the tensors of Constant nodes, each once.

    Of sparse ones the values that are stored count. Integers do not: they are indices, shapes, or quantised weights,
    and nothing in a file tells which.

    >>> from helpers.modelfile.nodes import read
    >>> parameters(read("models/mnist.onnx").proto)
    5994
    """
    count = sum(_own(place.node) for place, _ in walk(proto))
    for scope in scopes(proto):
        if isinstance(scope.body, onnx.GraphProto):
            count += sum(_floats(tensor) for tensor in scope.body.initializer)
            count += sum(_floats(sparse.values) for sparse in scope.body.sparse_initializer)
    return count


def counted(rows: list[dict[str, Any]]) -> list[int | None]:
    """The multiply-adds of every node that stands in no function."""
    return [row["multiply-adds"] for row in rows if not row["where"].startswith("function ")]


def _floats(tensor: onnx.TensorProto) -> int:
    return elements(tensor.dims) if types.is_float(tensor.data_type) else 0


def _own(node: onnx.NodeProto) -> int:
    if node.op_type != "Constant" or node.domain not in ("", "ai.onnx"):
        return 0
    counts = (
        _floats(a.t) + _floats(a.sparse_tensor.values) + (1 if a.name == "value_float" else len(a.floats))
        for a in node.attribute
    )
    return sum(counts)


def _first(node: onnx.NodeProto, scope: Scope, taken: set[tuple[int, str]]) -> int:
    return sum(map(_floats, _untaken(node, scope, taken)))


def _untaken(node: onnx.NodeProto, scope: Scope, taken: set[tuple[int, str]]) -> Iterator[onnx.TensorProto]:
    for name in filter(None, node.input):
        home = scope.home(name)
        if home is None or (id(home), name) in taken:
            continue
        taken.add((id(home), name))
        yield from home.weights.get(name, [])
        if isinstance(home.body, onnx.GraphProto):
            yield from (sparse.values for sparse in home.body.sparse_initializer if sparse.values.name == name)


def _root(scope: Scope) -> onnx.GraphProto | onnx.FunctionProto:
    while scope.outer is not None:
        scope = scope.outer
    return scope.body
