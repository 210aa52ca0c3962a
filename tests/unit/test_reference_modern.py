"""Values of the reference by formulas of their own, for operators whose meaning spans opsets or starts at 13."""

from __future__ import annotations

from itertools import product
from math import ceil, exp, floor, log

import numpy as np
import onnx
import onnx.parser
import pytest
from onnx import TensorProto

from helpers.reference import Evaluator
from tests.reference.example import node_example

NAN, INF = np.float32(np.nan), np.float32(np.inf)
OPSETS = '"": 17, "ai.onnx.ml": 3, "d": 1'


def values(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def run(op_type: str, *inputs: np.ndarray | None, opset: int = 17, wide: bool = True, **given: object) -> list:
    named = {f"x{i}": array for i, array in enumerate(inputs)}
    made = node_example(op_type, named, opset=opset, **given)
    return Evaluator(onnx.load_model_from_string(made.model), wide=wide).run(None, made.inputs)


def run_text(text: str, feeds: dict[str, np.ndarray], wide: bool = False, opsets: str = OPSETS) -> list:
    model = onnx.parser.parse_model(f"<ir_version: 8, opset_import: [{opsets}]> {text}")
    return Evaluator(model, wide=wide).run(None, feeds)


def close(a: np.ndarray, b: object, rtol: float = 1e-9) -> bool:
    return np.shape(a) == np.shape(b) and np.allclose(a, b, rtol=rtol, atol=1e-12, equal_nan=True)


# What repeats


@pytest.mark.parametrize("wide", [False, True])
def test_a_loop_stacks_and_needs_no_condition(wide: bool):
    text = """g (int64 n, float16[2] x) => (float16[2] y, float16[s, 2] z) {
      y, z = Loop (n, , x) <body = b (int64 i, bool c, float16[2] a) => (bool d, float16[2] e, float16[2] f) {
        d = Identity(c) e = Add(a, x) f = Mul(a, a) }> }"""
    y, z = run_text(text, {"n": np.array(3), "x": np.array([1, 2], np.float16)}, wide)
    assert y.tolist() == [4, 8]
    assert z.tolist() == [[1, 4], [4, 16], [9, 36]]
    assert y.dtype == z.dtype == (np.float64 if wide else np.float16)
    y, z = run_text(text, {"n": np.array(0), "x": np.array([1, 2], np.float16)}, wide)
    assert (y.tolist(), z.shape, z.dtype) == ([1, 2], (0, 2), y.dtype)


def test_a_loop_stops_at_its_condition():
    text = """g (bool go, float x) => (float y) {
      none = Constant <value_int = 100> () four = Constant <value = float {4}> ()
      y = Loop (none, go, x) <body = b (int64 i, bool c, float a) => (bool d, float e) {
        e = Add(a, a) d = Less(e, four) }> }"""
    assert run_text(text, {"go": np.array(True), "x": np.array(1, np.float32)})[0] == 4
    assert run_text(text, {"go": np.array(False), "x": np.array(1, np.float32)})[0] == 1


@pytest.mark.parametrize(("axis", "back"), list(product((0, 1, -1), (0, 1))))
def test_a_scan_goes_along_any_axis_either_way(axis: int, back: int):
    text = f"""g (float[3, 3] x) => (float[3] s, float[3, 3] ys) {{
      zero = Constant <value = float[3] {{0, 0, 0}}> ()
      s, ys = Scan (zero, x) <num_scan_inputs = 1, scan_input_axes = [{axis}], scan_input_directions = [{back}],
        scan_output_axes = [{axis}], scan_output_directions = [{back}],
        body = b (float[3] a, float[3] v) => (float[3] c, float[3] z) {{ c = Add(a, v) z = Identity(c) }}> }}"""
    x = values(3, 3)
    s, ys = run_text(text, {"x": x}, wide=True)
    assert close(s, x.astype(float).sum(axis))
    way = slice(None, None, -1 if back else 1)
    turned = np.moveaxis(x.astype(float), axis, 0)[way].cumsum(0)[way]
    assert close(ys, np.moveaxis(turned, 0, axis))


def test_a_scan_of_opset_8_has_lengths():
    text = """g (float[2, 3, 1] x) => (float[2, 1] s, float[2, 3, 1] ys) {
      zero = Constant <value = float[2, 1] {0, 0}> () lens = Constant <value = int64[2] {3, 2}> ()
      s, ys = Scan (lens, zero, x) <num_scan_inputs = 1, directions = [1],
        body = b (float[1] a, float[1] v) => (float[1] c, float[1] z) { c = Add(a, v) z = Neg(v) }> }"""
    x = np.array([[1, 2, 3], [4, 5, 6]], np.float32)[..., None]
    s, ys = run_text(text, {"x": x}, opsets='"": 8')
    assert s.tolist() == [[6], [9]]
    assert ys[..., 0].tolist() == [[-3, -2, -1], [-5, -4, 0]]


def test_a_sequence_map_takes_sequences_and_tensors():
    text = """g (float[2] x) => (float[2] y) {
      t = Neg(x) xs = SequenceConstruct(x, t) ys = SequenceConstruct(t, t)
      zs = SequenceMap (xs, ys, x) <body = b (float[2] a, float[2] b, float[2] c) => (float[2] d) {
        e = Add(a, b) f = Mul(e, c) d = Add(f, t) }>
      one = Constant <value_int = 1> () y = SequenceAt(zs, one) }"""
    assert run_text(text, {"x": np.array([1, 2], np.float32)})[0].tolist() == [-3, -10]


@pytest.mark.parametrize(("position", "expected"), [(0, [9, 1, 2]), (1, [1, 9, 2]), (2, [1, 2, 9]), (-1, [1, 9, 2])])
def test_sequence_insert(position: int, expected: list[int]):
    text = """g (float[1] a, float[1] b, float[1] c, int64 i) => (float[3] y) {
      s = SequenceConstruct(a, b) t = SequenceInsert(s, c, i) y = ConcatFromSequence <axis = 0> (t) }"""
    one = {name: np.array([v], np.float16) for name, v in (("a", 1), ("b", 2), ("c", 9))}
    made = run_text(text.replace("float", "float16"), {**one, "i": np.array(position)})[0]
    assert (made.tolist(), made.dtype) == (expected, np.float16)


@pytest.mark.parametrize(("condition", "expected"), [(True, False), (False, True)])
def test_an_empty_optional_through_a_branch(condition: bool, expected: bool):
    text = """g (bool c) => (bool y) {
      o = If (c) <then_branch = t () => (optional(float[2]) a) { a = Optional <type: type_proto = float[2]> () },
        else_branch = e () => (optional(float[2]) b) { x = Constant <value = float[2] {1, 2}> () b = Optional(x) }>
      y = OptionalHasElement(o) }"""
    assert run_text(text, {"c": np.array(condition)})[0] == expected


# Functions of the file


@pytest.mark.parametrize("opset", [17, 11])  # 11: its own, which is not the model's, so that it is not inlined
@pytest.mark.parametrize("wide", [False, True])
def test_a_function_hands_its_attributes_on(opset: int, wide: bool):
    text = f"""g (float[3] x) => (float[3] y) {{ y = d.f <slope = 0.5, axis = 0> (x) }}
      <domain: "d", opset_import: ["": {opset}]> f <slope, axis> (x) => (y) {{
        t = LeakyRelu <alpha: float = @slope> (x) y = Softmax <axis: int = @axis> (t) }}"""
    (y,) = run_text(text, {"x": np.array([-2, 0, 1], np.float32)}, wide)
    expected = np.exp([-1, 0, 1]) / np.exp([-1, 0, 1]).sum()
    assert close(y, expected, 1e-6)


def test_functions_listed_after_their_use_with_defaults():
    text = """g (float[1] x) => (float[1] y) { y = d.outer(x) }
      <domain: "d", opset_import: ["": 17, "d": 1]> outer (x) => (y) { y = d.inner(x) }
      <domain: "d", opset_import: ["": 17]> inner <slope: float = 0.25> (x) => (y) {
        y = LeakyRelu <alpha: float = @slope> (x) }"""
    assert run_text(text, {"x": np.array([-4], np.float32)})[0].tolist() == [-1]


@pytest.mark.parametrize(("condition", "expected"), [(True, -2), (False, -1)])
def test_a_function_hands_its_attributes_on_to_branches_and_loops(condition: bool, expected: float):
    text = """g (float[1] x, bool c, int64 n) => (float[1] y) { y = d.f <slope = 0.5> (x, c, n) }
      <domain: "d", opset_import: ["": 11]> f <slope> (x, c, n) => (y) {
        y = If (c) <then_branch = t () => (a) { a = LeakyRelu <alpha: float = @slope> (x) },
          else_branch = e () => (b) { b = Loop (n, , x) <body = l (i, k, u) => (m, v) {
            m = Identity(k) v = LeakyRelu <alpha: float = @slope> (u) }> }> }"""
    feeds = {"x": np.array([-4], np.float32), "c": np.array(condition), "n": np.array(2)}
    assert run_text(text, feeds)[0].tolist() == [expected]


# Types


def test_casts_do_not_round_in_float64():
    text = "g (double[1] x) => (float[1] y) { a = Cast <to = 1> (x) b = Cast <to = 10> (a) y = Cast <to = 1> (b) }"
    x = np.array([1 / 3])
    assert run_text(text, {"x": x}, wide=True)[0][0] == 1 / 3
    assert run_text(text, {"x": x})[0][0] == np.float32(np.float16(1 / 3))


def test_a_value_that_its_type_cannot_hold_is_infinite_and_nan_stays():
    text = "g (float16[3] x) => (float16[3] y) { y = Mul(x, x) }"
    y = run_text(text, {"x": np.array([1000, np.nan, 2], np.float16)}, wide=True)[0]
    assert close(y, [np.inf, np.nan, 4])


@pytest.mark.parametrize(
    ("node", "outputs"),
    [("Scaler <offset = [0.0], scale = [0.5]>", "s"), ('Normalizer <norm = "MAX">', "s")],
)
def test_operators_for_machine_learning_go_on_in_float64(node: str, outputs: str):
    text = f"g (float[1, 2] x) => (float[1, 2] y) {{ {outputs} = ai.onnx.ml.{node} (x) y = Add(s, x) }}"
    made = run_text(text, {"x": np.array([[1, 2]], np.float32)}, wide=True)[0]
    assert (made.tolist(), made.dtype) == ([[1.5, 3.0]], np.float64)


@pytest.mark.parametrize("opset", [13, 18])
@pytest.mark.parametrize("operator", ["ReduceMean", "ReduceL2"])
def test_sixteen_bits_are_summed_in_more(operator: str, opset: int):
    x = np.full((1, 4096), 30, np.float16)
    axes = {"axes": [1]} if opset < 18 else {}
    inputs = [x] if opset < 18 else [x, np.array([1])]
    y = run(operator, *inputs, opset=opset, wide=False, **axes)[0]
    assert y.dtype == np.float16
    assert y.item() == (30 if operator == "ReduceMean" else 1920)


# Recurrent layers


def sigmoid(x: float) -> float:
    return 1 / (1 + exp(-x))


def test_lstm_backwards_with_lengths_peepholes_and_a_limit():
    x, w, r = values(3, 2, 4), values(1, 20, 4, seed=1), values(1, 20, 5, seed=2)
    b, p, lens, clip = values(1, 40, seed=3), values(1, 15, seed=4), [3, 2], 0.8
    h0, c0 = values(1, 2, 5, seed=5), values(1, 2, 5, seed=6)
    y, h, c = run(
        "LSTM", x, w, r, b, np.array(lens, np.int32), h0, c0, p,
        outputs=3, hidden_size=5, direction="reverse", clip=clip,
    )  # fmt: skip

    def limited(v: float) -> float:
        return min(max(v, -float(np.float32(clip))), float(np.float32(clip)))

    for example, length in enumerate(lens):
        hidden, cell = h0[0, example].astype(float), c0[0, example].astype(float)
        for t in reversed(range(length)):
            gates = x[t, example].astype(float) @ w[0].T + hidden @ r[0].T + b[0, :20].astype(float) + b[0, 20:]
            before = cell
            cell, hidden = np.zeros(5), np.zeros(5)
            for k in range(5):
                i = sigmoid(limited(gates[k] + p[0, k] * before[k]))
                f = sigmoid(limited(gates[10 + k] + p[0, 10 + k] * before[k]))
                cell[k] = f * before[k] + i * np.tanh(limited(gates[15 + k]))
                o = sigmoid(limited(gates[5 + k] + p[0, 5 + k] * cell[k]))
                hidden[k] = o * np.tanh(limited(cell[k]))
            assert close(y[t, 0, example], hidden, 1e-8)
        assert (y[length:, 0, example] == 0).all()
        assert close(h[0, example], hidden, 1e-8)
        assert close(c[0, example], cell, 1e-8)


@pytest.mark.parametrize("before", [0, 1])
def test_gru_both_ways_with_other_activations(before: int):
    x, w, r, b = values(3, 1, 2), values(2, 6, 2, seed=1), values(2, 6, 2, seed=2), values(2, 12, seed=3)
    y, h = run(
        "GRU", x, w, r, b, outputs=2, hidden_size=2, direction="bidirectional", linear_before_reset=before,
        activations=["HardSigmoid", "ScaledTanh"] * 2, activation_alpha=[0.25, 0.5] * 2, activation_beta=[0.5, 2.0] * 2,
    )  # fmt: skip
    for way, order in enumerate(([0, 1, 2], [2, 1, 0])):
        hidden = np.zeros(2)
        for t in order:
            wz, wr, wh = np.split(w[way].astype(float) @ x[t, 0], 3)
            rz, rr, rh = np.split(r[way].astype(float), 3)
            wbz, wbr, wbh, rbz, rbr, rbh = np.split(b[way].astype(float), 6)
            z = np.clip(0.25 * (wz + rz @ hidden + wbz + rbz) + 0.5, 0, 1)
            reset = np.clip(0.25 * (wr + rr @ hidden + wbr + rbr) + 0.5, 0, 1)
            inner = reset * (rh @ hidden + rbh) if before else rh @ (reset * hidden) + rbh
            hidden = (1 - z) * (0.5 * np.tanh(2 * (wh + wbh + inner))) + z * hidden
            assert close(y[t, way, 0], hidden, 1e-8)
        assert close(h[way, 0], hidden, 1e-8)


def test_rnn_with_the_batch_first():
    x, w, r, h0 = values(2, 3, 4), values(1, 2, 4, seed=1), values(1, 2, 2, seed=2), values(2, 1, 2, seed=3)
    y, h = run(
        "RNN", x, w, r, None, None, h0,
        outputs=2, hidden_size=2, layout=1, activations=["LeakyRelu"], activation_alpha=[0.5],
    )  # fmt: skip
    assert (y.shape, h.shape) == ((2, 3, 1, 2), (2, 1, 2))
    for example in range(2):
        hidden = h0[example, 0].astype(float)
        for t in range(3):
            inner = w[0].astype(float) @ x[example, t] + r[0].astype(float) @ hidden
            hidden = np.where(inner >= 0, inner, 0.5 * inner)
            assert close(y[example, t, 0], hidden, 1e-8)
        assert close(h[example, 0], hidden, 1e-8)


# Pools


def pooled(n: int, k: int, s: int, d: int, pads: tuple[int, int], ceil_mode: int) -> list[list[tuple[int, bool]]]:
    """The cells of each window over a line of n: their places, and whether they are of the line or its padding."""
    (before, after), span = pads, (k - 1) * d + 1
    count = (ceil if ceil_mode else floor)((n + before + after - span) / s + 1)
    if (count - 1) * s >= n + before:
        count -= 1
    cells = [[i * s - before + j * d for j in range(k)] for i in range(count)]
    return [[(c, -before <= c < n + after) for c in window] for window in cells]


@pytest.mark.parametrize(
    ("n", "k", "s", "d", "pads", "ceil_mode"),
    [(5, 3, 4, 1, (0, 0), 1), (7, 2, 3, 2, (1, 1), 1), (7, 2, 3, 2, (1, 1), 0), (6, 3, 2, 1, (2, 1), 1)],
)
def test_pools_of_a_line(n: int, k: int, s: int, d: int, pads: tuple[int, int], ceil_mode: int):
    x = values(n)
    windows = pooled(n, k, s, d, pads, ceil_mode)
    common = {"kernel_shape": [k], "strides": [s], "dilations": [d], "pads": list(pads), "ceil_mode": ceil_mode}
    inside = [[x[c].astype(float) for c, _ in w if 0 <= c < n] for w in windows]
    y, at = run("MaxPool", x.reshape(1, 1, n), outputs=2, out_types=(1, 7), **common)
    assert close(y[0, 0], [max(w) for w in inside])
    assert at[0, 0].tolist() == [int(np.flatnonzero(x == np.float32(max(w)))[0]) for w in inside]
    y = run("AveragePool", x.reshape(1, 1, n), opset=19, **common)[0]
    assert close(y[0, 0], [sum(w) / len(w) for w in inside])
    y = run("AveragePool", x.reshape(1, 1, n), opset=19, count_include_pad=1, **common)[0]
    assert close(y[0, 0], [sum(w) / sum(own for _, own in all_) for w, all_ in zip(inside, windows, strict=True)])
    y = run("LpPool", x.reshape(1, 1, n), opset=18, p=3, **common)[0]
    assert close(y[0, 0], [sum(abs(v) ** 3 for v in w) ** (1 / 3) for w in inside])


@pytest.mark.parametrize(("auto_pad", "before"), [("SAME_UPPER", 1), ("SAME_LOWER", 2)])
def test_an_odd_padding_goes_where_the_name_says(auto_pad: str, before: int):
    x = values(1, 1, 6)
    y = run("MaxPool", x, kernel_shape=[4], strides=[1], auto_pad=auto_pad)[0]
    assert close(y[0, 0], [max(x[0, 0, max(0, i - before) : i - before + 4]) for i in range(6)])


def test_places_of_maxima_in_a_volume():
    x = values(2, 2, 4, 6)
    for order, flat in ((0, lambda i, j: i * 6 + j), (1, lambda i, j: j * 4 + i)):
        y, at = run("MaxPool", x, outputs=2, out_types=(1, 7), kernel_shape=[2, 3], strides=[2, 3], storage_order=order)
        for n, c, i, j in np.ndindex(y.shape):
            part = x[n, c, 2 * i : 2 * i + 2, 3 * j : 3 * j + 3]
            row, column = np.unravel_index(part.argmax(), part.shape)
            assert at[n, c, i, j] == (n * 2 + c) * 24 + flat(2 * i + row, 3 * j + column)


def test_unpooling_gives_back_what_was_pooled():
    x = np.abs(values(1, 2, 5, 5))
    y, at = run("MaxPool", x, outputs=2, out_types=(1, 7), kernel_shape=[2, 2], strides=[2, 2])
    back = run("MaxUnpool", y.astype(np.float32), at, np.array(x.shape), kernel_shape=[2, 2], strides=[2, 2])[0]
    assert back.shape == x.shape
    assert close(back.reshape(-1)[at.reshape(-1)], y.reshape(-1))
    assert close(run("MaxPool", back.astype(np.float32), kernel_shape=[2, 2], strides=[2, 2])[0], y)


def test_global_lp_pool():
    x = values(2, 3, 4, 5)
    y = run("GlobalLpPool", x, p=3)[0]
    assert close(y[1, 2, 0, 0], sum(abs(float(v)) ** 3 for v in x[1, 2].reshape(-1)) ** (1 / 3))


def test_max_roi_pool():
    x = np.arange(36, dtype=np.float32).reshape(1, 1, 6, 6)
    y = run("MaxRoiPool", x, np.array([[0, 1, 1, 4, 4], [0, 9, 9, 9, 9]], np.float32), pooled_shape=[2, 2])[0]
    assert y[:, 0].tolist() == [[[14, 16], [26, 28]], [[0, 0], [0, 0]]]


# Convolutions


@pytest.mark.parametrize(
    ("attributes", "size", "before"),
    [
        ({}, 11, 0),
        ({"pads": [1, 2]}, 8, 1),
        ({"output_padding": [1]}, 12, 0),
        ({"auto_pad": "SAME_UPPER"}, 8, 1),
        ({"auto_pad": "SAME_LOWER"}, 8, 2),
        ({"output_shape": [10]}, 10, 1),
        ({"output_shape": [13]}, 13, 0),
    ],
)
def test_conv_transpose_adds_the_kernel_at_each_step(attributes: dict, size: int, before: int):
    x, w, b = values(2, 4, 4), values(4, 2, 3, seed=1), values(4, seed=2)
    y = run("ConvTranspose", x, w, b, group=2, strides=[2], dilations=[2], **attributes)[0]
    expected = np.zeros((2, 4, size)) + b.astype(float)[:, None]
    for n, c, i, m, k in product(range(2), range(4), range(4), range(2), range(3)):
        place = 2 * i + 2 * k - before
        if 0 <= place < size:
            expected[n, c // 2 * 2 + m, place] += float(x[n, c, i]) * float(w[c, m, k])
    assert close(y, expected, 1e-8)


@pytest.mark.parametrize("opset", [10, 11])
def test_an_odd_padding_of_conv_transpose(opset: int):
    x, w = values(1, 1, 3), values(1, 1, 4, seed=1)
    full = np.convolve(x[0, 0].astype(float), w[0, 0].astype(float))
    for auto_pad, before in (("NOTSET", 2), ("SAME_LOWER", 2), ("SAME_UPPER", 1)):
        y = run("ConvTranspose", x, w, opset=opset, output_shape=[3], auto_pad=auto_pad)[0]
        assert close(y[0, 0], full[before : before + 3], 1e-8)


def test_deform_conv_without_offsets_is_conv():
    x, w, b = values(1, 4, 6, 5), values(2, 2, 3, 2, seed=1), values(2, seed=2)
    common = {"group": 2, "strides": [2, 1], "pads": [1, 0, 1, 1]}
    expected = run("Conv", x, w, b, **common)[0]
    offset = np.zeros((1, 2 * 2 * 6, *expected.shape[2:]), np.float32)
    assert close(run("DeformConv", x, w, offset, b, opset=19, offset_group=2, **common)[0], expected)


def test_deform_conv_takes_values_between_cells():
    x = np.array([[[[1, 2, 4]]]], np.float32)
    offset = np.array([0, 0.25], np.float32).reshape(1, 2, 1, 1) * np.ones((1, 1, 1, 3), np.float32)
    one, mask = np.ones((1, 1, 1, 1), np.float32), np.full((1, 1, 1, 3), 2, np.float32)
    y = run("DeformConv", x, one, offset, None, mask, opset=19)[0]
    assert y.reshape(-1).tolist() == [2.5, 5, 6]  # between 1 and 2, between 2 and 4, and between 4 and the zeros around


# Normalisations


@pytest.mark.parametrize(("wide", "rtol"), [(True, 1e-12), (False, 1e-5)])
@pytest.mark.parametrize("stash_type", [TensorProto.FLOAT, TensorProto.DOUBLE])
def test_layer_normalization(wide: bool, rtol: float, stash_type: int):
    x, s, b = values(2, 3, 4) + 5, values(3, 4, seed=1), values(3, 4, seed=2)
    y, mean, inverse = run(
        "LayerNormalization", x, s, b, wide=wide, outputs=3, axis=1, epsilon=0.5, stash_type=stash_type
    )
    wanted = x.astype(float)
    m = wanted.mean((1, 2), keepdims=True)
    i = 1 / np.sqrt(((wanted - m) ** 2).mean((1, 2), keepdims=True) + 0.5)
    assert close(mean, m, rtol)
    assert close(inverse, i, rtol)
    assert np.allclose(y, (wanted - m) * i * s + b, rtol=rtol, atol=rtol)


def test_rms_normalization():
    x, s = values(2, 3, 4), values(4, seed=1)
    y = run("RMSNormalization", x, s, opset=23, epsilon=0.25)[0]
    wanted = x.astype(float)
    assert close(y, wanted / np.sqrt((wanted**2).mean(-1, keepdims=True) + 0.25) * s, 1e-12)


def test_mean_variance_normalization_far_from_zero():
    x = (1e4 + values(2, 3, 2, 2)).astype(np.float32)
    wanted = x.astype(float)
    centred = wanted - wanted.mean((0, 2, 3), keepdims=True)
    expected = centred / np.sqrt((centred**2).mean((0, 2, 3), keepdims=True))
    assert np.allclose(run("MeanVarianceNormalization", x)[0], expected, rtol=1e-6)
    assert np.allclose(run("MeanVarianceNormalization", x, wide=False)[0], expected, rtol=0.01, atol=0.01)


@pytest.mark.parametrize("size", [3, 4])
def test_lrn_of_one_image_with_many_channels(size: int):
    x = values(1, 5, 2, 3)
    y = run("LRN", x, size=size, alpha=0.5, beta=0.5, bias=2.0)[0]
    for n, c, i, j in np.ndindex(x.shape):
        near = range(max(0, c - floor((size - 1) / 2)), min(4, c + ceil((size - 1) / 2)) + 1)
        total = sum(float(x[n, k, i, j]) ** 2 for k in near)
        assert np.isclose(y[n, c, i, j], float(x[n, c, i, j]) / (2 + 0.5 / size * total) ** 0.5, rtol=1e-12)


@pytest.mark.parametrize("p", [1, 2])
def test_lp_normalization(p: int):
    x = np.array([[3, -4], [0, 0]], np.float32)
    assert close(run("LpNormalization", x, p=p)[0], [[3 / 7, -4 / 7] if p == 1 else [0.6, -0.8], [0, 0]])


# Sums and their logarithms


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ([-INF, -INF], -np.inf),
        ([INF, INF], np.inf),
        ([INF, -INF], np.inf),
        ([1000, 1000], 1000 + log(2)),
        ([-1000, -1000], log(2) - 1000),
        ([NAN, 1], np.nan),
    ],
)
@pytest.mark.parametrize("keepdims", [0, 1])
def test_log_sum_exp_at_the_ends(row: list[float], expected: float, keepdims: int):
    y = run("ReduceLogSumExp", np.array([row], np.float32), opset=13, axes=[1], keepdims=keepdims)[0]
    assert close(y, np.full((1, 1) if keepdims else (1,), expected))


