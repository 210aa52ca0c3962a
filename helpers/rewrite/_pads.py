"""auto_pad as explicit pads, where the sizes are known.

onnxscript has a rule for that, which leaves out pooling (as of 0.7):
https://github.com/microsoft/onnxscript/blob/main/onnxscript/rewriter/rules/common/_fuse_pad_into_conv.py
"""

from __future__ import annotations

import onnx_ir as ir
from onnx_ir.passes.common import ShapeInferencePass

Shapes = dict[str | None, ir.Shape | None]

_SLIDING = {"Conv", "ConvInteger", "QLinearConv", "MaxPool", "AveragePool", "LpPool"}
_KERNEL_IN = {"Conv": 1, "ConvInteger": 1, "QLinearConv": 3}  # the input whose shape tells the kernel's


def explicit_pads(model: ir.Model) -> None:
    """Replace auto_pad in every node whose sizes are known."""
    sliding = [node for node in model.graph.all_nodes() if _says(node) not in ("", "NOTSET")]
    if not sliding:
        return
    inferred = ir.from_proto(ir.to_proto(model))  # a copy, so that nothing but the pads changes
    ShapeInferencePass()(inferred)
    shapes = {value.name: value.shape for node in inferred.graph.all_nodes() for value in node.inputs if value}
    for node in sliding:
        pads = _pads(node, _says(node), shapes)
        if pads is not None:
            del node.attributes["auto_pad"]
            node.attributes["pads"] = ir.AttrInt64s("pads", pads)


def _says(node: ir.Node) -> str:
    if node.op_type not in _SLIDING or node.domain not in ("", "ai.onnx"):
        return ""
    return node.attributes.get_string("auto_pad", "NOTSET") or ""


def _pads(node: ir.Node, mode: str, shapes: Shapes) -> list[int] | None:
    kernel = _kernel(node, shapes)
    if kernel is None:
        return None
    ones = [1] * len(kernel)
    strides = node.attributes.get_ints("strides", ones) or ones
    dilations = node.attributes.get_ints("dilations", ones) or ones
    if mode == "VALID":
        return [0] * (2 * len(kernel))
    shape = _shape(node, 0, shapes)
    sizes = [] if shape is None else list(shape)[2:]
    if len(sizes) != len(kernel) or not all(isinstance(size, int) for size in sizes):
        return None
    if any(dilation != 1 for dilation in dilations):
        return None  # engines differ: ONNX Runtime 1.32 leaves the dilation out of the sum, against the standard
    # https://onnx.ai/onnx/operators/onnx__Conv.html: the output has ceil(size / stride) places
    before, after = [], []
    for size, k, stride in zip(sizes, kernel, strides, strict=True):
        assert isinstance(size, int)  # as checked above
        total = max((-(-size // stride) - 1) * stride + k - size, 0)
        small, large = total // 2, total - total // 2
        before.append(small if mode == "SAME_UPPER" else large)
        after.append(large if mode == "SAME_UPPER" else small)
    return before + after


def _kernel(node: ir.Node, shapes: Shapes) -> list[int] | None:
    if known := node.attributes.get_ints("kernel_shape", None):
        return list(known)
    shape = _shape(node, _KERNEL_IN.get(node.op_type, len(node.inputs)), shapes)
    sizes = [size for size in list(shape or [])[2:] if isinstance(size, int)]
    return sizes if shape is not None and len(sizes) == len(shape) - 2 else None


def _shape(node: ir.Node, place: int, shapes: Shapes) -> ir.Shape | None:
    value = node.inputs[place] if place < len(node.inputs) else None
    return shapes.get(value.name) if value is not None else None
