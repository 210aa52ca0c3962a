"""Examples of the mends whose meaning spans opsets, or starts at opset 13."""

from __future__ import annotations

import numpy as np
from onnx import TensorProto

from tests.reference.example import Example, example, node_example


def _values(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


_LINE = np.arange(5, dtype=np.float32).reshape(1, 1, 5)
_ROWS = _values(2, 3, 4)
_FAR = (4096 + np.arange(16) % 5).astype(np.float32).reshape(1, 1, 4, 4)


def _recurrent(operator: str, gates: int, **attributes: object) -> Example:
    inputs = {"x": _values(3, 2, 4), "w": _values(1, 5 * gates, 4, seed=1), "r": _values(1, 5 * gates, 5, seed=2)}
    lens = {"b": None, "lens": np.array([3, 2], np.int32)}
    return node_example(operator, {**inputs, **lens}, opset=14, outputs=2, hidden_size=5, **attributes)


_BYTES = np.arange(9, dtype=np.uint8).reshape(1, 3, 3)
_ZEROS = np.array([1, 2], np.uint8)
_ONE, _HALF, _ZERO = np.array(1, np.float32), np.array(0.5, np.float32), np.array(0, np.uint8)
_LEFT = {"a_scale": _HALF, "a_zero": _ZERO}
_RIGHT = {"b_scale": _ONE, "b_zero": _ZERO, "y_scale": _ONE, "y_zero": np.array(1, np.uint8)}

LOOP = """g (int64 n, float[2] x) => (float[2] y, float[s, 2] ys) {
  none = Constant<value = bool {1}>()
  y, ys = Loop <body = body (int64 i, bool c, float[2] a) => (bool d, float[2] b, float[2] z) {
    d = Identity(c) b = Add(a, x) z = Mul(a, a) }>(n, , x) }"""
SCAN = """g (float[2, 3] x) => (float[2] s, float[2, 3] ys) {
  zero = Constant<value = float[2] {0, 0}>()
  s, ys = Scan <num_scan_inputs = 1, scan_input_axes = [1], scan_input_directions = [1], scan_output_axes = [1],
    body = body (float[2] a, float[2] v) => (float[2] b, float[2] z) { b = Add(a, v) z = Identity(b) }>(zero, x) }"""
REST = """g (double[2] x) => (double[2] y) {
  one = Constant<value = double {1}>() e = Erf(x) y = Sub(one, e) }"""
SCANNED = """g (float[2, 3, 1] x) => (float[2, 1] s, float[2, 3, 1] ys) {
  zero = Constant<value = float[2, 1] {0, 0}>() lens = Constant<value = int64[2] {3, 2}>()
  s, ys = Scan <num_scan_inputs = 1, body = body (float[1] a, float[1] v) => (float[1] b, float[1] z) {
    b = Add(a, v) z = Neg(b) }>(lens, zero, x) }"""
MAPPED = """g (float[2] x) => (seq(float[2]) ys) {
  xs = SequenceConstruct(x, x, x) us = SequenceConstruct(x, x, x) vs = SequenceConstruct(x, x, x)
  ys = SequenceMap <body = body (float[2] a, float[2] b, float[2] c) => (float[2] z) {
    t = Add(a, b) z = Mul(t, c) }>(xs, us, vs) }"""

INSERTED = """g (float[2] x) => (float[4] y) {
  end = Constant<value = int64 {1}>() t = Neg(x)
  one = SequenceConstruct(x) two = SequenceInsert(one, t, end) y = ConcatFromSequence<axis = 0>(two) }"""
CHOSEN = """g (bool c) => (bool y, optional(float[2]) o) {
  o = If (c) <
    then_branch = t () => (optional(float[2]) a) { a = Optional <type: type_proto = float[2]> () },
    else_branch = e () => (optional(float[2]) b) { x = Constant<value = float[2] {1, 2}>() b = Optional(x) }>
  y = OptionalHasElement(o) }"""

EXAMPLES: dict[tuple[str, int], Example] = {
    ("Loop", 1): example(LOOP, {"n": np.array(3), "x": np.ones(2, np.float32)}, opset=17),
    ("Scan", 9): example(SCAN, {"x": np.arange(6, dtype=np.float32).reshape(2, 3)}, opset=17),
    ("SequenceMap", 17): example(MAPPED, {"x": np.array([1, 2], np.float32)}, opset=18),
    ("RNN", 1): _recurrent("RNN", 1, activations=["Relu"]),
    ("GRU", 1): _recurrent("GRU", 3, clip=0.5),
    ("LSTM", 1): _recurrent("LSTM", 4, activations=["HardSigmoid", "Softsign", "Tanh"], input_forget=1),
    ("Erf", 9): example(REST, {"x": np.array([2.5, 3.0])}, opset=13),
    ("MaxPool", 1): node_example(
        "MaxPool", {"x": -_LINE}, opset=12, kernel_shape=[2], strides=[5], pads=[0, 2], ceil_mode=1
    ),
    ("AveragePool", 1): node_example("AveragePool", {"x": _LINE}, opset=19, kernel_shape=[3], strides=[4], ceil_mode=1),
    ("LpPool", 1): node_example("LpPool", {"x": _LINE}, opset=18, kernel_shape=[3], strides=[4], ceil_mode=1),
    ("GlobalLpPool", 1): node_example("GlobalLpPool", {"x": _ROWS}, opset=13, p=3),
    ("MaxRoiPool", 1): node_example(
        "MaxRoiPool",
        {"x": _values(1, 2, 6, 6), "rois": np.array([[0, 1, 1, 4, 5]], np.float32)},
        opset=13,
        pooled_shape=[2, 2],
    ),
    ("ConvTranspose", 1): node_example(
        "ConvTranspose", {"x": _values(1, 4, 3), "w": _values(4, 2, 3), "b": _values(4)}, opset=13, group=2
    ),
    ("LayerNormalization", 17): node_example(
        "LayerNormalization", {"x": _ROWS, "s": _values(4)}, opset=17, stash_type=TensorProto.DOUBLE
    ),
    ("RMSNormalization", 23): node_example(
        "RMSNormalization", {"x": _ROWS, "s": _values(4)}, opset=23, stash_type=TensorProto.DOUBLE
    ),
    ("MeanVarianceNormalization", 9): node_example("MeanVarianceNormalization", {"x": _FAR}, opset=13),
    ("LRN", 1): node_example("LRN", {"x": _values(1, 3, 2, 2)}, opset=13, size=3, alpha=1.0),
    ("LpNormalization", 1): node_example("LpNormalization", {"x": _ROWS}, opset=13, p=1),
    ("ReduceLogSumExp", 1): node_example("ReduceLogSumExp", {"x": np.full((2, 3), -np.inf, np.float32)}, opset=13),
    ("ReduceLogSum", 1): node_example("ReduceLogSum", {"x": np.array([[3, 9]], np.int32)}, opset=13),
    ("ReduceSumSquare", 1): node_example("ReduceSumSquare", {"x": np.array([[3, 9]], np.int32)}, opset=13),
    ("SoftmaxCrossEntropyLoss", 12): node_example(
        "SoftmaxCrossEntropyLoss", {"x": np.array([[0, 800]], np.float32), "t": np.array([0])}, opset=13
    ),
    ("Resize", 11): node_example(
        "Resize",
        {"x": _LINE, "roi": None, "scales": np.array([1, 1, 0.5], np.float32)},
        opset=13,
        mode="linear",
        coordinate_transformation_mode="align_corners",
    ),
    ("QuantizeLinear", 19): node_example(
        "QuantizeLinear",
        {"x": np.array([[1e12, -3, 0.35]], np.float32), "s": np.array(0.1, np.float32), "z": np.array(7, np.uint8)},
        opset=19,
        out_types=(TensorProto.UINT8,),
    ),
    ("DequantizeLinear", 19): node_example(
        "DequantizeLinear",
        {"x": np.array([2**30 + 65], np.int32), "s": np.array(1, np.float32), "z": np.array(2**30, np.int32)},
        opset=19,
        out_types=(TensorProto.FLOAT,),
    ),
    ("QLinearMatMul", 10): node_example("QLinearMatMul", {"a": _BYTES[0], **_LEFT, "b": _BYTES[0], **_RIGHT}, opset=13),
    ("MatMulInteger", 10): node_example(
        "MatMulInteger",
        {"a": _BYTES[0], "b": _BYTES[0], "z": np.array([1, 2, 3], np.uint8)},
        opset=13,
        out_types=(TensorProto.INT32,),
    ),
    ("ConvInteger", 10): node_example(
        "ConvInteger",
        {"x": _BYTES, "w": _BYTES[:, :, :2].reshape(2, 3, 1), "xz": np.array(3, np.uint8), "wz": _ZEROS},
        opset=13,
        out_types=(TensorProto.INT32,),
    ),
    ("QLinearConv", 10): node_example(
        "QLinearConv", {"x": _BYTES, **_LEFT, "w": _BYTES[:, :, :2].reshape(2, 3, 1), **_RIGHT}, opset=13
    ),
    ("GridSample", 16): node_example(
        "GridSample", {"x": _values(1, 2, 3, 4), "grid": np.tanh(_values(1, 2, 2, 2))}, opset=16, mode="bicubic"
    ),
    ("DeformConv", 19): node_example(
        "DeformConv",
        {"x": _values(1, 1, 1, 4), "w": _values(1, 1, 1, 2), "offset": np.zeros((1, 4, 1, 3), np.float32)},
        opset=19,
    ),
    ("RoiAlign", 10): node_example(
        "RoiAlign",
        {"x": _values(1, 1, 5, 5), "rois": np.array([[1, 1, 4, 4]], np.float32), "images": np.array([0])},
        opset=13,
        sampling_ratio=2,
    ),
    ("Unique", 11): node_example("Unique", {"x": np.array([[3, 1], [3, 2]], np.float32)}, opset=13, sorted=0),
    ("OneHot", 9): node_example(
        "OneHot",
        {"i": np.array([1]), "depth": np.array(3), "values": np.array([-np.inf, 0], np.float32)},
        opset=13,
        out_types=(TensorProto.FLOAT,),
    ),
    ("NonMaxSuppression", 10): node_example(
        "NonMaxSuppression",
        {"b": np.array([[[0, 0, 1, 1]]], np.float32), "s": np.ones((1, 1, 1), np.float32), "n": np.array(1)},
        opset=13,
        out_types=(TensorProto.INT64,),
    ),
    ("SequenceInsert", 11): example(INSERTED, {"x": np.array([1, 2], np.float32)}, opset=13),
    ("Optional", 15): example(CHOSEN, {"c": np.array(False)}, opset=18),
    ("If", 1): example(CHOSEN, {"c": np.array(True)}, opset=18),
    ("Pow", 12): node_example("Pow", {"x": np.array([2, 1]), "e": np.array([-1, -2])}, opset=13),
    ("Pad", 11): node_example("Pad", {"x": _LINE, "pads": np.array([0, 0, -1, 0, 0, 2])}, opset=13, mode="reflect"),
    ("MaxUnpool", 9): node_example(
        "MaxUnpool",
        {"x": np.array([[[5, 6]]], np.float32), "i": np.array([[[1, 4]]]), "shape": np.array([1, 1, 5])},
        opset=13,
        kernel_shape=[2],
        strides=[2],
    ),
    ("Scan", 8): example(SCANNED, {"x": np.arange(6, dtype=np.float32).reshape(2, 3, 1)}, opset=8),
    ("Multinomial", 7): node_example(
        "Multinomial", {"x": _values(2, 3)}, opset=13, sample_size=4, out_types=(TensorProto.INT32,)
    ),
}
