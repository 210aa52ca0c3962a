"""What a model holds and no output of it needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import onnx

from helpers.modelfile.nodes import key, subgraphs
from helpers.modelfile.scopes import Scope, scopes


@dataclass(frozen=True)
class Unused:
    """Names, in the order of the file."""

    weights: list[str] = field(default_factory=list)
    nodes: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)  # of nodes of which another output is used


def unused(proto: onnx.ModelProto) -> Unused:
    """Follow each graph from its outputs back to what they need.

    >>> graph = "g (float[2] x) => (float[2] y) <float[1] w = {1}> { y = Neg(x) z = Abs(x) }"
    >>> model = onnx.parser.parse_model(f'<ir_version: 8, opset_import: ["": 17]> {graph}')
    >>> unused(model)
    Unused(weights=['w'], nodes=['z'], outputs=[])
    """
    found = Unused()
    for scope in scopes(proto):
        needed = _needed(scope)
        used = {name for node in scope.body.node for name in reads(node)} | set(_outputs(scope))
        found.weights.extend(name for name in scope.weight_names if name not in used)
        for node in scope.body.node:
            if not any(name in needed for name in node.output):
                found.nodes.append(key(node))
            else:
                found.outputs.extend(name for name in node.output if name and name not in used)
    return found


def _needed(scope: Scope) -> set[str]:
    makers = {name: node for node in scope.body.node for name in node.output if name}
    needed, waiting = set[str](), _outputs(scope)
    while waiting:
        name = waiting.pop()
        if name in needed:
            continue
        needed.add(name)
        if name in makers:
            waiting.extend(reads(makers[name]))
    return needed


def _outputs(scope: Scope) -> list[str]:
    return [value if isinstance(value, str) else value.name for value in scope.body.output]


def reads(node: onnx.NodeProto) -> Iterator[str]:
    """The names that a node takes, and those that the graphs in it might take from around it."""
    yield from filter(None, node.input)
    for _, graph in subgraphs(node):
        yield from (value.name for value in graph.output)
        for inner in graph.node:
            yield from reads(inner)
