"""What measuring costs, measured where the times are: a figure below these says more of the instrument."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import numpy as np

from helpers import engines as _engines
from helpers.bench._child import timed
from helpers.bench.planning import Plan
from helpers.compare.inputs import Sample
from helpers.engines.base import DEFAULT, Engine
from helpers.engines.native import Native
from helpers.errors import EngineError
from helpers.modelfile.model import Model
from helpers.units import seconds

_CALLS, _SECONDS = 300, 0.05  # of each kind, whichever comes first
_LEAST = 40
Nanoseconds = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True)
class Instrument:
    """Seconds a call, or a ratio of p50; None where it could not be measured here."""

    timer_s: float  # two readings of the clock with nothing in between
    session_s: float | None = None  # the check of the inputs and the dict of outputs in ``Session.run``
    worker_s: float | None = None  # to an engine's own process and back
    profile_ratio: float | None = None  # ONNX Runtime with its profile on, against off
    binding_s: dict[str, float] = field(default_factory=dict)  # from Python to a crate and back, by engine

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return asdict(self)

    def __str__(self) -> str:
        parts = [f"a pair of clock readings {seconds(self.timer_s)}"]
        if self.session_s is not None:
            parts.append(f"Session.run around the engine's own call {seconds(max(0.0, self.session_s))}")
        if self.worker_s is not None:
            parts.append(f"to an engine's own process and back {seconds(self.worker_s)}")
        if self.profile_ratio is not None:
            parts.append(f"ONNX Runtime with its profile on takes {self.profile_ratio:.2f} times as long")
        said = f"Of the instrument: {'; '.join(parts)}. Only the clock is in the times above."
        if self.binding_s:
            costs = ", ".join(f"{name} {seconds(cost)}" for name, cost in self.binding_s.items())
            said += f" From Python to a crate and back, which is in the times: {costs}."
        return said


def measure(plan: Plan, models: dict[str, Model]) -> Instrument:
    """Measure the instrument with the plan's model; engines that did not pass the gate are left out."""
    timer = float(np.median(timed(lambda sample: None, [{}], seconds=1, most=10_000))) / 1e9
    plain = [entry for entry in plan.entries if entry.name in models and entry.options == DEFAULT]
    # By the engine's name: an entry has a label of its own, also where its options are those that there are anyway.
    crates = {entry.engine.name: models[entry.name] for entry in plain if isinstance(entry.engine, Native)}
    found: dict[str, Any] = {}
    try:
        if any(entry.name == "onnxruntime" for entry in plain):
            found = _of_onnxruntime(plan, models["onnxruntime"])
        if crates:
            with _engines.isolated(next(iter(crates)), limits=plan.limits) as process:
                found["binding_s"] = process.call(plan.limits.load + plan.limits.run, _bindings, crates, plan.samples)
    except EngineError:
        pass  # it passed the gate; what became of it shows in its own row
    return Instrument(timer, **found)


def _of_onnxruntime(plan: Plan, model: Model) -> dict[str, Any]:
    with _engines.isolated("onnxruntime", limits=plan.limits) as process:
        session, ratio = process.call(plan.limits.run, _session_and_profile, model, plan.samples)
        with process.load(model.source) as remote:
            extra = []
            for sample in islice(cycle(plan.samples), _CALLS):
                start = time.perf_counter()
                ran = remote.timed(sample)
                extra.append(time.perf_counter() - start - ran.seconds)
    return {"session_s": session, "profile_ratio": ratio, "worker_s": float(np.median(extra))}


def _session_and_profile(model: Model, samples: Sequence[Sample]) -> tuple[float, float]:
    """In a process of its own: seconds that ``Session.run`` adds, and how many times longer a profiled call takes."""
    import onnxruntime as ort

    engine = _engines.get("onnxruntime")
    run, session = engine.open(model, DEFAULT), engine.load(model.source)
    plain, wrapped = _in_turns(run, session.run, samples)
    with tempfile.TemporaryDirectory() as folder:
        settings = ort.SessionOptions()
        settings.intra_op_num_threads = settings.inter_op_num_threads = 1
        settings.enable_profiling, settings.profile_file_prefix = True, str(Path(folder, "profile"))
        profiled = ort.InferenceSession(model.source, settings, providers=["CPUExecutionProvider"])
        bare, slow = _in_turns(run, lambda sample: profiled.run(None, sample), samples)
        profiled.end_profiling()
    return float(np.median(wrapped - plain)) / 1e9, float(np.median(slow / bare))


def _bindings(crates: dict[str, Model], samples: Sequence[Sample]) -> dict[str, float]:
    """In a process of its own: seconds of a call by Python's clock less those by the native clock, by crate.

    A crate is left out where its own calls differ by more than that: then it cannot be seen in so few calls.
    """
    found = {name: _binding(_engines.get(name), model, samples) for name, model in crates.items()}
    return {name: cost for name, cost in found.items() if cost is not None}


def _binding(engine: Engine, model: Model, samples: Sequence[Sample]) -> float | None:
    assert isinstance(engine, Native)
    session = engine.session(model, DEFAULT)
    native: list[int] = []
    by_python, _ = _in_turns(session.run, lambda sample: native.extend(session.time(sample, 1)), samples)
    costs = by_python - np.array(native[-len(by_python) :])
    middle = float(np.median(costs))
    deviation = 1.4826 * float(np.median(np.abs(costs - middle)))
    return middle / 1e9 if middle > 2 * 1.25 * deviation / len(costs) ** 0.5 else None


def _in_turns(
    one: Callable[[Sample], object], other: Callable[[Sample], object], samples: Sequence[Sample]
) -> tuple[Nanoseconds, Nanoseconds]:
    """The nanoseconds of two calls that take turns, so that a busy moment hits both; the first quarter warms up."""
    times: tuple[list[int], list[int]] = ([], [])
    end = time.perf_counter() + 2 * _SECONDS
    for sample in cycle(samples):
        for call, found in zip((one, other), times, strict=True):
            found.extend(timed(call, [sample], seconds=0, most=1))
        if len(times[0]) >= _CALLS or (time.perf_counter() > end and len(times[0]) >= _LEAST):
            break
    a, b = (np.array(found[len(found) // 4 :]) for found in times)
    return a, b
