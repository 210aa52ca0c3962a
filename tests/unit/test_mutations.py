"""Damaged models through every engine: a typed outcome each, a living kernel, no process left behind."""

from __future__ import annotations

import psutil
import pytest

from helpers import engines
from helpers.digits import digits
from helpers.process import reader
from helpers.process.limits import GIB, Limits
from helpers.rewrite import portable
from tests.mutations import KINDS, OUTCOMES, mutants, survey

COUNT = 60
COUNTS = {"burn": 10}  # where each is a compile
LIMITS = Limits(load=20, run=5, memory=4 * GIB)


def test_mutants_are_the_same_every_time_and_differ(mnist):
    data = mnist.read_bytes()
    first, again = list(mutants(data, 12, seed=3)), list(mutants(data, 12, seed=3))
    assert first == again
    assert {kind for kind, _ in first} == set(KINDS)
    assert all(damaged != data for _, damaged in first)


def workers() -> set[int]:
    """The processes of engines that this one has started and that live."""
    found = psutil.Process().children(recursive=True)
    living = [p for p in found if p.status() != psutil.STATUS_ZOMBIE and p.pid != reader._child().pid]
    return {p.pid for p in living if "helpers.process.serve" in " ".join(p.cmdline())}


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", engines.names())
def test_every_engine_survives(name, mnist):
    if not (can := engines.get(name).availability()):
        pytest.skip(f"{can.why}; {can.remedy}")
    data = mnist.read_bytes()
    if name in ("wonnx", "candle"):  # the file as it stands never gets past these two
        data = portable(data).model.SerializeToString()
    feed = {"Input3": digits().tensor(0)}
    before = workers()
    with engines.isolated(name, limits=LIMITS) as engine, engines.isolated("reference", limits=LIMITS) as reference:
        count = COUNTS.get(name, COUNT)
        found = survey(engine, reference, data, feed, count)
        with engine.load(data) as session:  # alive, and right, after all that
            assert session.run(feed)["Plus214_Output_0"].argmax() == digits().labels[0]
        assert len(workers() - before) == 2
    assert sum(found.values()) == count
    assert {outcome for _, outcome in found} <= set(OUTCOMES)
    assert sum(count for (_, outcome), count in found.items() if outcome in ("wrong", "right")) > 0
    assert workers() <= before
