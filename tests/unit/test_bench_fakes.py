"""What the bench says of engines whose times, answers and failures are known; each runs in real fresh processes."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from helpers import bench
from helpers.bench import speed, store, warmup
from helpers.bench.process import Process
from helpers.bench.result import Result
from helpers.bench.rows import Row, verdict
from helpers.engines import BadInput, Options
from helpers.process.limits import Limits
from tests import bench_engines as fakes
from tests.bench_engines import Fake
from tests.small_models import CASES

pytestmark = pytest.mark.alone  # engines that spin are measured

RELU = CASES["relu"].model
SAMPLES = [CASES["relu"].inputs] * 2
NEAR = 0.02  # of a time that is known
LONG = 600.0  # seconds: the number of calls ends a process, so that it is the same on every machine
CALLS, FEW = 800, 100
MS, SHORT = 1e-3, 3e-4


@pytest.fixture(scope="module", autouse=True)
def own_cache(tmp_path_factory) -> Iterator[Path]:
    """A finished run is remembered in the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield store._folder()


@pytest.fixture(scope="module", autouse=True)
def all_count() -> Iterator[None]:
    """These engines spin on the clock, at whatever speed their core runs, so that none of their processes is left out.

    How many would be differs from run to run on a shared machine; which they are is tested with known speeds.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(speed, "disturbed", lambda processes: [])
        yield


def plan(engines: dict[str, Fake], **settings: Any) -> bench.Plan:
    entries = [bench.Entry(name, engine) for name, engine in engines.items()]
    usual = {"inputs": SAMPLES, "portable": False, "twin": False, "seconds": LONG, "most_calls": FEW}
    return bench.plan(RELU, engines=entries, **{**usual, **settings})


def quiet(what: str, done: int, total: int) -> None:
    pass


def row(result: Result, name: str, base: str | None = None) -> Row:
    return next(each for each in result.against(base) if each.engine == name)


def of(result: Result, name: str) -> list[Process]:
    return [process for process in result.processes if process.entry == name]


def near(seconds: float) -> Any:
    return pytest.approx(seconds, rel=NEAR)


def nearly(calls: int) -> Any:
    """A disturbed moment at the start of a process is taken for warm-up."""
    return pytest.approx(calls, rel=0.1)


def calm(result: Result) -> None:
    """Skip where others kept these spinning engines from their core: then their calls take longer than they are told.

    A core that is shared for a tenth of the time moves no median.
    """
    share = np.median([process.cores for process in result.processes if not process.failed])
    if share < 0.9:
        pytest.skip(f"the machine is too busy: engines that spin had {share:.0%} of a core")


def workers() -> set[int]:
    """The processes that this one has started, without multiprocessing's own helper."""
    found = set()
    for child in psutil.Process().children(recursive=True):
        try:
            if "resource_tracker" not in " ".join(child.cmdline()) and child.status() != psutil.STATUS_ZOMBIE:
                found.add(child.pid)
        except psutil.NoSuchProcess:
            pass
    return found


# --- even ones: what is said of times, ratios and noise


@pytest.fixture(scope="module")
def even(tmp_path_factory) -> Result:
    folder = tmp_path_factory.mktemp("even")
    engines = {
        "1 ms": Fake(MS, importing=0.02, loading=0.03),
        "1.5 ms": Fake(1.5 * MS, holding=64 * 2**20),
        "spread": fakes.Spread(MS, folder / "a"),
        "spread too": fakes.Spread(MS, folder / "b"),
        "1 % more": fakes.Spread(1.01 * MS, folder / "c"),
    }
    return bench.run(plan(engines, processes=5, twin=True), report=quiet)


@pytest.mark.parametrize(("name", "seconds"), [("1 ms", MS), ("1.5 ms", 1.5 * MS)])
def test_a_fixed_delay_is_found(even, name, seconds):
    calm(even)
    found = row(even, name)
    assert found.outcome == "right"
    assert (found.p50_s, found.p50_low_s, found.p50_high_s) == (near(seconds),) * 3
    assert found.first_s == pytest.approx(seconds, rel=0.1)
    assert found.p50_low_s <= found.p50_s <= found.p50_high_s
    assert (found.processes, found.disturbed, found.warm_up, found.calls) == (5, 0, 0, nearly(5 * FEW))
    assert [len(p.calls_ns) for p in of(even, name)] == [FEW] * 5
    assert found.variation < NEAR
    assert found.warnings == ()


