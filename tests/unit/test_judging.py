"""Who says what is right: the panel on models where engines, witnesses and onnx.reference differ."""

from __future__ import annotations

import numpy as np
import onnx
import onnx.parser
import pytest
from onnx.reference import ReferenceEvaluator

from helpers import engines
from helpers.compare import compare, judge
from helpers.compare.allowance import MULTIPLE, STEPS, allowances
from helpers.compare.known_faults import FAULTS, fault
from helpers.compare.panel import convene, weigh
from helpers.compare.quantised import steps
from helpers.compare.verdict import verdict
from helpers.compare.voices import Voice
from helpers.compare.wording import difference
from helpers.engines import ModelRejected
from helpers.modelfile.model import read_model

INF, NAN = float("inf"), float("nan")
RNG = np.random.default_rng(0)
X = RNG.standard_normal((2, 3, 4)).astype(np.float32)
WITNESSED = all(engines.get(name).availability() for name in ("onnxruntime", "openvino"))
needs_witnesses = pytest.mark.skipif(not WITNESSED, reason="OpenVINO is not installed: pip install openvino")


def model(text: str, opset: int) -> bytes:
    return onnx.parser.parse_model(f'<ir_version: 7, opset_import: ["" : {opset}]> {text}').SerializeToString()


BATCH_NORMALISED = model(
    "g (float[2,3,4] x) => (float[2,3,4] y) <float[3] s={1,2,3}, float[3] b={0,1,2}, float[3] mu={1,0,2}, "
    "float[3] v={1,2,4}> { t = BatchNormalization <epsilon=0.001> (x, s, b, mu, v) y = Relu(t) }",
    11,
)
SOFTMAX = model("g (float[2,3,4] x) => (float[2,3,4] y) { y = Softmax (x) }", 11)
# The issue of the suite's first judge: who is right, and who is wrong where it gets so far.
TRUE = {
    "BatchNormalization of opset 11": (BATCH_NORMALISED, X, {"onnxruntime", "tract-wheel", "openvino"}, set()),
    "Softmax of opset 11": (SOFTMAX, X, {"onnxruntime", "ort", "tract-wheel"}, {"rten", "candle", "kyanite"}),
    "Hardmax of opset 11": (
        model("g (float[2,3,4] x) => (float[2,3,4] y) { y = Hardmax (x) }", 11), X, {"onnxruntime"}, {"rten"},
    ),
    "LogSoftmax of large values": (
        model("g (float[1,10] x) => (float[1,10] y) { y = LogSoftmax <axis=1> (x) }", 13),
        60 * np.arange(10, dtype=np.float32)[None], {"onnxruntime", "rten", "candle", "openvino"}, {"tract-wheel"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", TRUE)
@needs_witnesses
def test_who_is_right(case: str):
    source, x, right, wrong = TRUE[case]
    found = compare(source, inputs=[{"x": x}])
    assert found.reference == "reference"
    by_outcome: dict[str, set[str]] = {}
    for row in found.rows:
        by_outcome.setdefault(row.outcome, set()).add(row.engine)
    here = {e.name for e in engines.pick() if e.missing() is None}
    assert right & here <= by_outcome.get("right", set())
    assert not by_outcome.get("right", set()) & wrong
    assert not by_outcome.get("wrong", set()) & right
    assert "disputed" not in by_outcome


@needs_witnesses
def test_a_judge_that_is_wrong_is_found_out():
    """onnx.reference as it comes moves the statistics towards the batch's: its witnesses agree against it."""
    known, samples = read_model(BATCH_NORMALISED), [{"x": X}]
    voices = convene(known, samples).voices
    wrong = ReferenceEvaluator(onnx.load_model_from_string(BATCH_NORMALISED)).run(None, samples[0])[0]
    panel = weigh(known, samples, (Voice("reference", [{"y": wrong}]), *voices[1:]), [])
    assert panel.disputes["y"].clusters == (("reference",), ("onnxruntime", "openvino"))
    assert str(panel.disputes["y"]).startswith("output 'y' is disputed: reference against onnxruntime and openvino (")


@needs_witnesses
def test_where_they_part():
    """The witness's answer is changed, as if its Relu were wrong; the trace runs the real engines, which agree."""
    known, samples = read_model(BATCH_NORMALISED), [{"x": X}]
    voices = convene(known, samples).voices
    assert [v.name for v in voices if v] == ["reference", "onnxruntime", "openvino"]
    off = Voice("openvino", [{"y": voices[2].answers[0]["y"] + 1}])
    panel = weigh(known, samples, (voices[0], voices[1], off), [])
    assert panel.disputes["y"].clusters == (("reference", "onnxruntime"), ("openvino",))
    assert panel.disputes["y"].parting is None
    softmax = convene(read_model(SOFTMAX), [{"x": X}])
    assert not softmax.disputes
    assert "openvino is not heard as a witness, since it takes one axis" in softmax.note


def test_what_is_drawn_is_not_judged():
    random = model("g (float[2] x) => (float[2] y, float[2] z) { z = Neg (x) y = RandomUniformLike (z) }", 13)
    known, samples = read_model(random), [{"x": np.array([1, 2], np.float32)}]
    found = compare(random, inputs=samples, engines="onnxruntime,reference")
    for row in found.rows:
        assert (row.outcome, row.error) == ("not judged", 0)  # of z, which is the same for everybody
        assert row.message == "output 'y': it depends on RandomUniformLike 'y', which draws at random"
    assert "RandomUniformLike" in found.outputs[0].random
    panel = convene(known, samples)
    assert not panel.disputes
    wrong = {"y": np.zeros(2, np.float32), "z": np.zeros(2, np.float32)}
    judged = judge([{"z": wrong["z"]}], [{"z": panel.answers[0]["z"]}], known.outputs, tolerance=panel.tolerance)
    assert verdict("rten", judged, [wrong], panel)[0] == "wrong"  # by z


def test_voices_that_are_missing():
    known, samples = read_model(SOFTMAX), [{"x": X}]
    said = Voice("reference", [{"y": X.astype(np.float64)}])
    gone = [Voice(name, error=ModelRejected(name, "no such operator")) for name in ("onnxruntime", "openvino")]
    alone = weigh(known, samples, (said, *gone), [])
    assert alone.note.startswith(
        "Unwitnessed: only the reference's word stands behind the verdicts (onnxruntime cannot"
    )
    one = weigh(known, samples, (said, Voice("onnxruntime", [{"y": X}]), gone[1]), [])
    assert one.note == "One witness only, onnxruntime (openvino cannot load the model: no such operator)."
    silent = Voice("reference", error=ModelRejected("reference", "no such operator"))
    last = weigh(known, samples, (silent, Voice("onnxruntime", [{"y": X}]), gone[1]), [])
    assert last.reference == "onnxruntime"
    assert "onnxruntime is what the others are held against, unwitnessed" in last.note
    none = weigh(known, samples, (silent, *gone), [])
    assert (none.reference, none.answers) == ("none", None)


DIFFERENCES = {
    "a share": ([1.0, 2.5], [1.0, 2.0], "0.25 of the largest value, first at [1]"),
    "a small share": ([1.0, 2.0001], [1.0, 2.0], "5e-05 of the largest value, first at [1]"),
    "finite for -inf": ([1.0, 2.0, 0.0], [-INF, -INF, 0.0], "finite where the reference is -inf, in 2 of 3 values"),
    "two kinds": ([NAN, INF, INF], [1.0, 1.0, 1.0], "inf where the reference is finite, in 2 of 3 values, and "
                  "elsewhere in 1 more"),
    "labels": ([1, 2, 3, 4], [1, 0, 0, 0], "3 of 4 values differ, the first at [1]: 2 for 0"),
    "zeros": ([0.0, 0.5], [0.0, 0.0], "5e-01 where the reference is 0 throughout, first at [1]"),
    "strings": (["a", "b"], ["a", "c"], "1 of 2 values differ, the first at [1]: b for c"),
    "the same": ([1.0, NAN], [1.0, NAN], ""),
    "one number": (2.0, 1.0, "1 of the largest value, first at []"),
}  # fmt: skip


@pytest.mark.parametrize(("got", "wanted", "said"), DIFFERENCES.values(), ids=DIFFERENCES)
def test_difference(got: object, wanted: object, said: str):
    assert difference(np.array(got), np.array(wanted)) == said


SMALL = model("g (float[3] x) => (float[3] y) { y = Relu (x) }", 13)


@pytest.mark.parametrize(
    ("off", "tolerance", "allowed", "between"),
    [
        (0.0, None, 1e-5, 1e-5),
        (4e-7, None, 1e-5, 1e-5),
        (3.6e-6, None, MULTIPLE * 3.6e-6, MULTIPLE * 3.6e-6),
        (5e-4, None, 1e-3, MULTIPLE * 5e-4),  # no more than 1e-3, or arithmetic in 16 bits would pass
        (0.5, None, 1e-3, MULTIPLE * 0.5),
        (3.6e-6, 1e-6, 1e-6, MULTIPLE * 3.6e-6),
    ],
)
def test_allowance(off: float, tolerance: float | None, allowed: float, between: float):
    wide, plain = [{"y": np.array([1.0, 2, 4])}], [{"y": np.array([1.0, 2, 4 + 4 * off])}]
    found = allowances(read_model(SMALL), wide, plain, tolerance=tolerance)["y"]
    assert found.allowed == pytest.approx(allowed)
    assert found.floor == pytest.approx(off)
    assert found.between == pytest.approx(between)


@pytest.mark.parametrize(("error", "outcome"), [(5e-4, "right"), (3e-3, "not judged"), (7e-3, "wrong")])
def test_what_rounding_alone_may_do_decides_nothing(error: float, outcome: str):
    """A floor of 5e-4: 1e-3 is allowed, ten floors are 5e-3."""
    known, samples = read_model(SMALL), [{"x": np.ones(3, np.float32)}]
    right, plain = np.array([1.0, 2, 4]), np.array([1.0, 2, 4 + 4 * 5e-4])
    panel = weigh(known, samples, (Voice("reference", [{"y": right}]),), [{"y": plain}])
    answer = {"y": np.array([1, 2, 4 + 4 * error], np.float32)}
    found = judge([answer], [{"y": right}], known.outputs, tolerance=panel.tolerance)
    assert verdict("rten", found, [answer], panel)[0] == outcome


def test_whole_numbers_are_exact():
    data = model("g (int64[2] x) => (int64[2] y) { y = Identity (x) }", 13)
    same = [{"y": np.array([2**60, 1_000_000])}]
    found = allowances(read_model(data), same, same)["y"]
    assert (found.allowed, found.why, found.between) == (0.0, "exactly the same", 0.0)
    for other in ([2**60 + 1, 1_000_000], [2**60, 1_000_001]):
        assert not judge([{"y": np.array(other)}], same, read_model(data).outputs, tolerance={"y": 0.0}).right


def test_no_warning_of_numpy_is_heard(recwarn):
    odd = [{"y": np.array([NAN, INF, -INF, 1.7e308, 1.0])}, {"y": np.array([1.0, -INF, -INF, -1.7e308, 1.0])}]
    for a in odd:
        for b in odd:
            judge([a], [b], read_model(SMALL).outputs)
    assert not recwarn.list


QUANTISED = {
    "levels": ("y = QuantizeLinear (x, s, z)", "uint8", 1.0),
    "values": ("q = QuantizeLinear (x, s, z) y = DequantizeLinear (q, s, z)", "float", 0.5),
    "reshaped": ("q = QuantizeLinear (x, s, z) d = DequantizeLinear (q, s, z) y = Identity (d)", "float", 0.5),
    "worked on": ("q = QuantizeLinear (x, s, z) d = DequantizeLinear (q, s, z) y = Relu (d)", "float", None),
    "dynamic": ("q, s1, z1 = DynamicQuantizeLinear (x) y = DequantizeLinear (q, s1, z1)", "float", None),
}


@pytest.mark.parametrize("case", QUANTISED)
def test_steps_of_the_last_quantisation(case: str):
    text, kind, size = QUANTISED[case]
    data = model(f"g (float[3] x) => ({kind}[3] y) <float s = {{0.5}}, uint8 z = {{128}}> {{ {text} }}", 13)
    found = steps(data)["y"]
    assert (found.levels, found.size) == (255, size)
    wide = [{"y": np.array([1.0, 2, 10])}]
    allowed = allowances(read_model(data), wide, wide)["y"]
    assert allowed.allowed == pytest.approx(STEPS * (size / 10 if size else 1 / 255))


def test_a_sigmoid_has_its_range():
    data = model("g (float[2] x) => (float[2] y) { y = Sigmoid (x) }", 13)
    small = [{"y": np.array([1e-6, 3e-6])}]
    assert allowances(read_model(data), small, small)["y"].allowed == pytest.approx(2 * 2**-23 / 3e-6)
    large = [{"y": np.array([0.5, 0.9])}]
    assert allowances(read_model(data), large, large)["y"].allowed == 1e-5


def test_no_quantisation():
    assert steps(SMALL) == {}


def test_known_faults():
    assert fault("onnxruntime", "Softmax", 11) is None
    assert fault("openvino", "Add", 13) is None
    assert fault("openvino", "Add", 13, large=True) is not None
    assert {each.engine for each in FAULTS} <= {"onnxruntime", "openvino"}
