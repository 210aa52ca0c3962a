"""What is to be measured, decided and written down before the first clock is read."""

from __future__ import annotations

import hashlib
import os
import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from helpers.bench.entry import AGAIN, Entry
from helpers.compare import inputs as _inputs
from helpers.compare.inputs import Sample
from helpers.compare.judge import refuse_tolerance
from helpers.engines.registry import names
from helpers.errors import BadInput
from helpers.modelfile.model import Model, read_model
from helpers.process.limits import Limits

_QUICK = "ONNX_LAB_QUICK"  # set by the tests of the lessons: fewer and shorter processes, and nothing else
MOST_INPUTS = 100  # that a process takes in turns, and that the gate judges


@dataclass(frozen=True)
class Plan:
    """Model, engines, inputs, processes, order and limits. Made by :func:`plan`; printing it says what will happen."""

    title: str  # the name of the model's file, or its size
    model: Model = field(repr=False)
    samples: tuple[Sample, ...] = field(repr=False)
    entries: tuple[Entry, ...]
    processes: int = 10  # fresh ones, for each entry
    seconds: float = 0.1  # of calls in each process, first call and warm-up included
    most_calls: int = 10_000  # in each process
    seed: int = 0  # of the order
    portable: bool = True  # an engine that refuses the file is measured on a portable form of it
    tolerance: float | None = None  # the largest norm-wise error that counts as right
    limits: Limits = field(default_factory=Limits)

    @property
    def twin(self) -> tuple[str, str] | None:
        """The two names of the engine that is measured twice; what differs between them is noise."""
        doubled = next((entry.name for entry in self.entries if entry.name.endswith(AGAIN)), None)
        return (doubled.removesuffix(AGAIN), doubled) if doubled else None

    def order(self) -> list[tuple[int, Entry]]:
        """(round, entry) for every process: each round has every entry once, shuffled, so that drift hits all alike."""
        rng = random.Random(self.seed)
        return [(n, entry) for n in range(self.processes) for entry in rng.sample(self.entries, len(self.entries))]

    def to_json(self) -> dict[str, Any]:
        """As plain dicts and lists; model and inputs by their hash."""
        return {
            "model": {"title": self.title, "bytes": len(self.model.data), "sha256": _sha256(self.model.data)},
            "inputs": {"samples": len(self.samples), "sha256": _hash_of(self.samples)},
            "entries": [{"name": e.name, "engine": e.engine.name, "options": asdict(e.options)} for e in self.entries],
            **{key: getattr(self, key) for key in _NUMBERS},
            "limits": asdict(self.limits),
        }

    def __str__(self) -> str:
        shown = [e.name for e in self.entries if not e.name.endswith(AGAIN)]
        noise = f"; {self.twin[0]} twice, for the noise floor" if self.twin else ""
        return (
            f"{self.title} ({len(self.model.data):,} bytes), {len(self.samples)} inputs in turns.\n"
            f"{len(shown)} engines: {', '.join(shown)}{noise}.\n"
            f"{self.processes} fresh processes each, in rounds, shuffled (seed {self.seed}); in each up to "
            f"{self.seconds:g} s or {self.most_calls:,} calls.\n"
            f"Limits of a process: {self.limits.load:g} s for a load, {self.limits.run:g} s for the calls, "
            f"{self.limits.memory / 2**30:g} GiB."
        )


_NUMBERS = ("processes", "seconds", "most_calls", "seed", "portable", "tolerance")


