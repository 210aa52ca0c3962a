"""Functions that a file defines itself, and how much they stand for."""

from __future__ import annotations

from collections import Counter
from graphlib import CycleError, TopologicalSorter

import onnx

from helpers.modelfile.nodes import all_nodes

Id = tuple[str, str, str]  # domain, name, overload
MOST = 100_000  # nodes that a graph may stand for: inference goes through each call anew
_DEEPEST = 100  # calls within calls: onnx goes into them by recursion, and a stack is only so deep


def called(node: onnx.NodeProto) -> Id:
    """What a node calls: a function of the file where it has one of that name, else an operator."""
    return node.domain, node.op_type, node.overload


def defined(proto: onnx.ModelProto) -> dict[Id, onnx.FunctionProto]:
    """The functions of a file by what a node calls them."""
    return {(f.domain, f.name, f.overload): f for f in proto.functions}


def most_nodes(proto: onnx.ModelProto) -> int | None:
    """How many nodes a graph has once every call is written out; None if that has no end, or goes absurdly deep.

    >>> from helpers.modelfile.nodes import read
    >>> most_nodes(read("models/mnist.onnx").proto)
    12
    """
    functions = defined(proto)
    calls = {name: Counter(called(node) for node in all_nodes(function.node)) for name, function in functions.items()}
    sizes: dict[Id, int] = {}
    depths: dict[Id, int] = {}
    try:
        order = list(
            TopologicalSorter(
                {name: {callee for callee in inside if callee in functions} for name, inside in calls.items()}
            ).static_order()
        )
    except CycleError:
        return None
    for name in order:
        sizes[name] = sum(count * sizes.get(callee, 1) for callee, count in calls[name].items())
        depths[name] = 1 + max((depths.get(callee, 0) for callee in calls[name]), default=0)
    if max(depths.values(), default=0) > _DEEPEST:
        return None
    return sum(sizes.get(called(node), 1) for node in all_nodes(proto.graph.node))


def bearable(proto: onnx.ModelProto) -> bool:
    """Whether onnx may go into the functions of a file without running on for ever, or out of its stack."""
    nodes = most_nodes(proto)
    return nodes is not None and nodes <= MOST
