"""A measurement through other people's executors: threads, processes, and dask's, as a fleet would."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import pytest

from helpers import bench
from helpers.bench import machine
from helpers.bench.result import Result

pytestmark = pytest.mark.alone  # two workers of a cluster measure


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


@contextmanager
def two_workers_of_dask() -> Iterator[Executor]:
    import dask
    from distributed import Client, LocalCluster

    # Each measurement is a process of its own, which a worker may only have if it is not a daemon itself.
    with (
        dask.config.set({"distributed.worker.daemon": False}),
        LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        yield client.get_executor()


EXECUTORS = {
    "threads": lambda: ThreadPoolExecutor(2),
    "processes": lambda: ProcessPoolExecutor(2, mp_context=get_context("spawn")),
    "dask": two_workers_of_dask,
}


@pytest.mark.parametrize("kind", EXECUTORS)
def test_through_an_executor(kind: str, mnist: Path, tmp_path: Path):
    plan = bench.plan(mnist, engines="onnxruntime,tract-wheel", processes=3, seconds=0.05)
    with EXECUTORS[kind]() as executor:
        result = bench.run(plan, out=tmp_path / "r.json", executor=executor, report=lambda *_: None)
    assert result.finished
    assert [(row.engine, row.outcome) for row in result.rows] == [("onnxruntime", "right"), ("tract-wheel", "right")]
    assert list(result.machines) == [machine.identity()]
    ran = [(p.round, p.entry) for p in result.processes if p.round < plan.processes]
    assert sorted(ran) == sorted((number, entry.name) for number, entry in plan.order())
    assert_one_at_a_time(result)
    assert bench.load(tmp_path / "r.json").rows == result.rows


def assert_one_at_a_time(result: Result):
    """However many workers there are: what ran at the same time would have measured each other."""
    ordered = sorted(result.processes, key=lambda process: process.started)
    for one, after in itertools.pairwise(ordered):
        calls = one.import_ns + one.load_ns + int(one.calls_ns.sum())
        assert one.started + calls / 1e9 <= after.started


@pytest.fixture(scope="module")
def small(mnist: Path) -> Result:
    return bench.run(
        bench.plan(mnist, engines="onnxruntime,tract-wheel", processes=4, seconds=0.03), report=lambda *_: None
    )


def test_unlike_machines_are_never_pooled(small: Result):
    """The same result, as if every other round had run on a machine that takes twice as long."""
    facts = next(iter(small.machines.values()))
    other = {**facts, "hardware": {**facts["hardware"], "cpu": "another"}}
    name = machine.identity(other)
    assert name not in small.machines
    processes = tuple(replace(p, machine=name, calls_ns=2 * p.calls_ns) if p.round % 2 else p for p in small.processes)
    mixed = replace(small, processes=processes, machines={**small.machines, name: other})
    assert [row.machine for row in mixed.rows] == [machine.identity()] * 2 + [name] * 2
    ours, theirs = mixed.rows[:2], mixed.rows[2:]
    for one, another in zip(ours, theirs, strict=True):
        assert one.processes + one.disturbed < 8
        assert another.p50_s > 1.5 * one.p50_s
    assert any("2 unlike machines" in remark for remark in mixed.remarks)
    assert next(iter(mixed.table().columns)) == "machine"


def test_identity_is_of_hardware_and_software():
    facts = machine.facts()
    again = {**facts, "governor": "powersave"}
    assert machine.identity(again) == machine.identity(facts)
    for group, key in (("hardware", "cpu"), ("software", "python")):
        assert machine.identity({**facts, group: {**facts[group], key: "other"}}) != machine.identity(facts)
