"""A model as text without weights, to tell what a pass changed, in one line and line by line."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator

import onnx
from onnx.helper import printable_node, printable_tensor_proto, printable_value_info

from helpers.modelfile.nodes import subgraphs


def text(model: onnx.ModelProto) -> list[str]:
    """A line each: the version, inputs, weights (without their numbers), shapes, nodes, outputs, functions.

    >>> graph = "g (float[2] x) => (float[2] y) { y = Neg(x) }"
    >>> text(onnx.parser.parse_model(f'<ir_version: 8, opset_import: ["": 17]> {graph}'))
    ['IR version 8', 'input %x[FLOAT, 2]', '%y = Neg(%x)', 'output %y[FLOAT, 2]']
    """
    functions = [f"function {function.name}" for function in model.functions]
    return [f"IR version {model.ir_version}", *_graph(model.graph, ""), *functions]


def graphs(graph: onnx.GraphProto) -> Iterator[onnx.GraphProto]:
    """A graph and all inside it: branches and the bodies of loops."""
    yield graph
    for node in graph.node:
        for _, inner in subgraphs(node):
            yield from graphs(inner)


def _graph(graph: onnx.GraphProto, indent: str) -> Iterator[str]:
    yield from (f"{indent}input {printable_value_info(value)}" for value in graph.input)
    weights = sorted(graph.initializer, key=lambda tensor: tensor.name)
    yield from (f"{indent}weight {printable_tensor_proto(tensor)}" for tensor in weights)
    shapes = sorted(graph.value_info, key=lambda value: value.name)
    yield from (f"{indent}shape {printable_value_info(value)}" for value in shapes)
    for node in graph.node:
        yield f"{indent}{printable_node(node)}"
        for name, inner in subgraphs(node):
            yield f"{indent}  {name}:"
            yield from _graph(inner, f"{indent}    ")
    yield from (f"{indent}output {printable_value_info(value)}" for value in graph.output)


def diff(before: onnx.ModelProto, after: onnx.ModelProto) -> str:
    """The lines that went, with a - before them, and those that came, with a +."""
    lines = difflib.unified_diff(text(before), text(after), lineterm="", n=0)
    return "\n".join(line for line in lines if not line.startswith(("---", "+++", "@@")))


def changed(before: onnx.ModelProto, after: onnx.ModelProto) -> str:
    """What changed, in one line."""
    pairs = (
        ("inputs", len(before.graph.input), len(after.graph.input)),
        ("initializers", len(before.graph.initializer), len(after.graph.initializer)),
        ("nodes", len(before.graph.node), len(after.graph.node)),
        ("functions", len(before.functions), len(after.functions)),
        ("IR version", before.ir_version, after.ir_version),
    )
    said = [f"{what} {old} → {new}" for what, old, new in pairs if old != new]
    gone = Counter(n.op_type for n in before.graph.node) - Counter(n.op_type for n in after.graph.node)
    said += [f"{count} {op} gone" for op, count in gone.items()]
    return ", ".join(said) or _altered(before, after)


def _altered(before: onnx.ModelProto, after: onnx.ModelProto) -> str:
    pairs = zip(before.graph.node, after.graph.node, strict=False)
    ops = Counter(new.op_type for old, new in pairs if old.attribute != new.attribute)
    if ops:
        return f"attributes of {', '.join(f'{count} {op}' for op, count in ops.items())}"
    old, new = ({value.name: value for value in model.graph.value_info} for model in (before, after))
    stated = sum(old.get(name) != value for name, value in new.items())
    return f"{stated} shape{'s' * (stated != 1)} stated" if stated else f"{len(old) - len(new)} shapes taken back"
