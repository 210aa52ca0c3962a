"""A copy of a model without the numbers of its weights, so that inference, checker and printer are quick and small."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import onnx

from helpers.errors import BadInput

KEEP = 1024  # elements: the shape that a Reshape gets, the bounds of a Slice; inference reads those
_FEW = 16  # elements that a reader still wants to see


def elements(dims: Sequence[int]) -> int:
    """How many numbers a tensor of this shape has; 0 where a dimension is negative, which only broken files have.

    >>> elements([8, 1, 5, 5]), elements([]), elements([3, -1])
    (200, 1, 0)
    """
    return prod(dims) if min(dims, default=0) >= 0 else 0


def light(proto: onnx.ModelProto, *, keep: int = KEEP, empty: bool = False) -> onnx.ModelProto:
    """Copy a model, tensors of more than ``keep`` elements without their numbers.

    Parameters
    ----------
    empty
        Give such tensors the shape [0], so that the checker does not miss the numbers.

    Raises
    ------
    BadInput
        A name is not UTF-8, which only damaged files have.

    >>> from helpers.modelfile.nodes import read
    >>> small = light(read("models/mnist.onnx").proto)
    >>> small.graph.initializer[0].dims[:], small.graph.initializer[0].raw_data
    ([16, 4, 4, 10], b'')
    """
    try:
        copied: onnx.ModelProto = _copy(proto, keep, empty)
    except UnicodeDecodeError as error:
        # Protobuf hands such a text on as bytes; nothing here, and hardly an engine, expects that.
        raise BadInput(
            f"a name or text in the model is not UTF-8 ({error.object[:20]!r}); get the file again"
        ) from None
    return copied


def for_readers(proto: onnx.ModelProto) -> onnx.ModelProto:
    """A copy that holds only as many numbers as a person reads."""
    return light(proto, keep=_FEW)


def _copy(message: Any, keep: int, empty: bool) -> Any:
    if isinstance(message, onnx.TensorProto):
        return _tensor(message, keep, empty)
    new = type(message)()
    for field, value in message.ListFields():
        if field.name == "training_info":  # a graph too; no engine here reads it
            continue
        if field.message_type is None:
            if hasattr(value, "extend"):
                getattr(new, field.name).extend(value)
            else:
                setattr(new, field.name, value)
        elif hasattr(value, "extend"):
            getattr(new, field.name).extend(_copy(item, keep, empty) for item in value)
        else:
            getattr(new, field.name).CopyFrom(_copy(value, keep, empty))
    return new


def _tensor(tensor: onnx.TensorProto, keep: int, empty: bool) -> onnx.TensorProto:
    outside = bool(tensor.external_data) or tensor.data_location == tensor.EXTERNAL
    small = not outside and elements(tensor.dims) <= keep
    bare = onnx.TensorProto(name=tensor.name, doc_string=tensor.doc_string, data_type=tensor.data_type)
    for entry in tensor.external_data:
        bare.external_data.add(key=entry.key, value=entry.value)  # only to see whether they are texts
    del bare.external_data[:]
    bare.dims.extend([0] if empty else tensor.dims)
    return tensor if small else bare  # whoever takes it copies it