def test_an_interval_holds_the_time_that_processes_spread_around(even):
    calm(even)
    found = row(even, "spread")
    assert found.p50_s == near(MS)
    assert 0.955 * MS < found.p50_low_s <= 0.985 * MS
    assert 1.015 * MS <= found.p50_high_s < 1.05 * MS
    assert found.variation == pytest.approx(np.std([0.96, 0.98, 1, 1.02, 1.04], ddof=1), rel=0.2)
    said = f"its processes differ: p50 varies by {100 * found.variation:.1f} % (more than 2.5 %)"
    assert found.warnings == (said,)


def test_import_load_and_memory_are_told_apart(even):
    calm(even)
    found, other = row(even, "1 ms"), row(even, "1.5 ms")
    assert (found.import_s, found.load_s) == (near(0.02), near(0.03))
    assert other.import_s < MS
    assert found.memory_bytes < 8 * 2**20
    assert other.memory_bytes == pytest.approx(64 * 2**20, rel=0.1)


def test_a_ratio_is_found_and_resolved(even):
    calm(even)
    found = row(even, "1.5 ms", "1 ms")
    assert (found.ratio, found.ratio_low, found.ratio_high) == (pytest.approx(1.5, rel=0.03),) * 3
    assert (found.resolvable, found.more_processes) == (True, None)
    assert verdict(found.ratio, found.resolvable) == "slower"
    back = row(even, "1 ms", "1.5 ms")
    assert back.ratio == pytest.approx(1 / 1.5, rel=0.03)
    assert verdict(back.ratio, back.resolvable) == "faster"
    assert row(even, "1.5 ms").first_share == 0


def test_two_equal_engines_are_not_told_apart(even):
    found = row(even, "spread too", "spread")
    assert found.ratio == pytest.approx(1, abs=0.01)
    assert found.ratio_low < 1 < found.ratio_high
    assert found.resolvable is False
    assert found.more_processes is None or found.more_processes > 50
    assert verdict(found.ratio, found.resolvable) == "not resolvable"


def test_one_percent_under_a_spread_of_four_takes_more_processes(even):
    calm(even)
    found = row(even, "1 % more", "spread")
    assert found.ratio == pytest.approx(1.01, abs=0.005)
    assert found.resolvable is False
    assert 10 <= found.more_processes <= 500  # the interval reaches some 4 % down: (4 / 1)² of 5, if 1 % were exact
    assert "not resolvable" in str(even)
    assert f"not resolvable (+{found.more_processes} processes?)" in [
        each["verdict"] for each in even.table(to="spread").to_dict("records")
    ]


def test_the_noise_floor_is_that_of_the_clock(even):
    calm(even)
    assert even.noise_floor.engine == "1 ms"
    assert even.noise_floor.floor < 0.01
    assert even.noise_floor.ratio == pytest.approx(1, abs=0.01)
    assert "1 ms (again)" not in [each.engine for each in even.rows]
    assert len(of(even, "1 ms (again)")) == 5


def test_a_percentile_takes_enough_calls(even):
    calm(even)
    found = row(even, "1 ms")
    assert found.p90_s == pytest.approx(MS, rel=0.1)
    assert (found.p99_s, found.p999_s) == (None, None)


def test_each_round_has_every_engine_once(even):
    for number in range(5):
        assert sorted(p.entry for p in even.processes if p.round == number) == sorted(
            ["1 ms", "1 ms (again)", "1.5 ms", "spread", "spread too", "1 % more"]
        )
    assert [p.started for p in even.processes] == sorted(p.started for p in even.processes)


def test_few_processes_are_remarked_on(even):
    assert "With 5 processes an engine the intervals promise more than they hold; take 10." in even.remarks


def test_a_finished_run_is_the_newest_of_its_model(even, own_cache):
    assert even.finished
    sha = even.plan["model"]["sha256"]
    bench.save(even, own_cache / f"{sha}.json")  # whatever other runs of this file left there
    again = bench.newest(sha)
    assert again.rows == even.rows
    assert [p.to_json() for p in again.processes] == [p.to_json() for p in even.processes]


