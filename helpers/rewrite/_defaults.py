"""Attributes that a convolution or pooling may leave out, written out with what the standard has for them.

https://onnx.ai/onnx/operators/onnx__Conv.html and the pages of the others.
"""

from __future__ import annotations

import onnx
import onnx_ir as ir

from helpers.rewrite._pads import kernel, rank_of_input
from helpers.rewrite._shapes import with_shapes

_CONVS = {"Conv", "ConvInteger", "QLinearConv", "ConvTranspose"}
_WRITTEN = {"kernel_shape", "strides", "dilations", "pads", "group"}
_POOLS = {"MaxPool", "AveragePool", "LpPool"}


def write_defaults(model: ir.Model) -> None:
    """Write out strides, dilations, pads, group and the kernel's shape where they are left out and known."""
    opset = model.opset_imports.get("", 1)
    if not any(
        _slides(node) and _known(node.op_type, opset) - set(node.attributes) for node in model.graph.all_nodes()
    ):
        return
    for node, twin in zip(model.graph.all_nodes(), with_shapes(model).graph.all_nodes(), strict=True):
        if _slides(node):
            _write(node, twin, _known(node.op_type, opset))


def _slides(node: ir.Node) -> bool:
    return node.domain in ("", "ai.onnx") and node.op_type in _CONVS | _POOLS


def _known(op: str, opset: int) -> set[str]:
    """The attributes that an operator has at an opset; an attribute before its time makes a file invalid."""
    try:
        return _WRITTEN & set(onnx.defs.get_schema(op, opset).attributes)
    except onnx.defs.SchemaError:
        return set()


def _write(node: ir.Node, twin: ir.Node, known: set[str]) -> None:
    shape = kernel(twin)
    rank = len(shape) if shape is not None else rank_of_input(twin)
    if rank is None or rank < 1:
        return
    auto = node.attributes.get_string("auto_pad", "NOTSET") or "NOTSET"
    defaults = {"kernel_shape": shape, "strides": [1] * rank, "dilations": [1] * rank}
    if auto == "NOTSET" and "output_shape" not in node.attributes:  # else the pads follow from these
        defaults["pads"] = [0] * (2 * rank)
    for name, numbers in defaults.items():
        if numbers is not None and name in known and name not in node.attributes:
            node.attributes[name] = ir.AttrInt64s(name, numbers)
    if "group" in known and "group" not in node.attributes:
        node.attributes["group"] = ir.AttrInt64("group", 1)
