"""Examples of the mends of operators whose old versions onnx.reference lacks, and of some that it has wrong."""

from __future__ import annotations

import numpy as np
from onnx import TensorProto

from tests.reference.example import Example, node_example

_IMAGE = np.arange(12, dtype=np.float32).reshape(1, 1, 3, 4)
_SCALES = np.array([1, 1, 1.5, 2], np.float32)
_ONE = np.array(1, np.float32)

EXAMPLES: dict[tuple[str, int], Example] = {
    ("QuantizeLinear", 10): node_example(
        "QuantizeLinear",
        {"x": np.array([1e12, -1e12], np.float32), "scale": _ONE, "zero": np.array(7, np.int8)},
        opset=10,
        out_types=(TensorProto.INT8,),
    ),
    ("DequantizeLinear", 10): node_example(
        "DequantizeLinear",
        {"x": np.array([0, 7, 255], np.uint8), "scale": _ONE / 2, "zero": np.array(7, np.uint8)},
        opset=13,
        out_types=(TensorProto.FLOAT,),
    ),
    ("Resize", 10): node_example("Resize", {"x": _IMAGE, "scales": _SCALES}, opset=10),
    ("Upsample", 1): node_example("Upsample", {"x": _IMAGE}, opset=6, height_scale=1.5, width_scale=2.0),
    ("Upsample", 7): node_example("Upsample", {"x": _IMAGE}, opset=8, scales=[1.0, 1.0, 1.5, 2.0], mode="linear"),
    ("Upsample", 9): node_example("Upsample", {"x": _IMAGE, "scales": _SCALES}, opset=9),
    ("Scatter", 9): node_example(
        "Scatter", {"x": _IMAGE[0, 0], "at": np.array([[2, 0]]), "updates": np.ones((1, 2), np.float32)}, opset=10
    ),
    ("GatherElements", 11): node_example("GatherElements", {"x": _IMAGE[0, 0], "at": np.array([[1, 0]])}, opset=11),
    ("NegativeLogLikelihoodLoss", 12): node_example(
        "NegativeLogLikelihoodLoss",
        {"x": np.array([[-1, -2], [-3, -4]], np.float32), "target": np.array([1, -1])},
        opset=12,
        ignore_index=-1,
    ),
    ("TfIdfVectorizer", 9): node_example(
        "TfIdfVectorizer",
        {"x": np.array([1, 2, 2, 3])},
        opset=9,
        out_types=(TensorProto.FLOAT,),
        mode="TFIDF",
        min_gram_length=1,
        max_gram_length=1,
        max_skip_count=0,
        ngram_counts=[0],
        ngram_indexes=[1, 0],
        pool_int64s=[2, 3],
        weights=[0.5, 2.0],
    ),
}
