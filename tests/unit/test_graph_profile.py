"""Time per node: each engine's own profile, on real models."""

from __future__ import annotations

import numpy as np
import onnx
import onnx.parser
import pytest

from helpers import engines, graph
from helpers.engines import BadInput, ModelRejected
from helpers.engines.profiling import profile, profiled
from helpers.engines.worker import Isolated
from tests.small_models import CASES

BRANCH = (
    "g (bool c, float[64,64] x) => (float[64,64] y) { z = Relu(x) "
    "w = If (c) <then_branch = t () => (float[64,64] a) { p = MatMul(z, z) a = Neg(p) }, "
    "else_branch = e () => (float[64,64] a) { a = Abs(z) }> y = Add(w, x) }"
)
LOOP = (
    "g (int64 n, float[64,64] x) => (float[64,64] y) <bool c = {1}> { "
    "w = Loop (n, c, x) <body = b (int64 i, bool ci, float[64,64] s) => (bool co, float[64,64] so) "
    "{ co = Identity(ci) so = MatMul(s, x) }> y = Relu(w) }"
)
GELU = (
    "g (float[64,64] x) => (float[64,64] y) <float r = {1.41421356}, float o = {1.0}, float h = {0.5}> "
    "{ a = Div(x, r) b = Erf(a) c = Add(b, o) d = Mul(x, c) e = Mul(d, h) f = Softmax(e) y = Relu(f) }"
)
MNIST_NODES = [
    "Parameter193_reshape1",
    "Convolution28_Output_0",
    "Plus30_Output_0",
    "ReLU32_Output_0",
    "Pooling66_Output_0",
    "Convolution110_Output_0",
    "Plus112_Output_0",
    "ReLU114_Output_0",
    "Pooling160_Output_0",
    "Pooling160_Output_0_reshape0",
    "Times212_Output_0",
    "Plus214_Output_0",
]


def parsed(text: str) -> onnx.ModelProto:
    return onnx.parser.parse_model(f'<ir_version: 8, opset_import: ["": 17]> {text}')


@pytest.fixture(params=profiled())
def teller(request: pytest.FixtureRequest, isolated: dict[str, Isolated]) -> Isolated:
    """Each engine that has a profile."""
    found = isolated[request.param]
    if not (can := found.availability()):
        pytest.skip(f"{request.param}: {can.why}; {can.remedy}")
    return found


def seen(values: graph.Values) -> dict[str, float]:
    return {name: value for name, value in values.by_node.items() if isinstance(value, float)}


def test_three_engines_have_a_profile():
    assert profiled() == ["onnxruntime", "tract", "kyanite"]


@pytest.mark.parametrize("optimisation", ["none", "all"])
def test_mnist(teller: Isolated, mnist, optimisation: str):
    values = graph.times(mnist, teller, calls=10, optimisation=optimisation)
    assert list(values.by_node) == MNIST_NODES
    assert values.unit == "s"
    assert values.title == f"time by {teller.name}"
    times = seen(values)
    assert len(times) >= {"none": 11, "all": 5}[optimisation]
    assert all(time > 0 for time in times.values())
    # The convolutions, with what is fused to them, are most of this network's work in every engine.
    convolutions = {"Convolution28", "Plus30", "ReLU32", "Convolution110", "Plus112", "ReLU114"}
    assert sum(times[n] for n in times if n.split("_")[0] in convolutions) > 0.4 * sum(times.values())
    assert f"{teller.name}'s own profile, optimisation {optimisation}: median of 10 calls" in values.note


def test_every_node_of_mnist_has_a_time_where_onnxruntime_optimises_nothing(isolated, mnist):
    values = graph.times(mnist, isolated["onnxruntime"], calls=5, optimisation="none")
    assert list(seen(values)) == MNIST_NODES
    assert "no step of their own" not in values.note


def test_what_onnxruntime_fuses_is_counted_and_named(isolated, mnist):
    values = graph.times(mnist, isolated["onnxruntime"], calls=5)
    members = {name for group in values.groups.values() for name, _ in group}
    assert "Plus30_Output_0" in members
    assert f"{len(members)} nodes run as one with another, whose time is theirs too: " in values.note
    assert "no step in a call (worked out at load, or left out): Parameter193_reshape1" in values.note


