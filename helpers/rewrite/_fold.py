"""Constants are folded: what is made of constants alone is computed once, within bounds."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

import onnx_ir as ir
import onnx_ir.passes.common as common
from onnxscript.optimizer import fold_constants_ir

from helpers.rewrite._shapes import sizes, state_shapes
from helpers.rewrite._unused import drop_unused

WEIGHTS_ARE_NO_INPUTS = 4  # the IR version since which a file may list a weight without listing it as an input
_LARGEST = 512 * 512  # places of a folded constant that is larger than what it was made of
_MOST = 2**26  # bytes of all folded constants together, or four times the weights where these are many
# Operators that make much of little; where the size of their output is not known, they are not computed.
_GROW = {
    *("ConstantOfShape", "Expand", "Gather", "GatherND", "MaxUnpool", "OneHot", "Pad", "Range", "Resize"),
    *("ScatterND", "StringSplit", "Tile", "Upsample", "Einsum", "Split", "SplitToSequence"),
}


def fold_constants(model: ir.Model) -> None:
    """Compute what is made of constants alone; what would be large is left to whoever runs the model."""
    state_shapes(model)  # folding believes stated shapes
    said = [(value, value.type, value.shape) for value in _made(model)]
    outputs = [(value.type, value.shape) for value in model.graph.outputs]
    # Its limit of 8,192 numbers a weight is lifted: wonnx stops at the Reshape of a large one too.
    fold_constants_ir(
        model,
        onnx_shape_inference=True,  # so that the shape behind a folded one is known in its turn
        input_size_limit=2**62,
        output_size_limit=_LARGEST,
        should_fold=_Bounds(model).may_be_folded,
    )
    drop_unused(model)
    common.LiftConstantsToInitializersPass(lift_all_constants=True, size_limit=0)(model)
    _as_tensors(model)
    if any(not value.is_graph_input() for value in model.graph.initializers.values()):
        model.ir_version = max(model.ir_version, WEIGHTS_ARE_NO_INPUTS)
    state_shapes(model)
    for value, kind, shape in said:
        if sizes(value.shape) is None:  # half known: as it was
            value.type, value.shape = kind, shape
    for graph in model.graphs():
        for value in (*graph.initializers.values(), *graph.outputs):
            value.metadata_props.pop("pkg.onnxscript.optimizer.folded_from", None)
    for value, (kind, shape) in zip(model.graph.outputs, outputs, strict=True):
        value.type, value.shape = kind, shape


def _as_tensors(model: ir.Model) -> None:
    """Constants that stay, as they come out of a graph, hold a tensor: kyanite and candle know no other attribute."""
    for node in model.graph.all_nodes():
        if node.op_type == "Constant" and node.domain == "" and "value" not in node.attributes:
            tensor = ir.convenience.get_const_tensor(node.outputs[0])
            if tensor is not None and not any(a.is_ref() for a in node.attributes.values()):
                node.attributes.clear()
                node.attributes["value"] = ir.AttrTensor("value", tensor)


def _made(model: ir.Model) -> Iterator[ir.Value]:
    return (value for node in model.graph.all_nodes() for value in node.outputs)


class _Bounds:
    """What may be computed, told before it is: an Expand to terabytes is a few bytes in the file."""

    def __init__(self, model: ir.Model) -> None:
        weights = (value.const_value for graph in model.graphs() for value in graph.initializers.values())
        self._left = max(_MOST, 4 * sum(map(_stored, weights)))

    def may_be_folded(self, node: ir.Node) -> bool | None:
        """No, or None: as the library thinks right."""
        if node.op_type == "Bernoulli":  # random, which onnxscript 0.7 does not know of it
            return False
        if any(value.is_graph_output() for value in node.outputs):
            return False  # wonnx knows no output that is a weight
        made = [(value, sizes(value.shape)) for value in node.outputs]
        known = [(value, prod(shape)) for value, shape in made if shape is not None]
        if len(known) < len(made) and node.op_type in _GROW:
            return False
        given = [value.const_value for value in node.inputs if value is not None and value.const_value is not None]
        if any(places > max(_LARGEST, sum(tensor.size for tensor in given)) for _, places in known):
            return False
        cost = sum(places * int(value.dtype.itemsize if value.dtype else 8) for value, places in known)
        cost = max(cost, sum(map(_bytes, given)) if len(known) < len(made) else 0)
        if cost > self._left:
            return False
        self._left -= cost
        return None


def _stored(tensor: ir.TensorProtocol | None) -> int:
    """The bytes that are really there: a file may state any shape."""
    return tensor.raw.ByteSize() if isinstance(tensor, ir.TensorProtoTensor) else _bytes(tensor)


def _bytes(tensor: ir.TensorProtocol | None) -> int:
    return 0 if tensor is None else tensor.nbytes
