"""The arithmetic of the bench on numbers whose answer is known: what it says of made-up calls and processes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from scipy.stats import binom

from helpers.bench import speed, stats, warmup
from helpers.bench.process import Process
from helpers.bench.rows import resolve, verdict
from helpers.bench.series import series, warnings
from helpers.bench.stats import ENOUGH, Interval
from helpers.bench.warmup import WarmUp


def noise(*shape: int, seed: int = 0, spread: float = 0.1) -> np.ndarray:
    """Times around 1, with a tail to the right as real ones have."""
    return np.random.default_rng(seed).lognormal(0, spread, shape)


# --- percentiles


@pytest.mark.parametrize(("name", "calls"), ENOUGH.items())
def test_enough_calls_are_the_fewest_with_two_above_the_percentile(name: str, calls: int):
    above = 1 - float(name[1:]) / 100
    assert binom.sf(1, calls, above) >= 0.99
    assert binom.sf(1, calls - 1, above) < 0.99


@pytest.mark.parametrize("name", ENOUGH)
def test_a_percentile_is_given_from_enough_calls_on(name: str):
    calls = [np.arange(ENOUGH[name] - 1.0), np.arange(float(ENOUGH[name]))]
    assert stats.percentile(calls, name) == [pytest.approx(float(name[1:]) / 100 * (ENOUGH[name] - 1))]


@pytest.mark.parametrize(
    ("calls", "expected"),
    [
        *(([10.0] * 99 + [100.0], 1), ([10.0] * 100, 0), ([10.0] * 98 + [14.9, 15.1], 1), ([10.0] * 99 + [1.0], 0)),
        ([10.0] * 50 + [20.0] * 50, 0),  # two modes are not outliers
        ([*np.linspace(8, 12, 101), 19.0], 1),  # 3 times the spread of 2 over 11
        ([*np.linspace(8, 12, 101), 16.0], 0),
        ([10.0], 0),
    ],
)
def test_outliers(calls: list[float], expected: int):
    assert stats.outliers(np.array(calls)) == expected


def test_a_tail_as_of_any_engine_has_hardly_an_outlier():
    assert stats.outliers(noise(10_000)) <= 5


# --- resamples, intervals, ratios


def test_resamples_are_the_same_for_the_same_seed():
    values = list(noise(10))
    one, again, other = (stats.resample(values, seed=seed) for seed in (1, 1, 2))
    assert one.shape == (stats.RESAMPLES,)
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)
    assert values[0] == noise(10)[0]


@pytest.mark.parametrize("values", [[2.0], [2.0, 2.0, 2.0]])
def test_resamples_of_equal_values_are_that_value(values: list[float]):
    assert np.array_equal(stats.resample(values, seed=0), np.full(stats.RESAMPLES, 2.0))


def test_resamples_of_nothing_are_no_numbers():
    assert np.isnan(stats.resample([], seed=0)).all()


def test_resamples_are_medians_of_draws_with_replacement():
    found = stats.resample([1.0, 2.0, 4.0], seed=0)
    assert set(found) == {1.0, 2.0, 4.0}
    assert np.mean(found == 1.0) == pytest.approx(7 / 27, abs=0.02)  # two of three draws at the least


def test_an_interval_is_given_from_three_processes_on():
    assert stats.interval([1.0, 3.0], stats.resample([1.0, 3.0], seed=0)) == Interval(2.0)
    assert stats.interval([1.0, 2.0, 4.0], stats.resample([1.0, 2.0, 4.0], seed=0)) == Interval(2.0, 1.0, 4.0)


def test_an_interval_leaves_out_a_fortieth_at_each_end():
    found = stats.interval([1.0] * 3, np.arange(1001.0))
    assert (found.value, found.low, found.high) == (1.0, pytest.approx(25), pytest.approx(975))


@pytest.mark.parametrize(
    ("found", "value", "expected"),
    [
        *((Interval(1.1, 1.0, 1.2), 1, True), (Interval(1.1, 1.05, 1.2), 1, False), (Interval(0.9, 0.8, 1.0), 1, True)),
        *((Interval(0.9, 0.8, 0.99), 1, False), (Interval(5.0), 1, True)),
    ],
)
def test_what_an_interval_holds(found: Interval, value: float, expected: bool):
    assert found.holds(value) is expected


def test_intervals_of_ten_processes_hold_the_truth_as_often_as_they_say():
    tries = noise(200, 10)
    held = [stats.interval(list(t), stats.resample(t, seed=n)).holds(1.0) for n, t in enumerate(tries)]
    assert 0.90 <= np.mean(held) <= 0.99


def test_intervals_of_a_ratio_hold_the_truth_as_often_as_they_say():
    held = []
    for number, (a, b) in enumerate(zip(1.2 * noise(200, 10), noise(200, 10, seed=1), strict=True)):
        medians = stats.resample(a, seed=2 * number), stats.resample(b, seed=2 * number + 1)
        held.append(stats.ratio(a, b, *medians).holds(1.2))
    assert 0.92 <= np.mean(held) <= 1


def test_a_ratio_is_that_of_the_medians():
    a, b = [3.0, 2.0, 4.0], [1.0, 9.0, 2.0]
    found = stats.ratio(a, b, np.full(100, 3.0), np.linspace(1, 2, 100))
    assert found.value == 1.5
    assert (found.low, found.high) == (pytest.approx(1.52, abs=0.01), pytest.approx(2.93, abs=0.02))
    assert stats.ratio(a, b[:2], np.full(9, 3.0), np.full(9, 1.0)) == Interval(0.6)


def test_shares_of_the_first_place_add_up():
    shares = stats.first_shares({"a": np.array([1.0, 1, 3, 3]), "b": np.array([2.0, 2, 2, 4]), "c": np.full(4, 9.0)})
    assert shares == {"a": 0.75, "b": 0.25, "c": 0.0}


def test_what_is_within_the_noise_shares_the_first_place():
    even = {"a": np.full(4, 1.0), "b": np.full(4, 1.05)}
    assert stats.first_shares(even) == {"a": 1.0, "b": 0.0}
    assert stats.first_shares(even, floor=0.06) == {"a": 0.5, "b": 0.5}
    assert stats.first_shares({**even, "c": np.full(4, 9.0)}, floor=0.06) == {"a": 0.5, "b": 0.5, "c": 0.0}


@pytest.mark.parametrize(
    ("found", "processes", "expected"),
    [
        *((Interval(1.02, 0.98, 1.06), 10, 30), (Interval(0.98, 0.94, 1.02), 10, 30)),  # half as wide: four times
        *((Interval(1.02, 1.0, 1.06), 10, 1), (Interval(1.02, 1.01, 1.06), 10, 1)),
        *((Interval(1.0, 0.9, 1.1), 10, None), (Interval(1.02), 2, None)),
        (Interval(1.04, 0.92, 1.05), 5, 40),  # the side towards 1 counts
    ],
)
def test_more_processes(found: Interval, processes: int, expected: int | None):
    assert stats.more_processes(found, processes) == expected


def test_so_many_more_processes_tell_a_ratio():
    """Ten processes do not tell 2 % under a spread of 3 %; as many more as are asked for mostly do."""
    told, asked = [], []
    for seed in range(40):
        few = _ratio(seed, 10)
        if few.holds(1) and 0.01 < few.value - 1 < 0.03:
            asked.append(10 + stats.more_processes(few, 10))
            told.append(not _ratio(1000 + seed, asked[-1]).holds(1))
    assert len(told) >= 5
    assert np.median(asked) < 200
    assert np.mean(told) >= 0.5


def _ratio(seed: int, processes: int) -> Interval:
    a, b = 1.02 * noise(processes, seed=seed, spread=0.03), noise(processes, seed=seed + 500, spread=0.03)
    return stats.ratio(a, b, stats.resample(a, seed=0), stats.resample(b, seed=1))


@pytest.mark.parametrize(
    ("values", "expected"),
    [([1.0, 1.0], 0.0), ([0.9, 1.1], 0.1414), ([96, 98, 100, 102, 104], 0.0316), ([1.0], None), ([], None)],
)
def test_variation(values: list[float], expected: float | None):
    assert stats.variation(values) == (None if expected is None else pytest.approx(expected, abs=1e-4))


@pytest.mark.parametrize(
    ("values", "groups"),
    [
        ([1.0, 2.01, 1.01, 2.0, 1.0], (3, 2)),
        ([1.0, 1.06, 1.0, 1.06], (2, 2)),
        *(([1.0, 1.04, 1.0, 1.04], None), ([1.0, 1.0, 2.0], None), ([1.0, 1.0, 1.0, 1.0], None)),
        *(
            ([1.0, 1.0, 1.0, 2.0], None),
            ([1.0, 1.1, 1.2, 1.3, 1.4, 1.5], None),
        ),  # one alone is not a mode; an even spread
        ([1.0, 1.1, 2.0, 2.1, 3.0, 3.1], None),  # three
        ([1.0, 1.1, 1.31, 1.41], (2, 2)),
        ([1.0, 1.1, 1.29, 1.39], None),
    ],
)
def test_modes(values: list[float], groups: tuple[int, int] | None):
    found = stats.modes(values)
    assert (found and tuple(map(len, found))) == groups
    if found:
        assert [*found[0], *found[1]] == sorted(values)


def test_noise_has_no_modes():
    assert np.mean([stats.modes(list(values)) is not None for values in noise(500, 10, spread=0.05)]) < 0.05


# --- verdicts


@pytest.mark.parametrize(
    ("ratio", "resolvable", "expected"),
    [(1.2, True, "slower"), (0.8, True, "faster"), (1.2, False, "not resolvable"), (0.8, None, "not resolvable")],
)
def test_verdict(ratio: float, resolvable: bool | None, expected: str):
    assert verdict(ratio, resolvable) == expected


@pytest.mark.parametrize(
    ("ratio", "floor", "expected"),
    [
        *((Interval(1.2, 1.1, 1.3), 0.0, True), (Interval(1.2, 1.1, 1.3), 0.25, False)),
        *((Interval(0.8, 0.7, 0.9), 0.1, True), (Interval(0.8, 0.7, 0.9), 0.25, False)),
        *((Interval(1.2, 0.9, 1.3), 0.0, False), (Interval(1.2), 0.0, False)),  # too few processes tell nothing
    ],
)
def test_resolve(ratio: Interval, floor: float, expected: bool):
    assert resolve(ratio, floor) is expected


# --- warm-up and drift


@pytest.mark.parametrize(("slow", "calls"), [(10, 240), (50, 240), (50, 800), (100, 1000), (400, 1000), (1000, 9000)])
@pytest.mark.parametrize("times", [0.5, 1.2, 10.0])
def test_the_end_of_a_slow_start_is_found(slow: int, calls: int, times: float):
    found = [warmup.find(_start(slow, calls, times, seed)) for seed in range(20)]
    assert np.median([each.calls for each in found]) == slow
    assert all(each.steady for each in found)


def _start(slow: int, calls: int, times: float, seed: int) -> np.ndarray:
    return 1000 * noise(calls, seed=seed, spread=0.02) * np.where(np.arange(calls) < slow, times, 1)


@pytest.mark.parametrize("calls", [24, 60, 79, 80, 100, 150, 240, 1000, 5000])
@pytest.mark.parametrize("spread", [0.001, 0.02, 0.1, 0.3])
def test_noise_is_no_warm_up(calls: int, spread: float):
    found = [warmup.find(noise(calls, seed=seed, spread=spread)) for seed in range(200)]
    assert np.mean([each.calls == 0 for each in found]) >= 0.8
    assert np.mean([each.steady for each in found]) >= 0.98


@pytest.mark.parametrize("calls", [24, 100, 800, 5000])
@pytest.mark.parametrize("end", [0.7, 1.3, 2.0, 10.0])
def test_a_ramp_is_never_steady(calls: int, end: float):
    assert warmup.find(np.linspace(1000, 1000 * end, calls)).steady is False


@pytest.mark.parametrize("calls", [240, 800, 5000])
def test_a_ramp_with_noise_is_hardly_ever_steady(calls: int):
    ramps = np.linspace(1, 1.3, calls) * noise(100, calls, spread=0.02)
    assert np.mean([warmup.find(ramp).steady for ramp in ramps]) < 0.1


def test_a_process_that_changes_after_its_half_is_not_steady():
    found = warmup.find(np.r_[[2000.0] * 600, [1000.0] * 400])
    assert found == WarmUp(500, steady=False)


@pytest.mark.parametrize("calls", [1, 2, 5])
def test_so_few_calls_tell_nothing_of_warmth(calls: int):
    assert warmup.find(np.full(calls, 1000)) == WarmUp(0, steady=False)


@pytest.mark.parametrize("every", [13, 50, 100])
def test_rare_long_calls_are_no_warm_up(every: int):
    calls = np.full(1000, 1000)
    calls[::every] = 50_000
    assert warmup.find(calls) == WarmUp(0, steady=True)


@pytest.mark.parametrize(
    ("calls", "expected"),
    [
        *(([1.0] * 100, 0.0), ([1.0] * 25 + [5.0] * 50 + [1.1] * 25, 0.1), ([2.0, 1.0], -0.5), ([1.0], 0.0)),
        *((np.linspace(1, 2, 1000), 0.75 / 1.125), (np.linspace(2, 1, 1000), -0.75 / 1.875)),
    ],
)
def test_drift(calls: Sequence[float], expected: float):
    assert warmup.drift(np.array(calls)) == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        *(([0.1] * 5, True), ([-0.1] * 5, True), ([0.06] * 4 + [-0.01], True)),
        *(([0.1] * 3 + [-0.1] * 2, False), ([0.04] * 5, False), ([0.0] * 5, False), ([0.06] * 3 + [-0.01] * 2, False)),
    ],
)
def test_drifts(shares: list[float], expected: bool):
    assert bool(warmup.drifts(shares)) is expected


# --- processes: which count, and what is said of them


def process(calls: Sequence[float] = (1e6,) * 100, entry: str = "one", machine: str = "m", **facts: Any) -> Process:
    """A process with its calls in nanoseconds."""
    return Process(entry, 0, 0.0, machine, calls_ns=np.array(calls, np.int64), **{"work_ns": (100, 100), **facts})


# the fixed work of each process before and after, and which of them are disturbed
SPEEDS = {
    "all alike": ([(100, 103)] * 5, []),
    "one slow after": ([(100, 103)] * 4 + [(101, 190)], [4]),
    "one slow before": ([(190, 101)] + [(100, 103)] * 4, [0]),
    "one faster": ([(100, 103)] * 4 + [(60, 62)], [4]),
    "within 15 %": ([(100, 100)] * 4 + [(114, 86)], []),
    "beyond 15 %": ([(100, 100)] * 4 + [(116, 100)], [4]),
    "half of them": ([(100, 100)] * 3 + [(200, 200)] * 3, [3, 4, 5]),
    "most of them": ([(100, 100)] * 3 + [(200, 200)] * 6, [3, 4, 5, 6, 7, 8]),
    "none": ([], []),
}


@pytest.mark.parametrize(("works", "expected"), SPEEDS.values(), ids=SPEEDS)
def test_processes_at_another_speed(works: list[tuple[int, int]], expected: list[int]):
    processes = [process(work_ns=work) for work in works]
    assert speed.disturbed(processes) == [processes[n] for n in expected]


def test_speeds_are_held_against_those_of_the_same_machine():
    slow = [process(machine="slow", work_ns=(300, 300)) for _ in range(3)]
    fast = [process(machine="fast", work_ns=(100, 100)) for _ in range(3)]
    assert speed.disturbed([*slow, *fast]) == []


def test_a_failed_process_has_no_speed():
    assert speed.disturbed([process(work_ns=(0, 0), failed="it crashed"), process(), process()]) == []


def test_disturbed_processes_do_not_count():
    """Left out by the fixed work alone, whatever the engine's own time."""
    fine, slow = [process() for _ in range(3)], process([9e6] * 100, work_ns=(100, 200))
    odd = process([9e6] * 100)
    found = series([*fine, slow, odd])["m", "one"]
    assert (found.processes, found.disturbed, found.failed) == ((*fine, odd), (slow,), ())
    assert found.p50 == pytest.approx((1e-3, 1e-3, 1e-3, 9e-3))