def test_reductions_keep_integers():
    x = np.array([[3, 4], [100_000, 0]], np.int32)
    squares = run("ReduceSumSquare", x[:1], opset=13, keepdims=0)[0]
    assert (squares.item(), squares.dtype) == (25, np.int32)
    logs = run("ReduceLogSum", x, opset=13, axes=[1])[0]
    assert (logs.tolist(), logs.dtype) == ([[1], [11]], np.int32)


def test_a_reduction_over_no_axes_does_the_rest():
    x, none = np.abs(values(2, 3)), np.zeros(0, np.int64)
    assert close(run("ReduceLogSum", x, none, opset=18, noop_with_empty_axes=1)[0], np.log(x.astype(float)))
    assert close(run("ReduceSumSquare", x, none, opset=18, noop_with_empty_axes=1)[0], x.astype(float) ** 2)


@pytest.mark.parametrize("reduction", ["none", "sum", "mean"])
def test_cross_entropy_of_sure_scores(reduction: str):
    x, t, w = np.array([[0, 800], [0, 1], [5, 5]], np.float32), np.array([0, 1, -1]), np.array([2, 3], np.float32)
    loss, logs = run("SoftmaxCrossEntropyLoss", x, t, w, outputs=2, reduction=reduction, ignore_index=-1)
    each = np.array([2 * 800, 3 * (log(1 + exp(1)) - 1), 0])
    assert close(loss, {"none": each, "sum": each.sum(), "mean": each.sum() / 5}[reduction])
    assert close(logs[0], [-800, 0])


