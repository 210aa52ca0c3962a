"""A rewritten model is judged on the engines that it is for: who ran the file runs its portable form as well."""

from __future__ import annotations

import numpy as np
import onnx
import onnx.parser
import pytest

from helpers import rewrite
from helpers.engines.worker import Isolated
from helpers.errors import LabError
from tests.small_models import CASES
from tests.unit.test_rewrite_meaning import MODELS, by_onnxruntime, inputs, parsed

DEFAULTS = "write defaults out"
WEIGHTS = "float[2,1,3,3] w = {1,2,3,4,5,6,7,8,9,1,2,3,4,5,6,7,8,9}"
BARE = {  # attributes that the standard lets be left out, and the engines that refuse the file as it stands
    "Conv": (f"g (float[1,1,8,8] x) => (float[1,2,6,6] y) <{WEIGHTS}> {{ y = Conv(x, w) }}", "rten kyanite wonnx"),
    "Conv with pads": (
        f"g (float[1,1,8,8] x) => (float[1,2,8,8] y) <{WEIGHTS}> {{ y = Conv<pads = [1,1,1,1]>(x, w) }}",
        "rten kyanite wonnx",
    ),
    "MaxPool": ("g (float[1,1,8,8] x) => (float[1,1,6,6] y) { y = MaxPool<kernel_shape = [3,3]>(x) }", "rten kyanite"),
    "AveragePool": (
        "g (float[1,1,8,8] x) => (float[1,1,6,6] y) { y = AveragePool<kernel_shape = [3,3]>(x) }",
        "rten kyanite",
    ),
    "ConvTranspose": (
        f"g (float[1,2,8,8] x) => (float[1,1,10,10] y) <{WEIGHTS}> {{ y = ConvTranspose(x, w) }}",
        "rten",
    ),
}
STILL_REFUSED = {"kyanite": ("MaxPool", "AveragePool")}  # it has no strides but the kernel's own size


def lstm(outputs: str) -> str:
    ones = ", ".join(["0.5"] * 16)
    return (
        f"g (float[3,1,2] x) => (float[1,1,2] y) <float[1,8,2] w = {{{ones}}}, float[1,8,2] r = {{{ones}}}> "
        f"{{ {outputs} = LSTM<hidden_size = 2>(x, w, r) }}"
    )


LSTMS = {"all are named": "all, y, cell", "the first is not used": "unused, y", "the last is used": "all, h, y"}


def run(engine: Isolated, model: onnx.ModelProto, given: dict[str, np.ndarray]) -> list[np.ndarray] | str:
    try:
        with engine.load(model.SerializeToString()) as session:
            return list(session.run(given).values())
    except LabError as error:
        return str(error)


@pytest.mark.parametrize("name", ["tract-wheel", "openvino", "rten", "kyanite", "candle", "wonnx"])
def test_who_ran_the_file_runs_its_portable_form(isolated: dict[str, Isolated], name: str):
    if not (can := isolated[name].availability()):
        pytest.skip(f"{name}: {can.why}; {can.remedy}")
    texts = {case: text for case, (text, _) in {**MODELS, **BARE}.items()} | {
        case: lstm(o) for case, o in LSTMS.items()
    }
    ran, worse = [], {}
    for case, text in texts.items():
        before = parsed(text)
        given = inputs(before, True)
        if isinstance(first := run(isolated[name], before, given), str):
            continue
        ran.append(case)
        second, right = run(isolated[name], rewrite.portable(before).model, given), by_onnxruntime(before, given)
        if isinstance(second, str) or (all_close(first, right) and not all_close(second, right)):
            worse[case] = second
    assert worse == {}
    assert len(ran) > 5


def all_close(found: list[np.ndarray], right: list[np.ndarray]) -> bool:
    pairs = list(zip(found, right, strict=True))
    return all(a.shape == b.shape and np.allclose(a, b, rtol=1e-4, atol=1e-5, equal_nan=True) for a, b in pairs)


@pytest.mark.parametrize("outputs", LSTMS.values(), ids=LSTMS)
def test_outputs_keep_their_names_where_nothing_uses_them(outputs: str):
    before = parsed(lstm(outputs))
    assert [list(node.output) for node in rewrite.portable(before).model.graph.node] == [outputs.split(", ")]