def test_failed_processes_are_kept_apart():
    fine, failed = [process() for _ in range(3)], process([], failed="it crashed")
    found = series([failed, *fine])["m", "one"]
    assert (found.processes, found.failed, len(found.p50)) == (tuple(fine), (failed,), 3)


def test_machines_and_entries_are_never_pooled():
    made = [process(), process(entry="two"), process(machine="n")]
    assert {key: each.processes for key, each in series(made).items()} == {
        ("m", "one"): (made[0],),
        ("m", "two"): (made[1],),
        ("n", "one"): (made[2],),
    }


def test_series_of_the_same_processes_are_the_same():
    made = [process(1e6 * noise(100, seed=seed)) for seed in range(5)]
    one, again = (series(made)["m", "one"] for _ in range(2))
    assert np.array_equal(one.medians, again.medians)


def _ramp(end: float) -> np.ndarray:
    return np.linspace(1e6, end * 1e6, 400)


WARNED = {
    "nothing": ([process()] * 5, []),
    "two modes": (
        [process()] * 3 + [process([2e6] * 100)] * 2,
        ["two modes: 3 processes near 1", "its processes differ: p50 varies by 39.1 % (more than 2.5 %)"],
    ),
    "they differ": ([process([t * 1e6] * 100) for t in (1, 1.02, 1.04, 1.06, 1.08)], ["its processes differ: p50 va"]),
    "drift": (
        [process(_ramp(1.5))] * 5,
        ["it drifts: calls at the end of a process take +15 % against", "5 of 5 processes did not become steady"],
    ),
    "faster and faster": (
        [process(_ramp(0.5))] * 5,
        ["it drifts: calls at the end of a process take -26 % against", "5 of 5"],
    ),
    "a step": ([process([1e6] * 310 + [1.2e6] * 290)] * 5, ["5 of 5 processes did not become steady"]),
    "one is not steady": ([process()] * 4 + [process([1.2e6] * 310 + [1e6] * 290)], ["1 of 5 processes did not"]),
    "cores": ([process(cores=1.6)] * 5, ["it used 1.6 cores, though 1 thread was asked for"]),
    "cores within reach": ([process(cores=1.2)] * 5, []),
    "few calls": ([process([1e6] * 10)] * 5, ["only 9 steady calls in a process; a median wants 11"]),
}


@pytest.mark.parametrize(("made", "expected"), WARNED.values(), ids=WARNED)
def test_warnings(made: list[Process], expected: list[str]):
    said = warnings(series(made)["m", "one"], 1)
    assert len(said) == len(expected)
    for each, due in zip(said, expected, strict=True):
        assert each.startswith(due)


def test_cores_are_held_against_the_threads_asked_for():
    assert warnings(series([process(cores=2.1)] * 5)["m", "one"], 2) == ()
    assert warnings(series([process(cores=3.6)] * 5)["m", "one"], 2) == (
        "it used 3.6 cores, though 2 threads were asked for",
    )
