"""Other forms of a file, for engines that refuse it as it stands: with its sizes fixed, and the portable one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from helpers import engines as _engines
from helpers.compare.inputs import Sample
from helpers.engines.base import Engine
from helpers.errors import LabError
from helpers.modelfile.model import Model
from helpers.process.limits import Limits
from helpers.rewrite.remote import Shapes, fixed_bytes, portable_bytes, portable_form


def shapes(known: Model, samples: Sequence[Sample]) -> Shapes | None:
    """The inputs' shapes, where the file leaves a size open and all samples agree on it; None elsewhere."""
    if all(info.shape is None or all(isinstance(d, int) for d in info.shape) for info in known.inputs):
        return None
    found = [
        {info.name: sample[info.name].shape for info in known.inputs if info.shape is not None} for sample in samples
    ]
    return found[0] if found and all(each == found[0] for each in found) else None


def sized(known: Model, samples: Sequence[Sample]) -> bytes | None:
    """The file with the sizes that the samples have; None where it leaves none open, or that cannot be done."""
    wanted = shapes(known, samples)
    try:
        return None if wanted is None else fixed_bytes(known.source, wanted)
    except LabError:
        return None


def runs_portable(refused: Sequence[Engine], known: Model, samples: Sequence[Sample], limits: Limits) -> list[str]:
    """The engines, of those that refused a file, that run its portable form on the first sample.

    Not asked are engines that first have to prepare a model: burn's compiler would take longer than all the rest.
    """
    asked = [engine for engine in refused if type(engine).prepare is Engine.prepare and engine.missing() is None]
    if not asked:
        return []
    try:
        form = portable_form(known.source)
    except LabError:
        return []
    found, fixed = [], None
    for engine in asked if form.steps else []:
        data = form.data
        if engine.fixed_sizes and (wanted := shapes(known, samples)) is not None:
            fixed = fixed or _portable(known, wanted)
            data = fixed or data
        if _runs(engine, data, samples[0], limits):
            found.append(engine.name)
    return found


def _portable(known: Model, wanted: Shapes) -> bytes | None:
    try:
        return portable_bytes(known.source, wanted)
    except LabError:
        return None


def _runs(engine: Engine, model: bytes, sample: Sample, limits: Limits) -> bool:
    try:
        with _engines.isolated(engine, limits=limits) as process, process.load(model) as session:
            session.run(sample)
    except LabError:
        return False
    return True


def said(model: Path | str | bytes, names: Sequence[str]) -> str:
    """What to tell of it, in a sentence.

    >>> said("m.onnx", ["wonnx", "candle"])
    'A portable form of the file runs in wonnx and candle: onnx-lab portable m.onnx -o OUT makes it.'
    """
    if not names:
        return ""
    where = "rewrite.portable makes it" if isinstance(model, bytes) else f"onnx-lab portable {model} -o OUT makes it"
    return f"A portable form of the file runs in {' and '.join(names)}: {where}."
