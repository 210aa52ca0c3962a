"""Every pass keeps what a model computes: small models before and after, by onnx.reference and ONNX Runtime."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx.reference import ReferenceEvaluator

from helpers import rewrite
from helpers.engines.worker import Isolated
from tests.small_models import CASES

HEADER = '<ir_version: 8, opset_import: ["": 17]>'
IF = "y = If (c) < then_branch = t () => (float[2] p) {{ {} }}, else_branch = e () => (float[2] q) {{ {} }} >"

# A model, and the operators that are left of its graph.
MODELS = {
    "nothing to fold": ("g (float[2] x) => (float[2] y) { a = Neg(x) y = Relu(a) }", "Neg Relu"),
    "constants": (
        "g (float[2] x) => (float[2] y) <float[2] w = {1,2}> { a = Neg(w) b = Exp(a) y = Add(x, b) }",
        "Add",
    ),
    "every kind of constant": (
        "g (float[2] x) => (float[2] y) { a = Constant<value_float = 2.0>() b = Constant<value_floats = [1.0, 3.0]>() "
        "c = Mul(x, a) y = Add(c, b) }",
        "Mul Add",
    ),
    "a constant comes out": (
        "g (float[2] x) => (float[2] y, float[2] z) { y = Constant<value = float[2] {1,2}>() z = Neg(x) }",
        "Constant Neg",
    ),
    "a folded one comes out": (
        "g (float[2] x) => (float[2] y, float[2] z) <float[2] w = {1,2}> { y = Neg(w) z = Neg(x) }",
        "Neg Neg",  # wonnx knows no output that is a weight
    ),
    "shapes": (
        "g (float[2,3,4] x) => (float[2,12] y) <int64 zero = {0}, int64[1] axis = {0}, int64[1] rest = {-1}> "
        "{ a = Neg(x) s = Shape(a) n = Gather(s, zero) u = Unsqueeze(n, axis) to = Concat<axis = 0>(u, rest) "
        "b = Reshape(a, to) t = Shape(b) d = Relu(b) y = Reshape(d, t) }",
        "Neg Reshape Relu",
    ),
    "a stale shape": (
        "g (float[4,3] x) => (int64[2] y, float[4,3] z) <float[2,3] a> { a = Neg(x) y = Shape(a) z = Relu(a) }",
        "Neg Constant Relu",
    ),
    "a stale batch": ("g (float[n,3] x) => (float[n,3] y) <float[1,3] a> { a = Neg(x) y = Relu(a) }", "Neg Relu"),
    "identities": (
        "g (float[2] x) => (float[2] y) { a = Identity(x) b = Neg(a) c = Identity(b) d = Identity(c) y = Identity(d) }",
        "Neg",
    ),
    "an input comes out": ("g (float[2] x) => (float[2] y) { y = Identity(x) }", "Identity"),
    "one value under two names": (
        "g (float[2] x) => (float[2] y, float[2] z) { y = Neg(x) z = Identity(y) }",
        "Neg Identity",
    ),
    "one value under two new names": (
        "g (float[2] x) => (float[2] y, float[2] z) { a = Neg(x) y = Identity(a) z = Identity(a) }",
        "Neg Identity",
    ),
    "nobody asks for it": (
        "g (float[4] x) => (float[4] y) <int64[1] k = {2}> { v, i = TopK(x, k) y = Neg(x) }",
        "Neg",
    ),
    "one output of two": (
        "g (float[4] x) => (int64[2] y) <int64[1] k = {2}> { v, y = TopK(x, k) }",
        "TopK",
    ),
    "an input left out": ("g (float[2] x) => (float[2] y) <float m = {1}> { y = Clip(x, , m) }", "Clip"),
    "dropout": ("g (float[2] x) => (float[2] y) { a = Dropout(x) y = Neg(a) }", "Neg"),
    "branches": (f"g (bool c, float[2] x) => (float[2] y) {{ {IF.format('p = Neg(x)', 'q = Abs(x)')} }}", "If"),
    "a branch gives what is outside it": (
        f"g (bool c, float[2] x) => (float[2] y) {{ n = Neg(x) {IF.format('p = Identity(n)', 'q = Abs(x)')} }}",
        "Neg If",
    ),
    "a branch gives an input": (
        f"g (bool c, float[2] x) => (float[2] y) {{ {IF.format('p = Identity(x)', 'q = Abs(x)')} }}",
        "If",
    ),
    "a branch gives constants": (
        "g (bool c, float[2] x) => (float[2] y) <float[2] w = {1,2}> { n = Neg(w) "
        f"{IF.format('a = Exp(n) p = Add(a, x)', 'q = Sub(n, x)')} }}",
        "If",
    ),
    "branches with names in common": (
        "g (bool c, float[1,1,7,7] x) => (float[1,1,h,w] y) <float[1,1,2,2] k = {1,2,3,4}> { y = If (c) <"
        "then_branch = t () => (float[1,1,h,w] p) { a = Neg(x) "
        'p = Conv<auto_pad = "SAME_UPPER", strides = [2,2]>(a, k) },'
        "else_branch = e () => (float[1,1,h,w] q) { a = MaxPool<kernel_shape = [2,2], strides = [2,2]>(x) "
        'q = Conv<auto_pad = "SAME_UPPER", strides = [2,2]>(a, k) }> }',
        "If",
    ),
    "the branch is known": (
        f"g (float[2] x) => (float[2] y) <bool c = {{1}}> {{ {IF.format('p = Neg(x)', 'q = Abs(x)')} }}",
        "Neg",
    ),
    "a loop": (
        "g (float[2] x, float[2] z) => (float[2] y, float[2] u) <int64 n = {3}> { y, u = Loop(n, , x, z) < body = b "
        "(int64 i, bool ci, float[2] v, float[2] w) => (bool co, float[2] vo, float[2] wo) "
        "{ co = Identity(ci) vo = Identity(w) wo = Add(v, w) } > }",
        "Loop",
    ),
    "a scan": (
        "g (float[3,2] x, float[2] z) => (float[2] y, float[3,2] u) { y, u = Scan<num_scan_inputs = 1, body = b "
        "(float[2] s, float[2] e) => (float[2] so, float[2] o) { so = Add(s, e) o = Identity(so) }>(z, x) }",
        "Scan",
    ),
    "random": (
        "g (float[2] x) => (float[2] y) <float[2] w = {0,1}> { a = Bernoulli(w) y = Add(a, x) }",
        "Bernoulli Add",  # of 0 and 1 it makes these
    ),
    "large when computed": (
        "g (float[1] x) => (float[600,600] y) <int64[2] s = {600,600}, float[1] w = {3}> "
        "{ a = Expand(w, s) y = Add(a, x) }",
        "Expand Add",
    ),
}


def parsed(text: str) -> onnx.ModelProto:
    return onnx.parser.parse_model(f"{HEADER} {text}")


def inputs(model: onnx.ModelProto, c: bool) -> dict[str, np.ndarray]:
    random, given = np.random.default_rng(7), {}
    for value in model.graph.input:
        shape = [d.dim_value or 2 for d in value.type.tensor_type.shape.dim]
        given[value.name] = np.array(c) if value.name == "c" else random.normal(size=shape).astype(np.float32)
    return given


def by_reference(model: onnx.ModelProto, given: dict[str, np.ndarray]) -> list[np.ndarray]:
    return ReferenceEvaluator(model).run(None, given)


def by_onnxruntime(model: onnx.ModelProto, given: dict[str, np.ndarray]) -> list[np.ndarray]:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(model.SerializeToString(), options).run(None, given)


@pytest.mark.parametrize(("text", "left"), MODELS.values(), ids=MODELS)
def test_the_same_before_and_after(text: str, left: str):
    before = parsed(text)
    untouched = before.SerializeToString()
    after = rewrite.portable(before).model
    assert before.SerializeToString() == untouched
    onnx.checker.check_model(after, full_check=True)
    assert [node.op_type for node in after.graph.node] == left.split()
    assert after.graph.output == before.graph.output
    for run in (by_reference, by_onnxruntime):
        for c in (True, False):
            given = inputs(before, c)
            for new, old in zip(run(after, given), run(before, given), strict=True):
                np.testing.assert_allclose(new, old, rtol=1e-6, atol=1e-6)
                assert new.dtype == old.dtype


@pytest.mark.parametrize("only", rewrite.passes().index)
@pytest.mark.parametrize("name", MODELS)
def test_each_pass_alone_makes_a_valid_model(name: str, only: str):
    before = parsed(MODELS[name][0])
    after = rewrite.portable(before, only=[only]).model
    onnx.checker.check_model(after, full_check=name != "a stale shape")
    given = inputs(before, True)
    for new, old in zip(by_reference(after, given), by_reference(before, given), strict=True):
        np.testing.assert_allclose(new, old, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("case", [name for name in CASES if name != "unknown operator"])
def test_small_models_keep_their_answers(case: str):
    model = onnx.ModelProto.FromString(CASES[case].model)
    after = rewrite.portable(model).model
    right = CASES[case].right(CASES[case].inputs)
    for name, new in zip(right, by_reference(after, CASES[case].inputs), strict=True):
        np.testing.assert_array_equal(new, right[name])


def test_weights_of_any_size_are_reshaped_ahead():
    model = parsed(
        "g (float[1,200] x) => (float[1,50] y) <int64[2] s = {200,50}> { a = Reshape(w, s) y = MatMul(x, a) }"
    )
    weights = np.arange(10_000, dtype=np.float32).reshape(10, 20, 50)  # onnxscript itself stops at 8,192
    model.graph.initializer.append(onnx.numpy_helper.from_array(weights, "w"))
    found = rewrite.portable(model).model.graph
    assert [node.op_type for node in found.node] == ["MatMul"]
    np.testing.assert_array_equal(onnx.numpy_helper.to_array(found.initializer[0]), weights.reshape(200, 50))


BOMBS = {
    "Expand": "<int64[2] s = {1000000,1000000}, float[1] w = {1}> { a = Expand(w, s) y = Add(a, x) }",
    "Tile": "<int64[1] s = {100000000000}, float[1] w = {1}> "
    "{ t = Identity(s) u = Abs(t) a = Tile(w, u) y = Add(a, x) }",
    "Range": "<int64 s = {0}, int64 t = {100000000000}, int64 u = {1}> "
    "{ a = Range(s, t, u) b = Cast<to = 1>(a) y = Add(b, x) }",
    "ConstantOfShape": "<int64[1] s = {100000000000}> { a = ConstantOfShape(s) b = Neg(a) y = Add(b, x) }",
}


@pytest.mark.parametrize("op", BOMBS)
def test_terabytes_are_not_computed(op: str):
    found = rewrite.portable(parsed(f"g (float[1] x) => (float[n] y) {BOMBS[op]}"))
    assert op in [node.op_type for node in found.model.graph.node]


@pytest.mark.parametrize(
    "text",
    [
        "<float[2] w = {1,2}, int64[1] s = {3}> { a = Reshape(w, s) y = Add(a, x) }",
        "<float[2] w = {1,2}> { a = NoSuchOperator(w) y = Add(a, x) }",
        "<float[2] w = {1,2}> { a = unnamed.Operator(w) y = Add(a, x) }",
    ],
)
def test_what_cannot_be_computed_is_left_alone(text: str):
    model = parsed(f"g (float[n] x) => (float[n] y) {text}")
    after = rewrite.portable(model).model.graph
    assert [node.op_type for node in after.node] == [node.op_type for node in model.graph.node]


def test_old_files_stay_valid_when_constants_become_weights():
    text = "g (float[2] x) => (float[2] y) { a = Constant<value = float[2] {1,2}>() y = Add(x, a) }"
    model = onnx.parser.parse_model(f'<ir_version: 3, opset_import: ["": 8]> {text}')
    after = rewrite.portable(model, only=["fold constants"]).model
    assert after.ir_version == 4
    onnx.checker.check_model(after, full_check=True)


def test_what_is_said_about_the_model_stays():
    model = parsed("g (float[2] x) => (float[2] y) { a = Identity(x) y = Neg(a) }")
    model.doc_string, model.producer_name, model.graph.node[1].doc_string = "a model", "me", "a node"
    onnx.helper.set_model_props(model, {"key": "value"})
    after = rewrite.portable(model).model
    assert (after.doc_string, after.producer_name, after.graph.node[0].doc_string) == ("a model", "me", "a node")
    assert after.metadata_props == model.metadata_props
    assert after.graph.name == "g"


@pytest.mark.parametrize(
    ("text", "diff"),
    [
        ("g (float[2] x) => (float[2] y) { a = Neg(x) y = Relu(a) }", "+shape %a[FLOAT, 2]"),
        (MODELS["a stale batch"][0], "-shape %a[FLOAT, 1x3]\n+shape %a[FLOAT, ?x3]"),
        ("g (float[2] x) => (float[2] y) <float[2] a> { a = Neg(x) y = Relu(a) }", ""),
        ("g (float[n] x) => (float[n] y) { a = Neg(x) y = Relu(a) }", ""),
        ("g (float[2] x) => (float[2] y) <float[3] a> { a = unnamed.Operator(x) y = Relu(a) }", ""),
    ],
)
def test_shapes_are_stated_or_taken_back(text: str, diff: str):
    steps = rewrite.portable(parsed(text), only=["state the shapes"]).steps
    assert [step.diff for step in steps] == ([diff] if diff else [])


def test_changes_inside_a_branch_are_shown():
    text = f"g (bool c, float[2] x) => (float[2] y) {{ {IF.format('a = Identity(x) p = Neg(a)', 'q = Abs(x)')} }}"
    (step,) = rewrite.portable(parsed(text), only=["drop what does nothing"]).steps
    assert step.diff.splitlines() == ["-    %a = Identity(%x)", "-    %p = Neg(%a)", "+    %p = Neg(%x)"]
    assert step.changed == "attributes of 1 If"


def test_wonnx_runs_once_it_is_told_the_shapes(isolated: dict[str, Isolated]):
    if not (can := isolated["wonnx"].availability()):
        pytest.skip(f"wonnx: {can.why}")
    model = parsed("g (float[2] x) => (float[2] y) { a = Neg(x) y = Relu(a) }")
    with isolated["wonnx"].load(rewrite.portable(model).model.SerializeToString()) as session:
        assert session.run({"x": np.array([-1, 2], np.float32)})["y"].tolist() == [1, 0]