def test_candle_runs_an_lstm_whose_first_output_nothing_uses(isolated: dict[str, Isolated]):
    if not (can := isolated["candle"].availability()):
        pytest.skip(f"candle: {can.why}")
    before = parsed(lstm("unused, y"))
    given = inputs(before, True)
    for model in (before, rewrite.portable(before).model):
        found = run(isolated["candle"], model, given)
        assert not isinstance(found, str), found
        np.testing.assert_allclose(found[0], by_onnxruntime(before, given)[0], rtol=1e-5)


@pytest.mark.parametrize(("op", "name"), [(op, name) for op, (_, names) in BARE.items() for name in names.split()])
def test_defaults_that_are_written_out_let_an_engine_run(isolated: dict[str, Isolated], op: str, name: str):
    if not (can := isolated[name].availability()):
        pytest.skip(f"{name}: {can.why}; {can.remedy}")
    before = parsed(BARE[op][0])
    given = inputs(before, True)
    assert isinstance(run(isolated[name], before, given), str)
    found = run(isolated[name], rewrite.portable(before).model, given)
    if op in STILL_REFUSED.get(name, ()):
        assert "Real strides not supported yet" in found
        return
    assert not isinstance(found, str), found
    np.testing.assert_allclose(found[0], by_onnxruntime(before, given)[0], rtol=1e-5)


@pytest.mark.parametrize("op", ["MaxPool", "AveragePool"])
def test_strides_that_are_written_out_make_candle_right(isolated: dict[str, Isolated], op: str):
    """Without them it moves by the kernel's size (as of 0.11), without a word."""
    if not (can := isolated["candle"].availability()):
        pytest.skip(f"candle: {can.why}")
    before = parsed(BARE[op][0])
    given = inputs(before, True)
    old, new = (run(isolated["candle"], model, given) for model in (before, rewrite.portable(before).model))
    assert (old[0].shape, new[0].shape) == ((1, 1, 2, 2), (1, 1, 6, 6))
    np.testing.assert_allclose(new[0], by_onnxruntime(before, given)[0], rtol=1e-5)


def attributes(model: onnx.ModelProto) -> dict[str, object]:
    (node,) = model.graph.node
    return {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}


def test_what_is_written_out():
    found = rewrite.portable(parsed(BARE["Conv"][0]), only=[DEFAULTS])
    assert [step.name for step in found.steps] == [DEFAULTS]
    assert attributes(found.model) == {
        **{"kernel_shape": [3, 3], "strides": [1, 1], "dilations": [1, 1], "pads": [0, 0, 0, 0], "group": 1}
    }
    onnx.checker.check_model(found.model, full_check=True)


def test_pads_that_follow_from_something_else_are_not_written():
    auto = parsed(
        f'g (float[1,1,h,w] x) => (float[1,2,p,q] y) <{WEIGHTS}> {{ y = Conv<auto_pad = "SAME_UPPER">(x, w) }}'
    )
    assert "pads" not in attributes(rewrite.portable(auto, only=[DEFAULTS]).model)
    text = f"g (float[1,2,8,8] x) => (float[1,1,a,b] y) <{WEIGHTS}> {{ y = ConvTranspose<output_shape = [9,9]>(x, w) }}"
    assert "pads" not in attributes(rewrite.portable(parsed(text), only=[DEFAULTS]).model)


def test_an_attribute_before_its_time_is_not_written():
    text = "g (float[1,1,8,8] x) => (float[1,1,6,6] y) { y = MaxPool<kernel_shape = [3,3]>(x) }"
    old = onnx.parser.parse_model(f'<ir_version: 4, opset_import: ["": 8]> {text}')
    found = rewrite.portable(old, only=[DEFAULTS]).model
    assert attributes(found) == {"kernel_shape": [3, 3], "strides": [1, 1], "pads": [0, 0, 0, 0]}
    onnx.checker.check_model(found, full_check=True)


def test_small_models_need_no_defaults():
    for case in CASES.values():
        assert rewrite.portable(case.model, only=[DEFAULTS]).steps == ()
