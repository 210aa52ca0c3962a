"""What flows between the nodes, against onnx.reference's own intermediate results."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnx.parser
import pytest
from onnx import numpy_helper
from onnx.reference import ReferenceEvaluator

from helpers import engines, graph, rewrite
from helpers.compare.judge import error
from helpers.digits import digits
from helpers.engines import BadInput, EngineError, ModelRejected
from helpers.engines.worker import Isolated
from helpers.graph import _copy
from tests.small_models import CASES


def parsed(text: str) -> onnx.ModelProto:
    return onnx.parser.parse_model(f'<ir_version: 8, opset_import: ["": 17]> {text}')


def outputs(model: onnx.ModelProto) -> list[str]:
    return [output.name for output in model.graph.output]


def steps(model: onnx.ModelProto, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Every tensor, by onnx.reference a node at a time."""
    known = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer} | inputs
    made = dict(inputs)
    for node in model.graph.node:
        found = ReferenceEvaluator(node, opsets={o.domain: o.version for o in model.opset_import}).run(
            None, {name: known[name] for name in node.input if name}
        )
        made |= dict(zip(node.output, found, strict=True))
        known |= made
    return made


def test_tap_adds_what_lies_between_the_nodes(mnist):
    before = onnx.load(mnist)
    tapped = graph.tap(before)
    made = [node.output[0] for node in before.graph.node]
    assert outputs(tapped) == ["Plus214_Output_0", *made[:-1]]
    assert tapped.graph.output[0] == before.graph.output[0]
    assert before == onnx.load(mnist)
    onnx.checker.check_model(tapped, full_check=True)
    sizes = {o.name: [d.dim_value for d in o.type.tensor_type.shape.dim] for o in tapped.graph.output}
    assert sizes["Pooling160_Output_0"] == [1, 16, 4, 4]


def test_tap_some(mnist):
    assert outputs(graph.tap(mnist, tensors=["ReLU114_Output_0", "ReLU32_Output_0", "Plus214_Output_0"])) == [
        "Plus214_Output_0",
        "ReLU32_Output_0",
        "ReLU114_Output_0",
    ]
    assert outputs(graph.tap(mnist, tensors=[])) == ["Plus214_Output_0"]
    for name in ("Input3", "Parameter5", "nothing"):
        with pytest.raises(BadInput, match=f"no node makes '{name}'; it makes Parameter193_reshape1, Convolution28"):
            graph.tap(mnist, tensors=[name])


def test_tap_leaves_out_what_has_no_known_type():
    model = parsed(
        "g (float[4] x, float[n] z) => (float[n] y) "
        "{ s = SequenceConstruct(x, x) o = Odd.Own(x) a = SequenceAt(s, i) p, q = Split(a) y = Abs(z) }"
    )
    del model.graph.node[1]  # the parser wants a domain known
    model.graph.node.insert(1, onnx.helper.make_node("Own", ["x"], ["o"], domain="odd"))
    model.opset_import.append(onnx.helper.make_opsetid("odd", 1))
    model.graph.initializer.append(numpy_helper.from_array(np.array(0), "i"))
    assert outputs(graph.tap(model)) == ["y", "a", "p", "q"]
    model.graph.value_info.append(onnx.helper.make_tensor_value_info("o", onnx.TensorProto.FLOAT, [4]))
    tapped = graph.tap(model)
    assert outputs(tapped) == ["y", "o", "a", "p", "q"]
    assert not tapped.graph.output[1].type.tensor_type.HasField("shape")  # only the file says so


def test_stale_shapes_in_the_file_are_not_believed(isolated):
    model = parsed("g (float[n,2] x) => (float[n,2] y) { a = Neg(x) y = Abs(a) }")
    model.graph.value_info.append(onnx.helper.make_tensor_value_info("a", onnx.TensorProto.FLOAT, [1, 2]))
    x = np.ones((3, 2), np.float32)
    assert graph.layers(model, {"x": x}, engine=isolated["onnxruntime"])["a"].tolist() == (-x).tolist()


def test_layers_of_mnist(isolated, mnist):
    digit = {"Input3": digits().tensor(3)}
    found, wanted = graph.layers(mnist, digit, engine=isolated["reference"]), steps(onnx.load(mnist), digit)
    assert list(found) == list(wanted)
    for name in wanted:
        assert error(found[name], wanted[name]) < 1e-6, name  # not equal: numpy adds in another order on more threads


@pytest.mark.parametrize("case", [c for c in CASES if c != "unknown operator"])
def test_layers_of_small_models(isolated, case: str):
    given = CASES[case]
    found = graph.layers(given.model, given.inputs, engine=isolated["reference"])
    assert list(found) == [*given.inputs, *given.right(given.inputs)]
    for name, right in given.right(given.inputs).items():
        assert error(found[name], right) == 0


def test_layers_with_a_branch(isolated):
    model = parsed(
        "g (bool c, float[2] x) => (float[2] y) { z = Relu(x) w = If (c) <then_branch = t () => (float[2] a) "
        "{ a = Neg(z) }, else_branch = e () => (float[2] a) { a = Abs(z) }> y = Add(w, x) }"
    )
    x = np.array([-1, 2], np.float32)
    for engine in ("reference", "onnxruntime"):
        found = graph.layers(model, {"c": np.array(True), "x": x}, engine=isolated[engine])
        assert list(found) == ["c", "x", "z", "w", "y"]
        assert found["w"].tolist() == [0, -2]


