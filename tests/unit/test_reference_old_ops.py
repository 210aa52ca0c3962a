"""Values of old versions of operators, by formulas and by the examples of their own texts."""

from __future__ import annotations

from itertools import product
from math import ceil, floor

import numpy as np
import onnx
import pytest
from onnx import TensorProto

from helpers.reference import Evaluator
from tests.reference.example import node_example

F = np.float32


def values(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape).astype(F)


def run(op_type: str, *inputs: np.ndarray | None, opset: int, wide: bool = True, **given: object) -> list:
    named = {f"x{i}": array for i, array in enumerate(inputs)}
    made = node_example(op_type, named, opset=opset, **given)
    return Evaluator(onnx.load_model_from_string(made.model), wide=wide).run(None, made.inputs)


def close(a: np.ndarray, b: object, rtol: float = 1e-9) -> bool:
    return np.shape(a) == np.shape(b) and np.allclose(a, b, rtol=rtol, atol=1e-12)


# Quantised


@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize("opset", [10, 12, 13, 18])
@pytest.mark.parametrize(("dtype", "kind"), [(np.uint8, TensorProto.UINT8), (np.int8, TensorProto.INT8)])
def test_quantize_rounds_to_even_before_the_zero_point(opset: int, wide: bool, dtype: type, kind: int):
    x = np.array([0.5, 1.5, 2.5, -1.5, 3, 1e12, -1e12], F)
    (y,) = run("QuantizeLinear", x, F(1), np.array(3, dtype), opset=opset, wide=wide, out_types=(kind,))
    limits = np.iinfo(dtype)
    assert y.tolist() == [3, 5, 5, 1, 6, limits.max, limits.min]
    assert y.dtype == dtype


@pytest.mark.parametrize("opset", [10, 13])
def test_quantize_whole_numbers_without_a_zero_point(opset: int):
    x = np.array([1, 7, 10, -4, 2**31 - 1], np.int32)
    (y,) = run("QuantizeLinear", x, F(4), opset=opset, out_types=(TensorProto.UINT8,))
    assert (y.tolist(), y.dtype) == ([0, 2, 2, 0, 255], np.uint8)


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_quantize_along_an_axis(axis: int):
    x, zeros = values(3, 3) * F(20), np.array([3, 0, 9], np.uint8)
    scales = np.array([0.5, 1, 2], F)
    (y,) = run("QuantizeLinear", x, scales, zeros, opset=13, axis=axis, out_types=(TensorProto.UINT8,))
    for i, j in product(range(3), repeat=2):
        at = i if axis == 0 else j
        assert y[i, j] == min(max(round(float(x[i, j] / scales[at])) + int(zeros[at]), 0), 255)


@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize("opset", [10, 13, 18])
def test_dequantize(opset: int, wide: bool):
    for x, zero in [
        (np.array([0, 128, 255], np.uint8), np.array(128, np.uint8)),
        (np.array([-128, 0, 127], np.int8), np.array(127, np.int8)),
    ]:
        (y,) = run("DequantizeLinear", x, F(0.25), zero, opset=opset, wide=wide, out_types=(TensorProto.FLOAT,))
        assert y.tolist() == [(int(v) - int(zero)) / 4 for v in x]
        assert y.dtype == (np.float64 if wide else F)


def test_dequantize_32_bits_and_along_an_axis():
    (y,) = run("DequantizeLinear", np.array([2**24 + 1, -3], np.int32), F(2), opset=10, out_types=(TensorProto.FLOAT,))
    assert y.tolist() == [2.0**25 + 2, -6]
    x, scales, zeros = np.array([[1, 2], [3, 4]], np.int8), np.array([1, 0.5], F), np.array([0, 4], np.int8)
    (y,) = run("DequantizeLinear", x, scales, zeros, opset=13, axis=0, out_types=(TensorProto.FLOAT,))
    assert y.tolist() == [[1, 2], [-0.5, 0]]
    (y,) = run("DequantizeLinear", x, scales, zeros, opset=13, out_types=(TensorProto.FLOAT,))
    assert y.tolist() == [[1, -1], [3, 0]]


# Scaled


def scaled(op_type: str, opset: int, x: np.ndarray, scales: list[float], mode: str) -> np.ndarray:
    if opset < 7:
        mode = mode.replace("linear", "bilinear")
        return run(op_type, x, opset=opset, mode=mode, height_scale=scales[2], width_scale=scales[3])[0]
    if opset < 9:
        return run(op_type, x, opset=opset, mode=mode, scales=scales)[0]
    return run(op_type, x, np.array(scales, F), opset=opset, mode=mode)[0]


