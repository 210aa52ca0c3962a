"""A model in words: ONNX's own text form, and the drawing told line by line to those who cannot see it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import onnx
import onnx.printer

from helpers.errors import BadInput
from helpers.graph import _unused
from helpers.graph._attributes import value
from helpers.graph._shapes import UNTOLD, infer, one_line
from helpers.modelfile import types
from helpers.modelfile.nodes import Source, read
from helpers.modelfile.scopes import Scope, inside
from helpers.modelfile.without_weights import for_readers, light
from helpers.process.reader import reads
from helpers.units import many, visible


@reads()
def text(model: Source) -> str:
    """The text form of ONNX, tensors of more than 16 elements as ``{}``; ``onnx.parser`` reads it back.

    It does not where a name holds signs that the form has no place for.

    Raises
    ------
    BadInput
        No model, or one that onnx cannot print.

    >>> print(text("models/mnist.onnx").splitlines()[13].strip())
    [Plus30] Plus30_Output_0 = Add (Convolution28_Output_0, Parameter6)
    """
    file = read(model)
    try:
        return str(onnx.printer.to_text(for_readers(file.proto)))
    except UNTOLD:
        pass  # a small tensor that is not what it says, perhaps: then without any numbers
    try:
        return str(onnx.printer.to_text(light(file.proto, keep=0)))
    except UNTOLD as error:
        raise BadInput(f"{file.name} cannot be printed ({one_line(error)}); export the model again") from None


@reads()
def describe(model: Source) -> str:
    """What the drawing shows, to be read aloud: some sentences, then a line for each node in the file's order.

    Nodes are numbered within their graph. Where a value goes to several nodes the line says to which, and where paths
    join it says so; the graphs of an If or a Loop follow it, indented.

    >>> print(describe("models/mnist.onnx").splitlines()[5])
    4. Relu makes ReLU32_Output_0, float32[1, 8, 28, 28], from Plus30_Output_0.
    """
    file = read(model)
    return told(file.name, infer(file.proto).proto)


def told(name: str, proto: onnx.ModelProto) -> str:
    """The same for a model whose shapes are inferred already."""
    lines = [
        f"{name}: {many(len(proto.graph.node), 'node')}, {_weights(proto.graph)}.",
        *_graph(Scope("", proto.graph), ""),
    ]
    for function in proto.functions:
        given = f"takes {_and(function.input) or 'nothing'} and gives {_and(function.output) or 'nothing'}"
        lines.append(f"The function {function.name} of the domain {function.domain or '(none)'} {given}.")
        lines.extend(_nodes(Scope(f"function {function.name}", function), "  "))
    return "\n".join(map(visible, lines))


def _graph(scope: Scope, indent: str) -> Iterator[str]:
    graph = scope.body
    if isinstance(graph, onnx.GraphProto):
        weights = set(scope.weight_names)
        takes = _and(f"{i.name}, {types.full(i.type)}," for i in graph.input if i.name not in weights)
        gives = _and(f"{o.name}, {types.full(scope.type_of(o.name))}," for o in graph.output)
        yield f"{indent}It takes {takes.rstrip(',') or 'no input'} and gives {gives.rstrip(',') or 'nothing'}."
    yield from _nodes(scope, indent)


def _nodes(scope: Scope, indent: str) -> Iterator[str]:
    takers: dict[str, dict[int, str]] = {}
    for number, node in enumerate(scope.body.node, 1):
        for name in _unused.reads(node):
            takers.setdefault(name, {})[number] = node.op_type
    for name in scope.body.input:  # what branches at the start is told before the first node
        name = name if isinstance(name, str) else name.name
        if len(takers.get(name, {})) > 1 and name not in scope.weight_names:
            yield f"{indent}The input {name} is used by {_takers(takers[name])}."
    for number, node in enumerate(scope.body.node, 1):
        yield f"{indent}{number}. {_line(node, scope, takers)}"
        for inner in inside(scope, node):
            name = inner.where.rpartition("/")[2]
            yield f"{indent}    The graph {name} of {number}, {node.op_type}, has {many(len(inner.body.node), 'node')}."
            yield from _graph(inner, f"{indent}    ")


def _line(node: onnx.NodeProto, scope: Scope, takers: dict[str, dict[int, str]]) -> str:
    operator = f"{node.domain}.{node.op_type}" if node.domain else node.op_type
    made = _and(f"{name}, {types.full(scope.type_of(name))}," for name in node.output if name)
    given = _and(_input(name, scope) for name in node.input if name)
    said = f"{operator} makes {made or 'nothing'}"
    said = f"{said} from {given}" if given else said.rstrip(",")
    values = [attribute for attribute in node.attribute if not attribute.HasField("g") and not attribute.graphs]
    if values:
        said += "; " + ", ".join(f"{a.name} {value(a).removeprefix('[').removesuffix(']')}" for a in values)
    paths = {name for name in node.input if name and _weight(name, scope) is None}
    if len(paths) > 1:
        said += f"; {len(paths)} paths join here"
    for name in node.output:
        if name and len(takers.get(name, {})) > 1:
            said += (
                f"; {name} is used by {_takers(takers[name])}"
                if len(node.output) > 1
                else f"; used by {_takers(takers[name])}"
            )
    return f"{said}."


def _input(name: str, scope: Scope) -> str:
    shape = _weight(name, scope)
    return name if shape is None else f"the weight {name}{' ' if shape else ''}{shape}"


def _weight(name: str, scope: Scope) -> str | None:
    """The shape of a weight in words; None for what is not a weight."""
    home = scope.home(name)
    return types.said(home.shape_of(name)) if home is not None and name in home.weight_names else None


def _takers(found: dict[int, str]) -> str:
    return _and(f"{number}, {operator}," for number, operator in found.items()).rstrip(",")


def _weights(graph: onnx.GraphProto) -> str:
    return many(len(graph.initializer) + len(graph.sparse_initializer), "weight")


def _and(words: Iterable[str]) -> str:
    *first, last = [*words] or [""]
    return f"{', '.join(word.rstrip(',') for word in first)} and {last}" if first else last
