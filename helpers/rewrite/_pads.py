"""auto_pad as explicit pads, where the sizes are known or do not matter.

onnxscript has a rule for that, which leaves out pooling (as of 0.7):
https://github.com/microsoft/onnxscript/blob/main/onnxscript/rewriter/rules/common/_fuse_pad_into_conv.py
"""

from __future__ import annotations

import onnx_ir as ir

from helpers.rewrite._shapes import sizes, with_shapes

_SLIDING = {"Conv", "ConvInteger", "QLinearConv", "MaxPool", "AveragePool", "LpPool"}
# The input whose shape tells the kernel's.
_KERNEL_IN = {
    "Conv": 1,
    "ConvInteger": 1,
    "QLinearConv": 3,
    "ConvTranspose": 1,
}


def explicit_pads(model: ir.Model) -> None:
    """Replace auto_pad in every node where it can be worked out."""
    if all(_says(node) in ("", "NOTSET") for node in model.graph.all_nodes()):
        return
    for node, twin in zip(model.graph.all_nodes(), with_shapes(model).graph.all_nodes(), strict=True):
        pads = _pads(twin, _says(node))
        if pads is not None:
            del node.attributes["auto_pad"]
            node.attributes["pads"] = ir.AttrInt64s("pads", pads)


def _says(node: ir.Node) -> str:
    if node.op_type not in _SLIDING or node.domain not in ("", "ai.onnx"):
        return ""
    return node.attributes.get_string("auto_pad", "NOTSET") or ""


def _pads(node: ir.Node, mode: str) -> list[int] | None:
    window = kernel(node) if mode in ("SAME_UPPER", "SAME_LOWER", "VALID") else None
    if window is None:
        return None
    ones = [1] * len(window)
    strides = node.attributes.get_ints("strides", ones) or ones
    dilations = node.attributes.get_ints("dilations", ones) or ones
    if mode == "VALID":
        return [0] * (2 * len(window))
    if any(dilation != 1 for dilation in dilations):
        return None  # engines differ: ONNX Runtime 1.32 leaves the dilation out of the sum, against the standard
    before, after = [], []
    for size, k, stride in zip(_places(node, len(window)), window, strides, strict=True):
        if size is None and stride > 1:
            return None
        # https://onnx.ai/onnx/operators/onnx__Conv.html: the output has ceil(size / stride) places
        total = k - 1 if size is None or stride == 1 else max((-(-size // stride) - 1) * stride + k - size, 0)
        small, large = total // 2, total - total // 2
        before.append(small if mode == "SAME_UPPER" else large)
        after.append(large if mode == "SAME_UPPER" else small)
    return before + after


def _places(node: ir.Node, rank: int) -> list[int | None]:
    """The height, width and so on of what the kernel slides over; None where unknown."""
    shape = _shape(node, 0)
    known = [size if isinstance(size, int) else None for size in list(shape or ())[2:]]
    return known if len(known) == rank else [None] * rank


def kernel(node: ir.Node) -> list[int] | None:
    """The sizes of what slides, from the attribute or from the weights' shape; None where neither tells."""
    if known := node.attributes.get_ints("kernel_shape", None):
        return list(known)
    shape = _shape(node, _KERNEL_IN.get(node.op_type, len(node.inputs)))
    return sizes(ir.Shape(list(shape)[2:])) if shape is not None else None


def rank_of_input(node: ir.Node) -> int | None:
    """Over how many dimensions the kernel slides, by the shape of the input; None where that is not known."""
    shape = _shape(node, 0)
    return None if shape is None else len(shape) - 2


def _shape(node: ir.Node, place: int) -> ir.Shape | None:
    value = node.inputs[place] if place < len(node.inputs) else None
    return value.shape if value is not None else None