# --- odd ones, all in one run: each gets its own line, and no line suffers from another


@pytest.fixture(scope="module")
def odd(tmp_path_factory) -> Result:
    folder = tmp_path_factory.mktemp("odd")
    engines = {
        "plain": Fake(SHORT),
        "two modes": fakes.TwoModes(SHORT, folder / "modes"),
        "slow start": fakes.SlowStart(SHORT),
        "drifts": fakes.Drifts(SHORT, calls=CALLS),
        "rare": fakes.Rare(SHORT),
        "wrong": fakes.Wrong(SHORT / 3),
        "wrong later": fakes.Wrong(SHORT / 2, folder / "wrong", since=0),
        "crashes": fakes.Crashes(SHORT, folder / "crash", at=(2,)),
        "crashes always": fakes.Crashes(SHORT, folder / "crashes", at=(0, 1, 2, 3)),
        "cannot load": fakes.CannotLoad(),
        "nowhere": fakes.NotInstalled(),
    }
    return bench.run(plan(engines, processes=4, most_calls=CALLS), report=quiet)


def test_the_plain_one_among_odd_ones_is_untouched(odd):
    calm(odd)
    found = row(odd, "plain")
    assert (found.outcome, found.message, found.warnings) == ("right", "", ())
    assert (found.processes, found.calls, found.warm_up) == (4, nearly(4 * CALLS), 0)
    assert [len(p.calls_ns) for p in of(odd, "plain")] == [CALLS] * 4
    assert found.p50_s == near(SHORT)
    assert odd.finished


def test_two_modes_are_told_with_their_processes(odd):
    calm(odd)
    found = row(odd, "two modes")
    said = re.fullmatch(r"two modes: 2 processes near (\d+) µs, 2 processes near (\d+) µs", found.warnings[0])
    assert float(said[1]) == near(300)
    assert float(said[2]) == near(450)
    differ = re.fullmatch(r"its processes differ: p50 varies by ([\d.]+) % \(more than 2.5 %\)", found.warnings[1])
    assert float(differ[1]) == pytest.approx(100 * np.std([2, 2, 3, 3], ddof=1) / 2.5, rel=0.1)
    assert len(found.warnings) == 2


def test_a_slow_start_is_no_part_of_the_median(odd):
    calm(odd)
    found = row(odd, "slow start")
    assert found.warm_up == 50
    assert found.p50_s == near(SHORT)
    assert found.first_s == pytest.approx(5 * SHORT, rel=0.1)
    assert found.calls == nearly(4 * (CALLS - 50))
    assert found.warnings == ()


def test_drift_is_told_with_its_share(odd):
    calm(odd)
    known = np.array([fakes.Drifts(SHORT, calls=CALLS).takes(0, call) for call in range(CALLS)])
    series = next(each for each in odd.series.values() if each.entry == "drifts")
    due = [100 * warmup.drift(known[warm.calls :]) for warm in series.warm]
    said = re.match(r"it drifts: calls at the end of a process take \+(\d+) % against", row(odd, "drifts").warnings[0])
    assert int(said[1]) == pytest.approx(np.median(due), abs=2)
    assert np.median(due) > 8


def test_drift_is_not_steady(odd):
    assert "4 of 4 processes did not become steady within half of their calls" in row(odd, "drifts").warnings