def test_erf_is_as_precise_as_its_type():
    from math import erf

    x = values(50)
    assert close(run("Erf", x)[0], [erf(v) for v in x.astype(float)], 1e-14)


# Resize


def resized(x: np.ndarray, opset: int = 19, **given: object) -> np.ndarray:
    """A line resized: by ``sizes`` or by ``scales``."""
    sizes, scales, roi = (given.pop(name, None) for name in ("sizes", "scales", "roi"))
    y = run(
        "Resize",
        x.reshape(1, 1, -1),
        None if roi is None else np.array([0, 0, roi[0], 1, 1, roi[1]], np.float32),
        None if scales is None else np.array([1, 1, scales], np.float32),
        None if sizes is None else np.array([1, 1, sizes]),
        opset=opset,
        **given,
    )[0]
    return y[0, 0]


LINE = np.arange(14, dtype=np.float32)


def test_places_are_exact():
    y = resized(LINE, sizes=6, coordinate_transformation_mode="asymmetric", nearest_mode="floor")
    assert y.tolist() == [i * 14 // 6 for i in range(6)]
    third = float(np.float32(1 / 3))
    y = resized(LINE[:9], scales=third, coordinate_transformation_mode="asymmetric", nearest_mode="floor")
    assert y.tolist() == [0, 3, 6]


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("round_prefer_floor", [0, 0, 1, 1]),
        ("round_prefer_ceil", [0, 1, 1, 1]),
        ("floor", [0, 0, 1, 1]),
        ("ceil", [0, 1, 1, 1]),
    ],
)
def test_nearest_modes_at_halves(mode: str, expected: list[int]):
    y = resized(LINE[:2], scales=2, coordinate_transformation_mode="asymmetric", nearest_mode=mode)
    assert y.tolist() == expected