ALL = [("Upsample", 1), ("Upsample", 6), ("Upsample", 7), ("Upsample", 8), ("Upsample", 9), ("Resize", 10)]


@pytest.mark.parametrize(("op_type", "opset"), ALL)
@pytest.mark.parametrize(("high", "wide"), [(2, 3), (1.5, 1), (2.25, 1.75)])
def test_nearest_is_the_cell_before(op_type: str, opset: int, high: float, wide: float):
    x = values(2, 2, 3, 4)
    y = scaled(op_type, opset, x, [1.0, 1.0, float(high), float(wide)], "nearest")
    rows = [floor(i / high) for i in range(floor(3 * high))]
    columns = [floor(i / wide) for i in range(floor(4 * wide))]
    assert np.array_equal(y, x[:, :, rows][..., columns])


@pytest.mark.parametrize(("op_type", "opset"), ALL)
@pytest.mark.parametrize(("high", "wide"), [(2, 3), (1.5, 1), (2.25, 1.75)])
def test_linear_starts_at_the_first_cell(op_type: str, opset: int, high: float, wide: float):
    x = values(1, 2, 3, 4)
    y = scaled(op_type, opset, x, [1.0, 1.0, float(high), float(wide)], "linear")
    x = np.apply_along_axis(lambda v: np.interp(np.arange(floor(3 * high)) / high, range(3), v), 2, x.astype(float))
    x = np.apply_along_axis(lambda v: np.interp(np.arange(floor(4 * wide)) / wide, range(4), v), 3, x)
    assert close(y, x)


def test_resize_as_in_the_examples_of_its_text():
    x, scales = np.arange(1, 9, dtype=F).reshape(1, 1, 2, 4), np.array([1, 1, 0.6, 0.6], F)
    assert run("Resize", x, scales, opset=10)[0].tolist() == [[[[1, 3]]]]
    assert close(run("Resize", x, scales, opset=10, mode="linear")[0], [[[[1, 2.66666651]]]], 1e-7)
    x, scales = np.arange(1, 5, dtype=F).reshape(1, 1, 2, 2), np.array([1, 1, 2, 2], F)
    (y,) = run("Resize", x, scales, opset=10, mode="linear")
    assert y.tolist() == [[[[1, 1.5, 2, 2], [2, 2.5, 3, 3], [3, 3.5, 4, 4], [3, 3.5, 4, 4]]]]


def test_a_scale_that_is_not_exact_does_not_cross_to_another_cell():
    x = np.arange(10, dtype=F)  # 6 / 1.2 is 5, in float32 as well; by the exact value of 1.2 in float32 it is less
    assert run("Upsample", x, np.array([1.2], F), opset=9)[0].tolist() == [0, 0, 1, 2, 3, 4, 5, 5, 6, 7, 8, 9]


def test_resize_takes_the_cell_after_where_an_axis_shrinks():
    x = values(7, 3)
    (y,) = run("Resize", x, np.array([0.75, 1.5], F), opset=10)
    assert np.array_equal(y, x[[ceil(i / 0.75) for i in range(5)]][:, [0, 0, 1, 2]])


# Places


@pytest.mark.parametrize("opset", [9, 10, 11])
def test_scatter_as_in_the_examples_of_its_text(opset: int):
    at, updates = np.array([[1, 0, 2], [0, 2, 1]]), np.array([[1, 1.1, 1.2], [2, 2.1, 2.2]], F)
    (y,) = run("Scatter", np.zeros((3, 3), F), at, updates, opset=opset)
    assert close(y, [[2, 1.1, 0], [1, 0, 2.2], [0, 2.1, 1.2]], 1e-6)
    x, at, updates = np.array([[1, 2, 3, 4, 5]], F), np.array([[1, -2]]), np.array([[1.1, 2.1]], F)
    for axis in (1, -1):
        assert close(run("Scatter", x, at, updates, opset=opset, axis=axis)[0], [[1, 1.1, 3, 2.1, 5]], 1e-6)


@pytest.mark.parametrize("axis", [0, 1, 2, -1])
@pytest.mark.parametrize("shape", [(70, 3, 66), (4, 2, 5)])
def test_gather_elements_of_many_and_of_few(axis: int, shape: tuple[int, ...]):
    x = values(70, 3, 66)
    at = np.random.default_rng(1).integers(-x.shape[axis], x.shape[axis], shape)
    (y,) = run("GatherElements", x, at, opset=11, axis=axis)
    assert y.shape == shape
    for place in np.random.default_rng(2).integers(0, shape, (200, 3)):
        source = list(place)
        source[axis] = at[tuple(place)]
        assert y[tuple(place)] == x[tuple(source)]


# Losses and n-grams


