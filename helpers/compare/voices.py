"""The reference and its witnesses: each runs the model on all samples in a process of its own, side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from threading import Lock

from helpers import engines as _engines
from helpers.compare.answers import enough
from helpers.compare.inputs import Sample
from helpers.engines.base import Options
from helpers.engines.worker import Isolated
from helpers.errors import EngineError, EngineUnavailable
from helpers.modelfile.model import Model
from helpers.process.limits import Limits

REFERENCE = "reference"
# Engines of two houses that share no code, and the settings with which they change least of what the file says.
WITNESSES: dict[str, Options] = {"onnxruntime": Options(optimisation="none"), "openvino": Options()}
# The bindings of one engine have one voice between them.
FAMILIES = {"ort": "onnxruntime", "tract-wheel": "tract"}
FLOOR_SAMPLES = 100  # by so many the floor is found; it is the worst of them, and hardly grows with more

Report = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Voice:
    """What one member of the panel said, sample by sample; ``error`` where it did not get so far."""

    name: str
    answers: list[Sample] = field(default_factory=list, repr=False)
    error: EngineError | None = None

    def __bool__(self) -> bool:
        return self.error is None


def hear(
    model: Model, samples: Sequence[Sample], limits: Limits, report: Report
) -> tuple[tuple[Voice, ...], list[Sample]]:
    """What each of the panel says, the reference first; and the reference in the file's own precision."""
    told = _Together(report, len(samples) * (1 + len(WITNESSES)))
    with ThreadPoolExecutor(1 + len(WITNESSES)) as pool:
        judge = pool.submit(_judge, model, samples, limits, told)
        others = [pool.submit(_witness, name, model, samples, limits, told) for name in WITNESSES]
        first, plain = judge.result()
        voices = (first, *(other.result() for other in others))
    fewest = min((len(voice.answers) for voice in voices if voice), default=0)
    return tuple(replace(voice, answers=voice.answers[:fewest]) for voice in voices), plain[:fewest]


def _judge(model: Model, samples: Sequence[Sample], limits: Limits, told: _Together) -> tuple[Voice, list[Sample]]:
    """The reference in float64 on all samples, and in the file's own precision on the first ones."""
    plain: list[Sample] = []
    with _engines.isolated(REFERENCE, limits=limits) as process:
        voice = _speak(process, model, samples, Options(precision="float64"), told)
        if voice:
            plain = _speak(process, model, samples[:FLOOR_SAMPLES], Options(), None).answers
    return voice, plain


def _witness(name: str, model: Model, samples: Sequence[Sample], limits: Limits, told: _Together) -> Voice:
    engine = _engines.get(name)
    if (lacking := engine.missing()) is not None:
        return Voice(name, error=EngineUnavailable(name, f"{lacking.why}; {lacking.remedy}"))
    with _engines.isolated(engine, limits=limits) as process:
        return _speak(process, model, samples, WITNESSES[name], told)


def _speak(
    process: Isolated, model: Model, samples: Sequence[Sample], options: Options, told: _Together | None
) -> Voice:
    answers: list[Sample] = []
    try:
        with process.load(model.source, options) as session:
            for sample in samples:
                answers.append(session.run(sample))
                if told is not None:
                    told.step()
                if enough(answers):
                    break
    except EngineError as error:
        return Voice(process.name, error=error)
    return Voice(process.name, answers)


class _Together:
    """One count for those who work side by side."""

    def __init__(self, report: Report, total: int) -> None:
        self._report, self._total, self._done, self._lock = report, total, 0, Lock()
        report("reference", 0, total)

    def step(self) -> None:
        with self._lock:
            self._done += 1
            self._report("reference", self._done, self._total)