def test_an_output_that_is_an_input_or_a_weight_is_there_too(isolated):
    model = parsed("g (float[2] x) => (float[2] y, float[2] x, float[2] w) <float[2] w = {1, 2}> { y = Add(x, w) }")
    found = graph.layers(model, {"x": np.zeros(2, np.float32)}, engine=isolated["onnxruntime"])
    assert {name: value.tolist() for name, value in found.items()} == {"x": [0, 0], "y": [1, 2], "w": [1, 2]}


def test_layers_by_default_take_a_digit(mnist):
    assert np.array_equal(graph.layers(mnist)["Input3"], digits().tensor(0))


def test_errors_at_each_node_of_mnist(engine: Isolated, isolated, mnist):
    proto = onnx.load(mnist)
    if engine.name in ("candle", "wonnx"):
        with pytest.raises(EngineError, match=r"; rewrite\.portable\(model\)\.model may run$"):
            graph.errors(proto, engine, reference=isolated["reference"], limit=3)
        proto = rewrite.portable(mnist).model
    found = graph.errors(proto, engine, reference=isolated["reference"], limit=3)
    assert list(found.by_node) == [node.output[0] for node in proto.graph.node]
    assert all(isinstance(value, float) and value < 1e-5 for value in found.by_node.values()), found
    assert f"{engine.name} against reference, the worst of 3 samples; perturbed" in found.note
    assert "the error of the model itself is " in found.note


def test_where_another_model_begins_to_differ(isolated, mnist):
    other = onnx.load(mnist)
    (weight,) = (t for t in other.graph.initializer if t.name == "Parameter87")  # of the second convolution
    values = numpy_helper.to_array(weight).copy()
    values[3, 0, 2, 2] += 5
    weight.CopyFrom(numpy_helper.from_array(values, weight.name))
    right = graph.layers(mnist, engine=isolated["reference"])
    found = graph.layers(other, engine=isolated["onnxruntime"])
    off = [name for name in right if error(found[name], right[name]) > 1e-5]
    assert off[0] == "Convolution110_Output_0"
    assert off[-1] == "Plus214_Output_0"


class Coarse(engines.Engine):
    """ONNX Runtime, but one of its tensors is coarse, and another of another dtype."""

    card = engines.get("onnxruntime").card
    remedy = ""

    def probe(self):
        pass

    def open(self, model, options):
        run = engines.get("onnxruntime").open(model, options)
        names = [info.name for info in model.outputs]

        def coarse(inputs):
            changed = {"b": lambda a: a.astype(np.float16).astype(np.float32), "c": lambda a: a.astype(np.float64)}
            return [changed.get(name, lambda a: a)(array) for name, array in zip(names, run(inputs), strict=True)]

        return coarse


def test_errors_stand_at_their_node_and_what_is_altered_has_none(isolated, monkeypatch):
    model = parsed("g (float[8] x) => (float[8] y) { a = Neg(x) b = Exp(a) c = Abs(b) y = Neg(c) }")
    sample = {"x": np.linspace(0.1, 1, 8, dtype=np.float32)}
    coarse = engines.isolated("onnxruntime")
    local = Coarse()
    monkeypatch.setattr(coarse, "load", local.load)
    found = graph.errors(model, coarse, inputs=sample, reference=isolated["reference"])
    assert found.by_node["a"] == 0
    assert 1e-5 < found.by_node["b"] < 1e-3
    assert found.by_node["c"] is None
    assert found.by_node["y"] < 1e-6
    assert "of another dtype or shape there: c" in found.note
    coarse.close()


def test_several_samples_and_the_limit(isolated):
    case = CASES["relu"]
    many = [{"x": np.full(3, n, np.float32)} for n in range(5)]
    found = graph.errors(case.model, isolated["onnxruntime"], inputs=many, reference=isolated["reference"], limit=4)
    assert "the worst of 4 samples" in found.note
    with pytest.raises(BadInput, match="limit=0: give the number of samples, from 1"):
        graph.errors(case.model, "onnxruntime", limit=0)
    with pytest.raises(BadInput, match="inputs are an empty list"):
        graph.errors(case.model, "onnxruntime", inputs=[])


def test_a_refusal_is_typed_and_says_what_may_run(isolated):
    with pytest.raises(ModelRejected, match=r"NoSuchOperator.*; rewrite\.portable\(model\)\.model may run"):
        graph.layers(CASES["unknown operator"].model, CASES["unknown operator"].inputs, engine=isolated["onnxruntime"])
    with pytest.raises(BadInput, match="input 'x' has dtype float64"):
        graph.layers(CASES["relu"].model, {"x": np.zeros(3)}, engine=isolated["reference"])


@pytest.fixture
def beside(tmp_path: Path, mnist: Path) -> Path:
    """MNIST with its weights in a file beside it."""
    path = tmp_path / "m.onnx"
    onnx.save(onnx.load(mnist), path, save_as_external_data=True, location="m.data", size_threshold=0)
    return path


def test_weights_beside_the_model(isolated, beside: Path, mnist: Path):
    digit = {"Input3": digits().tensor(5)}
    found, wanted = (graph.layers(m, digit, engine=isolated["onnxruntime"]) for m in (beside, mnist))
    assert all(np.array_equal(found[name], wanted[name]) for name in wanted)
    assert len(graph.times(beside, isolated["onnxruntime"], calls=2).by_node) == 12
    with pytest.raises(BadInput, match="a file beside the model; give the model's path"):
        graph.layers(beside.read_bytes())


def test_too_many_weights_beside_the_model(beside: Path, monkeypatch):
    monkeypatch.setattr(_copy, "_LARGEST", 20_000)
    monkeypatch.setenv("HELPERS_IN_WORKER", "1")  # as in the reader, which knows nothing of this test
    with pytest.raises(BadInput, match=r"m\.onnx has .* GiB with its weights, and a copy in one file may have 1 GiB"):
        graph.layers(beside)