def test_rare_long_calls_are_counted_and_leave_the_median(odd):
    calm(odd)
    found = row(odd, "rare")
    series = next(each for each in odd.series.values() if each.entry == "rare")
    due = sum(CALLS // 100 - warm.calls // 100 for warm in series.warm)
    assert due >= 4 * 6
    assert due <= found.outliers <= due + 0.05 * found.calls
    assert (found.p50_s, found.p90_s) == (near(SHORT), pytest.approx(SHORT, rel=0.2))
    assert 1.0 * SHORT < found.p99_s <= 10.5 * SHORT
    assert found.p999_s is None
    assert found.warnings == ()
    assert row(odd, "plain").outliers < 0.05 * row(odd, "plain").calls


@pytest.mark.parametrize("name", ["wrong", "wrong later"])
def test_a_wrong_engine_is_struck_and_never_the_fastest(odd, name):
    found = row(odd, name)
    assert found.outcome == "wrong"
    assert found.struck
    assert found.p50_s < row(odd, "plain").p50_s
    assert found.first_share is None
    assert sum(each.first_share or 0 for each in odd.rows) == pytest.approx(1)
    assert str(odd).startswith(("plain p50", "slow start p50", "rare p50"))
    assert f"{name} (wrong)" in str(odd)


def test_ratios_are_against_the_fastest_right_one(odd):
    calm(odd)
    first = min((each for each in odd.rows if each.p50_s and not each.struck), key=lambda each: each.p50_s)
    assert first.ratio == 1
    assert first.engine in ("plain", "slow start", "rare")
    assert row(odd, "wrong").ratio == pytest.approx(1 / 3, rel=0.05)
    assert row(odd, "two modes").ratio == pytest.approx(1.25, rel=0.05)


def test_a_wrong_answer_is_told_with_its_error(odd):
    found = row(odd, "wrong")
    assert found.error == 0.5
    assert found.message == "sample 0: output 'y': 0.5 of the largest value, first at [0] (allowed 1e-05)"


def test_wrong_answers_after_the_gate_are_told(odd):
    found = row(odd, "wrong later")
    assert odd.verdicts["wrong later"].outcome == "right"
    assert found.message == "4 of 4 processes were off by up to 5.0e-01 while timed, though the gate was passed"
    assert [(p.error, p.checked) for p in of(odd, "wrong later")] == [(0.5, 2)] * 4
    assert [(p.error, p.checked) for p in of(odd, "plain")] == [(0.0, 2)] * 4


def test_a_crash_is_told_with_its_round_and_the_rest_is_kept(odd):
    found = row(odd, "crashes")
    assert (found.outcome, found.struck) == ("crashed", True)
    assert found.message.startswith("1 of 4 processes failed, the first in round 3: fake crashed: ")
    assert "its process ended with status 3" in found.message
    assert [bool(p.failed) for p in of(odd, "crashes")] == [False, False, True, False]
    assert (found.processes, found.calls) == (3, nearly(3 * CALLS))
    assert found.p50_s == near(SHORT)
    assert "crashes (crashed)" in str(odd)


def test_an_engine_that_crashes_twice_is_given_up(odd):
    found = row(odd, "crashes always")
    assert (found.outcome, found.p50_s, found.ratio) == ("crashed", None, None)
    assert found.message.startswith("2 of 2 processes failed, the first in round 1: ")
    assert [p.round for p in of(odd, "crashes always")] == [0, 1]


def test_an_engine_that_cannot_load_has_no_time(odd):
    found = row(odd, "cannot load")
    assert (found.outcome, found.struck, found.p50_s, found.processes) == ("cannot load", True, None, 0)
    assert found.message == "operator Relu is not supported"
    assert of(odd, "cannot load") == []


def test_an_engine_that_is_not_installed_comes_with_the_remedy(odd):
    found = row(odd, "nowhere")
    assert (found.outcome, found.p50_s) == ("unavailable", None)
    assert found.message == "the package 'no-such-package' is not installed; pip install no-such-package"
    assert of(odd, "nowhere") == []


def test_no_ratio_against_an_engine_without_a_time(odd):
    with pytest.raises(BadInput, match="cannot load has no time to compare with"):
        odd.against("cannot load")
    with pytest.raises(BadInput, match="there is no entry 'other' to compare with; give one of plain, two modes"):
        odd.against("other")


def test_odd_results_survive_the_file(odd, tmp_path):
    bench.save(odd, tmp_path / "odd.json")
    again = bench.load(tmp_path / "odd.json")
    assert again.rows == odd.rows
    assert str(again) == str(odd)
    assert len(odd.table()) == len(odd.rows)
    assert len(odd.frame()) == sum(len(p.calls_ns) for p in odd.processes)


# --- hangs and interruptions


@pytest.fixture(scope="module")
def hung(tmp_path_factory) -> Result:
    folder, before = tmp_path_factory.mktemp("hung"), workers()
    engines = {
        "at the gate": fakes.Hangs(MS, folder / "gate", at=(-2,)),
        "later": fakes.Hangs(MS, folder / "later", at=(1,)),
        "plain": Fake(MS),
    }
    limits = Limits(start=30, load=2, run=1)
    result = bench.run(plan(engines, processes=2, seconds=0.05, limits=limits), report=quiet)
    assert workers() <= before, "a process is left over"
    return result


def test_a_hang_at_the_gate_is_a_time_out(hung):
    found = row(hung, "at the gate")
    assert (found.outcome, found.struck, found.p50_s) == ("timed out", True, None)
    assert found.message.startswith("no answer within 1 s, so its process was ended")
    assert of(hung, "at the gate") == []


def test_a_hang_while_timed_is_a_time_out(hung):
    found = row(hung, "later")
    assert (found.outcome, found.struck) == ("timed out", True)
    assert found.message.startswith("1 of 2 processes failed, the first in round 2: fake did not answer: no answer")
    assert [bool(p.failed) for p in of(hung, "later")] == [False, True]
    assert found.p50_s == near(MS)


def test_a_hang_leaves_the_others_alone(hung):
    found = row(hung, "plain")
    assert (found.outcome, found.warnings, found.ratio, found.first_share) == ("right", (), 1.0, 1.0)
    assert found.p50_s == near(MS)
    assert hung.finished


def test_seconds_end_a_process(hung):
    assert all(24 <= len(p.calls_ns) <= 51 for p in of(hung, "plain"))


def test_ctrl_c_ends_a_process_in_the_middle(tmp_path):
    """As the terminal sends it, while the bench waits for a process that would go on for 100 s."""
    # what a shell starts in its background ignores Ctrl-C, and so would the test
    usual = signal.signal(signal.SIGINT, signal.default_int_handler)
    before, sent = workers(), []

    def interrupt() -> None:
        sent.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)

    def report(what: str, done: int, total: int) -> None:
        if what == "measuring":
            timer.start()

    timer = threading.Timer(2, interrupt)
    try:
        slow = plan({"slow": Fake(0.1)}, processes=1, most_calls=1000)
        result = bench.run(slow, out=tmp_path / "out.json", report=report)
    finally:
        timer.cancel()
        signal.signal(signal.SIGINT, usual)
    assert time.monotonic() - sent[0] < 20
    assert (result.finished, result.processes) == (False, ())
    assert workers() <= before
    assert bench.load(tmp_path / "out.json").finished is False


