"""The shapes of the values between the nodes, worked out anew from the inputs and the weights.

A file may state them (its value_info), need not, and may be wrong: who frees a batch often leaves the old shapes there.
"""

from __future__ import annotations

import onnx
import onnx_ir as ir
from google.protobuf.message import EncodeError

from helpers.rewrite._light import light


def state_shapes(model: ir.Model) -> None:
    """State each shape that is known, and take back what contradicts it; the model's own inputs and outputs stay."""
    blank = ir.from_proto(light(model))
    for values in map(_between, blank.graphs()):
        for value in values.values():
            value.shape = value.type = None  # or the inference would believe them
    try:
        # Without data_prop, which computes a Tile or Range to terabytes (onnx 1.23); folding finds what that would.
        known = ir.from_proto(onnx.shape_inference.infer_shapes(ir.to_proto(blank)))
    except (onnx.shape_inference.InferenceError, EncodeError, ValueError):
        return  # an operator set that is not named, or more than a protobuf's 2 GiB
    for stated, graph in zip(model.graphs(), known.graphs(), strict=True):
        found = _between(graph)
        for name, value in _between(stated).items():
            _state(value, found[name])


def with_shapes(model: ir.Model) -> ir.Model:
    """A copy without large weights whose nodes, in the same order, know the shapes; the model keeps what it states."""
    known = ir.from_proto(light(model))
    state_shapes(known)
    return known


def sizes(shape: ir.Shape | None) -> list[int] | None:
    """The sizes if all are known.

    >>> sizes(ir.Shape([1, 28])), sizes(ir.Shape(["n", 28])), sizes(None)
    ([1, 28], None, None)
    """
    known = [size for size in shape or () if isinstance(size, int)]
    return known if shape is not None and len(known) == len(shape) else None


def _between(graph: ir.Graph) -> dict[str | None, ir.Value]:
    return {value.name: value for node in graph for value in node.outputs if not value.is_graph_output()}


def _state(value: ir.Value, found: ir.Value) -> None:
    if found.shape is None:
        return  # behind an operator that nobody knows: the file's word is all there is
    if sizes(found.shape) is not None:
        value.type, value.shape = found.type, found.shape
    elif value.shape is not None and _contradict(value.shape, found.shape):
        value.shape = ir.Shape([size if isinstance(size, int) else None for size in found.shape])


def _contradict(stated: ir.Shape, found: ir.Shape) -> bool:
    """Whether a size is stated otherwise, or stated where it is an input's symbol.

    >>> [_contradict(ir.Shape([1, 3]), ir.Shape(found)) for found in ([1, 3], [2, 3], ["n", 3], [3], [None, 3])]
    [False, True, True, True, False]
    """
    if len(stated) != len(found):
        return True
    pairs = zip(stated, found, strict=True)
    return any(isinstance(old, int) and old != new and _sure(new) for old, new in pairs)


def _sure(size: int | ir.SymbolicDim) -> bool:
    return isinstance(size, int) or not (size.value or "unk__").startswith("unk__")  # so onnx calls what it cannot tell
