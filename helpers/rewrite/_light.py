"""A model without its large weights, for whoever copies it to look at nodes and shapes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import onnx
import onnx_ir as ir

_SMALL = 2**16  # bytes: shapes and the like, which inference reads, are far smaller


@contextmanager
def without_weights(model: ir.Model) -> Iterator[None]:
    """For so long, large weights are references to nowhere, with their type and shape."""
    kept = []
    for graph in model.graphs():
        for value in graph.initializers.values():
            tensor = value.const_value
            if tensor is not None and tensor.dtype != ir.DataType.STRING and tensor.nbytes > _SMALL:
                kept.append((value, tensor))
                shape = ir.Shape([size for size in tensor.shape if isinstance(size, int)])
                value.const_value = ir.ExternalTensor(
                    "nowhere", 0, tensor.nbytes, tensor.dtype, shape=shape, name=tensor.name or ""
                )
    try:
        yield
    finally:
        for value, tensor in kept:
            value.const_value = tensor


def light(model: ir.Model) -> onnx.ModelProto:
    """The model as a protobuf without the bytes of its large weights."""
    with without_weights(model):
        return ir.to_proto(model)
