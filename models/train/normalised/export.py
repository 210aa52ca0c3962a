"""Weights into an ONNX file that looks as PyTorch's exporter makes it: operator set 17, names by module.

Two things are as all engines of the lab can take them, not as PyTorch has them. A linear layer is a MatMul and an
Add: wonnx 0.5 computes no Gemm with transB = 1, kyanite 0.8 none without. And the file ends at the logits: neither of
the two has LogSoftmax, which moves no answer. The shapes in between are written down because wonnx asks for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from models.train.export import write

VERSION = "1.0"
INPUT, OUTPUT = "input.1", "logits"
_SAYS = (
    "A small convolutional network that reads one handwritten digit, as PyTorch's MNIST example builds it: 28x28 "
    "pixels as (x / 255 - 0.1307) / 0.3081 in, ten raw scores out. Trained on MNIST; see models/README.md of ONNX "
    "Engine Lab."
)


def model(weights: Mapping[str, np.ndarray], facts: Mapping[str, str] | None = None) -> onnx.ModelProto:
    """The ONNX model with these weights.

    Parameters
    ----------
    weights : mapping of name to float32 array
        Shapes as in ``network.SHAPES``, and the two of ``network.statistics``.
    facts : mapping of str to str, optional
        How it was trained; kept in the file's metadata.

    Returns
    -------
    onnx.ModelProto, IR version 8, operator set 17, accepted by the ONNX checker.

    Raises
    ------
    KeyError
        When an array is missing.
    """
    arrays = {name: np.asarray(array, np.float32) for name, array in weights.items()}
    for layer in ("fc1", "fc2"):
        arrays[f"{layer}.weight_transposed"] = arrays.pop(f"{layer}.weight").T
    nodes = _nodes()
    wanted = {name for node in nodes for name in node.input if "/" not in name} - {INPUT}
    constants = [numpy_helper.from_array(np.ascontiguousarray(arrays[name]), name) for name in sorted(wanted)]
    graph = helper.make_graph(
        nodes,
        "main_graph",
        [helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, (1, 1, 28, 28))],
        [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, (1, 10))],
        initializer=constants,
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], doc_string=_SAYS)
    made.ir_version = 8
    made.producer_name, made.producer_version = "onnx-engine-lab", VERSION
    helper.set_model_props(made, dict(facts or {}))
    made = onnx.shape_inference.infer_shapes(made, strict_mode=True)
    onnx.checker.check_model(made, full_check=True)
    return made


def save(path: Path, weights: Mapping[str, np.ndarray], facts: Mapping[str, str] | None = None) -> Path:
    """Write ``model(weights, facts)`` to `path`."""
    return write(path, model(weights, facts))


def _nodes() -> list[onnx.NodeProto]:
    chain = (
        ("Conv", "/conv1/Conv", ["conv1.weight", "conv1.bias"], _CONV),
        ("Relu", "/Relu", [], {}),
        ("MaxPool", "/MaxPool", [], _pool(2)),
        ("Conv", "/conv2/Conv", ["conv2.weight", "conv2.bias"], _CONV),
        ("Relu", "/Relu_1", [], {}),
        ("Conv", "/conv3/Conv", ["conv3.weight", "conv3.bias"], _CONV),
        ("Relu", "/Relu_2", [], {}),
        ("BatchNormalization", "/norm1/BatchNormalization", _NORM, {"epsilon": 1e-5, "momentum": 0.9}),
        ("MaxPool", "/MaxPool_1", [], _pool(3)),
        ("Flatten", "/Flatten", [], {"axis": 1}),
        ("MatMul", "/fc1/MatMul", ["fc1.weight_transposed"], {}),
        ("Add", "/fc1/Add", ["fc1.bias"], {}),
        ("Relu", "/Relu_3", [], {}),
        ("MatMul", "/fc2/MatMul", ["fc2.weight_transposed"], {}),
        ("Add", "/fc2/Add", ["fc2.bias"], {}),
    )
    made, data = [], INPUT
    for kind, name, weights, attributes in chain:
        output = OUTPUT if name == "/fc2/Add" else f"{name}_output_0"
        made.append(helper.make_node(kind, [data, *weights], [output], name=name, **attributes))
        data = output
    return made


_NORM = [f"norm1.{part}" for part in ("weight", "bias", "running_mean", "running_var")]
_CONV: dict[str, Any] = {
    "kernel_shape": [3, 3],
    "strides": [1, 1],
    "pads": [0, 0, 0, 0],
    "dilations": [1, 1],
    "group": 1,
}


def _pool(k: int) -> dict[str, Any]:
    return {"kernel_shape": [k, k], "strides": [k, k], "pads": [0, 0, 0, 0]}
