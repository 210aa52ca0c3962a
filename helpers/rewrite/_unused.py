"""Nodes and weights that nothing uses go; what stays keeps all its outputs and their names.

onnx_ir's own pass (as of 1.1) blanks the names of outputs that a node need not have, and candle's LSTM (as
of 0.11) panics without them.
"""

from __future__ import annotations

import onnx_ir as ir


def drop_unused(model: ir.Model) -> None:
    """Take out what nothing uses."""
    _drop(model.graph)
    for function in model.functions.values():
        _drop(function)
    weights = model.graph.initializers
    for name, value in list(weights.items()):
        if not (value.uses() or value.is_graph_input() or value.is_graph_output()):
            del weights[name]


def _drop(body: ir.Graph | ir.Function) -> None:
    for node in reversed(body):
        if not any(value.uses() or value.is_graph_output() for value in node.outputs):
            body.remove(node, safe=True)
            continue
        for attribute in node.attributes.values():
            if attribute.type == ir.AttributeType.GRAPH:
                _drop(attribute.as_graph())
            elif attribute.type == ir.AttributeType.GRAPHS:
                for graph in attribute.as_graphs():
                    _drop(graph)
