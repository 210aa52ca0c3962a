"""Models whose fields were changed by the schema, through every function that takes a model."""

from __future__ import annotations

from dataclasses import replace

import psutil
import pytest

from helpers import graph
from helpers.process import reader
from tests.whole_reader import FUNCTIONS, survey

COUNT = 200


@pytest.mark.timeout(600)
def test_every_function_survives(monkeypatch):
    monkeypatch.setattr(reader, "LIMITS", replace(reader.LIMITS, run=5.0))
    before = psutil.Process().memory_info().rss
    last: list[object] = []

    def watch(model: bytes, name: str) -> None:
        last[:] = name, model

    try:
        found = survey(COUNT, seed=11, watch=watch)
    except BaseException as error:
        raise AssertionError(f"{last[0]} on {last[1]!r}") from error
    assert sum(found.values()) == COUNT * len(FUNCTIONS)
    for name in FUNCTIONS:
        assert found[name, "answered"] > COUNT / 20
    assert sum(count for (_, outcome), count in found.items() if outcome == "refused") > 100
    assert graph.facts("models/mnist.onnx").parameters == 5994
    assert psutil.Process().memory_info().rss - before < 2**30
