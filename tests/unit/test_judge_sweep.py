"""The sweep that judges the judge: a sample of its cases, what they cover, and what its report says."""

from __future__ import annotations

import numpy as np
import onnx
import pytest

from benchmarks.judge import sample
from benchmarks.judging import report
from benchmarks.judging.cases import Case, cases, model_of
from benchmarks.judging.comparing import Finding, compare
from benchmarks.judging.explained import Explanation
from benchmarks.judging.nodetests import Passed
from benchmarks.judging.voices import JUDGE, NARROW, UPSTREAM, Answer, ask
from helpers import engines

# What is drawn at random, and what takes or gives no tensor of numbers or strings.
LEFT_OUT = {
    "Bernoulli",
    "ImageDecoder",
    "Multinomial",
    "RandomNormal",
    "RandomNormalLike",
    "RandomUniform",
    "RandomUniformLike",
}
ORT = "onnxruntime"


@pytest.fixture(scope="module")
def every_case() -> list[Case]:
    return cases()


@pytest.mark.skipif(not engines.get(ORT).availability(), reason="ONNX Runtime is not installed")
def test_a_sample_has_no_difference_that_is_unexplained(every_case: list[Case]):
    chosen = sample(every_case)
    left = [finding for finding in compare(chosen, ask(chosen, [ORT])) if finding.unexplained]
    assert not left, "\n".join(f"{f.voice}, {f.case}: {f.why}" for f in left)


def test_every_version_of_every_operator_has_a_case(every_case: list[Case]):
    wanted = {
        (schema.name, schema.since_version)
        for schema in onnx.defs.get_all_schemas_with_history()
        if not schema.domain and not schema.deprecated and schema.name not in LEFT_OUT
    }
    assert wanted - {(case.operator, case.opset) for case in every_case} <= {("Loop", 1), ("SplitToSequence", 11)}
    assert len(every_case) > 1200


def test_cases_are_told_apart_by_their_names(every_case: list[Case]):
    assert len({str(case) for case in every_case}) == len(every_case)


def test_a_sample_is_the_same_at_every_call(every_case: list[Case]):
    chosen = sample(every_case, 20)
    assert [str(case) for case in chosen] == [str(case) for case in sample(every_case, 20)]
    assert len({case.operator for case in chosen}) > 10
    assert sample(every_case[:3]) == every_case[:3]


def negation(setting: str = "plain") -> Case:
    info = onnx.helper.make_tensor_value_info
    x, y = info("x", onnx.TensorProto.FLOAT, [2]), info("y", onnx.TensorProto.FLOAT, [2])
    graph = onnx.helper.make_graph([onnx.helper.make_node("Neg", ["x"], ["y"])], "g", [x], [y])
    inputs = {"x": np.array([1, 2], np.float32)}
    return Case("Neg", 13, setting, model_of(graph, 13).SerializeToString(), inputs)


def test_what_is_compared_with_what():
    right, rounded, wrong = (np.array(v) for v in ([-1, -2.0], [-1, -2.000001], [-1, -2.1]))
    answers = {
        JUDGE: [Answer({"y": right})],
        NARROW: [Answer({"y": right.astype(np.float32)})],
        ORT: [Answer({"y": rounded.astype(np.float32)})],
        "openvino": [Answer({"y": wrong.astype(np.float32)})],
        "tract-wheel": [Answer(why="no such operator")],
        UPSTREAM: [Answer({"y": wrong.astype(np.float32)})],
    }
    found = {finding.voice: finding for finding in compare([negation()], answers)}
    said = {voice: finding.verdict for voice, finding in found.items()}
    assert said == {
        NARROW: "agrees", ORT: "agrees", "openvino": "differs", "tract-wheel": "silent", UPSTREAM: "differs",
    }  # fmt: skip
    assert [voice for voice, finding in found.items() if finding.unexplained] == ["openvino"]
    nothing = compare([negation()], answers | {JUDGE: [Answer(why="no implementation")]})
    alone = {finding.voice for finding in nothing if finding.verdict == "alone"}
    assert alone == {NARROW, ORT, "openvino", UPSTREAM}


def test_an_explanation_holds_for_its_operator_versions_and_settings():
    why = Explanation(("Neg", "Abs"), (ORT,), "engine's fault", "It forgets the sign.", "odd*", since=6, until=14)
    assert why.fits(negation("odd values"), ORT)
    assert not why.fits(negation("plain"), ORT)
    assert not why.fits(negation("odd values"), "openvino")
    assert not Explanation(("Neg",), (ORT,), "engine's fault", "", until=13).fits(negation(), ORT)
    assert not Explanation(("Neg",), (ORT,), "engine's fault", "", since=14).fits(negation(), ORT)


def test_report():
    case, odd = negation(), negation("odd values")
    why = Explanation(("Neg",), (ORT,), "engine's fault", "It forgets the sign.", "odd*")
    unused = Explanation(("Abs",), (ORT,), "standard unclear", "Nothing is said of it.")
    found = [
        Finding(odd, ORT, "differs", "off by 2", why),
        Finding(case, ORT, "agrees"),
        Finding(case, "openvino", "differs", "off by 3"),
        Finding(odd, "openvino", "silent", "no such operator"),
        Finding(odd, UPSTREAM, "differs", "off by 4"),
        Finding(case, UPSTREAM, "silent", "no such version"),
    ]
    tests = {JUDGE: [Passed("test_neg", True), Passed("test_abs", False, "another value")]}
    given, none = Answer({"y": np.zeros(2)}), Answer(why="too odd")
    answers = {JUDGE: [given, none], ORT: [given, given], "openvino": [given, none]}
    text = report.body([case, odd], answers, found, [unused], tests, 90)
    for line in (
        "2 combinations: 1 operators, 1 versions of them",
        "The judge answers 1.",
        "2 of them are answered by one engine or more, 1 by two or more.",
        "gives something else than the judge in 1 cases and nothing in 1;",
        "| onnxruntime | 2 | 1 | 1 | 0 | 0 |",
        "| openvino | 1 | 0 | 0 | 1 | 1 |",
        "| onnx.reference | 1 | 0 | 0 | 1 | 1 |",
        "| the judge, in float64 | 1 of 2 |",
        "- test_abs (the judge, in float64): another value",
        "| onnxruntime | Neg | all | engine's fault | 1 | It forgets the sign. |",
        "## Unexplained: 1",
        "- openvino, Neg-13: plain: off by 3",
        "## Explanations of nothing: 1",
        "- Abs (onnxruntime): Nothing is said of it.",
        "## The judge has no answer: 1",
        "- Neg-13: odd values: too odd",
    ):
        assert line in text, f"{line}\nis not in\n{text}"
    assert report.unexplained(found) == [found[2]]
