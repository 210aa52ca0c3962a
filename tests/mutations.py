"""Seeded damage to a model file, and what each engine makes of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np
import onnx

from helpers.compare import judge
from helpers.engines.worker import Isolated
from helpers.errors import (
    BadInput,
    EngineCrashed,
    EngineTimedOut,
    LabError,
    ModelRejected,
    RunFailed,
)

KINDS = ("bit flips", "cut", "swapped fields")
# Told before any engine sees the file, or by the engine; "wrong" and "right" are against the reference's answer to
# the same damaged file, "not judged" where the reference has none.
OUTCOMES = ("refused", "cannot load", "cannot run", "crashed", "timed out", "not judged", "wrong", "right")
_TOLD: dict[type[LabError], str] = {
    BadInput: "refused",
    ModelRejected: "cannot load",
    RunFailed: "cannot run",
    EngineCrashed: "crashed",
    EngineTimedOut: "timed out",
}


def mutants(data: bytes, count: int, seed: int = 0) -> Iterator[tuple[str, bytes]]:
    """Damaged copies of a model: the kinds take turns."""
    rng = np.random.default_rng(seed)
    for number in range(count):
        kind = KINDS[number % len(KINDS)]
        yield kind, {"bit flips": _flip, "cut": _cut, "swapped fields": _swap}[kind](data, rng)


def _flip(data: bytes, rng: np.random.Generator) -> bytes:
    damaged = bytearray(data)
    for place in rng.integers(0, len(data), rng.integers(1, 9)):
        damaged[place] ^= 1 << int(rng.integers(8))
    return bytes(damaged)


def _cut(data: bytes, rng: np.random.Generator) -> bytes:
    """Take out a stretch, at the end or in the middle."""
    start = int(rng.integers(0, len(data)))
    stop = len(data) if rng.integers(2) else start + int(rng.integers(1, 64))
    return data[:start] + data[stop:]


def _swap(data: bytes, rng: np.random.Generator) -> bytes:
    """Exchange the same field of two nodes, two weights or two attributes; it stays a valid protobuf."""
    model = onnx.load_model_from_string(data)
    graph = model.graph
    for _ in range(int(rng.integers(1, 4))):
        what = rng.choice(["op_type", "input", "output", "attribute", "dims", "name", "raw_data", "data_type", "shape"])
        if what in ("op_type", "input", "output", "attribute"):
            a, b = _two(graph.node, rng)
        elif what == "shape":
            a, b = _two([*graph.input, *graph.output], rng)  # weights are inputs too in some files, not in others
            what = "type"
        else:
            a, b = _two(graph.initializer, rng)
        _exchange(a, b, str(what))
    return model.SerializeToString()


def _two(fields, rng: np.random.Generator):
    i, j = rng.choice(len(fields), 2, replace=False)
    return fields[int(i)], fields[int(j)]


def _exchange(a, b, name: str) -> None:
    keep = type(a)()
    keep.CopyFrom(a)
    for into, source in ((a, b), (b, keep)):
        into.ClearField(name)
        other = type(a)()
        other.CopyFrom(source)
        for field in [f.name for f, _ in other.ListFields() if f.name != name]:
            other.ClearField(field)
        into.MergeFrom(other)


def outcome(engine: Isolated, model: bytes, feed: dict[str, np.ndarray], right: dict[str, np.ndarray] | None) -> str:
    """One damaged model through one engine in its own process."""
    try:
        with engine.load(model) as session:
            answer = session.run(feed)
            outputs = session.outputs
    except LabError as error:
        return _TOLD[type(error)]
    if right is None:
        return "not judged"
    return "right" if judge([answer], [right], outputs).right else "wrong"


def reference_answer(reference: Isolated, model: bytes, feed: dict[str, np.ndarray]) -> dict[str, np.ndarray] | None:
    """What onnx.reference makes of a damaged model, or None."""
    try:
        with reference.load(model) as session:
            return session.run(feed)
    except LabError:
        return None


def survey(engine: Isolated, reference: Isolated, data: bytes, feed, count: int, seed: int = 0) -> Counter:
    """How often each outcome came, by kind of damage: a Counter of (kind, outcome)."""
    found: Counter = Counter()
    for kind, model in mutants(data, count, seed):
        found[kind, outcome(engine, model, feed, reference_answer(reference, model, feed))] += 1
    return found
