"""One engine's answers to all samples, from a process of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from helpers import engines as _engines
from helpers.compare import forms
from helpers.compare.inputs import Sample
from helpers.engines.base import DEFAULT, Engine, Options
from helpers.engines.worker import RemoteSession
from helpers.errors import EngineError, ModelRejected, RunFailed
from helpers.modelfile.model import read_model
from helpers.process.limits import Limits

_MOST = 2**27  # bytes of answers that one engine may give: several are held at a time, until they are judged
Progress = Callable[[str, int, int], None]  # engine, samples done, samples in all


@dataclass(frozen=True)
class Answers:
    """What one process of an engine answered, sample by sample, and how long it took."""

    answers: list[dict[str, np.ndarray]]
    load_s: float
    seconds: list[float]
    remark: str = ""  # on what was run: in smaller types, or another form of the file


def enough(given: Sequence[Mapping[str, np.ndarray]]) -> bool:
    """Whether one more answer might be too much to hold; then the rest of the samples is left out, and that is said.

    >>> enough([{"y": np.zeros(10)}])
    False
    """
    held = sum(array.nbytes for answer in given for array in answer.values())
    return held + held // len(given) > _MOST


def answers(
    engine: Engine,
    model: Path | str | bytes,
    samples: Sequence[Sample],
    *,
    options: Options = DEFAULT,
    limits: Limits = Limits(),
    report: Progress = lambda engine, done, total: None,
) -> Answers | EngineError:
    """One engine's answers to all samples, from a process of its own; or the error that it ended with.

    An engine that needs fixed sizes and refuses the file gets it with the sizes that the samples have.
    """
    done = _answers(engine, model, samples, options=options, limits=limits, report=report)
    if engine.fixed_sizes and isinstance(done, ModelRejected | RunFailed):
        fixed = forms.sized(read_model(model), samples)
        again = fixed and _answers(engine, fixed, samples, options=options, limits=limits, report=report)
        if isinstance(again, Answers):
            form = f"it runs the file with its sizes fixed, since it refuses it as it is: {done.why}"
            return replace(again, remark="; ".join(part for part in (form, again.remark) if part))
    return done


def _answers(
    engine: Engine,
    model: Path | str | bytes,
    samples: Sequence[Sample],
    *,
    options: Options,
    limits: Limits,
    report: Progress,
) -> Answers | EngineError:
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
                if enough(got):
                    break
            return Answers(got, session.load_seconds, seconds, _narrowed(engine, session))
    except EngineError as error:
        return error


def _narrowed(engine: Engine, session: RemoteSession) -> str:
    """Which of the model's own types an engine computes in smaller ones, in words; "" where it has them all."""
    used = {str(info.dtype) for info in (*session.inputs, *session.outputs)}
    pairs = [f"{wide} in {narrow}" for wide, narrow in engine.card.narrows if wide in used]
    return f"it computes {' and '.join(pairs)}" if pairs else ""
