"""Before and after: every node and weight is accounted for, renamed ones are found again."""

from __future__ import annotations

from pathlib import Path

import onnx
import onnx.parser
import pytest

from helpers import graph
from helpers.errors import BadInput
from helpers.modelfile.nodes import places
from helpers.rewrite import portable
from tests.mutations import mutants
from tests.small_models import CASES

DATA = Path(onnx.__file__).parent / "backend" / "test" / "data"
FILES = [*sorted(DATA.glob("simple/*/model.onnx")), *sorted(DATA.glob("pytorch-*/*/model.onnx"))[::10]]


def model(text: str) -> onnx.ModelProto:
    return onnx.parser.parse_model(f'<ir_version: 8, opset_import: ["": 17]> g (float[2] x) => (float[2] y) {text}')


def test_mnist_and_its_portable_form(mnist: Path):
    found = graph.diff(mnist, portable(mnist).model)
    assert str(found) == "12 nodes before, 11 after: 1 removed, 2 changed, 9 the same."
    changed = found.nodes[found.nodes["state"] == "changed"]
    assert changed["operator"].tolist() == ["Conv", "Conv"]
    assert set(changed["what"]) == {"auto_pad SAME_UPPER → none, pads none → [2, 2, 2, 2]"}
    assert [key for key, state in found.before.items() if state == "removed"] == ["Parameter193_reshape1"]
    assert set(found.after.values()) == {"changed", "same"}
    weights = found.initializers["state"]
    assert weights["Parameter193_reshape1"] == "added"
    assert weights[weights == "removed"].index.tolist() == ["Parameter193", "Parameter193_reshape1_shape"]
    assert (weights == "same").sum() == 6
    assert "Parameter193_reshape1" in found._repr_html_()


def test_the_same_file(mnist: Path):
    found = graph.diff(mnist, mnist.read_bytes())
    assert str(found) == "12 nodes before, 12 after: 12 the same."
    assert set(found.initializers["state"]) == {"same"}
    assert all(key == other for key, other in found.partner.items())


LONG = "{ a = Neg(x) b = Abs(a) c = Exp(b) y = Add(c, a) }"
PAIRS = {
    "removed": ("{ a = Neg(x) y = Neg(a) }", "{ y = Neg(x) }", {"a": "removed", "y": "changed"}, {"y": "changed"}),
    "added": ("{ y = Neg(x) }", "{ a = Abs(x) y = Neg(a) }", {"y": "changed"}, {"a": "added", "y": "changed"}),
    "renamed": (
        LONG,
        "{ p = Neg(x) q = Abs(p) r = Exp(q) y = Add(r, p) }",
        dict.fromkeys("abcy", "same"),
        dict.fromkeys("pqry", "same"),
    ),
    "renamed, and another put in": (
        LONG,
        "{ p = Neg(x) q = Abs(p) r = Exp(q) s = Sqrt(r) y = Add(s, p) }",
        {"a": "same", "b": "same", "c": "same", "y": "changed"},
        {"p": "same", "q": "same", "r": "same", "s": "added", "y": "changed"},
    ),
    "renamed twins": (  # nothing tells which is which
        "{ a = Neg(x) b = Neg(x) y = Add(a, b) }",
        "{ p = Neg(x) q = Neg(x) y = Add(p, q) }",
        {"a": "removed", "b": "removed", "y": "changed"},
        {"p": "added", "q": "added", "y": "changed"},
    ),
    "another operator": ("{ y = Neg(x) }", "{ y = Abs(x) }", {"y": "changed"}, {"y": "changed"}),
    "another attribute": (
        "{ y = LeakyRelu<alpha = 0.5>(x) }",
        "{ y = LeakyRelu<alpha = 0.25>(x) }",
        {"y": "changed"},
        {"y": "changed"},
    ),
    "another order of the inputs": (
        "{ a = Neg(x) y = Sub(a, x) }",
        "{ a = Neg(x) y = Sub(x, a) }",
        {"a": "same", "y": "changed"},
        {"a": "same", "y": "changed"},
    ),
}


@pytest.mark.parametrize(("before", "after", "states", "later"), PAIRS.values(), ids=PAIRS)
def test_states(before: str, after: str, states: dict, later: dict):
    found = graph.diff(model(before), model(after))
    assert dict(found.before) == states
    assert dict(found.after) == later


def test_what_changed():
    found = graph.diff(model("{ y = LeakyRelu<alpha = 0.5>(x) }"), model("{ y = LeakyRelu<alpha = 0.25>(x) }"))
    assert found.nodes["what"].tolist() == ["alpha 0.5 → 0.25"]
    found = graph.diff(model("{ a = Neg(x) y = Neg(a) }"), model("{ y = Abs(x) }"))
    assert found.nodes.loc["y", "what"] == "operator Neg → Abs, input 1: a → x"


def test_weights():
    before = model("<float[2] u = {1, 2}, float[2] v = {1, 2}, float[1] w = {1}> { a = Add(x, u) y = Add(a, v) }")
    after = model("<float[2] u = {1, 2}, float[2] v = {1, 3}, float[2] w = {1, 2}> { a = Add(x, u) y = Add(a, v) }")
    found = graph.diff(before, after)
    assert found.initializers["state"].to_dict() == {"u": "same", "v": "changed", "w": "changed"}
    assert found.initializers["what"].tolist() == ["", "other numbers", "float32[1] → float32[2]"]
    assert set(found.after.values()) == {"same"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.name)
def test_every_node_is_accounted_for(path: Path):
    """Also where all names change but those of inputs, weights and outputs."""
    made, renamed = onnx.load(path), onnx.load(path)
    kept = {value.name for value in (*made.graph.input, *made.graph.output, *made.graph.initializer)}
    for node in renamed.graph.node:
        for names in (node.input, node.output):
            names[:] = [name if name in kept or not name else f"other_{name}" for name in names]
    found = graph.diff(made, renamed)
    assert set(found.before) == {place.key for place in places(made)}
    assert set(found.after) == {place.key for place in places(renamed)}
    assert set(found.partner) == {key for key, state in found.before.items() if state != "removed"}
    assert set(found.partner.values()) == {key for key, state in found.after.items() if state != "added"}
    assert len(found.partner) == len(set(found.partner.values()))
    for key, other in found.partner.items():
        assert found.before[key] == found.after[other]


def test_damaged_files(mnist: Path):
    for _, damaged in mutants(mnist.read_bytes(), 60, seed=2):
        try:
            found = graph.diff(mnist, damaged)
        except BadInput:
            continue
        assert str(found).startswith("12 nodes before, ")


def test_names_are_escaped():
    evil = "<img src=x onerror=alert(1)>"
    made = model("{ a = Neg(x) y = Neg(a) }")
    made.graph.node[0].output[0] = made.graph.node[1].input[0] = evil
    assert evil not in graph.diff(made, CASES["relu"].model)._repr_html_()
