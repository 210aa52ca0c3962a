"""Sizes that a file leaves free, fixed in a copy: those that were given, or one sample where the batch is free."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import onnx

from helpers.compare.sizes import chosen_shapes
from helpers.modelfile.model import read_model
from helpers.modelfile.nodes import File


@dataclass(frozen=True)
class Sizes:
    """What is to be fixed: sizes by the names of dimensions, shapes by input, and the free first size of each to 1."""

    dims: Mapping[str, int] = field(default_factory=dict)
    shapes: Mapping[str, Sequence[int]] = field(default_factory=dict)
    one_sample: bool = False

    def refuse_unfit(self, file: File) -> None:
        """Raise BadInput for sizes that the file does not have, or has otherwise."""
        if self.dims or self.shapes:
            chosen_shapes(read_model(file.proto.SerializeToString()).inputs, self.dims, self.shapes)


def fix(proto: onnx.ModelProto, sizes: Sizes) -> None:
    """Fix sizes in place; a name that gets one gets it everywhere.

    >>> import onnx.parser
    >>> text = '<ir_version: 8, opset_import: ["": 17]> g (float[n,3] x) => (float[n,3] y) { y = Neg(x) }'
    >>> proto = onnx.parser.parse_model(text)
    >>> fix(proto, Sizes(one_sample=True))
    >>> [dim.dim_value for dim in proto.graph.output[0].type.tensor_type.shape.dim]
    [1, 3]
    """
    names = dict(sizes.dims)
    for value in proto.graph.input:
        given = sizes.shapes.get(value.name)
        for axis, dim in enumerate(value.type.tensor_type.shape.dim):
            free = not dim.HasField("dim_value") or dim.dim_value < 0
            size = names.get(dim.dim_param) if given is None else given[axis]
            if size is None and sizes.one_sample and axis == 0 and free:
                size = 1
            if size is not None and free:
                if dim.dim_param:
                    names.setdefault(dim.dim_param, size)
                dim.dim_value = size
    for value in (*proto.graph.input, *proto.graph.value_info, *proto.graph.output):
        for dim in value.type.tensor_type.shape.dim:
            if dim.dim_param in names:
                dim.dim_value = names[dim.dim_param]
