"""Damaged models through every public function that takes one: an answer or one line, in time, and a living kernel."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from helpers import graph, rewrite
from helpers.compare import inputs
from helpers.compare.quantised import steps
from helpers.engines import LabError
from helpers.graph.drawing.compared import side_by_side
from helpers.modelfile.model import parse, read_model
from helpers.reference.chance import random_outputs
from tests.structured import BASES, damaged

SAMPLES = 2  # made-up samples of a model
FUNCTIONS: dict[str, Callable[[bytes], Any]] = {
    "modelfile.model.read_model": read_model,
    "compare.inputs.samples": lambda data: inputs.samples(read_model(data).inputs, count=SAMPLES),
    "compare.quantised.steps": steps,
    "reference.random_outputs": lambda data: random_outputs(parse(data)),
    "graph.facts": graph.facts,
    "graph.shapes": graph.shapes,
    "graph.dtypes": graph.dtypes,
    "graph.parameters": graph.parameters,
    "graph.macs": graph.macs,
    "graph.text": graph.text,
    "graph.describe": graph.describe,
    "graph.fields": graph.fields,
    "graph.tap": graph.tap,
    "graph.diff": lambda data: graph.diff(data, "models/mnist.onnx"),
    "graph.show": lambda data: _clicked(graph.show(data)),
    "graph.side_by_side": lambda data: side_by_side("models/mnist.onnx", data).close(),
    "rewrite.portable": rewrite.portable,
}


def models(count: int, seed: int = 0) -> Iterator[bytes]:
    """Damaged copies of each base in turn."""
    per = -(-count // len(BASES))
    sources = [damaged(data, per, seed) for data in BASES.values()]
    return islice((model for together in zip(*sources, strict=True) for model in together), count)


def survey(count: int, seed: int = 0, watch: Callable[[bytes, str], None] = lambda model, name: None) -> Counter:
    """How often each function answered, refused in one line, or had its process replaced: by (function, outcome)."""
    found: Counter = Counter()
    for model in models(count, seed):
        for name, function in FUNCTIONS.items():
            watch(model, name)
            found[name, outcome(function, model)] += 1
    return found


def outcome(function: Callable[[bytes], Any], model: bytes) -> str:
    """What a function makes of a model; anything else than an answer or one line of ours is an error of the test's."""
    try:
        function(model)
    except LabError as error:
        said = str(error)
        assert said
        assert said.isprintable(), said
        assert len(said) < 1000, said
        if "its process ended" in said:
            return "its process was ended by the file"
        return "out of time" if "takes longer than" in said else "refused"
    return "answered"


def _clicked(view: Any) -> None:
    """Select each node and value, as a learner's clicks do."""
    for row in view.nodes[:20]:
        if row["name"]:
            view.highlight(row["name"])
    view.close()
