"""Every engine on the same samples, each in its own process, against the reference."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np

from helpers import engines as _engines
from helpers.compare import inputs as _inputs
from helpers.compare.judge import judge, precision_class, refuse_tolerance
from helpers.engines.base import DEFAULT, Engine, Options
from helpers.engines.build import running
from helpers.engines.errors import (
    BadInput,
    EngineCrashed,
    EngineError,
    EngineTimedOut,
    EngineUnavailable,
    ModelRejected,
    RunFailed,
)
from helpers.engines.limits import Limits
from helpers.engines.model import Model, read_model

_BUSY = "Crates are being built on this machine meanwhile, so the times are not to be trusted."
Outcome = Literal["right", "wrong", "cannot load", "cannot run", "crashed", "timed out", "unavailable", "not judged"]
Progress = Callable[[str, int, int], None]  # engine, samples done, samples in all

OUTCOMES: dict[type[EngineError], Outcome] = {
    EngineUnavailable: "unavailable",
    ModelRejected: "cannot load",
    RunFailed: "cannot run",
    EngineCrashed: "crashed",
    EngineTimedOut: "timed out",
}


@dataclass(frozen=True)
class Row:
    """What one engine did; times in seconds, None where it did not get so far."""

    engine: str
    outcome: Outcome
    error: float | None = None
    precision: str | None = None
    flips: int | None = None
    tolerance: float | None = None  # the smallest rtol = atol with which numpy.allclose would pass it
    load_s: float | None = None
    first_s: float | None = None
    p50_s: float | None = None
    message: str = ""


@dataclass(frozen=True)
class Comparison:
    """The table of ``compare``; ``reference`` says what the errors are measured against."""

    model: str
    n: int
    reference: str
    rows: tuple[Row, ...]
    note: str = ""

    def to_json(self) -> dict[str, object]:
        """As plain dicts and lists, for ``json.dumps``; an infinite error is null, as JSON has no word for it."""
        rows = [asdict(row) for row in self.rows]
        for each in rows:
            for key in ("error", "tolerance"):
                if each[key] is not None and not np.isfinite(each[key]):
                    each[key] = None
        return {"model": self.model, "n": self.n, "reference": self.reference, "rows": rows}


@dataclass(frozen=True)
class Answers:
    """What one process of an engine answered, sample by sample, and how long it took."""

    answers: list[dict[str, np.ndarray]]
    load_s: float
    seconds: list[float]


def compare(
    model: Path | str | bytes,
    *,
    inputs: Path | str | list[_inputs.Sample] | None = None,
    engines: str | list[str] | None = None,
    dims: Mapping[str, int] | None = None,
    tolerance: float | None = None,
    limit: int | None = None,
    allow_nan: bool = False,
    limits: Limits = Limits(),
    progress: Progress | None = None,
) -> Comparison:
    """Run a model in every engine on the same samples and judge the answers.

    Parameters
    ----------
    model
        A path, or the bytes of an ONNX file.
    inputs
        An ``.npz`` (one array per graph input, samples stacked on a new first axis) or a list of dicts;
        without it the digits for a model shaped like MNIST, else seeded random numbers.
    engines
        Names, or "a,b"; all by default.
    dims
        The size of each symbolic dimension of random inputs.
    tolerance
        The largest norm-wise error that counts as right.
    limit
        At most so many samples.

    Raises
    ------
    BadInput
        The model, the inputs, an engine's name, the limit or the tolerance does not fit.
    """
    if limit is not None and limit < 1:
        raise BadInput(f"limit={limit!r}: give at least one sample")
    refuse_tolerance(tolerance)
    chosen = _engines.pick(engines)
    known = read_model(model)
    samples = _inputs.samples(known.inputs, inputs, dims=dims, allow_nan=allow_nan)[:limit]
    report = progress or (lambda engine, done, total: None)
    runs: dict[str, Answers | EngineError] = {}
    building = running()
    reference, note = _reference(model, samples, limits, report, runs)
    rows = []
    for engine in chosen:
        if engine.name not in runs:
            runs[engine.name] = answers(engine, model, samples, limits=limits, report=report)
        rows.append(row(engine.name, runs[engine.name], runs.get(reference), known, tolerance=tolerance))
    note = f"{note} {_BUSY}".strip() if building or running() else note
    said = f"{len(model)} bytes" if isinstance(model, bytes) else str(model)
    return Comparison(said, len(samples), reference, tuple(rows), note)


def _reference(
    model: Path | str | bytes,
    samples: list[_inputs.Sample],
    limits: Limits,
    report: Progress,
    runs: dict[str, Answers | EngineError],
) -> tuple[str, str]:
    """Fill in the reference's run; onnx.reference, or ONNX Runtime where that one cannot, and the reason."""
    note = ""
    for name in ("reference", "onnxruntime"):
        runs[name] = done = answers(_engines.get(name), model, samples, limits=limits, report=report)
        if isinstance(done, Answers):
            return name, note.strip()
        note += f"{str(done).rstrip('.')}. "
    return "none", note + "So there is nothing to compare with."


def answers(
    engine: Engine,
    model: Path | str | bytes,
    samples: Sequence[_inputs.Sample],
    *,
    options: Options = DEFAULT,
    limits: Limits = Limits(),
    report: Progress = lambda engine, done, total: None,
) -> Answers | EngineError:
    """One engine's answers to all samples, from a process of its own; or the error that it ended with."""
    got, seconds = [], []
    report(engine.name, 0, len(samples))
    try:
        with (
            _engines.isolated(engine, limits=limits) as isolated,
            isolated.load(model, options, report=lambda text, _: report(f"{engine.name}: {text}", 0, 0)) as session,
        ):
            for number, sample in enumerate(samples, 1):
                ran = session.timed(sample)
                got.append(ran.outputs)
                seconds.append(ran.seconds)
                report(engine.name, number, len(samples))
            return Answers(got, session.load_seconds, seconds)
    except EngineError as error:
        return error


def row(
    name: str,
    done: Answers | EngineError,
    reference: Answers | EngineError | None,
    known: Model,
    *,
    tolerance: float | None = None,
) -> Row:
    """The line of a table: an engine's answers judged by the reference's."""
    if isinstance(done, EngineError):
        return Row(name, OUTCOMES[type(done)], message=done.why)
    p50 = statistics.median(done.seconds[1:] or done.seconds)
    ran = Row(name, "not judged", load_s=done.load_s, first_s=done.seconds[0], p50_s=p50)
    if not isinstance(reference, Answers):
        return replace(ran, message="it ran, but there is no reference to compare with")
    found = judge(done.answers, reference.answers, known.outputs, tolerance=tolerance)
    return replace(
        ran,
        outcome="right" if found.right else "wrong",
        error=found.error,
        precision=precision_class(found.error),
        flips=found.flips,
        tolerance=found.tolerance,
        message=found.why,
    )
