"""The shapes of all values, as onnx infers them on a copy without weights."""

from __future__ import annotations

from dataclasses import dataclass, field

import onnx
from google.protobuf.message import EncodeError

from helpers.graph._sizes import Sizes, fix
from helpers.modelfile.functions import MOST, bearable
from helpers.modelfile.nodes import places
from helpers.modelfile.without_weights import light

_LONGEST = 300  # characters of onnx's own words that still help a reader
UNTOLD = (onnx.shape_inference.InferenceError, onnx.checker.ValidationError, EncodeError, ValueError, RuntimeError)
_ABSURD = frozenset(("Tile", "Range", "Expand", "ConstantOfShape", "Resize", "Upsample"))


@dataclass(frozen=True)
class Inferred:
    """A model without weights and with shapes, and what inference complained of ("" if nothing)."""

    proto: onnx.ModelProto = field(repr=False)
    complaint: str = ""


def infer(proto: onnx.ModelProto, sizes: Sizes | None = None, *, follow: bool = False) -> Inferred:
    """State every shape that onnx can infer; what it cannot stays as the file has it.

    ``sizes`` are fixed first. Functions that call each other so that they stand for more than 100,000 nodes, or for
    endless ones, are not gone into.

    With ``follow`` the numbers in shapes are followed too, as from Shape through Gather and Concat to a Reshape: but
    not where the model has operators with which onnx (1.23) would compute values of an absurd size, as of a Tile.

    >>> from helpers.modelfile.nodes import read
    >>> [value.name for value in infer(read("models/mnist.onnx").proto).proto.graph.value_info][:2]
    ['Parameter193_reshape1', 'Convolution28_Output_0']
    """
    copy, complaint = light(proto), ""
    if sizes is not None:
        fix(copy, sizes)
    follow = follow and not any(place.node.op_type in _ABSURD for place in places(copy))
    functions: list[onnx.FunctionProto] = []
    if not bearable(proto):
        functions = list(light(proto).functions)
        del copy.functions[:]
        complaint = f"the functions call each other without end, too deep, or stand for more than {MOST:,} nodes"
    for strict in (True, False):  # strict tells why, the other keeps what was found
        try:
            copy = onnx.shape_inference.infer_shapes(copy, strict_mode=strict, data_prop=follow)
            break
        except UNTOLD as error:
            complaint = complaint or one_line(error)
    copy.functions.extend(functions)
    return Inferred(copy, complaint)


def one_line(error: Exception | str) -> str:
    """An error of onnx in one line of bearable length.

    >>> one_line("No Op registered for NoSuch\\n\\n==> Context: Bad node")
    'No Op registered for NoSuch ==> Context: Bad node'
    """
    line = " ".join(str(error).split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"
