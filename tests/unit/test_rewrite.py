"""The portable form of a model: the same answers, and nothing in it that some engines cannot take."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest

from helpers import engines, rewrite
from helpers.compare import judge
from helpers.digits import digits
from helpers.engines import BadInput
from helpers.rewrite.remote import portable_bytes
from tests.small_models import CASES

STRIP, FOLD, PADS = "strip initializers from inputs", "fold constants", "make pads explicit"
SHAPES, TIDY = "state the shapes", "drop what does nothing"


def attributes(model: onnx.ModelProto, op: str, name: str) -> list:
    nodes = (node for node in model.graph.node if node.op_type == op)
    return [onnx.helper.get_attribute_value(a) for node in nodes for a in node.attribute if a.name == name]


@pytest.fixture(scope="module")
def portable(mnist: Path) -> rewrite.Rewritten:
    return rewrite.portable(mnist)


def test_path_text_bytes_and_proto_give_the_same(mnist: Path, portable: rewrite.Rewritten):
    for given in (str(mnist), mnist.read_bytes(), onnx.load(mnist)):
        again = rewrite.portable(given)
        assert again.model == portable.model
        assert again.steps == portable.steps
    assert onnx.ModelProto.FromString(portable_bytes(str(mnist))) == portable.model
    assert onnx.ModelProto.FromString(portable_bytes(mnist.read_bytes())) == portable.model


def test_the_argument_is_not_altered(mnist: Path):
    data = mnist.read_bytes()
    proto = onnx.load(mnist)
    rewrite.portable(proto)
    rewrite.portable(mnist)
    assert proto == onnx.load(mnist)
    assert mnist.read_bytes() == data


def test_valid(portable: rewrite.Rewritten):
    onnx.checker.check_model(portable.model, full_check=True)


def test_the_same_answers(mnist: Path, portable: rewrite.Rewritten):
    feed = [{"Input3": digits().tensor(i)} for i in range(0, 1000, 50)]
    with (
        engines.get("onnxruntime").load(mnist) as before,
        engines.get("onnxruntime").load(portable.model.SerializeToString()) as after,
    ):
        assert (after.inputs, after.outputs) == (before.inputs, before.outputs)
        found = judge([after.run(x) for x in feed], [before.run(x) for x in feed], before.outputs)
    assert len(feed) == 20
    assert found.right
    assert found.error <= 2e-6
    assert found.flips == 0


def test_what_is_gone(mnist: Path, portable: rewrite.Rewritten):
    raw = onnx.load(mnist)
    assert [p.decode() for p in attributes(raw, "Conv", "auto_pad")] == ["SAME_UPPER", "SAME_UPPER"]
    assert attributes(portable.model, "Conv", "auto_pad") == []
    assert [list(p) for p in attributes(portable.model, "Conv", "pads")] == [[2, 2, 2, 2], [2, 2, 2, 2]]
    weights = {tensor.name for tensor in raw.graph.initializer}
    assert weights & {value.name for value in raw.graph.input} == weights
    assert [value.name for value in portable.model.graph.input] == ["Input3"]
    assert raw.ir_version < 4 <= portable.model.ir_version


def test_steps_say_what_changed(portable: rewrite.Rewritten):
    said = {step.name: step.changed for step in portable.steps}
    assert list(said) == [STRIP, FOLD, PADS]
    assert "inputs 9 → 1" in said[STRIP]
    assert "IR version 3 → " in said[STRIP]
    assert "nodes 12 → 11" in said[FOLD]
    assert "1 Reshape gone" in said[FOLD]
    assert said[PADS] == "attributes of 2 Conv"


def test_steps_show_the_change_line_by_line(portable: rewrite.Rewritten):
    diffs = {step.name: step.diff.splitlines() for step in portable.steps}
    assert "-input %Parameter5[FLOAT, 8x1x5x5]" in diffs[STRIP]
    assert "-%Parameter193_reshape1 = Reshape(%Parameter193, %Parameter193_reshape1_shape)" in diffs[FOLD]
    assert [line[0] for line in diffs[PADS]] == ["-", "+", "-", "+"]
    assert "pads = [2, 2, 2, 2]" in diffs[PADS][1]


def test_tables_name_every_pass_and_why(portable: rewrite.Rewritten):
    assert list(portable.table().index) == [STRIP, FOLD, PADS]
    assert set(portable.table().index) < set(rewrite.passes().index)
    assert all(rewrite.passes()["why"].str.len() > 20)


def test_chosen_passes_only(mnist: Path):
    assert [step.name for step in rewrite.portable(mnist, only=[PADS]).steps] == [PADS]
    with pytest.raises(BadInput, match=r"there is no pass 'make it fast'; give some of 'inline functions', "):
        rewrite.portable(mnist, only=["make it fast"])


@pytest.mark.parametrize("case", ["relu", "two outputs", "int64", "batch 7"])
def test_nothing_to_do(case: str):
    given = CASES[case].model
    found = rewrite.portable(given)
    assert found.steps == ()
    before, after = onnx.ModelProto.FromString(given).graph, found.model.graph
    assert [node.op_type for node in after.node] == [node.op_type for node in before.node]


def test_twice_changes_nothing_more(portable: rewrite.Rewritten):
    again = rewrite.portable(portable.model)
    assert again.steps == ()
    assert again.model == portable.model


def test_constants_are_folded():
    text = "g (float[2] x) => (float[2] y) { a = Constant <value = float[2] {1, 2}> () b = Neg(a) y = Add(x, b) }"
    model = onnx.parser.parse_model(f'<ir_version: 8, opset_import: ["": 17]> {text}')
    found = rewrite.portable(model)
    assert [node.op_type for node in found.model.graph.node] == ["Add"]
    assert [step.name for step in found.steps] == [SHAPES, FOLD]
    with engines.get("reference").load(found.model.SerializeToString()) as session:
        assert session.run({"x": np.array([5, 5], np.float32)})["y"].tolist() == [4, 3]


def model_of(text: str, header: str = '<ir_version: 8, opset_import: ["": 17]>') -> onnx.ModelProto:
    model = onnx.parser.parse_model(f"{header} {text}")
    onnx.checker.check_model(model)
    return model


def test_functions_are_inlined():
    text = """<ir_version: 8, opset_import: ["": 17, "own": 1]>
    g (float[2] x) => (float[2] y) { y = own.twice(x) }
    <domain: "own", opset_import: ["": 17]> twice (a) => (b) { b = Add(a, a) }"""
    found = rewrite.portable(onnx.parser.parse_model(text))
    assert [node.op_type for node in found.model.graph.node] == ["Add"]
    assert [step.name for step in found.steps] == ["inline functions"]
    assert found.steps[0].changed.startswith("functions 1 → 0")


def test_what_does_nothing_is_dropped():
    found = rewrite.portable(model_of("g (float[2] x) => (float[2] y) { a = Identity(x) b = Abs(x) y = Neg(a) }"))
    assert [node.op_type for node in found.model.graph.node] == ["Neg"]
    assert [value.name for value in found.model.graph.output] == ["y"]


def sparse() -> onnx.ModelProto:
    model = onnx.parser.parse_model(
        '<ir_version: 8, opset_import: ["": 17]> g (float[2] x) => (float[2] y) { y = Add(x, w) }'
    )
    values = onnx.numpy_helper.from_array(np.array([5], np.float32), "w")
    places = onnx.numpy_helper.from_array(np.array([1]), "w_places")
    model.graph.sparse_initializer.append(onnx.helper.make_sparse_tensor(values, places, [2]))
    return model


BAD = {
    "no such file": ("nosuch.onnx", "nosuch.onnx does not exist"),
    "empty": (b"", "is empty; get the file again"),
    "no protobuf": (b"what is this", "is not an ONNX model, or is truncated"),
    "no graph": (onnx.ModelProto(ir_version=8).SerializeToString(), "holds no graph"),
    "no graph, as a proto": (onnx.ModelProto(ir_version=8), "holds no graph"),
    "a number": (7, "a model is a path or bytes, not int"),
    "sparse weights": (sparse(), "has sparse weights, which onnx_ir leaves out; export it with dense ones"),
}


@pytest.mark.parametrize(("given", "said"), BAD.values(), ids=BAD)
def test_bad_model(given: object, said: str):
    with pytest.raises(BadInput) as caught:
        rewrite.portable(given)
    assert said in str(caught.value)


def test_cut_file(mnist: Path, tmp_path: Path):
    cut = tmp_path / "cut.onnx"
    cut.write_bytes(mnist.read_bytes()[:10_000])
    with pytest.raises(BadInput, match=r"cut\.onnx is not an ONNX model, or is truncated"):
        rewrite.portable(cut)


def test_no_such_name():
    with pytest.raises(
        AttributeError, match=r"has no attribute 'portabel'; it has Rewritten, Step, fixed, passes, portable"
    ):
        rewrite.portabel  # noqa: B018
