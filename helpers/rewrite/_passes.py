"""The passes: each keeps what a model computes and drops something that an engine cannot take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import onnx_ir as ir
import onnx_ir.passes.common as common

from helpers.rewrite._defaults import write_defaults
from helpers.rewrite._fold import WEIGHTS_ARE_NO_INPUTS, fold_constants
from helpers.rewrite._pads import explicit_pads
from helpers.rewrite._shapes import state_shapes
from helpers.rewrite._unused import drop_unused


@dataclass(frozen=True)
class Pass:
    """A named change, and why one would want it."""

    name: str
    why: str
    apply: Callable[[ir.Model], None] = field(repr=False)


def _inline(model: ir.Model) -> None:
    if model.functions:
        common.InlinePass()(model)


def _strip(model: ir.Model) -> None:
    common.RemoveInitializersFromInputsPass()(model)
    model.ir_version = max(model.ir_version, WEIGHTS_ARE_NO_INPUTS)


def _fold(model: ir.Model) -> None:
    fold_constants(model)
    drop_unused(model)


def _tidy(model: ir.Model) -> None:
    for graph in model.graphs():
        for node in list(graph):
            if node.op_type == "Identity" and node.domain == "":
                _bypass(node)
    drop_unused(model)


def _bypass(node: ir.Node) -> None:
    """Do without an Identity; it stays where it gives an output of the graph a value that has another name.

    onnx_ir's own pass (as of 1.1) gives two outputs one name there, and hands out of a branch what is not of it.
    """
    given, made = node.inputs[0], node.outputs[0]
    if given is None or (made.is_graph_output() and (given.is_graph_output() or _from_elsewhere(given, node))):
        return
    if made.is_graph_output():
        given.shape, given.type, name = made.shape, made.type, made.name
        made.name = None
        given.name = name
    ir.convenience.replace_all_uses_with(made, given, replace_graph_outputs=True)
    assert node.graph is not None
    node.graph.remove(node, safe=True)


def _from_elsewhere(value: ir.Value, node: ir.Node) -> bool:
    maker = value.producer()  # none for an input or a weight
    return maker is None or maker.graph is not node.graph


ALL = (
    Pass("inline functions", "kyanite, wonnx and candle know no functions: a model's own operators", _inline),
    Pass(
        "strip initializers from inputs",
        "a weight that is listed as an input may be replaced at each call, so ONNX Runtime cannot fold it, "
        "and rten asks for it",
        _strip,
    ),
    Pass(
        "state the shapes",
        "wonnx must be told the shape of every value between the nodes, and a stale one misleads whoever believes it",
        state_shapes,
    ),
    Pass("fold constants", "wonnx stops at a Reshape of two constants, and nobody needs to compute one twice", _fold),
    Pass(
        "make pads explicit",
        "candle knows no auto_pad, kyanite none in pooling, burn needs the sizes for it, "
        "and rten takes SAME_LOWER for SAME_UPPER",
        explicit_pads,
    ),
    Pass(
        "write defaults out",
        "where a convolution or pooling leaves out strides, rten stops and candle takes the kernel's size; kyanite "
        "wants pads and the kernel's shape too, wonnx the latter",
        write_defaults,
    ),
    Pass("drop what does nothing", "each node costs every engine a little, also those without effect", _tidy),
)
