"""The last rounding to given levels on the way to each output of a model: a quantisation, or a Sigmoid's range.

Only the protobuf is read: nothing of onnx's own code runs on the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import onnx
from onnx import TensorProto

from helpers.modelfile.model import parse
from helpers.process.reader import reads
from helpers.process.wire import crosses

_LEVELS: dict[int, int] = {  # steps between the smallest and the largest value
    **dict.fromkeys((TensorProto.INT8, TensorProto.UINT8), 255),
    **dict.fromkeys((TensorProto.INT16, TensorProto.UINT16), 65535),
    **dict.fromkeys((TensorProto.INT4, TensorProto.UINT4), 15),
}
# Engines compute a Sigmoid as a polynomial around 1/2, exact to a float32 step of its range from 0 to 1 and no finer: a
# map of very small probabilities is off by much of its largest value, and nobody would call that wrong.
_SIGMOID = 2**23
_QUANTISING = frozenset({"QuantizeLinear", "DynamicQuantizeLinear", "QLinearConv", "QLinearMatMul"})
_SCALE_OF_OUTPUT = {"QuantizeLinear": 1, "QLinearConv": 6, "QLinearMatMul": 6}  # the place of the input that holds it
# What hands values on as they are: behind one of these a step is as large as before it.
_KEEPING = frozenset({"DequantizeLinear", "Flatten", "Identity", "Reshape", "Squeeze", "Transpose", "Unsqueeze"})


@crosses
@dataclass(frozen=True)
class Step:
    """One step of a quantisation: its size in the output's own unit where that is known, and the number of levels."""

    node: str
    levels: int
    size: float | None


@reads("judged")
def steps(data: bytes) -> dict[str, Step]:
    """The last quantisation before each output, by output; those that depend on none are left out."""
    graph = parse(data).graph
    makers = {name: node for node in graph.node for name in node.output if name}
    weights = {tensor.name: tensor for tensor in graph.initializer}
    found = {output.name: _last(output.name, makers, weights) for output in graph.output}
    return {name: step for name, step in found.items() if step is not None}


def _last(output: str, makers: Mapping[str, onnx.NodeProto], weights: Mapping[str, TensorProto]) -> Step | None:
    """Breadth first, so that the nearest is found; ``kept`` holds while only shapes change on the way."""
    waiting, seen = [(output, True, False)], {output}
    for name, kept, scaled in waiting:  # it grows meanwhile
        node = makers.get(name)
        if node is None:
            continue
        if node.op_type in _QUANTISING:
            return _step(node, weights, kept, scaled)
        if node.op_type == "Sigmoid" and kept:
            return Step(_name(node), _SIGMOID, 1 / _SIGMOID)
        for source in node.input:
            if source and source not in seen:
                seen.add(source)
                still = kept and node.op_type in _KEEPING
                waiting.append((source, still, scaled or node.op_type == "DequantizeLinear"))
    return None


def _step(node: onnx.NodeProto, weights: Mapping[str, TensorProto], kept: bool, scaled: bool) -> Step:
    place = _SCALE_OF_OUTPUT.get(node.op_type)
    zero = node.input[place + 1] if place is not None and len(node.input) > place + 1 else ""
    levels = _LEVELS.get(weights[zero].data_type, 255) if zero in weights else 255
    size = None
    if kept and not scaled:
        size = 1.0  # the output holds the levels themselves
    elif kept and place is not None and node.input[place] in weights:
        size = _largest(weights[node.input[place]])
    return Step(_name(node), levels, size)


def _name(node: onnx.NodeProto) -> str:
    return node.name or next(filter(None, node.output), node.op_type)


def _largest(tensor: TensorProto) -> float | None:
    try:
        return float(onnx.numpy_helper.to_array(tensor).max())
    except (ValueError, TypeError):  # damaged, or beside the model
        return None
