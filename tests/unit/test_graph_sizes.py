"""Facts of a model whose batch is free: counts a sample, or of the sizes that are given."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import onnx.parser
import pytest

from helpers import graph
from helpers.engines import BadInput

# batch × 4 by 4 × 2, then by 2 × 3: 8 and 6 multiply-adds a sample
DYNAMIC = onnx.parser.parse_model(
    """<ir_version: 8, opset_import: ["": 17]> g (float[batch,4] x) => (float[batch,3] y)
    <float[4,2] v = {1,2,3,4,5,6,7,8}, float[2,3] w = {1,2,3,4,5,6}>
    { a = MatMul(x, v) b = Relu(a) y = MatMul(b, w) }"""
).SerializeToString()
WIDE = onnx.parser.parse_model(
    """<ir_version: 8, opset_import: ["": 17]> g (float[n,1,h,w] x, float[2,1,3,3] k) => (float[n,2,p,q] y)
    { y = Conv<kernel_shape = [3, 3]>(x, k) }"""
).SerializeToString()


def test_a_free_batch_is_counted_by_the_sample():
    found = graph.facts(DYNAMIC)
    assert (found.macs, found.per, found.unknown) == (14, "sample", 0)
    assert "A sample takes 14 multiply-adds." in str(found)
    assert found.to_json()["macs_per"] == "sample"
    assert found.inputs.loc[0, "shape"] == "[batch, 4]"  # told as the file has it
    values = graph.macs(DYNAMIC)
    assert list(values.by_node.values()) == [8, 0, 6]
    assert values.note.startswith("of one sample")


def test_sizes_that_are_given():
    found = graph.facts(DYNAMIC, dims={"batch": 5})
    assert (found.macs, found.per) == (70, "run")
    assert found.nodes.loc["y", "shape"] == "[5, 3]"
    assert sum(graph.macs(DYNAMIC, shapes={"x": [2, 4]}).by_node.values()) == 28
    assert graph.facts(WIDE).macs is None  # more than the batch is missing
    assert graph.facts(WIDE, shapes={"x": [1, 1, 5, 6]}).macs == 2 * 3 * 4 * 9


def test_a_fixed_model_is_told_as_before(mnist: Path):
    assert (graph.facts(mnist).macs, graph.facts(mnist).per) == (786_560, "run")


def test_sizes_that_do_not_fit():
    with pytest.raises(BadInput, match="no symbolic dimension 'n'; its symbolic dimensions: batch"):
        graph.facts(DYNAMIC, dims={"n": 2})
    with pytest.raises(BadInput, match="the file fixes x"):
        graph.macs(DYNAMIC, shapes={"x": [1, 5]})


def test_on_the_command_line(tmp_path: Path):
    (tmp_path / "m.onnx").write_bytes(DYNAMIC)
    command = [sys.executable, "-m", "helpers.cli", "facts", str(tmp_path / "m.onnx"), "--json", "--dim", "batch=3"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert json.loads(done.stdout)["macs"] == 42


# as exporters write a flattening: the batch is read from the tensor, and goes into a Reshape
FLATTENED = onnx.parser.parse_model(
    """<ir_version: 8, opset_import: ["": 17]> g (float[batch,3,8,8] x, float[4,3,3,3] w, float[144,10] v)
    => (float[batch,10] y) <int64[1] i = {0}, int64[1] rest = {-1}>
    { a = Conv<kernel_shape = [3, 3]>(x, w) s = Shape(a) n = Gather(s, i) t = Concat<axis = 0>(n, rest)
      f = Reshape(a, t) y = MatMul(f, v) }"""
).SerializeToString()
SAMPLE = 4 * 6 * 6 * 3 * 9 + 144 * 10


def test_the_numbers_in_a_shape_are_followed():
    found = graph.facts(FLATTENED)
    assert (found.macs, found.per, found.unknown) == (SAMPLE, "sample", 0)
    given = graph.facts(FLATTENED, dims={"batch": 4})
    assert (given.macs, given.per) == (4 * SAMPLE, "run")
    assert graph.macs(FLATTENED).by_node["y"] == 1440


def test_no_value_of_an_absurd_size_is_computed():
    text = """<ir_version: 8, opset_import: ["": 17]> g (float[n,4] x) => (float[m,k] z)
    <int64[1] many = {100000000000}, int64[2] one = {1, 1}, float[4,2] v = {1,2,3,4,5,6,7,8}>
    { b = Expand(one, many) a = MatMul(x, v) z = Tile(a, b) }"""
    assert graph.facts(onnx.parser.parse_model(text)).macs == 8
