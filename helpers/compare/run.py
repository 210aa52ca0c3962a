"""Every engine on the same samples, each in its own process, judged by the panel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from helpers import engines as _engines
from helpers.compare import forms
from helpers.compare import inputs as _inputs
from helpers.compare.answers import Answers, Progress, answers
from helpers.compare.judge import refuse_tolerance
from helpers.compare.panel import Panel, convene
from helpers.compare.sizes import free, taken
from helpers.compare.verdict import Row, row
from helpers.compare.voices import Voice
from helpers.engines.build import running
from helpers.errors import BadInput
from helpers.modelfile.model import read_model
from helpers.process.limits import Limits

_BUSY = "Crates are being built on this machine meanwhile, so the times are not to be trusted."
_REFUSED = ("cannot load", "cannot run", "crashed")
SCHEMA = 2  # of the JSON; 1 had no number, no witnesses and no allowances


@dataclass(frozen=True)
class Comparison:
    """The table of ``compare``; ``reference`` says what the errors are measured against."""

    model: str
    n: int
    reference: str
    rows: tuple[Row, ...]
    note: str = ""
    witnesses: tuple[str, ...] = ()  # that ran the model beside the reference
    outputs: tuple[Standard, ...] = ()

    def to_json(self) -> dict[str, object]:
        """As plain dicts and lists, for ``json.dumps``; an infinite number is null, as JSON has no word for it."""
        return {
            **{"schema_version": SCHEMA, "model": self.model, "n": self.n, "reference": self.reference},
            **{"witnesses": list(self.witnesses), "note": self.note},
            "outputs": [_finite(asdict(each)) for each in self.outputs],
            "rows": [_finite(asdict(row)) for row in self.rows],
        }


@dataclass(frozen=True)
class Standard:
    """What an output is held to, and what kept it from being judged ("" if nothing)."""

    name: str
    floor: float | None  # what the file's own precision costs: the reference in it against itself in float64
    allowed: float  # as a norm-wise error
    why: str  # what is allowed is that much
    disputed: str = ""
    clusters: tuple[tuple[str, ...], ...] = ()  # who stands with whom, where it is disputed
    random: str = ""


def _finite(values: dict[str, Any]) -> dict[str, Any]:
    return {k: None if isinstance(v, float) and not np.isfinite(v) else v for k, v in values.items()}


def compare(
    model: Path | str | bytes,
    *,
    inputs: Path | str | list[_inputs.Sample] | None = None,
    engines: str | list[str] | None = None,
    dims: Mapping[str, int] | None = None,
    shapes: Mapping[str, Sequence[int]] | None = None,
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
        The size of each symbolic dimension of random inputs; what is not named is 1.
    shapes
        The whole shape of a random input, by its name.
    tolerance
        The largest norm-wise error that counts as right.
    limit
        Use at most this many samples.

    Raises
    ------
    BadInput
        The model, the inputs, an engine's name, the limit or the tolerance does not fit.
    """
    from helpers._progress import progress as told  # rich is slow to import

    if limit is not None and limit < 1:
        raise BadInput(f"limit={limit!r}: give at least one sample")
    refuse_tolerance(tolerance)
    chosen = _engines.pick(engines)
    known = read_model(model)
    samples = _inputs.samples(known.inputs, inputs, dims=dims, shapes=shapes, allow_nan=allow_nan)[:limit]
    made_up = [] if inputs is not None or _inputs.is_mnist(known.inputs) else free(known.inputs)
    building = running()
    rows: list[Row] = []
    others: list[Voice] = []  # what engines gave where the panel differs, to say who stands with whom
    with told(progress) as report:  # by default a bar, in a terminal or a notebook
        panel = convene(known, samples, tolerance=tolerance, limits=limits, report=report)
        samples = samples[: panel.samples]
        for engine in chosen:
            done = answers(engine, model, samples, limits=limits, report=report)
            rows.append(row(engine.name, done, panel, known))
            if isinstance(done, Answers) and panel.disputes:
                others.append(Voice(engine.name, [{o: a[o] for o in panel.disputes if o in a} for a in done.answers]))
    refused = [engine for engine, row in zip(chosen, rows, strict=True) if row.outcome in _REFUSED]
    hint = forms.said(model, forms.runs_portable(refused, known, samples, limits))
    sizes = taken(made_up, samples[0], dims or {}, shapes or {})
    busy = _BUSY if building or running() else ""
    note = " ".join(part for part in (panel.note, sizes, hint, busy) if part)
    said = f"{len(model)} bytes" if isinstance(model, bytes) else str(model)
    outputs = standards(panel, others)
    return Comparison(said, len(samples), panel.reference, tuple(rows), note, tuple(panel.witnesses), outputs)


def standards(panel: Panel, others: Sequence[Voice]) -> tuple[Standard, ...]:
    """What each output is held to; ``others`` gave what they did by the outputs that are disputed."""
    found = []
    for name, each in panel.allowed.items():
        dispute = panel.disputes.get(name)
        said, clusters = ("", ()) if dispute is None else (str(dispute), panel.clusters(name, others))
        found.append(Standard(name, each.floor, each.allowed, each.why, said, clusters, panel.chance.get(name, "")))
    return tuple(found)