def test_whole_lengths_of_aligned_corners():
    y = resized(LINE[:4], scales=0.6, mode="linear", coordinate_transformation_mode="align_corners")
    assert y.tolist() == [0, 3]
    y = resized(LINE[:4], scales=0.3, mode="linear", coordinate_transformation_mode="align_corners")
    assert y.tolist() == [0]


def test_half_pixels_of_pytorch_and_of_tensorflow():
    modes = ("half_pixel", "pytorch_half_pixel")
    found = [resized(LINE[:4], sizes=1, mode="linear", coordinate_transformation_mode=m).tolist() for m in modes]
    assert found == [[1.5], [0]]
    found = run(
        "Resize", LINE[:3].reshape(1, 1, 3), np.zeros(0, np.float32), np.array([1, 1, 2], np.float32), opset=11,
        coordinate_transformation_mode="tf_half_pixel_for_nn", nearest_mode="floor",
    )[0]  # fmt: skip
    assert found[0, 0].tolist() == [0, 0, 1, 1, 2, 2]


def cubic(d: float, a: float = -0.75) -> float:
    d = abs(d)
    if d <= 1:
        return (a + 2) * d**3 - (a + 3) * d**2 + 1
    return a * d**3 - 5 * a * d**2 + 8 * a * d - 4 * a if d < 2 else 0


