"""The figures of a measurement: what they say, and what they do with a time that does not count."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from helpers import bench, plots
from helpers.bench.result import Result
from helpers.errors import BadInput

FIGURES = {
    "run_order": plots.run_order,
    "ecdf": plots.ecdf,
    "ratios": plots.ratios,
    "warm_up": plots.warm_up,
    "phases": plots.phases,
    "process_intervals": lambda result: plots.process_intervals(result, "tract-wheel"),
}


@pytest.fixture(scope="module")
def measured(mnist: Path, tmp_path_factory: pytest.TempPathFactory) -> Result:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        plan = bench.plan(mnist, engines="onnxruntime,tract-wheel,reference", processes=3, seconds=0.05)
        return bench.run(plan, report=lambda *_: None)


@pytest.fixture(scope="module")
def struck(measured: Result) -> Result:
    """The same, as if ONNX Runtime, the fastest, had been wrong."""
    wrong = replace(measured.verdicts["onnxruntime"], outcome="wrong", error=0.5, message="off")
    return replace(measured, verdicts={**measured.verdicts, "onnxruntime": wrong})


@pytest.mark.parametrize("name", FIGURES)
def test_each_figure_comes_with_its_sentence(name: str, measured: Result):
    told = FIGURES[name](measured)
    assert any(engine in told.sentence for engine in ("onnxruntime", "tract-wheel", "reference"))
    assert any(letter.isdigit() for letter in told.sentence)
    text = told.figure.to_json()
    assert "NaN" not in text
    assert len(text) < 100_000  # a notebook holds each
    layout = json.loads(text)["layout"]
    assert layout["paper_bgcolor"] == "rgba(0,0,0,0)"  # for light and dark pages
    assert layout["title"]["text"]
    assert layout["showlegend"] == (name == "run_order")  # elsewhere names stand at the lines


def test_a_time_that_does_not_count_is_struck_out(struck: Result):
    ecdf, ratios = plots.ecdf(struck), plots.ratios(struck)
    for told in (ecdf, ratios):
        assert "<s>onnxruntime</s> (wrong)" in str(told.figure.to_dict())
        assert not told.figure.layout.title.text.startswith("onnxruntime")
    assert "Not ranked: onnxruntime (wrong)" in ecdf.sentence
    assert ratios.sentence.startswith("Against tract-wheel: onnxruntime ")
    assert "), wrong" in ratios.sentence
    assert "steady calls of tract-wheel" in plots.phases(struck).sentence


def test_nobody_is_right(measured: Result):
    wrong = {name: replace(verdict, outcome="wrong") for name, verdict in measured.verdicts.items()}
    nobody = replace(measured, verdicts=wrong)
    with pytest.raises(BadInput, match="no engine gives the right answer"):
        plots.ratios(nobody)
    assert plots.ecdf(nobody).figure.layout.title.text == "No engine gives the right answer"
    assert "reference" in plots.ratios(nobody, "reference").sentence


def test_ratios_against_a_chosen_engine(measured: Result):
    assert plots.ratios(measured, "reference").sentence.startswith("Against reference: onnxruntime 0.")
    with pytest.raises(BadInput, match="there is no entry 'nobody'"):
        plots.ratios(measured, "nobody")


def test_nothing_to_draw(measured: Result):
    empty = replace(measured, processes=(), machines={})
    for draw in FIGURES.values():
        with pytest.raises(BadInput, match="nothing has been measured"):
            draw(empty)
    with pytest.raises(BadInput, match="'nobody' has no times in this measurement; give one of onnxruntime, "):
        plots.process_intervals(measured, "nobody")