@pytest.mark.parametrize("ignored", [None, -1, 1])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("opset", [12, 13])
def test_negative_log_likelihood(ignored: int | None, weighted: bool, opset: int):
    x, target, weight = values(2, 3, 4), np.array([[0, 1, 2, 1], [2, 2, 0, 1]]), np.array([0.5, 2, 3], F)
    if ignored == -1:
        target[0, 2] = -1
    losses, total = np.zeros((2, 4)), 0.0
    for n, d in product(range(2), range(4)):
        if (c := int(target[n, d])) != ignored:
            w = float(weight[c]) if weighted else 1.0
            losses[n, d], total = -float(x[n, c, d]) * w, total + w
    inputs = [x, target, weight] if weighted else [x, target]
    given = {} if ignored is None else {"ignore_index": ignored}
    for reduction, wanted in [("none", losses), ("sum", losses.sum()), ("mean", losses.sum() / total)]:
        assert close(run("NegativeLogLikelihoodLoss", *inputs, opset=opset, reduction=reduction, **given)[0], wanted)


def test_an_ignored_loss_is_0_also_where_the_score_is_infinite():
    x = np.array([[-np.inf, -1], [-2, -3]], F)
    (y,) = run("NegativeLogLikelihoodLoss", x, np.array([0, 1]), opset=12, ignore_index=0)
    assert y == 3


GRAMS = {"ngram_counts": [0, 2], "pool_int64s": [1, 2, 1, 2, 2, 3], "ngram_indexes": [3, 2, 1, 0]}


@pytest.mark.parametrize(
    ("mode", "weights", "wanted"),
    [
        ("TF", None, [[2, 2, 2, 1], [0, 0, 0, 2]]),  # of 2-3, 1-2, 2, 1, with up to one element between
        ("IDF", None, [[1, 1, 1, 1], [0, 0, 0, 1]]),
        ("TFIDF", None, [[2, 2, 2, 1], [0, 0, 0, 2]]),
        ("TF", [2, 4, 8, 16], [[2, 2, 2, 1], [0, 0, 0, 2]]),
        ("IDF", [2, 4, 8, 16], [[16, 8, 4, 2], [0, 0, 0, 2]]),
        ("TFIDF", [2, 4, 8, 16], [[32, 16, 8, 2], [0, 0, 0, 4]]),
    ],
)
@pytest.mark.parametrize("strings", [False, True])
def test_ngrams(mode: str, weights: list[float] | None, wanted: list[list[float]], strings: bool):
    x, given = np.array([[1, 2, 2, 3], [5, 1, 6, 1]]), dict(GRAMS)
    if strings:
        x, given["pool_strings"] = x.astype(str).astype(object), [str(v) for v in given.pop("pool_int64s")]
    if weights:
        given["weights"] = [float(w) for w in weights]
    lengths = {"min_gram_length": 1, "max_gram_length": 2, "max_skip_count": 1}
    for rows in (x, x[0]):
        (y,) = run("TfIdfVectorizer", rows, opset=9, mode=mode, out_types=(TensorProto.FLOAT,), **lengths, **given)
        assert y.tolist() == (wanted if rows.ndim == 2 else wanted[0])


# Attributes that only old versions have


def test_old_pools():
    x = values(1, 1, 4, 4)
    (y,) = run("LpPool", x, opset=1, kernel_shape=[2, 2], p=3.5, auto_pad="SAME_UPPER", strides=[3, 3])
    corner = np.abs(x[0, 0, :2, :2].astype(float))
    assert close(y[0, 0, 0, 0], (corner**3.5).sum() ** (1 / 3.5))
    (y,) = run("GlobalLpPool", x, opset=1, p=1.5)
    assert close(y[0, 0, 0, 0], (np.abs(x.astype(float)) ** 1.5).sum() ** (1 / 1.5))
    (y,) = run("AveragePool", x, opset=1, kernel_shape=[2, 2], pads=[1, 1, 0, 0])  # divided by the elements exclude pad
    assert y[0, 0, 0, 0] == x[0, 0, 0, 0]
    assert close(y[0, 0, 0, 1], x[0, 0, 0, :2].astype(float).mean())


@pytest.mark.parametrize("opset", [1, 3])
def test_old_recurrent(opset: int):
    x, w, r = values(3, 2, 4), values(1, 15, 4, seed=1), values(1, 15, 5, seed=2)
    y, last = run("GRU", x, w, r, opset=opset, outputs=2, hidden_size=5, output_sequence=1)
    newer = run("GRU", x, w, r, opset=14, outputs=2, hidden_size=5)
    assert np.array_equal(y, newer[0])
    assert np.array_equal(last, newer[1])
