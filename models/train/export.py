"""Weights into an ONNX file, node for node the build of the classic MNIST-8.

That file was written by CNTK in 2018 and its form is worth keeping: IR version 3, weights that are also graph
inputs, ``auto_pad``, a Reshape of a constant. Each of them trips some engine, which is what the lessons show.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

VERSION = "1.0"
_SAYS = (
    "A small convolutional network that reads one handwritten digit: 28x28 pixels from 0 (paper) to 255 (ink) in, "
    "ten raw scores out. Trained on MNIST; see models/README.md of ONNX Engine Lab."
)
_SHAPES = {
    "Parameter193_reshape1": (256, 10),
    "Convolution28_Output_0": (1, 8, 28, 28),
    "Plus30_Output_0": (1, 8, 28, 28),
    "ReLU32_Output_0": (1, 8, 28, 28),
    "Pooling66_Output_0": (1, 8, 14, 14),
    "Convolution110_Output_0": (1, 16, 14, 14),
    "Plus112_Output_0": (1, 16, 14, 14),
    "ReLU114_Output_0": (1, 16, 14, 14),
    "Pooling160_Output_0": (1, 16, 4, 4),
    "Pooling160_Output_0_reshape0": (1, 256),
    "Times212_Output_0": (1, 10),
}


def model(weights: Mapping[str, np.ndarray], facts: Mapping[str, str] | None = None) -> onnx.ModelProto:
    """The ONNX model with these weights.

    Parameters
    ----------
    weights : mapping of name to float32 array
        Shapes as in ``network.SHAPES``, for pixels from 0 to 1. The file takes 0 to 255: the first convolution
        is divided by 255 here, so the file needs no node for it.
    facts : mapping of str to str, optional
        How it was trained; kept in the file's metadata.

    Returns
    -------
    onnx.ModelProto, IR version 3, operator set 8, accepted by the ONNX checker.

    Examples
    --------
    >>> shapes = dict(Parameter5=(8, 1, 5, 5), Parameter6=(8, 1, 1), Parameter87=(16, 8, 5, 5),
    ...               Parameter88=(16, 1, 1), Parameter193=(16, 4, 4, 10), Parameter194=(1, 10))
    >>> made = model({name: np.zeros(shape) for name, shape in shapes.items()})
    >>> made.ir_version, len(made.graph.node)
    (3, 12)
    """
    arrays = {name: np.asarray(array, np.float32) for name, array in weights.items()}
    arrays["Parameter5"] = arrays["Parameter5"] / np.float32(255)
    arrays["Pooling160_Output_0_reshape0_shape"] = np.array([1, 256], np.int64)
    arrays["Parameter193_reshape1_shape"] = np.array([256, 10], np.int64)
    constants = [numpy_helper.from_array(np.ascontiguousarray(a), name) for name, a in arrays.items()]
    graph = helper.make_graph(
        _nodes(),
        "CNTKGraph",
        [_info("Input3", (1, 1, 28, 28)), *(_info(c.name, tuple(c.dims), c.data_type) for c in constants)],
        [_info("Plus214_Output_0", (1, 10))],
        initializer=constants,
        value_info=[_info(name, shape) for name, shape in _SHAPES.items()],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 8)], doc_string=_SAYS)
    made.ir_version = 3  # the form of 2018: every initializer must be a graph input too
    made.producer_name, made.producer_version = "onnx-engine-lab", VERSION
    helper.set_model_props(made, dict(facts or {}))
    onnx.checker.check_model(made, full_check=True)
    return made


def save(path: Path, weights: Mapping[str, np.ndarray], facts: Mapping[str, str] | None = None) -> Path:
    """Write ``model(weights, facts)`` to `path`."""
    return write(path, model(weights, facts))


def write(path: Path, made: onnx.ModelProto) -> Path:
    """Write a model to `path`, in one step, so that a reader never sees half a file."""
    part = path.with_suffix(".part")
    part.write_bytes(made.SerializeToString(deterministic=True))
    return part.replace(path)


def _nodes() -> list[onnx.NodeProto]:
    return [
        _node("Reshape", "Times212_reshape1", ["Parameter193", "Parameter193_reshape1_shape"], "Parameter193_reshape1"),
        _conv("Convolution28", "Input3", "Parameter5"),
        _node("Add", "Plus30", ["Convolution28_Output_0", "Parameter6"]),
        _node("Relu", "ReLU32", ["Plus30_Output_0"]),
        _pool("Pooling66", "ReLU32_Output_0", 2),
        _conv("Convolution110", "Pooling66_Output_0", "Parameter87"),
        _node("Add", "Plus112", ["Convolution110_Output_0", "Parameter88"]),
        _node("Relu", "ReLU114", ["Plus112_Output_0"]),
        _pool("Pooling160", "ReLU114_Output_0", 3),
        _node(
            "Reshape",
            "Times212_reshape0",
            ["Pooling160_Output_0", "Pooling160_Output_0_reshape0_shape"],
            "Pooling160_Output_0_reshape0",
        ),
        _node("MatMul", "Times212", ["Pooling160_Output_0_reshape0", "Parameter193_reshape1"]),
        _node("Add", "Plus214", ["Times212_Output_0", "Parameter194"]),
    ]


def _node(kind: str, name: str, inputs: list[str], output: str = "", **attributes: Any) -> onnx.NodeProto:
    return helper.make_node(kind, inputs, [output or f"{name}_Output_0"], name=name, **attributes)


def _conv(name: str, data: str, weights: str) -> onnx.NodeProto:
    return _node(
        "Conv",
        name,
        [data, weights],
        kernel_shape=[5, 5],
        strides=[1, 1],
        auto_pad="SAME_UPPER",
        group=1,
        dilations=[1, 1],
    )


def _pool(name: str, data: str, k: int) -> onnx.NodeProto:
    return _node("MaxPool", name, [data], kernel_shape=[k, k], strides=[k, k], pads=[0, 0, 0, 0], auto_pad="NOTSET")


def _info(name: str, shape: tuple[int, ...], kind: int = TensorProto.FLOAT) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, kind, shape)