def test_ctrl_c_at_the_gate_starts_no_further_engine(tmp_path):
    engines = {str(number): Fake(MS, tmp_path / str(number)) for number in range(6)}

    def report(what: str, done: int, total: int) -> None:
        raise KeyboardInterrupt

    with suppress(KeyboardInterrupt):
        bench.run(plan(engines, processes=1), report=report)
    assert len(os.listdir(tmp_path)) <= 4  # two side by side, and the next two may have begun


# --- stopping and going on, and files that are refused


@pytest.fixture(scope="module")
def small() -> bench.Plan:
    return plan({"one": Fake(MS), "two": Fake(2 * MS)}, processes=3, seconds=0.05)


@pytest.fixture(scope="module")
def stopped(small, tmp_path_factory) -> tuple[Path, Result]:
    path = tmp_path_factory.mktemp("stopped") / "out.json"

    def report(what: str, done: int, total: int) -> None:
        if what.startswith("measured") and done == 3:
            with pytest.raises(BadInput, match="is being written by another measurement") as refused:
                bench.run(small, out=path, report=quiet)
            assert "\n" not in str(refused.value)
            raise KeyboardInterrupt

    return path, bench.run(small, out=path, report=report)


@pytest.fixture(scope="module")
def part(stopped, tmp_path_factory) -> str:
    """The file of the run that was stopped, as it was then."""
    return stopped[0].read_text()


@pytest.fixture(scope="module")
def resumed(small, stopped, part) -> tuple[Path, Result]:
    path, _ = stopped
    return path, bench.run(small, out=path, report=quiet)


def test_a_stopped_run_gives_what_is_done(stopped, part):
    _, result = stopped
    assert not result.finished
    assert len(result.processes) == 3  # that it was told of
    assert "Not finished: 3 of 6 processes; the same command goes on from here." in result.remarks
    assert [each.engine for each in result.rows] == ["one", "two"]
    assert json.loads(part)["finished"] is False
    assert len(json.loads(part)["raw"]) == len(result.processes)


