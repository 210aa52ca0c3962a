"""The first opsets by formulas: what each of the old operators gives, written down independently."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import onnx
import pytest

from helpers.reference import Evaluator
from tests.reference.example import node_example

A = np.linspace(-2, 3, 24, dtype=np.float32).reshape(2, 3, 4)
B = np.array([1.0, 2.0, 3.0], np.float32)
BOOL = (onnx.TensorProto.BOOL,)


def run(op_type: str, inputs: dict, **given: object) -> list[np.ndarray]:
    made = node_example(op_type, inputs, **given)
    plain, wide = (
        Evaluator(onnx.load_model_from_string(made.model), wide=wide).run(None, made.inputs) for wide in (False, True)
    )
    for a, b in zip(plain, wide, strict=True):
        assert a.shape == b.shape
        assert np.allclose(a, b, rtol=1e-6)
    return plain


PAIRS: dict[str, Callable[[float, float], float]] = {
    **{"Add": lambda a, b: a + b, "Sub": lambda a, b: a - b, "Mul": lambda a, b: a * b, "Div": lambda a, b: a / b},
    **{"Greater": lambda a, b: a > b, "Less": lambda a, b: a < b},
}


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("opset", [1, 6])
@pytest.mark.parametrize(
    ("shape", "given", "of"),
    [
        ((3,), {"axis": 1}, lambda b, i, j, k: b[j]),
        ((3,), {"axis": -2}, lambda b, i, j, k: b[j]),
        ((2, 3), {"axis": 0}, lambda b, i, j, k: b[i, j]),
        ((4,), {}, lambda b, i, j, k: b[k]),
        ((3, 4), {}, lambda b, i, j, k: b[j, k]),
        ((1, 1), {}, lambda b, i, j, k: b[0, 0]),
        ((), {}, lambda b, i, j, k: b[()]),
    ],
)
def test_limited_broadcasting(name: str, opset: int, shape: tuple, given: dict, of: Callable):
    b = np.linspace(1, 2, int(np.prod(shape)), dtype=np.float32).reshape(shape)
    types = {"out_types": BOOL} if name in ("Greater", "Less") else {}
    (y,) = run(name, {"a": A, "b": b}, opset=opset, broadcast=1, **types, **given)
    for i, j, k in np.ndindex(2, 3, 4):
        assert y[i, j, k] == pytest.approx(PAIRS[name](A[i, j, k], of(b, i, j, k)), rel=1e-6)


def test_no_broadcasting_unless_asked_for():
    with pytest.raises(ValueError, match=r"shapes \[2, 3, 4\] and \[4\] differ, and broadcast is not set"):
        run("Add", {"a": A, "b": A[0, 0]}, opset=6)
    (y,) = run("Add", {"a": A, "b": A}, opset=6)
    assert np.array_equal(y, 2 * A)


@pytest.mark.parametrize(("name", "table"), [("And", [1, 0, 0, 0]), ("Or", [1, 1, 1, 0]), ("Xor", [0, 1, 1, 0])])
def test_truth(name: str, table: list):
    a, b = np.array([[1, 1, 0, 0]], bool), np.array([1, 0, 1, 0], bool)
    assert run(name, {"a": a, "b": b}, opset=1, broadcast=1)[0].astype(int).tolist() == [table]


def test_div_of_integers_cuts_off():
    a, b = np.array([7, -7, 6], np.int32), np.array([2], np.int32)
    assert run("Div", {"a": a, "b": b}, opset=6, broadcast=1)[0].tolist() == [3, -3, 3]


def test_prelu_by_channel():
    x = -np.ones((2, 3, 3), np.float32)
    (y,) = run("PRelu", {"x": x, "slope": B}, opset=6)
    assert y[0].tolist() == [[-1] * 3, [-2] * 3, [-3] * 3]


def test_shapes():
    assert run("Concat", {"a": A, "b": A}, opset=3)[0].shape == (2, 6, 4)
    assert run("Concat", {"a": A, "b": A}, opset=1, axis=0)[0].shape == (4, 3, 4)
    assert run("Reshape", {"x": A}, opset=1, shape=[0, 2, -1])[0].shape == (2, 2, 6)
    first, second = run("Split", {"x": A}, opset=1, outputs=2, axis=2, split=[1, 3])
    assert np.array_equal(first, A[..., :1])
    assert np.array_equal(second, A[..., 1:])
    assert [y.shape for y in run("Split", {"x": A}, opset=1, outputs=2, axis=2)] == [(2, 3, 2), (2, 3, 2)]
    count, axis = np.array([2], np.float32), np.array([1], np.float32)
    (y,) = run("Tile", {"x": A, "t": count, "a": axis}, opset=1)
    assert np.array_equal(y, np.concatenate([A, A], 1))
    assert run("Squeeze", {"x": A.reshape(1, 24, 1, 1)}, opset=11, axes=[-4, 2])[0].shape == (24, 1)
    assert run("Squeeze", {"x": A.reshape(1, 24, 1, 1)}, opset=1, axes=[0])[0].shape == (24, 1, 1)
    assert run("Unsqueeze", {"x": A}, opset=11, axes=[3, 1])[0].shape == (2, 1, 3, 1, 4)
    assert run("Unsqueeze", {"x": A}, opset=11, axes=[-1, 0])[0].shape == (1, 2, 3, 4, 1)


@pytest.mark.parametrize(("opset", "name"), [(1, "paddings"), (9, "pads")])
def test_pads_that_add_and_take_away(opset: int, name: str):
    (y,) = run("Pad", {"x": A}, opset=opset, value=9.0, **{name: [0, 1, -1, 0, 0, 2]})
    assert y.shape == (2, 4, 5)
    assert (y[:, 0] == 9).all()
    assert (y[:, :, 3:] == 9).all()
    assert np.array_equal(y[:, 1:, :3], A[:, :, 1:])
    edge = run("Pad", {"x": A}, opset=opset, mode="edge", **{name: [0, 0, 1, 0, 0, 0]})[0]
    assert np.array_equal(edge[..., 0], A[..., 0])


def test_casts_by_name():
    (y,) = run("Cast", {"x": A}, opset=1, out_types=(onnx.TensorProto.INT32,), to="INT32")
    assert y.dtype == np.int32
    assert np.array_equal(y, np.trunc(A))


def test_values():
    assert run("Clip", {"x": B}, opset=1, max=2.0)[0].tolist() == [1, 2, 2]
    assert run("Clip", {"x": B}, opset=1)[0].tolist() == [1, 2, 3]
    assert np.array_equal(run("Dropout", {"x": A}, opset=6, is_test=1, ratio=0.9)[0], A)
    (y,) = run("Gemm", {"a": A[0].T.copy(), "b": A[1].T.copy(), "c": B}, opset=6, broadcast=1, alpha=0.5, beta=2.0,
               **{"transA": 1})  # fmt: skip
    assert np.allclose(y, 0.5 * np.einsum("ik,jk->ij", A[0], A[1]) + 2 * B)
    x = A.copy()
    (y,) = run("Mean", {"a": x, "b": B[:1], "c": x}, opset=13)
    assert np.allclose(y, (2 * A + 1) / 3)
    assert np.array_equal(x, A)  # the input is as it was
    assert run("Softsign", {"x": np.array(-3, np.float32)}, opset=1)[0] == np.float32(-0.75)


@pytest.mark.parametrize("opset", [1, 6, 7, 8, 9, 13])
def test_batch_normalization(opset: int):
    more = {"is_test": 1} if opset < 7 else {}
    (y,) = run("BatchNormalization", {"x": A, "s": B, "b": B, "m": B, "v": B}, opset=opset, epsilon=0.5, **more)
    for i, j, k in np.ndindex(2, 3, 4):
        c = j + 1
        assert y[i, j, k] == pytest.approx(c * (A[i, j, k] - c) / np.sqrt(c + 0.5) + c, rel=1e-5)


def test_batch_normalization_by_place():
    each = np.linspace(0.5, 2, 12, dtype=np.float32).reshape(3, 4)
    (y,) = run("BatchNormalization", {"x": A, "s": each, "b": each, "m": each, "v": each}, opset=7, spatial=0)
    assert np.allclose(y[1], each * (A[1] - each) / np.sqrt(each + 1e-5) + each, atol=1e-6)


def test_scores_before_the_cap():
    x = A.reshape(1, 2, 3, 4)
    scores = run("Attention", {"q": x, "k": x, "v": x}, opset=23, outputs=4, softcap=0.5)[3]
    assert np.allclose(scores, np.einsum("bhik,bhjk->bhij", x, x) / 2, atol=1e-5)


@pytest.mark.parametrize(("opset", "scale"), [(18, [1, 2]), (21, [1, 1, 2, 2])])
def test_group_normalization(opset: int, scale: list):
    x = (A.reshape(1, 4, 6) + 3000).astype(np.float32)
    s = np.array(scale, np.float32)
    made = node_example("GroupNormalization", {"x": x, "s": s, "b": s}, opset=opset, num_groups=2, epsilon=0.1)
    (y,) = Evaluator(onnx.load_model_from_string(made.model)).run(None, made.inputs)
    groups = x.astype(np.float64).reshape(2, 12)
    wanted = (groups - groups.mean(1, keepdims=True)) / np.sqrt(groups.var(1, keepdims=True) + 0.1)
    assert np.allclose(y.reshape(2, 12), wanted * [[1], [2]] + [[1], [2]], atol=1e-3)


def test_texts_are_objects_and_are_stripped():
    types = (onnx.TensorProto.STRING, onnx.TensorProto.INT64)
    made = node_example("StringSplit", {"x": np.array(["  d  e "], object)}, opset=20, outputs=2, maxsplit=1,
                        **{"out_types": types})  # fmt: skip
    pieces, counts = Evaluator(onnx.load_model_from_string(made.model)).run(None, made.inputs)
    assert (pieces.dtype, pieces.tolist(), counts.tolist()) == (object, [["d", "e"]], [2])
    (text,) = Evaluator(
        onnx.load_model_from_string(node_example("Cast", {"x": B}, opset=13, out_types=types[:1], to=8).model)
    ).run(None, {"x": B})
    assert text.dtype == object


@pytest.mark.parametrize(("aligned", "first", "second"), [(0, -0.8, -0.4), (1, -1.0, -0.5)])
def test_affine_grid(aligned: int, first: float, second: float):
    theta = np.array([[[1, 0, 0], [0, 1, 7]]], np.float64)
    made = node_example("AffineGrid", {"theta": theta, "size": np.array([1, 1, 3, 5])}, opset=20, align_corners=aligned)
    (y,) = Evaluator(onnx.load_model_from_string(made.model)).run(None, made.inputs)
    assert (y.shape, y.dtype) == ((1, 3, 5, 2), np.float64)
    assert np.allclose(y[0, 1, :2], [[first, 7], [second, 7]], atol=1e-12)
