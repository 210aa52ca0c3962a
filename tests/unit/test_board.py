"""The board without a browser: real engines answer what is put on the pad."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import onnx.parser
import psutil
import pytest

from helpers import engines
from helpers.digits import Pad, board, digits, probabilities, softmax
from helpers.digits._board import Board
from helpers.digits._say import sentence
from helpers.digits._turns import Turns
from helpers.engines import BadInput

NOTHING = "Nothing drawn. Draw a digit, or take a sample."
SEVEN = digits().images[0]


def wait(until: Callable[[], object], seconds: float = 60) -> None:
    """Until it holds; the engines work in threads and processes of their own."""
    end = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def judged(made: Board, seq: int) -> bool:
    """Whether every row that can answer has answered this picture and is compared with the reference."""
    rows = [row for row in made.rows if row["state"] not in ("failed", "unavailable")]
    return bool(rows) and all(row["seq"] == seq and row["error"] is not None for row in rows)


@pytest.fixture
def two() -> Iterator[Board]:
    made = board(engines="onnxruntime,reference")
    yield made
    made.close()


def test_a_digit_and_a_clear_pad(two: Board):
    wait(lambda: two.sentence == NOTHING)
    assert [row["engine"] for row in two.rows] == ["onnxruntime", "reference"]
    two.pad.show(SEVEN)
    wait(lambda: judged(two, two.pad.seq) and "answer" in two.sentence)
    for row in two.rows:
        assert (row["state"], row["answer"], row["odd"], row["text"]) == ("answered", 7, False, "")
        assert 0 <= row["error"] <= 2e-6
        assert row["seconds"] > 0
        assert len(row["probabilities"]) == 10
        assert sum(row["probabilities"]) == pytest.approx(1, abs=1e-4)
        assert max(row["probabilities"]) == row["probabilities"][7]
    assert two.sentence.startswith("Two engines answer 7, with ")

    two.pad.clear()
    wait(lambda: two.sentence == NOTHING)
    for row in two.rows:
        assert (row["state"], row["answer"], row["probabilities"], row["error"]) == ("idle", None, None, None)

    for image in digits().images[1:20]:  # faster than engines answer: the last one counts
        two.pad.show(image)
    wait(lambda: judged(two, two.pad.seq) and "answer" in two.sentence)
    assert {row["answer"] for row in two.rows} == {int(digits().labels[19])}
    assert not any(row["odd"] for row in two.rows)


def test_a_pad_that_has_a_picture_already():
    pad = Pad()
    pad.show(SEVEN)
    made = board(pad, engines="onnxruntime")
    assert made.pad is pad
    wait(lambda: judged(made, pad.seq))
    assert made.rows[0]["answer"] == 7
    assert [row["engine"] for row in made.rows] == ["onnxruntime"]  # the reference works without a row
    assert made.rows[0]["error"] > 0
    made.close()


def test_another_board_on_the_pad_stops_the_first():
    pad = Pad()
    first = board(pad, engines="onnxruntime")
    second = board(pad, engines="onnxruntime")
    pad.show(SEVEN)
    wait(lambda: judged(second, pad.seq))
    assert all(row["seq"] == 0 for row in first.rows)
    assert not any(row["state"] == "answered" for row in first.rows)
    second.close()


def test_closing_twice():
    made = board(engines="onnxruntime")
    made.close()
    made.close()
    made.pad.show(SEVEN)  # nobody listens, and nothing breaks
    assert all(row["seq"] == 0 for row in made.rows)


def test_a_model_from_bytes(mnist: Path):
    made = board(engines="onnxruntime", model=mnist.read_bytes())
    made.pad.show(SEVEN)
    wait(lambda: judged(made, made.pad.seq))
    assert made.rows[0]["answer"] == 7
    made.close()


def test_a_portable_form_where_the_file_will_not_do():
    """Wonnx cannot load models/mnist.onnx as it stands; the row says that it runs another form."""
    if not (can := engines.get("wonnx").availability()):
        pytest.skip(f"wonnx: {can.why}; {can.remedy}")
    made = board(engines="wonnx")
    made.pad.show(SEVEN)
    wait(lambda: judged(made, made.pad.seq) and "answers" in made.sentence)
    (row,) = made.rows
    assert (row["state"], row["answer"], row["odd"]) == ("answered", 7, False)
    assert row["error"] <= 2e-6
    assert "runs a portable form of the model, since it cannot load the file as it stands" in row["text"]
    assert "portable form" in row["detail"]
    assert "wonnx runs a portable form of the model" in made.sentence
    made.close()


def model(text: str) -> bytes:
    return onnx.parser.parse_model(f'<ir_version: 8, opset_import: ["": 17]> g {text}').SerializeToString()


PICTURE = "float[1,1,28,28] x"
UNFIT = {
    "another input": (
        model("(float[1,3,224,224] x) => (float[1,10] y) { y = NoSuchOperator(x) }"),
        "takes one picture float32[1, 1, 28, 28]; this one takes x: float32[1, 3, 224, 224]",
    ),
    "another dtype": (
        model("(double[1,1,28,28] x) => (double[1,10] y) { y = NoSuchOperator(x) }"),
        "this one takes x: float64[1, 1, 28, 28]",
    ),
    "no input": (model("() => (float[1,10] y) { y = NoSuchOperator() }"), "this one takes nothing"),
    "two inputs": (
        model(f"({PICTURE}, float[1] s) => (float[1,10] y) {{ y = NoSuchOperator(x, s) }}"),
        "this one takes x: float32[1, 1, 28, 28], s: float32[1]",
    ),
    "five scores": (
        model(f"({PICTURE}) => (float[1,5] y) {{ y = NoSuchOperator(x) }}"),
        "gives ten scores; this one gives y: float32[1, 5]",
    ),
    "a bare number": (
        model(f"({PICTURE}) => (float y) {{ y = NoSuchOperator(x) }}"),
        "gives ten scores; this one gives y: float32[]",
    ),
    "no model": (b"no model", "is not an ONNX model"),
    "no file": ("no.onnx", "no.onnx does not exist"),
}


@pytest.mark.parametrize(("given", "said"), UNFIT.values(), ids=UNFIT)
def test_unfit_models(given: bytes | str, said: str):
    with pytest.raises(BadInput) as caught:
        board(engines="onnxruntime", model=given)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("names", "said"), [("nope", "there is no engine 'nope'"), (["reference", "x"], "engine 'x'"), ("", "no engine")]
)
def test_unknown_engines(names: str | list[str], said: str):
    with pytest.raises(BadInput) as caught:
        board(engines=names)
    assert said in str(caught.value)


def test_a_refused_board_leaves_the_old_one_at_work():
    pad = Pad()
    made = board(pad, engines="onnxruntime")
    with pytest.raises(BadInput):
        board(pad, engines="onnxruntime", model=UNFIT["five scores"][0])
    pad.show(SEVEN)
    wait(lambda: judged(made, pad.seq))
    made.close()


def test_a_model_that_gives_more_than_ten_scores():
    """Its file does not say so; each answer would take 40 MiB of the kernel."""
    wide = model(
        "(float[1,1,28,28] x) => (float[n,k] y) { s = Constant<value = int64[2] {1, 10485760}>() "
        "i = Constant<value = int64[2] {1, 784}>() f = Reshape(x, i) "
        "m = ReduceMax<axes = [1]>(f) y = Expand(m, s) }"
    )
    before = psutil.Process().memory_info().rss
    made = board(engines="onnxruntime,reference", model=wide)
    made.pad.show(SEVEN)
    wait(lambda: all(row["state"] in ("crashed", "failed") for row in made.rows))
    assert all("more than the" in row["text"] or "ten scores" in row["text"] for row in made.rows)
    assert psutil.Process().memory_info().rss - before < 2**28
    made.close()


def test_the_quickest_starts_alone_and_first():
    turns, order = Turns(), []
    gate = threading.Event()

    def start(name: str) -> None:
        with turns.take(name):
            order.append(name)
            gate.wait(10)

    threads = [threading.Thread(target=start, args=[name]) for name in ("wonnx", "onnxruntime", "candle", "tract")]
    with turns.take("reference"):
        for thread in threads[1:]:
            thread.start()
        time.sleep(0.2)
        assert order[0] == "onnxruntime"
    gate.set()
    threads[0].start()
    for thread in threads:
        thread.join()
    assert order.index("tract") < order.index("candle")
    assert sorted(order) == ["candle", "onnxruntime", "tract", "wonnx"]


def row(engine: str, state: str = "answered", answer: int | None = 7, sure: float = 0.998, text: str = "") -> dict:
    chances = [sure if i == answer else (1 - sure) / 9 for i in range(10)]
    return {"engine": engine, "state": state, "answer": answer, "probabilities": chances, "text": text}


def rows(count: int, **more: object) -> list[dict]:
    return [row(f"e{i}", **more) for i in range(count)]


SENTENCES = {
    "empty": (rows(2), True, NOTHING),
    "no engine yet": ([row("a", "starting")], False, ""),
    "one": (rows(1), False, "One engine answers 7, with 99.8 %."),
    "two": (rows(2), False, "Two engines answer 7, with 99.8 %."),
    "twelve": (rows(12), False, "Twelve engines answer 7, with 99.8 %."),
    "more than there are words for": (rows(13), False, "13 engines answer 7, with 99.8 %."),
    "more and less sure": ([*rows(2), row("a", sure=0.9)], False, "Three engines answer 7, with 90.0 to 99.8 %."),
    "less sure by less than is shown": (
        [row("a"), row("b", sure=0.99801)],
        False,
        "Two engines answer 7, with 99.8 %.",
    ),
    "one disagrees": (
        [row("a", answer=1, sure=0.5), *rows(2)],
        False,
        "Two engines answer 7, with 99.8 %. a answers 1, with 50.0 %.",
    ),
    "all disagree": (
        [row("a", answer=1), row("b", answer=2)],
        False,
        "a answers 1, with 99.8 %. b answers 2, with 99.8 %.",
    ),
    "a crash": (
        [row("a"), row("b", "crashed", None, text="it panicked; starting again")],
        False,
        "One engine answers 7, with 99.8 %. b crashed: it panicked; starting again.",
    ),
    "cannot load": (
        [row("a"), row("b", "failed", None, text="cannot load: no such operator")],
        False,
        "One engine answers 7, with 99.8 %. b cannot load: no such operator.",
    ),
    "one unavailable": ([row("a"), row("b", "unavailable", None)], False, "One engine answers 7, with 99.8 %. b is un"),
    "two unavailable": (
        [row("a", "unavailable", None, text="no GPU"), row("b", "unavailable", None)],
        False,
        "a and b are unavailable.",
    ),
    "something to know": (
        [row("a", text="came back after a crash")],
        False,
        "One engine answers 7, with 99.8 %. a came back after a crash.",
    ),
}


@pytest.mark.parametrize(("given", "empty", "expected"), SENTENCES.values(), ids=SENTENCES)
def test_sentence(given: list[dict], empty: bool, expected: str):
    said = sentence(given, empty=empty)
    assert said.startswith(expected) if expected.endswith(" un") else said == expected


E2 = float(np.exp(2))
LOGITS = {
    "even": ([0.0, 0.0], [0.5, 0.5]),
    "one": ([5.0], [1.0]),
    "two apart": ([2.0, 0.0], [E2 / (E2 + 1), 1 / (E2 + 1)]),
    "shifted": ([1002.0, 1000.0], [E2 / (E2 + 1), 1 / (E2 + 1)]),
    "huge": ([1e30, 0.0, -1e30], [1.0, 0.0, 0.0]),
    "largest of float32": ([3.4e38, 3.4e38], [0.5, 0.5]),
    "very negative": ([-1e30, -1e30, -2e30], [0.5, 0.5, 0.0]),
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("logits", "expected"), LOGITS.values(), ids=LOGITS)
def test_softmax(logits: list[float], expected: list[float], dtype: type):
    given = np.array(logits, dtype)
    with np.errstate(all="raise", under="ignore"):
        found = softmax(given)
    assert (found.dtype, found.shape) == (np.float64, given.shape)
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    np.testing.assert_array_equal(given, np.array(logits, dtype))


def test_softmax_over_the_last_axis():
    found = softmax(np.arange(24.0).reshape(2, 3, 4))
    np.testing.assert_allclose(found.sum(-1), np.ones((2, 3)))
    np.testing.assert_allclose(found[1, 2], softmax(np.arange(4.0)))


SCORES = {
    "logits": ([2.0, 0.0], [E2 / (E2 + 1), 1 / (E2 + 1)]),
    "huge logits": ([1e30, 0.0], [1.0, 0.0]),
    "a batch of one": ([[0.0, 0.0]], [0.5, 0.5]),
    "probabilities": ([0.25, 0.75], [0.25, 0.75]),
    "probabilities, rounded": ([0.2504, 0.75], [0.2504, 0.75]),
    "sure": ([1.0, 0.0], [1.0, 0.0]),
    "sum is one, but one is negative": ([2.0, -1.0], softmax(np.array([2.0, -1.0]))),
    "positive, but sum is not one": ([0.5, 0.75], softmax(np.array([0.5, 0.75]))),
}


@pytest.mark.parametrize(("scores", "expected"), SCORES.values(), ids=SCORES)
def test_probabilities(scores: list, expected: list[float]):
    found = probabilities(np.array(scores, np.float32))
    assert found.ndim == 1
    np.testing.assert_allclose(found, expected, rtol=1e-6)
