"""What the benchmark measured, beside the time of a call: a small real measurement, and boards that show it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import onnx
import pytest

from helpers import bench
from helpers.bench import machine
from helpers.bench.result import Result
from helpers.bench.store import remember
from helpers.digits import board, digits
from helpers.digits._board import Board
from helpers.digits._latency import given, look_up
from helpers.engines import BadInput
from helpers.paths import MNIST

pytestmark = pytest.mark.alone  # what was measured here

SEVEN = digits().images[0]
DATA = MNIST.read_bytes()


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where measurements are remembered: nowhere that the person at this machine keeps theirs."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("cache")
        patch.setattr("platformdirs.user_cache_path", lambda *_, **__: folder)
        yield folder


@pytest.fixture(autouse=True)
def forgotten(cache: Path) -> None:
    for file in (cache / "bench").glob("*.json"):
        file.unlink()


@pytest.fixture(scope="module")
def measured(cache: Path) -> Result:
    plan = bench.plan(MNIST, engines="onnxruntime", processes=1, seconds=0.01, twin=False)
    return bench.run(plan, report=lambda *_: None)


def struck(result: Result) -> Result:
    return replace(result, verdicts={n: replace(v, outcome="wrong") for n, v in result.verdicts.items()})


def elsewhere(result: Result) -> Result:
    """The same from a machine with other versions."""
    (facts,) = result.machines.values()
    other = {**facts, "software": {**facts["software"], "numpy": "1.0"}}
    name = machine.identity(other)
    moved = tuple(replace(p, machine=name) for p in result.processes)
    return replace(result, machines={name: other}, processes=moved)


def renamed(result: Result, name: str) -> Result:
    """The same, as an entry with options has it."""
    (verdict,) = result.verdicts.values()
    entries = [{**each, "name": name} for each in result.plan["entries"]]
    moved = tuple(replace(p, entry=name) for p in result.processes)
    return replace(result, plan={**result.plan, "entries": entries}, verdicts={name: verdict}, processes=moved)


@contextmanager
def shown(engines: str = "onnxruntime", **more: object) -> Iterator[Board]:
    """A board, as soon as it says what it knows of the benchmark."""
    made = board(engines=engines, **more)
    try:
        wait(lambda: made.note)
        yield made
    finally:
        made.close()


def wait(until: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def p50(made: Board) -> dict[str, float | None]:
    wait(lambda: made.rows and "p50" in made.rows[0])
    return {row["engine"]: row["p50"] for row in made.rows}


def test_a_result(measured: Result):
    with shown("onnxruntime,reference", latency=measured) as made:
        assert "starting" not in {row["state"] for row in made.rows}  # engines come first
        wait(lambda: any(p50(made).values()))
        assert p50(made) == {"onnxruntime": measured.rows[0].p50_s, "reference": None}
        assert 1e-6 < p50(made)["onnxruntime"] < 1
        assert made.note.startswith(
            "This call is one call, made while page, server and the other engines want the same"
        )
        assert "p50 is the benchmark's median of steady calls in fresh processes" in made.note

        wait(lambda: {row["state"] for row in made.rows} == {"idle"})
        made.pad.show(SEVEN)
        wait(lambda: {row["state"] for row in made.rows} == {"answered"})
        assert p50(made)["onnxruntime"] == measured.rows[0].p50_s  # it is not the answer's
        made.pad.clear()
        wait(lambda: {row["state"] for row in made.rows} == {"idle"})
        assert p50(made)["onnxruntime"] == measured.rows[0].p50_s


def test_a_file(measured: Result, tmp_path: Path):
    bench.save(measured, tmp_path / "r.json")
    for path in (tmp_path / "r.json", str(tmp_path / "r.json")):
        found = look_up(["onnxruntime"], given(path, MNIST, DATA), MNIST, DATA)
        assert found.p50 == {"onnxruntime": measured.rows[0].p50_s}


def test_the_newest_that_is_remembered(measured: Result):
    remember(measured)
    with shown() as made:
        wait(lambda: any(p50(made).values()))
        assert p50(made) == {"onnxruntime": measured.rows[0].p50_s}


def test_bench_remembers_for_the_board(measured: Result, cache: Path):
    """What this file's other tests rely on: a finished run is the newest without more ado."""
    again = bench.run(bench.plan(MNIST, engines="onnxruntime", processes=1, seconds=0.01, twin=False), report=quiet)
    assert [file.stem for file in (cache / "bench").glob("*.json")] == [measured.plan["model"]["sha256"]]
    assert look_up(["onnxruntime"], None, MNIST, DATA).p50 == {"onnxruntime": again.rows[0].p50_s}