def plan(
    model: Path | str | bytes,
    *,
    engines: str | Sequence[str | Entry] | None = None,
    inputs: Path | str | Sequence[Sample] | None = None,
    dims: Mapping[str, int] | None = None,
    shapes: Mapping[str, Sequence[int]] | None = None,
    processes: int = 10,
    seconds: float = 0.1,
    most_calls: int = 10_000,
    seed: int = 0,
    portable: bool = True,
    tolerance: float | None = None,
    limits: Limits = Limits(),
    twin: bool = True,
) -> Plan:
    """Plan a measurement.

    Parameters
    ----------
    model
        A path, or the bytes of an ONNX file.
    engines
        "a,b", or a list of names and entries; a name may carry options: ``onnxruntime:intra_threads=2``.
        Every engine by default (those that cannot run here get a line that says why).
    inputs, dims, shapes
        As for :func:`helpers.compare.compare`; at most 100 samples are used.
    processes
        Fresh ones for each engine. Intervals hold what they promise from about ten.
    seconds, most_calls
        How long each process calls the engine: the first limit that is reached ends it, after 24 calls at the least.
    twin
        Measure the first engine twice under two names: the noise floor.

    Raises
    ------
    BadInput
        Something does not fit; the message says what, and what to do.

    >>> print(plan("models/mnist.onnx", engines="onnxruntime,tract-wheel"))
    mnist.onnx (26,753 bytes), 100 inputs in turns.
    2 engines: onnxruntime, tract-wheel; onnxruntime twice, for the noise floor.
    10 fresh processes each, in rounds, shuffled (seed 0); in each up to 0.1 s or 10,000 calls.
    Limits of a process: 60 s for a load, 20 s for the calls, 8 GiB.
    """
    _refuse("processes", processes, int, 1, 1000)
    _refuse("seconds", seconds, float, 0.001, 3600)
    _refuse("most_calls", most_calls, int, 1, 1_000_000)
    refuse_tolerance(tolerance)
    if os.environ.get(_QUICK):
        processes, seconds = min(processes, 3), min(seconds, 0.03)
    known = read_model(model)
    entries = _entries(engines)
    if twin:
        entries.insert(1, Entry(entries[0].name + AGAIN, entries[0].engine, entries[0].options))
    samples = _inputs.samples(known.inputs, inputs, dims=dims, shapes=shapes, count=MOST_INPUTS)[:MOST_INPUTS]
    title = f"{len(model)} bytes" if isinstance(model, bytes) else Path(model).name
    return Plan(
        title,
        known,
        tuple(samples),
        tuple(entries),
        processes=processes,
        seconds=seconds,
        most_calls=most_calls,
        seed=seed,
        portable=portable,
        tolerance=tolerance,
        limits=limits,
    )


def _entries(chosen: str | Sequence[str | Entry] | None) -> list[Entry]:
    given = names() if chosen is None else chosen.split(",") if isinstance(chosen, str) else list(chosen)
    wanted = [text for text in given if isinstance(text, Entry) or text.strip()]
    if not wanted:
        raise BadInput(f"no engine is named in {chosen!r}; give some of {', '.join(names())}")
    entries = [each if isinstance(each, Entry) else Entry.parse(each) for each in wanted]
    for entry in entries:
        entry.engine.refuse_options(entry.options)
        if entry.name.endswith(AGAIN):
            raise BadInput(f"{entry.name!r} ends in {AGAIN!r}, as the engine that is measured twice; give another name")
    unique = {entry.name: entry for entry in entries}
    if len(unique) < len(entries):
        raise BadInput(f"an engine is named twice in {[e.name for e in entries]}; the first is doubled by itself")
    return list(unique.values())


def _refuse(name: str, value: Any, kind: type[int] | type[float], least: float, most: float) -> None:
    if (
        isinstance(value, bool)
        or not isinstance(value, int if kind is int else int | float)
        or not least <= value <= most
    ):
        what = "a whole number" if kind is int else "a number"
        raise BadInput(f"{name}={value!r}: give {what} from {least:g} to {most:g}")


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _hash_of(samples: Sequence[Sample]) -> str:
    found = hashlib.sha256()
    for sample in samples:
        for name, array in sample.items():
            found.update(f"{name} {array.dtype} {array.shape} ".encode() + array.tobytes())
    return found.hexdigest()
