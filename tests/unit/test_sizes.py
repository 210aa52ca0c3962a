"""Sizes that a file leaves free: by a name, by −1, or not at all; and how they are given."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from helpers import bench, engines
from helpers.compare import compare, inputs
from helpers.engines import BadInput
from helpers.modelfile.model import read_model


def model(shape: list[int | str | None], second: list[int | str | None] | None = None) -> bytes:
    """y = x × 2, or y = x + z."""
    shapes = {"x": shape} if second is None else {"x": shape, "z": second}
    given = [helper.make_tensor_value_info(name, TensorProto.FLOAT, each) for name, each in shapes.items()]
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
    node = helper.make_node("Add", ["x", list(shapes)[-1]], ["y"])
    made = helper.make_graph([node], "g", given, [y])
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=8).SerializeToString()


FREE = model([-1, 3, -1, -1])  # as converters from Paddle write it


def test_minus_one_is_free():
    assert str(read_model(FREE).inputs[0]) == "x: float32[?, 3, ?, ?]"
    assert inputs.samples(read_model(FREE).inputs, count=1)[0]["x"].shape == (1, 3, 1, 1)
    found = compare(FREE, engines="onnxruntime,reference")
    assert [row.outcome for row in found.rows] == ["right", "right"]
    line = "Free sizes were taken as 1: x: float32[?, 3, ?, ?] as [1, 3, 1, 1]; give others by --shape x=1,3,SIZE,SIZE."
    assert line in found.note
    with engines.isolated("onnxruntime") as engine, engine.load(FREE) as session:
        assert session.run({"x": np.ones((2, 3, 4, 5), np.float32)})["y"].shape == (2, 3, 4, 5)


def test_a_shape_that_is_given():
    found = compare(FREE, engines="onnxruntime", shapes={"x": [1, 3, 48, 192]})
    assert found.rows[0].outcome == "right"
    assert "Free sizes" not in found.note
    plan = bench.plan(FREE, engines="onnxruntime", shapes={"x": [1, 3, 48, 192]})
    assert plan.samples[0]["x"].shape == (1, 3, 48, 192)


def test_on_the_command_line(tmp_path: Path):
    (tmp_path / "free.onnx").write_bytes(FREE)
    command = [sys.executable, "-m", "helpers.cli", "compare", str(tmp_path / "free.onnx"), "--engines", "onnxruntime"]
    done = subprocess.run([*command, "--shape", "x=1,3,48,192"], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    assert "right" in done.stdout
    done = subprocess.run([*command, "--shape", "x=1,3,a"], capture_output=True, text=True, timeout=120)
    said = "onnx-lab: --shape 'x=1,3,a': give INPUT=SIZE,SIZE,… with whole numbers, e.g. x=1,3,48,192"
    assert (done.returncode, done.stderr.strip()) == (2, said)


NAMED = model(["batch", 4])
TWO = model(["n", 4], ["n", 4])
WRONG = {
    "no such input": (FREE, {}, {"q": [1]}, "the model has no input 'q'; its inputs: x: float32[?, 3, ?, ?]"),
    "too few": (FREE, {}, {"x": [1, 3]}, "--shape x=1,3: x: float32[?, 3, ?, ?] has 4 dimensions; give as many sizes"),
    "against the file": (
        FREE,
        {},
        {"x": [1, 4, 2, 2]},
        "--shape x=1,4,2,2: the file fixes x: float32[?, 3, ?",
    ),
    "zero": (NAMED, {"batch": 0}, {}, "dimension 'batch': 0 is not a size; give a whole number from 1"),
    "negative": (FREE, {}, {"x": [-1, 3, 1, 1]}, "input 'x': -1 is not a size; give a whole number from 1"),
    "no such name": (NAMED, {"n": 2}, {}, "the model has no symbolic dimension 'n'; its symbolic dimensions: batch"),
    "twice": (TWO, {}, {"x": [2, 4], "z": [3, 4]}, "'n' would be 2 and 3; a dimension has one size in all inputs"),
    "too large": (
        model(["n", 2**20]),
        {"n": 2**10},
        {},
        "and a sample 4.0 GiB; give smaller arrays with",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_sizes_that_do_not_fit(what: str):
    data, dims, shapes, said = WRONG[what]
    with pytest.raises(BadInput, match=re.escape(said)):
        compare(data, dims=dims, shapes=shapes, engines="onnxruntime")


def test_two_inputs_that_share_a_dimension():
    given = {"x": np.zeros((2, 4), np.float32), "z": np.zeros((3, 4), np.float32)}
    said = "dimension 'n' is 2 in input 'x' and 3 in 'z'; give one size"
    with pytest.raises(BadInput, match=re.escape(said)):
        compare(TWO, inputs=[given], engines="onnxruntime")
    with (
        engines.isolated("onnxruntime") as engine,
        engine.load(TWO) as session,
        pytest.raises(BadInput, match=re.escape(said)),
    ):
        session.run(given)


def test_samples_that_would_fill_the_memory_are_fewer():
    wide = read_model(model([2**26])).inputs  # 256 MiB each
    assert len(inputs.samples(wide)) == 4


def test_a_shape_that_the_file_does_not_have():
    bare = onnx.load_model_from_string(model([2]))
    bare.graph.input[0].type.tensor_type.ClearField("shape")
    data = bare.SerializeToString()
    with pytest.raises(BadInput, match=re.escape("has no shape in the file; give one by --shape x=SIZE,…")):
        compare(data, engines="onnxruntime")
    assert compare(data, engines="onnxruntime", shapes={"x": [2, 2]}).rows[0].outcome == "right"