def quiet(*_: object) -> None:
    pass


def test_nothing_remembered():
    before = "scipy" in sys.modules
    with shown() as made:
        assert p50(made) == {"onnxruntime": None}
        assert made.note == (
            "No p50 yet for this machine and these versions: lesson 04 (`notebooks/04_latency.ipynb`) "
            "or `onnx-lab bench models/mnist.onnx` measures it."
        )
    assert ("scipy" in sys.modules) == before  # it is not paid for where there is nothing to work out


HOW = {
    "a path": (Path("a.onnx"), "`onnx-lab bench a.onnx`"),
    "a path with a space": ("my models/a.onnx", "`onnx-lab bench 'my models/a.onnx'`"),
    "bytes": (b"a model", "`bench.run(bench.plan(model))`"),
}


@pytest.mark.parametrize(("model", "said"), HOW.values(), ids=HOW)
def test_how_to_measure_another_model(model: Path | str | bytes, said: str):
    found = look_up(["onnxruntime"], None, model, b"a model")
    assert (found.p50, found.note) == ({}, f"No p50 yet for this machine and these versions: {said} measures it.")


NOT_COUNTED = {
    "struck": struck,
    "another machine": elsewhere,
    "an entry with options": lambda result: renamed(result, "onnxruntime:intra_threads=2"),
    "another engine": lambda result: renamed(result, "tract-wheel"),
}


@pytest.mark.parametrize("change", NOT_COUNTED.values(), ids=NOT_COUNTED)
def test_what_does_not_count(measured: Result, change: Callable[[Result], Result]):
    result = change(measured)
    assert result.rows[0].p50_s is not None
    assert look_up(["onnxruntime"], result, MNIST, DATA).p50 == {}
    with shown(latency=result) as made:
        assert p50(made) == {"onnxruntime": None}
        assert "No p50 yet for this machine" in made.note


def test_another_model(measured: Result, tmp_path: Path):
    other = onnx.load(MNIST)
    other.doc_string = "another"
    (tmp_path / "other.onnx").write_bytes(other.SerializeToString())
    with pytest.raises(BadInput) as caught:
        board(engines="onnxruntime", model=tmp_path / "other.onnx", latency=measured)
    said = str(caught.value)
    assert said.startswith("latency was measured on another model (")
    assert f"mnist.onnx); measure the board's: `onnx-lab bench {tmp_path / 'other.onnx'}`" in said
    assert "\n" not in said
    remember(measured)  # the newest of one model is none of another
    assert look_up(["onnxruntime"], None, "other.onnx", other.SerializeToString()).p50 == {}


UNFIT = {
    "a number": (3, "latency is a result of helpers.bench or the path of one, not int; give one of these"),
    "no file": ("nowhere.json", "nowhere.json does not exist; give a file that onnx-lab bench --out wrote"),
    "no measurement": (MNIST, "mnist.onnx is not valid JSON, or is truncated"),
}


@pytest.mark.parametrize(("latency", "said"), UNFIT.values(), ids=UNFIT)
def test_what_is_no_measurement(latency: object, said: str):
    with pytest.raises(BadInput) as caught:
        board(engines="onnxruntime", latency=latency)  # type: ignore[arg-type]
    assert said in str(caught.value)


@pytest.mark.parametrize("plan", [{}, {"model": None}, {"model": "x"}, {"model": {}}])
def test_a_result_that_garbles_its_model(measured: Result, plan: dict):
    with pytest.raises(BadInput, match="measured on another model"):
        given(replace(measured, plan=plan), MNIST, DATA)


def test_a_garbled_result_breaks_nothing(measured: Result):
    """Whatever goes wrong while it is looked up: the board goes on, without p50."""
    garbled = replace(measured, verdicts={})
    with pytest.raises(KeyError):
        _ = garbled.rows
    with shown(latency=garbled) as made:
        assert "No p50 yet" in made.note
        made.pad.show(SEVEN)
        wait(lambda: made.rows[0]["state"] == "answered")
        assert p50(made) == {"onnxruntime": None}


def test_a_cut_file_that_is_remembered(measured: Result, cache: Path):
    remember(measured)
    (file,) = (cache / "bench").glob("*.json")
    file.write_bytes(file.read_bytes()[:200])
    assert look_up(["onnxruntime"], None, MNIST, DATA).p50 == {}
