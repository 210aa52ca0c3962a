"""Nodes that an engine runs as one are shown as one: one time, one colour, the badge at the node that does the work."""

from __future__ import annotations

from pathlib import Path

import onnx.parser
import pytest

from helpers import graph
from helpers.graph._fused import grouped
from helpers.graph.drawing._paint import paint
from helpers.graph.values import Values

TWO = onnx.parser.parse_model(
    """<ir_version: 8, opset_import: ["": 17]> g (float[1,1,8,8] x) => (float[1,1,2,2] y)
    <float[1,1,3,3] v = {1,2,3,4,5,6,7,8,9}, float[1,1,2,2] w = {1,2,3,4}, int64[4] s = {1,1,3,3}, float[1] b = {1}> {
        k = Neg(v) c = Conv(x, k) a = Add(c, b) r = Relu(a) p = MaxPool<kernel_shape = [2,2], strides = [2,2]>(r)
        d = Conv(p, w) e = Relu(d) y = Reshape(e, t) t = Identity(s) }"""
)
WORK = {"c": 324, "d": 16}


def test_a_step_by_the_name_of_its_last_node():
    """As ONNX Runtime: a Conv with what follows it has the name of the Relu."""
    seconds = {"k": None, "c": None, "a": None, "r": 9e-6, "p": 2e-6, "d": None, "e": 4e-6, "y": 1e-6, "t": None}
    found, groups = grouped(TWO, seconds, WORK)
    assert found == {"k": None, "c": 9e-6, "a": None, "r": None, "p": 2e-6, "d": 4e-6, "e": None, "y": 1e-6, "t": None}
    assert groups == {"c": (("a", "Add"), ("r", "Relu")), "d": (("e", "Relu"),)}  # not k and t, which no call runs


def test_a_step_by_the_name_of_its_first_node():
    """As tract: the bias is in the Conv, and the Relu has a step of its own."""
    seconds = {"k": None, "c": 9e-6, "a": None, "r": 1e-6, "p": 2e-6, "d": 4e-6, "e": 1e-6, "y": None, "t": None}
    found, groups = grouped(TWO, seconds, WORK, by_the_last=False)
    assert (found["c"], found["a"], found["r"]) == (9e-6, None, 1e-6)
    assert groups == {"c": (("a", "Add"),), "e": (("y", "Reshape"),)}


def test_what_others_take_is_in_no_group():
    """A value that leaves the group has been written down, so a step made it."""
    text = "g (float[2] x) => (float[2] y, float[2] z) { a = Neg(x) y = Relu(a) z = Sin(a) }"
    proto = onnx.parser.parse_model(f'<ir_version: 8, opset_import: ["": 17]> {text}')
    assert grouped(proto, {"a": None, "y": 1e-6, "z": 1e-6}, {})[1] == {}


def test_painted_as_one():
    values = Values("time", "s", {"c": 9e-6, "a": None, "r": None, "p": 3e-6}, "", {"c": (("a", "Add"), ("r", "Relu"))})
    items = paint(values)["items"]
    assert items["c"]["text"] == "9.00 µs, with Add and Relu"
    assert items["c"]["fill"] == items["a"]["fill"] == items["r"]["fill"] != items["p"]["fill"]
    assert items["a"]["text"] == items["r"]["text"] == ""
    assert "none known" not in paint(values)["sentence"]
    assert values.table().to_dict("index") == {
        "c": {"time": 9e-6, "with": "Add, Relu"},
        "p": {"time": 3e-6, "with": ""},
    }
    assert values.share().text("c") == "75.0 %, with Add and Relu"


def test_onnxruntime_on_mnist(mnist: Path):
    """Both Conv have their time, no Relu is the hottest, and laying the numbers out anew has a line of its own."""
    found = graph.times(mnist, calls=20)
    for conv in ("Convolution28_Output_0", "Convolution110_Output_0"):
        assert found.by_node[conv] > 0
        assert [operator for _, operator in found.groups[conv]] == ["Add", "Relu"]
        assert found.text(conv).endswith(", with Add and Relu")
    times = {node: value for node, value in found.by_node.items() if isinstance(value, float)}
    assert max(times, key=lambda node: times[node]).startswith("Convolution")
    assert all(found.by_node[relu] is None for relu in ("ReLU32_Output_0", "ReLU114_Output_0"))
    for name in found.others:
        assert name.startswith("(Reorder")
    assert set(found.table().index) >= set(found.others)


def test_without_fusion_each_has_its_own(mnist: Path):
    found = graph.times(mnist, calls=5, optimisation="none")
    assert found.groups == {}
    assert found.by_node["ReLU32_Output_0"] is not None


@pytest.mark.parametrize("engine", ["tract", "kyanite"])
def test_other_engines(engine: str, mnist: Path):
    from helpers import engines

    if not engines.get(engine).availability():
        pytest.skip(f"{engine} is not built")
    found = graph.times(mnist, engine, calls=5)
    assert found.by_node["Convolution110_Output_0"] > 0
    members = {name for group in found.groups.values() for name, _ in group}
    assert all(found.by_node[name] is None for name in members)
