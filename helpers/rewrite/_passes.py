"""The passes: each keeps what a model computes and drops something that an engine cannot take."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import prod

import onnx_ir as ir
import onnx_ir.passes.common as common
from onnxscript.optimizer import fold_constants_ir

from helpers.rewrite._pads import explicit_pads
from helpers.rewrite._shapes import sizes, state_shapes

_WEIGHTS_ARE_NO_INPUTS = 4  # the IR version since which a file may list a weight without listing it as an input
_LARGEST = 512 * 512  # places of a folded constant that is larger than what it was made of


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
    model.ir_version = max(model.ir_version, _WEIGHTS_ARE_NO_INPUTS)


def _fold(model: ir.Model) -> None:
    state_shapes(model)  # folding believes stated shapes
    said = [(value, value.type, value.shape) for value in _made(model)]
    outputs = [(value.type, value.shape) for value in model.graph.outputs]
    # Its limit of 8,192 numbers a weight is lifted: wonnx stops at the Reshape of a large one too.
    fold_constants_ir(
        model,
        onnx_shape_inference=True,  # so that the shape behind a folded one is known in its turn
        input_size_limit=2**62,
        output_size_limit=_LARGEST,
        should_fold=_may_be_folded,
    )
    common.RemoveUnusedNodesPass()(model)
    common.LiftConstantsToInitializersPass(lift_all_constants=True, size_limit=0)(model)
    if any(not value.is_graph_input() for value in model.graph.initializers.values()):
        model.ir_version = max(model.ir_version, _WEIGHTS_ARE_NO_INPUTS)
    state_shapes(model)
    for value, kind, shape in said:
        if sizes(value.shape) is None:  # half known: as it was
            value.type, value.shape = kind, shape
    for graph in model.graphs():
        for value in (*graph.initializers.values(), *graph.outputs):
            value.metadata_props.pop("pkg.onnxscript.optimizer.folded_from", None)
    for value, (kind, shape) in zip(model.graph.outputs, outputs, strict=True):
        value.type, value.shape = kind, shape


def _made(model: ir.Model) -> Iterator[ir.Value]:
    return (value for node in model.graph.all_nodes() for value in node.outputs)


def _may_be_folded(node: ir.Node) -> bool | None:
    """No, or None: as the library thinks right."""
    if node.op_type == "Bernoulli":  # random, which onnxscript 0.7 does not know of it
        return False
    made = [sizes(value.shape) for value in node.outputs]
    given = sum(value.const_value.size for value in node.inputs if value is not None and value.const_value is not None)
    # Told before it is computed: an Expand to terabytes is a few bytes in the file.
    return False if any(shape is not None and prod(shape) > max(_LARGEST, given) for shape in made) else None


def _tidy(model: ir.Model) -> None:
    for graph in model.graphs():
        for node in list(graph):
            if node.op_type == "Identity" and node.domain == "":
                _bypass(node)
    common.RemoveUnusedNodesPass()(model)


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
    Pass("drop what does nothing", "each node costs every engine a little, also those without effect", _tidy),
)
