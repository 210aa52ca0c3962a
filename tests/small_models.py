"""Small models that trip engines and bindings, with inputs and the right outputs, worked out by numpy alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import onnx
import onnx.parser

Tensors = dict[str, np.ndarray]


@dataclass(frozen=True)
class Case:
    """A model in ONNX's text form, what to feed it, and what must come out."""

    text: str
    inputs: Tensors
    right: Callable[[Tensors], Tensors]

    @property
    def model(self) -> bytes:
        return onnx.parser.parse_model(f'<ir_version: 8, opset_import: ["": 17]> {self.text}').SerializeToString()


def _f(*values: float) -> np.ndarray:
    return np.array(values, np.float32)


def _batch(n: int) -> Case:
    x = np.arange(n * 3, dtype=np.float32).reshape(n, 3) - 4
    return Case("g (float[n,3] x) => (float[n,3] y) { y = Relu(x) }", {"x": x}, lambda i: {"y": np.maximum(i["x"], 0)})


CASES: dict[str, Case] = {
    "relu": Case("g (float[3] x) => (float[3] y) { y = Relu(x) }", {"x": _f(-1, 0, 2)}, lambda i: {"y": _f(0, 0, 2)}),
    "0-d": Case(
        "g (float x) => (float y) { y = Neg(x) }",
        {"x": np.array(2.5, np.float32)},
        lambda i: {"y": np.array(-2.5, np.float32)},
    ),
    "two outputs": Case(
        "g (float[2] x) => (float[2] y, float[2] z) { y = Neg(x) z = Abs(x) }",
        {"x": _f(-1, 2)},
        lambda i: {"y": _f(1, -2), "z": _f(1, 2)},
    ),
    "input order": Case(
        "g (float[2] b, float[2] a) => (float[2] y) { y = Sub(a, b) }",
        {"a": _f(5, 7), "b": _f(1, 2)},  # given in the other order than the graph's
        lambda i: {"y": _f(4, 5)},
    ),
    "int64": Case(
        "g (int64[3] x) => (int64[3] y) { y = Add(x, x) }",
        {"x": np.array([1, -2, 2**40])},
        lambda i: {"y": np.array([2, -4, 2**41])},
    ),
    "small int64": Case(
        "g (int64[2] x) => (int64[2] y) { y = Add(x, x) }",
        {"x": np.array([3, -5])},
        lambda i: {"y": np.array([6, -10])},
    ),
    "int32": Case(
        "g (int32[2] x) => (int32[2] y) { y = Mul(x, x) }",
        {"x": np.array([3, -5], np.int32)},
        lambda i: {"y": np.array([9, 25], np.int32)},
    ),
    "compared": Case(
        "g (float[2] x, float[2] z) => (bool[2] y) { y = Less(x, z) }",
        {"x": _f(1, 3), "z": _f(2, 2)},
        lambda i: {"y": np.array([True, False])},
    ),
    "bool": Case(
        "g (bool[2] x) => (bool[2] y) { y = Not(x) }",
        {"x": np.array([True, False])},
        lambda i: {"y": np.array([False, True])},
    ),
    "float16": Case(
        "g (float16[2] x) => (float16[2] y) { y = Add(x, x) }",
        {"x": np.array([1, 2.5], np.float16)},
        lambda i: {"y": np.array([2, 5], np.float16)},
    ),
    "float64": Case(
        "g (double[2] x) => (double[2] y) { y = Add(x, x) }",
        {"x": np.array([1, 1e-9])},
        lambda i: {"y": np.array([2, 2e-9])},
    ),
    "empty": Case(
        "g (float[n,2] x) => (float[n,2] y) { y = Relu(x) }",
        {"x": np.zeros((0, 2), np.float32)},
        lambda i: {"y": np.zeros((0, 2), np.float32)},
    ),
    "batch 1": _batch(1),
    "batch 7": _batch(7),
    "batch 64": _batch(64),
    "NaN and infinity": Case(
        "g (float[3] x) => (float[3] y) { y = Add(x, x) }",
        {"x": _f(np.nan, np.inf, 1)},
        lambda i: {"y": _f(np.nan, np.inf, 2)},
    ),
    "transposed view": Case(
        "g (float[3,2] x) => (float[3,2] y) { y = Neg(x) }",
        {"x": np.arange(6, dtype=np.float32).reshape(2, 3).T},  # not contiguous
        lambda i: {"y": -i["x"]},
    ),
    "unknown operator": Case(
        "g (float[2] x) => (float[2] y) { y = NoSuchOperator(x) }", {"x": _f(1, 2)}, lambda i: {"y": i["x"]}
    ),
}
