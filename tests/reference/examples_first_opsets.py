"""Examples of the mends of the first opsets: broadcasting by attributes, sizes as attributes."""

from __future__ import annotations

import numpy as np
import onnx

from tests.reference.example import Example, node_example

_A = np.linspace(-2, 3, 24, dtype=np.float32).reshape(2, 3, 4)
_B = np.array([1.0, 2.0, 3.0], np.float32)
_T = np.array([[True, False, True], [False, False, True]])
_BOOL = (onnx.TensorProto.BOOL,)
_PER_PLACE = np.linspace(0.5, 2, 12, dtype=np.float32).reshape(3, 4)

EXAMPLES: dict[tuple[str, int], Example] = {
    **{
        (name, 1): node_example(name, {"a": abs(_A), "b": _B}, opset=6, broadcast=1, axis=1)
        for name in ("Add", "Sub", "Mul", "Div", "Pow")
    },
    **{
        (name, 1): node_example(name, {"a": _T, "b": _T[:, 0].copy()}, opset=6, broadcast=1, axis=0)
        for name in ("And", "Or", "Xor")
    },
    **{
        (name, 1): node_example(name, {"a": _A, "b": _B}, opset=6, out_types=_BOOL, broadcast=1, axis=1)
        for name in ("Greater", "Less")
    },
    ("Equal", 1): node_example(
        "Equal", {"a": _A.astype(np.int32), "b": _B.astype(np.int32)}, opset=6, out_types=_BOOL, broadcast=1, axis=1
    ),
    ("PRelu", 1): node_example("PRelu", {"x": _A[:, :, :3].copy(), "slope": _B}, opset=6),
    ("Concat", 1): node_example("Concat", {"a": _A, "b": _A}, opset=3),
    ("Reshape", 1): node_example("Reshape", {"x": _A}, opset=1, shape=[0, -1]),
    ("Split", 1): node_example("Split", {"x": _A}, opset=1, outputs=2, axis=2, split=[1, 3]),
    ("Tile", 1): node_example(
        "Tile", {"x": _A, "t": np.array([2], np.float32), "a": np.array([1], np.float32)}, opset=1
    ),
    ("Squeeze", 1): node_example("Squeeze", {"x": _A.reshape(1, 24, 1, 1)}, opset=11, axes=[-4, 2]),
    ("Unsqueeze", 1): node_example("Unsqueeze", {"x": _A}, opset=11, axes=[3, 1]),
    ("Pad", 1): node_example("Pad", {"x": _A}, opset=1, paddings=[0, 1, -1, 0, 0, 2]),
    ("Pad", 2): node_example("Pad", {"x": _A}, opset=9, pads=[0, 1, -1, 0, 0, 2]),
    ("Cast", 1): node_example("Cast", {"x": _A}, opset=1, out_types=(onnx.TensorProto.INT32,), to="INT32"),
    ("Clip", 1): node_example("Clip", {"x": _A}, opset=1, min=-1.0),
    ("Dropout", 1): node_example("Dropout", {"x": _A}, opset=6, is_test=1),
    ("Gemm", 1): node_example("Gemm", {"a": _A[0], "b": _A[1].T.copy(), "c": _PER_PLACE[:, :3].copy()}, opset=1),
    ("Mean", 1): node_example("Mean", {"a": np.array(1, np.float32), "b": _A}, opset=13),
    **{
        ("Attention", version): node_example(
            "Attention",
            {name: _A.reshape(1, 2, 3, 4) for name in "qkv"},
            **{"opset": version, "outputs": 4, "softcap": 0.5},
        )
        for version in (23, 24, 25)
    },
    **{
        ("GroupNormalization", version): node_example(
            "GroupNormalization",
            {"x": _A.reshape(1, 4, 6) + 10, "s": np.ones(count, np.float32), "b": np.ones(count, np.float32)},
            **{"opset": version, "num_groups": 2},
        )
        for version, count in ((18, 2), (21, 4))
    },
    ("AffineGrid", 20): node_example(
        "AffineGrid", {"theta": _PER_PLACE[None, :2, :3].astype(np.float64), "size": np.array([1, 1, 3, 5])}, opset=20
    ),
    ("StringSplit", 20): node_example(
        "StringSplit",
        {"x": np.array(["  d  e "], object)},
        **{"opset": 20, "outputs": 2, "maxsplit": 1, "out_types": (onnx.TensorProto.STRING, onnx.TensorProto.INT64)},
    ),
    ("Softsign", 1): node_example("Softsign", {"x": np.array(-3, np.float32)}, opset=22),
    ("BatchNormalization", 1): node_example(
        "BatchNormalization",
        {"x": _A, "s": _PER_PLACE, "b": _PER_PLACE, "m": _PER_PLACE, "v": _PER_PLACE},
        **{"opset": 7, "spatial": 0},
    ),
}
