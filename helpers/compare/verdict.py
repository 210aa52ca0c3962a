"""What an engine's answers are worth: right, wrong, disputed or not judged, and why."""

from __future__ import annotations

import statistics
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from helpers.compare.answers import Answers
from helpers.compare.judge import Judgement, agree, judge, precision_class
from helpers.compare.panel import Panel
from helpers.compare.voices import FAMILIES, REFERENCE
from helpers.compare.wording import share
from helpers.errors import (
    EngineCrashed,
    EngineError,
    EngineTimedOut,
    EngineUnavailable,
    ModelRejected,
    RunFailed,
)
from helpers.modelfile.model import Model

_OWN = "the others are held against it, since the reference cannot run this model, and no witness can"
_ALONE = "neither the reference nor a witness can say who is right"
Outcome = Literal[
    "right", "wrong", "disputed", "not judged", "cannot load", "cannot run", "crashed", "timed out", "unavailable"
]

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


def row(name: str, done: Answers | EngineError, panel: Panel, known: Model) -> Row:
    """The line of a table: an engine's answers, judged by the panel."""
    if isinstance(done, EngineError):
        return Row(name, OUTCOMES[type(done)], message=done.why)
    p50 = statistics.median(done.seconds[1:] or done.seconds)
    ran = Row(name, "not judged", load_s=done.load_s, first_s=done.seconds[0], p50_s=p50)
    if panel.answers is None:
        return replace(ran, message="it ran, but there is no reference to compare with")
    if len(done.answers) < len(panel.answers):
        why = f"its answers are larger than those of {panel.reference}, and too large to hold"
        return replace(ran, outcome="wrong", message=why)
    of = "the reference" if panel.reference == REFERENCE else panel.reference
    answers = done.answers[: panel.samples]
    drawn = panel.chance.keys()  # what is drawn at random has no error
    given, wanted = ([_without(drawn, sample) for sample in each] for each in (answers, panel.answers))
    if not any(wanted):
        return replace(ran, message=f"output {next(iter(drawn))!r}: {next(iter(panel.chance.values()))}")
    found = judge(given, wanted, known.outputs, tolerance=panel.tolerance, of=of)
    outcome, message = verdict(name, found, answers, panel)
    return replace(
        ran,
        outcome=outcome,
        error=found.error,
        precision=precision_class(found.error),
        flips=found.flips,
        tolerance=found.tolerance,
        message="; ".join(part for part in (message, done.remark) if part),
    )


def _without(names: Collection[str], sample: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name: array for name, array in sample.items() if name not in names}


def verdict(
    name: str, found: Judgement, answers: Sequence[Mapping[str, np.ndarray]], panel: Panel
) -> tuple[Outcome, str]:
    """Right, wrong, disputed or not judged, and why; an output that is wrong beyond doubt decides."""
    doubtful = {o for o in found.off if o in panel.disputes or _undecided(panel, answers, o)}
    for output, why in found.off.items():
        if output not in doubtful:
            vouched = panel.reference == REFERENCE or panel.witnesses
            return ("wrong", why) if vouched else ("disputed", f"{why}; {_ALONE}")
    for output in panel.disputes:
        others = panel.stands_with(answers, output)
        stands = f"it stands with {' and '.join(others)}" if others else "it stands alone"
        return "disputed", f"output {output!r} is disputed; {stands}"
    for output, why in panel.chance.items():
        return "not judged", f"output {output!r}: {why}"
    for output in doubtful:
        floor = share(panel.allowed[output].floor or 0.0)
        return "not judged", f"{found.off[output]}, but the file's own precision alone moves it by {floor}"
    return ("not judged", _OWN) if _is_itself(name, panel) else ("right", "")


def _undecided(panel: Panel, answers: Sequence[Mapping[str, np.ndarray]], output: str) -> bool:
    """Whether an error is more than is allowed, and no more than another order of additions could make it."""
    if output not in panel.allowed or panel.answers is None or panel.allowed[output].asked:
        return False
    return agree(answers, panel.answers, output, panel.allowed[output].between)


def _is_itself(name: str, panel: Panel) -> bool:
    """Whether an engine would be held against itself: another binding of it gives what the others are held against."""
    return panel.reference != REFERENCE and FAMILIES.get(name, name) == panel.reference and not panel.witnesses
