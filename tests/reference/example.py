"""Small models on which onnx.reference departs from the standard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import onnx
import onnx.parser


@dataclass(frozen=True)
class Example:
    """A model and inputs for it."""

    model: bytes
    inputs: dict[str, np.ndarray]


def example(text: str, inputs: Mapping[str, np.ndarray], *, opset: int, ir_version: int = 10) -> Example:
    """From the text of a graph, in onnx's own language."""
    model = onnx.parser.parse_model(f'<ir_version: {ir_version}, opset_import: ["" : {opset}]> {text}')
    return Example(model.SerializeToString(), dict(inputs))


def node_example(
    op_type: str,
    inputs: Mapping[str, np.ndarray | None],
    *,
    opset: int,
    outputs: int = 1,
    out_types: tuple[int, ...] = (),
    **attributes: object,
) -> Example:
    """One node, its inputs in order (None: left out); outputs y0, y1 … have the first input's type by default."""
    given = {name: array for name, array in inputs.items() if array is not None}
    names = [name if array is not None else "" for name, array in inputs.items()]
    kinds = {name: onnx.helper.np_dtype_to_tensor_dtype(array.dtype) for name, array in given.items()}
    made = [f"y{i}" for i in range(outputs)]
    first = next(iter(kinds.values()), onnx.TensorProto.FLOAT)
    types = out_types or (first,) * outputs
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node(op_type, names, made, **attributes)],
        "g",
        [onnx.helper.make_tensor_value_info(n, kinds[n], list(given[n].shape)) for n in given],
        [onnx.helper.make_tensor_value_info(n, t, None) for n, t in zip(made, types, strict=True)],
    )
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", opset)], ir_version=10)
    return Example(model.SerializeToString(), given)
