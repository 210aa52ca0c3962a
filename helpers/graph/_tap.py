"""A copy of a model that hands out what flows between its nodes."""

from __future__ import annotations

from collections.abc import Sequence

import onnx
from google.protobuf.message import EncodeError

from helpers.errors import BadInput
from helpers.graph._copy import copied
from helpers.modelfile.nodes import Source
from helpers.process.reader import reads
from helpers.units import some

_NAMED = 6  # tensors that a refusal names
_Known = dict[str, onnx.ValueInfoProto]


@reads()
def tap(model: Source, *, tensors: Sequence[str] | None = None) -> onnx.ModelProto:
    """A copy in which the tensors between the nodes of the main graph are outputs too, after those of the model.

    Weights and inputs are none of these. What is not a tensor, or of no known element type, is left out.

    Parameters
    ----------
    tensors
        The names of some of them; all by default.

    Raises
    ------
    BadInput
        The model cannot be read, or no node makes a tensor of that name.

    >>> [output.name for output in tap("models/mnist.onnx", tensors=["ReLU32_Output_0"]).graph.output]
    ['Plus214_Output_0', 'ReLU32_Output_0']
    """
    copy = copied(model)
    made = [name for node in copy.graph.node for name in node.output if name]
    for name in tensors or ():
        if name not in made:
            raise BadInput(f"no node makes {name!r}; it makes {some(made, _NAMED)}")
    known, already = _types(copy), {output.name for output in copy.graph.output}
    wanted = [name for name in made if name not in already and (tensors is None or name in tensors)]
    copy.graph.output.extend(known[name] for name in wanted if name in known)
    return copy


def _types(proto: onnx.ModelProto) -> _Known:
    """The dtype of each tensor between the nodes, with its shape as far as it can be worked out anew."""
    stated = {info.name: info for info in proto.graph.value_info}
    blank = onnx.ModelProto()
    blank.CopyFrom(proto)
    del blank.graph.value_info[:]  # the inference would believe them, and who frees a batch often leaves old shapes
    try:
        inferred = onnx.shape_inference.infer_shapes(blank)
    except (onnx.shape_inference.InferenceError, EncodeError, ValueError):
        inferred = blank  # an operator set that is not named, or more than a protobuf's 2 GiB
    found: _Known = {}
    for name, info in ({n: _without_shape(i) for n, i in stated.items()} | _named(inferred)).items():
        if info.type.WhichOneof("value") == "tensor_type" and info.type.tensor_type.elem_type:
            found[name] = _without_made_up(info)
    return found


def _named(proto: onnx.ModelProto) -> _Known:
    return {info.name: info for info in proto.graph.value_info}


def _without_shape(info: onnx.ValueInfoProto) -> onnx.ValueInfoProto:
    """A stated type; a shape that nothing confirms may be an old one."""
    bare = onnx.ValueInfoProto(name=info.name, type=info.type)
    if bare.type.WhichOneof("value") == "tensor_type":
        bare.type.tensor_type.ClearField("shape")
    return bare


def _without_made_up(info: onnx.ValueInfoProto) -> onnx.ValueInfoProto:
    """Without the names that the inference gives to sizes that it cannot tell: an engine might take two as one."""
    clean = onnx.ValueInfoProto(name=info.name, type=info.type)
    for dim in clean.type.tensor_type.shape.dim:
        if dim.dim_param.startswith("unk__"):
            dim.Clear()
    return clean