@pytest.mark.parametrize("exclude", [0, 1])
def test_cubic(exclude: int):
    x = values(5)
    y = resized(x, sizes=8, mode="cubic", exclude_outside=exclude)
    for i, value in enumerate(y):
        place = (i + 0.5) * 5 / 8 - 0.5
        cells = [floor(place) + k for k in (-1, 0, 1, 2)]
        weights = [0 if exclude and not 0 <= c < 5 else cubic(place - c) for c in cells]
        expected = sum(w * float(x[min(max(c, 0), 4)]) for w, c in zip(weights, cells, strict=True)) / sum(weights)
        assert np.isclose(value, expected, rtol=1e-9)


@pytest.mark.parametrize(("mode", "reach"), [("linear", 1), ("cubic", 2)])
def test_antialias_widens_the_filter(mode: str, reach: int):
    x = values(12)
    y = resized(x, sizes=5, mode=mode, antialias=1)
    stretch = 12 / 5
    for i, value in enumerate(y):
        place = (i + 0.5) * stretch - 0.5
        cells = [c for c in range(-8, 20) if abs(c - place) < reach * stretch]
        kernel = cubic if mode == "cubic" else lambda d: 1 - abs(d)
        weights = [kernel((c - place) / stretch) for c in cells]
        expected = sum(w * float(x[min(max(c, 0), 11)]) for w, c in zip(weights, cells, strict=True)) / sum(weights)
        assert np.isclose(value, expected, rtol=1e-9)


