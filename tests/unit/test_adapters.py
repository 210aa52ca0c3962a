"""What an adapter hands on: the engine's own numbers in the type that they have, and nothing made up on the way."""

from __future__ import annotations

import ml_dtypes
import numpy as np
import onnx.parser
import pytest
from onnx import TensorProto, helper

from helpers import engines
from helpers.compare import compare
from helpers.engines import RunFailed
from helpers.engines.worker import Isolated


def parsed(text: str) -> bytes:
    return onnx.parser.parse_model(f'<ir_version: 8, opset_import: ["": 17]> {text}').SerializeToString()


def cast(source: int, to: int, count: int) -> bytes:
    x, y = helper.make_tensor_value_info("x", source, [count]), helper.make_tensor_value_info("y", to, [count])
    graph = helper.make_graph([helper.make_node("Cast", ["x"], ["y"], to=to)], "g", [x], [y])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 25)], ir_version=11).SerializeToString()


def can(isolated: dict[str, Isolated], name: str) -> Isolated:
    if not (found := isolated[name].availability()):
        pytest.skip(f"{name}: {found.why}; {found.remedy}")
    return isolated[name]


NARROW = {  # numbers that the type holds exactly; an odd count, since two of four bits share a byte
    "BFLOAT16": (ml_dtypes.bfloat16, [1, -2.5, 2.0**100]),
    "FLOAT8E4M3FN": (ml_dtypes.float8_e4m3fn, [1, -2.5, 448]),
    "FLOAT8E5M2": (ml_dtypes.float8_e5m2, [1, -2.5, 49152]),
    "FLOAT8E8M0": (ml_dtypes.float8_e8m0fnu, [1, 0.5, 4]),
    "FLOAT4E2M1": (ml_dtypes.float4_e2m1fn, [1, -1.5, 6]),
    "INT4": (ml_dtypes.int4, [1, -8, 7]),
    "UINT4": (ml_dtypes.uint4, [1, 8, 15]),
    "FLOAT16": (np.float16, [1, -2.5, 1024]),
    "DOUBLE": (np.float64, [1, -2.5, 1024]),
}


@pytest.mark.parametrize("kind", NARROW)
def test_openvino_takes_and_gives_types_that_numpy_lacks(isolated: dict[str, Isolated], kind: str):
    engine = can(isolated, "openvino")
    dtype, numbers = NARROW[kind]
    wide, number = np.array(numbers, np.float32), TensorProto.DataType.Value(kind)
    with engine.load(cast(TensorProto.FLOAT, number, 3)) as session:
        found = session.run({"x": wide})["y"]
    assert found.dtype == dtype
    assert found.astype(np.float32).tolist() == numbers
    with engine.load(cast(number, TensorProto.FLOAT, 3)) as session:
        assert session.run({"x": wide.astype(dtype)})["y"].tolist() == numbers


def test_openvino_gives_packed_types_in_their_shape(isolated: dict[str, Isolated]):
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 3])
    y = helper.make_tensor_value_info("y", TensorProto.INT4, ["n", 3])
    graph = helper.make_graph([helper.make_node("Cast", ["x"], ["y"], to=TensorProto.INT4)], "g", [x], [y])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 25)], ir_version=11)
    with can(isolated, "openvino").load(model.SerializeToString()) as session:
        for rows in (1, 3):
            given = (np.arange(rows * 3, dtype=np.float32) - 4).reshape(rows, 3)
            assert session.run({"x": given})["y"].astype(np.float32).tolist() == given.tolist()


def test_an_input_that_nothing_uses(engine: Isolated):
    """OpenVINO's compiler drops it; it is given all the same."""
    model = parsed("g (float[2] x, float[3] unused) => (float[2] y) { y = Neg(x) }")
    with engine.load(model) as session:
        found = session.run({"x": np.array([1, -2], np.float32), "unused": np.ones(3, np.float32)})
    assert found["y"].tolist() == [-1, 2]


SIZES = {  # outputs that tell sizes: the standard has int64
    "a shape": ("g (float[2,3] x) => (int64[2] y) { y = Shape(x) }", [2, 3]),
    "a size": ("g (float[2,3] x) => (int64 y) { y = Size(x) }", 6),
    "an open shape": ("g (float[n,3] x) => (int64[2] y) { y = Shape(x) }", [2, 3]),
    "an open size, twice": ("g (float[n,3] x) => (int64 y) { s = Size(x) y = Add(s, s) }", 12),
    "a cast": ("g (float[2,3] x) => (int64[2,3] y) { y = Cast<to=7>(x) }", [[1, 1, 1], [1, 1, 1]]),
}


@pytest.mark.parametrize("name", ["onnxruntime", "openvino", "tract", "tract-wheel", "rten", "ort"])
@pytest.mark.parametrize("what", SIZES)
def test_sizes_are_int64(isolated: dict[str, Isolated], name: str, what: str):
    engine = can(isolated, name)
    text, right = SIZES[what]
    with engine.load(parsed(text)) as session:
        if name == "tract-wheel" and "open" in what:  # sizes stay symbols, for which its wheel has no way out
            with pytest.raises(RunFailed, match="Undetermined symbol in expression"):
                session.run({"x": np.ones((2, 3), np.float32)})
            return
        found = session.run({"x": np.ones((2, 3), np.float32)})["y"]
    assert (found.dtype, found.tolist()) == (np.int64, right)


def test_wonnx_gives_whole_numbers_as_they_are_declared(isolated: dict[str, Isolated]):
    with can(isolated, "wonnx").load(parsed(SIZES["a shape"][0])) as session:
        found = session.run({"x": np.ones((2, 3), np.float32)})["y"]
    assert (found.dtype, found.tolist()) == (np.int64, [2, 3])


@pytest.mark.parametrize("name", ["rten", "openvino"])
def test_who_computes_float64_in_float32_says_so(isolated: dict[str, Isolated], name: str):
    with can(isolated, name).load(parsed("g (double[2] x) => (double[2] y) { y = Add(x, x) }")) as session:
        found = session.run({"x": np.array([1, 1e-9])})["y"]
    assert found.dtype == np.float64
    assert found[1] == 2 * np.float64(np.float32(1e-9)) != 2e-9
    assert "float64" in engines.get(name).card.good_to_know


@pytest.mark.parametrize("name", ["rten", "openvino", "onnxruntime"])
def test_the_row_says_what_was_computed_in_a_smaller_type(isolated: dict[str, Isolated], name: str):
    can(isolated, name)
    (row,) = compare(parsed("g (double[2] x) => (double[2] y) { y = Add(x, x) }"), engines=name, limit=2).rows
    assert row.message == ("" if name == "onnxruntime" else "it computes float64 in float32")
    (row,) = compare(parsed("g (float[2] x) => (float[2] y) { y = Add(x, x) }"), engines=name, limit=2).rows
    assert (row.outcome, row.message) == ("right", "")
