"""Free sizes fixed: a dimension that a file leaves open gets the size that it has in what will be run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import onnx
import onnx_ir as ir

from helpers.errors import BadInput
from helpers.modelfile.model import Model, read_model
from helpers.modelfile.whole import whole
from helpers.process.reader import reads
from helpers.rewrite._bounds import refuse_endless, told
from helpers.rewrite._shapes import state_shapes
from helpers.rewrite._text import graphs

Shape = Sequence[int | str | None]


@reads("rewritten")
def fixed(model: Path | str | bytes, shapes: Mapping[str, Shape]) -> onnx.ModelProto:
    """A model whose inputs have these shapes, as far as they are numbers; the shapes behind them follow.

    Parameters
    ----------
    model
        A path, or the bytes of an ONNX file.
    shapes
        By input; a size that is not a number stays free.

    Raises
    ------
    BadInput
        The model cannot be read, there is no such input, or a size contradicts the file or another input's.

    >>> text = 'g (float[n,3] x) => (float[n,3] y) { y = Neg(x) }'
    >>> model = onnx.parser.parse_model(f'<ir_version: 8, opset_import: ["": 17]> {text}').SerializeToString()
    >>> print(read_model(fixed(model, {"x": (2, 3)}).SerializeToString()).outputs[0])
    y: float32[2, 3]
    """
    known = read_model(model)
    names = _names(known, shapes)
    with told("fixing its sizes"):
        proto = whole(known)
        refuse_endless(proto)
        for value in proto.graph.input:
            for dim, size in zip(value.type.tensor_type.shape.dim, shapes.get(value.name, ()), strict=False):
                if isinstance(size, int):
                    dim.dim_value = size
        for graph in graphs(proto.graph):
            for value in (*graph.input, *graph.value_info, *graph.output):
                for dim in value.type.tensor_type.shape.dim:
                    if dim.dim_param in names:
                        dim.dim_value = names[dim.dim_param]
        current = ir.from_proto(proto)
        state_shapes(current)
        proto = ir.to_proto(current)
        return onnx.shape_inference.infer_shapes(proto)  # for the outputs; without data_prop, as in state_shapes


def _names(model: Model, shapes: Mapping[str, Shape]) -> dict[str, int]:
    """The size of each named dimension."""
    infos, sizes = {info.name: info for info in model.inputs}, dict[str, tuple[int, str]]()
    for name, shape in shapes.items():
        if name not in infos:
            raise BadInput(f"the model has no input {name!r}; its inputs: {', '.join(map(str, model.inputs))}")
        declared = infos[name].shape
        if declared is None:
            raise BadInput(f"input {infos[name]} has no shape in the file, so none can be fixed")
        if len(declared) != len(shape):
            raise BadInput(f"input {name!r} has {len(declared)} dimensions, and {list(shape)} has {len(shape)}")
        for axis, (dim, size) in enumerate(zip(declared, shape, strict=True)):
            if not isinstance(size, int) or dim is None:
                continue
            was, of = (dim, name) if isinstance(dim, int) else sizes.setdefault(dim, (size, name))
            if was != size:
                said = f"{dim!r} is {was} in input {of!r}" if isinstance(dim, str) else f"the file says {was}"
                raise BadInput(f"dimension {axis} of input {name!r} cannot be {size}: {said}; give sizes that agree")
    return {dim: size for dim, (size, _) in sizes.items()}