def test_a_region_with_values_outside():
    y = resized(
        LINE[:5], sizes=5, mode="linear", roi=(0.5, 1.5), extrapolation_value=9.0,
        coordinate_transformation_mode="tf_crop_and_resize",
    )  # fmt: skip
    assert y.tolist() == [2, 3, 4, 9, 9]


@pytest.mark.parametrize(("policy", "shape"), [("not_larger", (3, 6)), ("not_smaller", (5, 10)), ("stretch", (5, 6))])
def test_aspect_ratio_of_two_axes(policy: str, shape: tuple[int, int]):
    x = values(4, 8)
    y = run("Resize", x, None, None, np.array([5, 6]), opset=19, axes=[-2, -1], keep_aspect_ratio_policy=policy)[0]
    assert y.shape == shape


# Whole numbers


def test_quantising_rounds_before_it_adds_and_saturates():
    x = np.array([0.5, 1.5, 2.5, -0.5, 1e12, -1e12, INF, -INF], np.float32)
    y = run("QuantizeLinear", x, np.array(1, np.float32), np.array(3, np.uint8), opset=21, out_types=(2,))[0]
    assert y.tolist() == [3, 5, 5, 3, 255, 0, 255, 0]
    tenths = np.array([0.05, 0.15, 0.25, 0.35], np.float32)  # halves, but for the last digit of float32
    y = run("QuantizeLinear", tenths, np.array(0.1, np.float32), opset=21, out_types=(2,))[0]
    assert y.tolist() == [0, 2, 2, 4]