def test_the_same_plan_goes_on_where_it_was_stopped(stopped, resumed):
    early, (path, result) = stopped[1].processes, resumed
    assert result.finished
    assert [p.to_json() for p in result.processes[: len(early)]] == [p.to_json() for p in early]
    assert sorted((p.round, p.entry) for p in result.processes) == [(n, e) for n in range(3) for e in ("one", "two")]
    assert not any("Not finished" in each for each in result.remarks)
    assert bench.load(path).rows == result.rows
    calm(result)
    assert row(result, "two").ratio == pytest.approx(2, rel=0.03)


def test_a_finished_file_is_not_measured_into(small, resumed):
    before = resumed[0].read_bytes()
    with pytest.raises(BadInput, match="holds a finished measurement of this plan") as refused:
        bench.run(small, out=resumed[0], report=quiet)
    assert "\n" not in str(refused.value)
    assert resumed[0].read_bytes() == before


def _changed(text: str, **parts: Any) -> str:
    return json.dumps({**json.loads(text), **parts})


OTHER = {"title": "other.onnx", "bytes": 1, "sha256": "0" * 64}
REFUSED = {
    "cut": (lambda text: text[: len(text) // 2], "is not valid JSON, or is truncated"),
    "cut at the end": (lambda text: text[:-3], "is not valid JSON, or is truncated"),
    "empty": (lambda text: "", "is not valid JSON, or is truncated"),
    "foreign": (lambda text: '{"rows": []}', "is not a measurement of this suite"),
    "a list": (lambda text: "[1, 2]", "is not a measurement of this suite"),
    "another schema": (lambda text: _changed(text, schema_version=2), "has schema_version 2, this suite reads 1"),
    "without processes": (lambda text: _changed(text, raw=[{}]), "lacks or garbles a part"),
    "without verdicts": (lambda text: _changed(text, verdicts={}), "lacks or garbles a part"),
    "another seed": (
        lambda text: _changed(text, plan={**json.loads(text)["plan"], "seed": 7}),
        r"holds another measurement \(seed differ\)",
    ),
    "another model": (
        lambda text: _changed(text, plan={**json.loads(text)["plan"], "model": OTHER}),
        r"holds another measurement \(model differ\)",
    ),
}


@pytest.mark.parametrize(("change", "why"), REFUSED.values(), ids=REFUSED)
def test_a_file_that_does_not_fit_is_refused_and_kept(small, part, tmp_path, change, why):
    path = tmp_path / "out.json"
    path.write_text(change(part))
    with pytest.raises(BadInput, match=why) as refused:
        bench.run(small, out=path, report=_never)
    assert str(path) in str(refused.value)
    assert "\n" not in str(refused.value)
    assert path.read_text() == change(part)
    assert os.listdir(tmp_path) == ["out.json"]


def _never(what: str, done: int, total: int) -> None:
    raise AssertionError(f"{what} was begun")


def test_a_missing_folder_is_refused(small, tmp_path):
    with pytest.raises(BadInput, match=r"there is no folder .*; make it, or give another file"):
        bench.run(small, out=tmp_path / "no" / "out.json", report=_never)


def test_a_missing_file_cannot_be_loaded(tmp_path):
    with pytest.raises(BadInput, match="does not exist; give a file that onnx-lab bench --out wrote"):
        bench.load(tmp_path / "out.json")
    assert bench.newest("0" * 64) is None


# --- a machine that is not quiet


@pytest.fixture(scope="module")
def busy() -> Iterator[Result]:
    """Another process takes a core; and the first process counts as measured at another speed."""
    other = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(speed, "disturbed", _first)
            yield bench.run(plan({"one": Fake(MS)}, processes=4), report=quiet)
    finally:
        other.kill()
        other.wait()


def _first(processes: list[Process]) -> list[Process]:
    return [p for p in processes if p.round == 0]


def test_load_by_others_is_remarked_on(busy):
    said = [re.match(r"The machine was not idle: others used (\d+\.\d) cores meanwhile", each) for each in busy.remarks]
    used = [float(match[1]) for match in said if match]
    assert len(used) == 1
    assert 0.5 <= used[0] <= psutil.cpu_count()


def test_load_by_others_leaves_the_cores_of_the_engine(busy):
    assert row(busy, "one").cores <= 1.05
    assert not any("cores" in each for each in row(busy, "one").warnings)


def test_a_process_at_another_speed_is_left_out_and_measured_again(busy):
    found = row(busy, "one")
    assert [p.round for p in busy.processes] == [0, 1, 2, 3, 4]
    assert (found.processes, found.disturbed) == (4, 1)
    assert 2 * FEW <= found.calls <= 4 * FEW
    assert any(
        each.startswith("The machine's own speed changed: in 1 of 5 processes the same") for each in busy.remarks
    )


# --- plans that are refused before anything runs


BAD = {
    "unknown engine": ({"engines": "nonesuch"}, "there is no engine 'nonesuch'; give one of onnxruntime, ort, tract"),
    "no engine": ({"engines": " , "}, "no engine is named"),
    "unknown option": (
        {"engines": "onnxruntime:threads=2"},
        "there is no option 'threads'; give one of intra_threads, inter_threads, optimisation, precision",
    ),
    "option without a value": ({"engines": "onnxruntime:intra_threads"}, "intra_threads='': give a whole number"),
    "option out of range": ({"engines": "onnxruntime:intra_threads=0"}, "intra_threads=0: give a whole number"),
    "option that it cannot honour": (
        {"engines": "tract-wheel:precision=fastest"},
        "tract-wheel cannot honour precision='fastest'; options that it honours: ",
    ),
    "option that the engine of an entry cannot honour": (
        {"engines": [bench.Entry("fake", Fake(), Options(intra_threads=2))]},
        "fake cannot honour intra_threads=2; options that it honours: none",
    ),
    "twice": ({"engines": "onnxruntime,onnxruntime"}, "an engine is named twice"),
    "entry twice": ({"engines": [bench.Entry("a", Fake()), bench.Entry("a", Fake(2e-3))]}, "an engine is named twice"),
    "the twin's name": (
        {"engines": [bench.Entry("a", Fake()), bench.Entry("a (again)", Fake())], "twin": True},
        r"a \(again\)",
    ),
    "no processes": ({"processes": 0}, "processes=0: give a whole number from 1 to 1000"),
    "half a process": ({"processes": 1.5}, "processes=1.5: give a whole number"),
    "no seconds": ({"seconds": 0}, "seconds=0: give a number from 0.001 to 3600"),
    "seconds that are not a number": ({"seconds": float("nan")}, "seconds=nan: give a number"),
    "no calls": ({"most_calls": 0}, "most_calls=0: give a whole number"),
    "negative tolerance": ({"tolerance": -1}, "tolerance=-1: give a number from 0"),
    "no inputs": ({"inputs": []}, "inputs are an empty list"),
    "input of another shape": ({"inputs": [{"x": np.zeros(4, np.float32)}]}, r"'x' has shape \[4\]; give \[3\]"),
    "input of another dtype": ({"inputs": [{"x": np.zeros(3)}]}, "'x' has dtype float64"),
    "input of another name": ({"inputs": [{"z": np.zeros(3, np.float32)}]}, "no input 'z'"),
    "a later input": ({"inputs": [*SAMPLES, {}]}, "'x'"),
    "no such file": ({"inputs": "no.npz"}, "no.npz"),
    "no such dimension": ({"inputs": None, "dims": {"n": 2}}, "no symbolic dimension 'n'"),
}


@pytest.mark.parametrize(("settings", "why"), BAD.values(), ids=BAD)
def test_a_bad_plan_is_refused(settings, why):
    usual = {"engines": [bench.Entry("one", Fake())], "inputs": SAMPLES, "twin": False}
    with pytest.raises(BadInput, match=why) as refused:
        bench.plan(RELU, **{**usual, **settings})
    assert "\n" not in str(refused.value)


def test_inputs_of_a_file_that_do_not_fit_are_refused(tmp_path):
    np.savez(tmp_path / "inputs.npz", x=np.zeros((2, 4), np.float32))
    with pytest.raises(BadInput, match=r"inputs.npz, sample 0: input 'x' has shape \[4\]; give \[3\]"):
        bench.plan(RELU, engines="onnxruntime", inputs=tmp_path / "inputs.npz")