@pytest.mark.parametrize("optimisation", ["none", "all"])
def test_the_steps_are_no_longer_than_the_call(teller: Isolated, mnist, optimisation: str):
    picture = {"Input3": np.random.default_rng(1).normal(size=(1, 1, 28, 28)).astype(np.float32)}
    found = profile(teller, mnist, picture, calls=20, options=engines.Options(optimisation=optimisation))
    assert found.calls == 20
    assert 0 < sum(step.seconds for step in found.steps) <= 1.5 * found.call  # medians each, so not quite a sum
    assert found.plain > 0


@pytest.mark.parametrize("case", ["relu", "two outputs", "batch 7", "0-d"])
def test_small_models(teller: Isolated, case: str):
    given = CASES[case]
    values = graph.times(given.model, teller, inputs=given.inputs, calls=3, optimisation="none")
    assert set(seen(values)) == {"two outputs": {"y", "z"}}.get(case, {"y"})


@pytest.mark.parametrize("optimisation", ["none", "all"])
def test_a_branch_counts_for_the_node_that_holds_it(teller: Isolated, optimisation: str):
    inputs = {"c": np.array(True), "x": np.ones((64, 64), np.float32)}
    if teller.name == "kyanite":
        with pytest.raises(ModelRejected, match="If"):
            graph.times(parsed(BRANCH), teller, inputs=inputs)
        return
    times = seen(graph.times(parsed(BRANCH), teller, inputs=inputs, calls=10, optimisation=optimisation))
    assert set(times) == {"z", "w", "y"}
    assert times["w"] == max(times.values())  # it holds the matrix product


def test_a_loop_counts_with_all_its_turns(isolated):
    one, many = (
        seen(graph.times(parsed(LOOP), isolated["onnxruntime"], inputs=inputs, calls=10))["w"]
        for inputs in ({"n": np.array(n), "x": np.full((64, 64), 0.01, np.float32)} for n in (1, 40))
    )
    assert many > 2 * one


def test_a_fused_node_with_a_name_of_its_own_counts_for_the_last_of_its_nodes(isolated):
    x = {"x": np.ones((64, 64), np.float32)}
    times = seen(graph.times(parsed(GELU), isolated["onnxruntime"], inputs=x, calls=5))
    assert set(times) == {"e", "f", "y"}  # Gelu stands for a to e


def test_what_onnxruntime_makes_of_a_function_is_no_node_of_the_file(isolated):
    model = onnx.parser.parse_model(
        '<ir_version: 8, opset_import: ["": 17, "my": 1]> g (float[64,64] x) => (float[64,64] y) '
        '{ z = my.f(x) y = Relu(z) } <domain: "my", opset_import: ["": 17]> '
        "f (a) => (b) { c = MatMul(a, a) b = Neg(c) }"
    )
    x = {"x": np.ones((64, 64), np.float32)}
    values = graph.times(model, isolated["onnxruntime"], inputs=x, calls=3)
    assert values.by_node["z"] is None  # not the Neg alone, which makes z
    assert "(MatMul)" in values.note
    assert "(Neg)" in values.note


def test_a_name_that_is_the_start_of_another_is_not_taken_for_it(teller: Isolated):
    model = parsed("g (float[4] x) => (float[4] x_1_nchwc) { x_1 = Neg(x) x_1_2 = Abs(x_1) x_1_nchwc = Neg(x_1_2) }")
    values = graph.times(model, teller, inputs={"x": np.ones(4, np.float32)}, calls=3, optimisation="none")
    assert set(seen(values)) == {"x_1", "x_1_2", "x_1_nchwc"}
    assert [node.name for node in model.graph.node] == ["", "", ""]  # the argument is as it was


def test_an_engine_without_a_profile_names_those_that_have_one(mnist):
    with pytest.raises(BadInput, match="rten has no profile of its own; engines that have one: onnxruntime, tract, ky"):
        graph.times(mnist, "rten")


@pytest.mark.parametrize("calls", [0, -1, 1.5, True, 10**9])
def test_bad_calls(isolated, mnist, calls):
    with pytest.raises(BadInput, match=r"calls=.*give a whole number from 1 to"):
        graph.times(mnist, isolated["onnxruntime"], calls=calls)


def test_inputs_that_do_not_fit(isolated, mnist):
    with pytest.raises(BadInput, match="input 'Input3' is missing"):
        graph.times(mnist, isolated["onnxruntime"], inputs={})


def test_an_engine_in_words_of_its_own(isolated):
    with pytest.raises(ModelRejected, match="NoSuchOperator"):
        graph.times(CASES["unknown operator"].model, isolated["onnxruntime"])
