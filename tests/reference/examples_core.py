"""Examples of the mends of softmax and of BatchNormalization."""

from __future__ import annotations

import numpy as np

from tests.reference.example import Example, node_example

_X = np.linspace(-2, 3, 24, dtype=np.float32).reshape(2, 3, 4)
_C = np.array([1.0, 2.0, 3.0], np.float32)

EXAMPLES: dict[tuple[str, int], Example] = {
    **{(name, 1): node_example(name, {"x": _X}, opset=11) for name in ("Softmax", "LogSoftmax", "Hardmax")},
    ("LogSoftmax", 13): node_example("LogSoftmax", {"x": np.array([[0, 800]], np.float32)}, opset=13),
    ("GlobalMaxPool", 1): node_example("GlobalMaxPool", {"x": _X}, opset=13),
    ("Conv", 1): node_example(
        "Conv", {"x": _X[..., None], "w": np.ones((3, 1, 2, 1), np.float32)}, opset=11, group=3, pads=[1, 0, 0, 0]
    ),
    ("BatchNormalization", 9): node_example(
        "BatchNormalization", {"x": _X, "scale": _C, "bias": _C, "mean": _C, "var": _C}, opset=11
    ),
}
