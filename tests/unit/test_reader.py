"""What looks into a model does so in a process of its own: no file ends the kernel, holds it up, or fills it."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import onnx.parser
import psutil
import pytest
from onnx import TensorProto, helper

from helpers import graph, rewrite
from helpers.compare.quantised import steps
from helpers.engines import BadInput
from helpers.process import reader
from helpers.reference.chance import random_outputs

pytestmark = pytest.mark.alone  # time limits

LIMIT = 3.0


def model(text: str, opset: int = 17) -> bytes:
    proto = onnx.parser.parse_model(f'<ir_version: 8, opset_import: ["": {opset}]> {text}')
    return proto.SerializeToString()


def without_input(operator: str, **attributes: object) -> bytes:
    node = helper.make_node(operator, [""], ["y"], **attributes)
    x, y = (helper.make_tensor_value_info(n, TensorProto.FLOAT, [2, 2]) for n in "xy")
    made = helper.make_model(helper.make_graph([node], "g", [x], [y]), opset_imports=[helper.make_opsetid("", 20)])
    return made.SerializeToString()


def doubling(levels: int = 60) -> bytes:
    """Functions that each call the next one twice."""
    imports = [helper.make_opsetid("", 17), helper.make_opsetid("f", 1)]
    functions = [
        helper.make_function(
            "f",
            f"F{i}",
            ["a"],
            ["c"],
            [helper.make_node(f"F{i + 1}", [x], [y], domain="f") for x, y in (("a", "b"), ("b", "c"))]
            if i + 1 < levels
            else [helper.make_node("Bernoulli", ["a"], ["c"])],
            imports,
        )
        for i in range(levels)
    ]
    x, y = (helper.make_tensor_value_info(n, TensorProto.FLOAT, [2]) for n in "xy")
    call = helper.make_graph([helper.make_node("F0", ["x"], ["y"], domain="f")], "g", [x], [y])
    return helper.make_model(call, functions=functions, opset_imports=imports, ir_version=9).SerializeToString()


def long_name() -> bytes:
    proto = onnx.load_model_from_string(model("g (float[2] x) => (float[2] y) { y = Relu(x) }"))
    proto.graph.node[0].name = "n" * 20_000_000
    return proto.SerializeToString()


HOSTILE = {
    "einsum of dots": model('g (float[2] x) => (float y) { y = Einsum<equation = "....">(x) }'),
    "regex without input": without_input("RegexFullMatch", pattern="a"),
    "eye like nothing": without_input("EyeLike", dtype=1),
    "a thousand million pieces": model(
        "g (float[8] x) => (float[a] y) { y, z = Split<num_outputs=1000000000>(x) }", 18
    ),
    "functions that double": doubling(),
    "a long name": long_name(),
    "a wide range": model(
        "g (float[2] x) => (float[2] y) { a = Constant<value = float {0}>() b = Constant<value = float {1e10}>() "
        "c = Constant<value = float {1}>() r = Range(a, b, c) z = ReduceSum<keepdims=0>(r) y = Add(x, z) }"
    ),
}
FUNCTIONS = {
    "facts": graph.facts,
    "shapes": graph.shapes,
    "describe": graph.describe,
    "text": graph.text,
    "tap": graph.tap,
    "fields": graph.fields,
    "show": graph.show,
    "diff": lambda data: graph.diff(data, data),
    "portable": rewrite.portable,
    "steps": steps,
    "random outputs": lambda data: random_outputs(onnx.load_model_from_string(data)),
}


@pytest.fixture
def soon(monkeypatch):
    monkeypatch.setattr(reader, "LIMITS", replace(reader.LIMITS, run=LIMIT))


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_model(what: str, function: str, soon):
    """An answer, or one line; in time, and without the kernel growing."""
    before, start = psutil.Process().memory_info().rss, time.monotonic()
    said = ""
    try:
        FUNCTIONS[function](HOSTILE[what])
    except BadInput as error:
        said = str(error)
    assert "\n" not in said
    assert len(said) < 600
    assert time.monotonic() - start < LIMIT + 5
    assert psutil.Process().memory_info().rss - before < 500 * 2**20


def test_what_is_said(soon, monkeypatch):
    with pytest.raises(BadInput, match=r"^the model \(\d+ bytes\) takes longer than 3 s to be read; it is dama"):
        graph.facts(HOSTILE["einsum of dots"])
    monkeypatch.undo()  # what follows starts cold, which may take longer on a busy machine
    with pytest.raises(BadInput, match=r"cannot be read \(its process ended by signal 11 \(SIGSEGV\)\); it is damaged"):
        graph.facts(HOSTILE["regex without input"])
    assert graph.facts("models/mnist.onnx").parameters == 5994  # the next one reads on


def test_a_path_means_the_same_there(tmp_path: Path, monkeypatch, mnist: Path):
    (tmp_path / "here.onnx").write_bytes(mnist.read_bytes())
    assert graph.facts("models/mnist.onnx").name == "mnist.onnx"
    monkeypatch.chdir(tmp_path)
    assert graph.facts("here.onnx").name == "here.onnx"
    with pytest.raises(BadInput, match=r"^models/mnist.onnx does not exist; check the path"):
        graph.facts("models/mnist.onnx")


def test_a_wrong_call_is_python_s_own():
    with pytest.raises(TypeError, match="missing a required argument: 'model'"):
        graph.facts()
    with pytest.raises(TypeError, match="unexpected keyword"):
        graph.facts("models/mnist.onnx", colour="red")


def test_one_process_for_all(mnist: Path):
    graph.facts(mnist)
    first = reader._child().pid
    rewrite.portable(mnist)
    graph.describe(mnist)
    assert reader._child().pid == first != os.getpid()


def test_results_are_what_they_were_in_the_kernel(mnist: Path, monkeypatch):
    import pandas as pd

    there = graph.facts(mnist), rewrite.portable(mnist), graph.diff(mnist, rewrite.portable(mnist).model)
    monkeypatch.setenv("HELPERS_IN_WORKER", "1")
    here = graph.facts(mnist), rewrite.portable(mnist), graph.diff(mnist, rewrite.portable(mnist).model)
    for table in ("summary", "inputs", "outputs", "initializers", "nodes", "operators", "odd"):
        pd.testing.assert_frame_equal(getattr(there[0], table), getattr(here[0], table))
    assert there[1] == here[1]
    assert str(there[2]) == str(here[2])
    pd.testing.assert_frame_equal(there[2].nodes, here[2].nodes)


def test_answers_that_are_too_many_to_hold(tmp_path: Path):
    """Two hundred bytes whose output is 40 MiB: a few samples are compared, and that is said."""
    from helpers.compare import compare

    wide = model("g (float[1] x) => (float[n] y) { s = Constant<value = int64[1] {10485760}>() y = Expand(x, s) }")
    before = psutil.Process().memory_info().rss
    found = compare(wide, engines="onnxruntime", inputs=[{"x": np.float32([i])} for i in range(20)])
    assert found.rows[0].outcome == "right"
    assert 1 <= found.n < 4
    assert f"Only the first {found.n} of 20 samples: the answer to each takes 80 MiB." in found.note
    assert psutil.Process().memory_info().rss - before < 1.5 * 2**30
