"""The walk without a browser: a real engine's pictures after every node."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator

import numpy as np
import onnx
import pytest
from onnx.reference import ReferenceEvaluator

from helpers.digits import MNIST, Pad, Walk, digits, softmax, walk
from helpers.digits._way import NOTHING, pictured, sentence, stops
from helpers.engines import BadInput, EngineCrashed, EngineError, _child

PROTO = onnx.load(MNIST)


def wait(until: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def made() -> Iterator[Walk]:
    found = walk()
    yield found
    found.close()


@pytest.fixture
def fresh(made: Walk) -> Walk:
    made.pad.clear()
    return made


def test_the_way_is_the_graphs_order():
    way = stops(PROTO)
    assert [(stop.name, stop.operator) for stop in way[:3]] == [
        ("Input3", "input"),
        ("Parameter193_reshape1", "Reshape"),
        ("Convolution28_Output_0", "Conv"),
    ]
    assert [stop.name for stop in way if stop.fixed] == ["Parameter193_reshape1"]
    assert len(way) == len(PROTO.graph.node) + 1


def test_nothing_drawn(fresh: Walk):
    wait(lambda: fresh.sentence == NOTHING)
    assert fresh.layers == {}
    assert fresh.note == ""
    assert len(fresh.steps) == 13
    assert all(step["tiles"] is None for step in fresh.steps)


def test_every_nodes_tensor_is_the_references(fresh: Walk):
    fresh.pad.show(digits().images[0])
    found = fresh.layers
    assert list(found) == [stop.name for stop in stops(PROTO)]
    expected = ReferenceEvaluator(PROTO).run(None, {"Input3": fresh.pad.tensor})[0]
    assert np.allclose(found["Plus214_Output_0"], expected, rtol=1e-5, atol=1e-4)
    assert (found["Input3"] == fresh.pad.tensor).all()
    assert (found["ReLU32_Output_0"] == np.maximum(found["Plus30_Output_0"], 0)).all()


def test_the_page_has_the_pictures_and_the_answer(fresh: Walk):
    fresh.pad.show(digits().images[0])
    scores = fresh.layers["Plus214_Output_0"]
    wait(lambda: fresh.sentence.startswith("The network answers 7"))
    assert f"{100 * softmax(scores).max():.1f} %" in fresh.sentence
    by_name = {step["name"]: step for step in fresh.steps}
    conv = by_name["Convolution28_Output_0"]["tiles"]
    assert (conv["rows"], conv["columns"], conv["label"][:22]) == (1, 8, "8 pictures of 28 × 28,")
    assert by_name["ReLU114_Output_0"]["tiles"]["columns"] == 16
    assert by_name["Parameter193_reshape1"]["fixed"]


def test_the_newest_picture_wins(fresh: Walk):
    for image in digits().images[1:40]:  # faster than the engine answers
        fresh.pad.show(image)
    assert fresh.layers["Plus214_Output_0"].argmax() == digits().labels[39]
    assert (fresh.layers["Input3"] == fresh.pad.tensor).all()


def test_a_process_that_ends_is_told_and_replaced(fresh: Walk):
    fresh.pad.show(digits().images[0])
    before = fresh.layers
    os.kill(fresh.process.call(20, _child.ping), signal.SIGKILL)
    fresh.pad.show(digits().images[1])
    with pytest.raises(EngineCrashed):
        _ = fresh.layers
    wait(lambda: "onnxruntime crashed" in fresh.note)
    assert "\n" not in fresh.note
    fresh.pad.show(digits().images[0])
    after = fresh.layers
    assert all((after[name] == before[name]).all() for name in before)
    wait(lambda: fresh.note == "")


@pytest.mark.parametrize("engine", ["candle", "wonnx"])  # they do not run this file, or are not there
def test_an_engine_that_cannot_says_so_each_time(engine):
    found = walk(engine=engine)
    for image in digits().images[:2]:
        found.pad.show(image)
        with pytest.raises(EngineError):
            _ = found.layers
    wait(lambda: found.note.startswith(engine))
    found.close()


def test_a_pad_has_one_walk():
    pad = Pad()
    pad.show(digits().images[0])
    first = walk(pad)
    assert first.layers["Plus214_Output_0"].argmax() == 7
    second = walk(pad)
    pad.show(digits().images[1])
    assert (second.layers["Input3"] == pad.tensor).all()
    assert (first.layers["Input3"] != pad.tensor).any()  # it looks no more
    second.close()
    second.close()


def test_what_does_not_fit_is_refused():
    text = '<ir_version: 8, opset_import: ["": 17]> g (float[1,3] x) => (float[1,3] y) { y = Relu(x) }'
    with pytest.raises(BadInput, match="one picture"):
        walk(model=onnx.parser.parse_model(text).SerializeToString())
    with pytest.raises(BadInput):
        walk(engine="abacus")


def test_words_have_no_picture():
    assert pictured(np.array(["a"])) is None
    assert pictured(None) is None
    assert sentence(None) == NOTHING
