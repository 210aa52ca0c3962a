"""Types and shapes of values as a person reads them; no type of the format is refused."""

from __future__ import annotations

from collections.abc import Sequence

import onnx

Shape = tuple[int | str | None, ...]  # a symbolic dimension is a name, an unknown one None


def element(data_type: int) -> str:
    """The name of an element type.

    >>> element(1), element(8), element(16), element(4711)
    ('float32', 'string', 'bfloat16', 'type 4711')
    """
    if data_type == onnx.TensorProto.STRING:
        return "string"
    try:
        return str(onnx.helper.tensor_dtype_to_np_dtype(data_type).name)
    except (KeyError, ValueError, TypeError):
        return f"type {data_type}" if data_type else ""


def is_float(data_type: int) -> bool:
    """Whether the elements are floating-point numbers, of whatever size.

    >>> [is_float(t) for t in (onnx.TensorProto.FLOAT16, onnx.TensorProto.INT64, 4711)]
    [True, False, False]
    """
    return element(data_type).startswith(("float", "bfloat"))


def dtype(kind: onnx.TypeProto) -> str:
    """The type of a value without its shape; "" where the file does not say.

    >>> floats = onnx.helper.make_tensor_type_proto(1, ["n"])
    >>> dtype(floats), dtype(onnx.helper.make_sequence_type_proto(floats)), dtype(onnx.TypeProto())
    ('float32', 'sequence of float32', '')
    """
    which = kind.WhichOneof("value")
    if which == "tensor_type":
        return element(kind.tensor_type.elem_type)
    if which == "sparse_tensor_type":
        return f"sparse {element(kind.sparse_tensor_type.elem_type)}"
    if which == "map_type":
        return f"map from {element(kind.map_type.key_type)} to {dtype(kind.map_type.value_type)}"
    if which in ("sequence_type", "optional_type"):
        return f"{which.removesuffix('_type')} of {dtype(getattr(kind, which).elem_type)}"
    return "opaque" if which else ""


def shape(kind: onnx.TypeProto) -> Shape | None:
    """The shape of a tensor, or of the tensors in a sequence; None where not even the rank is known.

    >>> shape(onnx.helper.make_tensor_type_proto(1, ["n", 3, None]))
    ('n', 3, None)
    """
    which = kind.WhichOneof("value")
    if which in ("sequence_type", "optional_type"):
        return shape(getattr(kind, which).elem_type)
    if which == "map_type":
        return shape(kind.map_type.value_type)
    if which is None or not hasattr(getattr(kind, which), "shape") or not getattr(kind, which).HasField("shape"):
        return None
    return tuple(_dimension(dim) for dim in getattr(kind, which).shape.dim)


def said(sizes: Sequence[int | str | None] | None) -> str:
    """A shape in words; "" where it is unknown.

    >>> said(("n", 3, None)), said(()), said(None)
    ('[n, 3, ?]', '[]', '')
    """
    return "" if sizes is None else f"[{', '.join('?' if size is None else str(size) for size in sizes)}]"


def full(kind: onnx.TypeProto) -> str:
    """Type and shape together.

    >>> full(onnx.helper.make_tensor_type_proto(1, [1, 28])), full(onnx.TypeProto())
    ('float32[1, 28]', 'of unknown type')
    """
    return f"{dtype(kind) or 'of unknown type'}{said(shape(kind))}"


def _dimension(dim: onnx.TensorShapeProto.Dimension) -> int | str | None:
    if dim.HasField("dim_value"):
        return dim.dim_value
    return None if dim.dim_param.startswith("unk__") else dim.dim_param or None  # so onnx calls what it cannot tell