def test_quantising_in_blocks_and_back():
    x, s = values(3, 4), np.abs(values(3, 2, seed=1))
    z = np.array([[1, 2], [3, 4], [5, 6]], np.int8)
    common = {"opset": 21, "axis": 1, "block_size": 2}
    y = run("QuantizeLinear", x, s, z, out_types=(3,), **common)[0]
    back = run("DequantizeLinear", y, s, z, out_types=(1,), **common)[0]
    for i, j in np.ndindex(x.shape):
        scale, zero = float(s[i, j // 2]), int(z[i, j // 2])
        whole = min(max(round(float(x[i, j]) / scale) + zero, -128), 127)
        assert y[i, j] == whole
        assert np.isclose(back[i, j], (whole - zero) * scale, rtol=1e-12)


def test_dequantising_is_exact_in_float64():
    y = run("DequantizeLinear", np.array([2**30 + 65], np.int32), np.array(1, np.float32), opset=21, out_types=(1,))[0]
    assert y.tolist() == [2**30 + 65]


def test_products_of_whole_numbers():
    a, b = np.arange(6, dtype=np.uint8).reshape(2, 3), np.arange(12, dtype=np.int8).reshape(3, 4)
    rows, columns = np.array([1, 2], np.uint8), np.array([0, 1, 2, 3], np.int8)
    y = run("MatMulInteger", a, b, rows, columns, out_types=(6,))[0]
    left, right = a.astype(int) - [[1], [2]], b.astype(int) - [0, 1, 2, 3]
    assert y.tolist() == (left @ right).tolist()
    one, zero = np.array(1, np.float32), np.array(1, np.uint8)
    half, none = np.array(0.5, np.float32), np.array(0, np.uint8)
    y = run("QLinearMatMul", a, half, none, a.T.copy(), one, none, one, zero)[0]
    products = (a.astype(int) @ a.T.astype(int)) / 2
    assert y.tolist() == [[round(v) + 1 for v in row] for row in products.tolist()]


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_quantised_convolutions(axes: int):
    rng = np.random.default_rng(axes)
    x = rng.integers(0, 255, (1, 2, *[4] * axes)).astype(np.uint8)
    w = rng.integers(-100, 100, (2, 1, *[2] * axes)).astype(np.int8)
    zeros = np.array([3, -4], np.int8)
    sums = np.zeros((2, *[3] * axes), int)
    for m, *place in np.ndindex(sums.shape):
        part = x[(0, m, *(slice(p, p + 2) for p in place))].astype(int) - 7
        sums[(m, *place)] = (part * (w[m, 0].astype(int) - zeros[m])).sum()
    zero = np.array(7, np.uint8)
    y = run("ConvInteger", x, w, zero, zeros, group=2, out_types=(6,))[0]
    assert y[0].tolist() == sums.tolist()
    half, scales, b = np.array(0.5, np.float32), np.array([0.25, 0.5], np.float32), np.array([30, -50], np.int32)
    y = run(
        "QLinearConv", x, half, zero, w, scales, zeros, np.array(64, np.float32), np.array(100, np.uint8), b, group=2
    )[0]
    for m, *place in np.ndindex(sums.shape):
        value = (int(sums[(m, *place)]) + int(b[m])) * 0.5 * float(scales[m]) / 64
        assert y[(0, m, *place)] == min(max(round(value) + 100, 0), 255)


def test_powers_of_whole_numbers():
    assert run("Pow", np.array([2, 1, -1, -1]), np.array([-1, -3, -3, -2]), opset=13)[0].tolist() == [0, 1, -1, 1]
    assert run("Pow", np.array([3]), np.array([39]), opset=13)[0].tolist() == [3**39]


# What picks


@pytest.mark.parametrize("mode", ["bilinear", "bicubic"])
@pytest.mark.parametrize("padding_mode", ["zeros", "border", "reflection"])
@pytest.mark.parametrize("align", [0, 1])
def test_grid_sample(mode: str, padding_mode: str, align: int):
    x, grid = values(1, 1, 3, 4), (values(1, 1, 20, 2, seed=1) * 1.2).astype(np.float32)
    y = run("GridSample", x, grid, opset=16, mode=mode, padding_mode=padding_mode, align_corners=align)[0]

    def cell(i: int, size: int) -> int | None:
        if padding_mode == "zeros":
            return i if 0 <= i < size else None
        if padding_mode == "border":
            return min(max(i, 0), size - 1)
        period = 2 * (size - 1) if align else 2 * size
        i %= period
        return i if i < size else period - i if align else period - 1 - i

    def weights(place: float) -> list[tuple[int, float]]:
        steps, kernel = ((0, 1), lambda d: 1 - abs(d)) if mode == "bilinear" else ((-1, 0, 1, 2), cubic)
        return [(floor(place) + k, kernel(place - floor(place) - k)) for k in steps]

    for k in range(20):
        unit = [(float(v) + 1) / 2 for v in grid[0, 0, k]]
        across, down = (u * (n - 1) if align else u * n - 0.5 for u, n in zip(unit, (4, 3), strict=True))
        expected = 0.0
        for (i, wi), (j, wj) in product(weights(down), weights(across)):
            row, column = cell(i, 3), cell(j, 4)
            if row is not None and column is not None:
                expected += wi * wj * float(x[0, 0, row, column])
        assert np.isclose(y[0, 0, 0, k], expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(("opset", "expected"), [(10, [[2.5]]), (16, [[2.0]])])
def test_roi_align_before_and_from_opset_16(opset: int, expected: list[list[float]]):
    x = np.tile(np.arange(6, dtype=np.float32), (1, 1, 6, 1))
    y = run("RoiAlign", x, np.array([[1, 1, 4, 4]], np.float32), np.array([0]), opset=opset, sampling_ratio=2)[0]
    assert close(y[0, 0], expected)


def test_suppression_of_boxes():
    boxes = np.array([[[0, 0, 2, 2], [2, 1, 0, 3], [0, 0, 2, 2.2], [5, 5, 6, 6]]], np.float32)
    scores = np.array([[[0.5, 0.9, 0.8, 0.25]]], np.float32)

    def chosen(*rest: np.ndarray | None) -> list[int]:
        return run("NonMaxSuppression", boxes, scores, *rest, out_types=(7,))[0][:, 2].tolist()

    many, third = np.array(9), np.array(1 / 3, np.float32)
    assert chosen() == []
    assert chosen(many) == [1, 3]  # any overlap is too much
    assert chosen(many, third) == [1, 0, 3]  # 0 overlaps 1 by a third, which is not more; 2 overlaps it by more
    assert chosen(np.array([1]), third) == [1]
    assert chosen(many, third, np.array([0.25], np.float32)) == [1, 0, 3]  # not less than the threshold
    assert chosen(many, third, np.array([0.3], np.float32)) == [1, 0]


@pytest.mark.parametrize(
    ("axis", "is_sorted", "expected"),
    [
        (None, 1, ([1, 2, 3], [1, 4, 0], [2, 0, 2, 2, 1, 2], [1, 1, 4])),
        (None, 0, ([3, 1, 2], [0, 1, 4], [0, 1, 0, 0, 2, 0], [4, 1, 1])),
        (1, 1, ([[1, 3], [2, 3]], [1, 0], [1, 0, 1], [1, 2])),
        (1, 0, ([[3, 1], [3, 2]], [0, 1], [0, 1, 0], [2, 1])),
    ],
)
def test_unique(axis: int | None, is_sorted: int, expected: tuple):
    x = np.array([[3, 1, 3], [3, 2, 3]], np.float32)
    axes = {} if axis is None else {"axis": axis}
    found = run("Unique", x, opset=13, outputs=4, out_types=(1, 7, 7, 7), sorted=is_sorted, **axes)
    assert [f.tolist() for f in found] == list(expected)


def test_one_hot_of_what_cannot_be_multiplied():
    y = run("OneHot", np.array([1, -1, 5]), np.array([3]), np.array([-np.inf, 0], np.float32), out_types=(1,))[0]
    assert y.tolist() == [[-np.inf, 0, -np.inf], [-np.inf, -np.inf, 0], [-np.inf] * 3]


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("constant", [1, 2, 0, 0]),
        ("edge", [1, 2, 2, 2]),
        ("reflect", [1, 2, 1, 2]),
        ("wrap", [1, 2, 1, 2]),
    ],
)
def test_pads_that_take_away(mode: str, expected: list[int]):
    x = np.array([[0, 1, 2]], np.float32)
    assert run("Pad", x, np.array([-1, 2]), None, np.array([-1]), opset=19, mode=mode)[0].tolist() == [expected]


def test_draws_follow_the_logarithms():
    x = np.log(np.array([[0.7, 0.3, 0.0]], np.float32), where=[True, True, False], out=np.full((1, 3), -INF))
    drawn = run("Multinomial", x, sample_size=4000, out_types=(6,))[0]
    assert (drawn.shape, drawn.dtype) == ((1, 4000), np.int32)
    assert np.allclose(np.bincount(drawn[0], minlength=3) / 4000, [0.7, 0.3, 0], atol=0.05)
