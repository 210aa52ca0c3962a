"""Before any time: is the answer right? A fast wrong answer is not fast."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import Literal

from helpers import engines as _engines
from helpers.bench import _child
from helpers.bench.entry import AGAIN, Entry
from helpers.bench.planning import Plan
from helpers.compare.inputs import Sample
from helpers.compare.judge import tolerance_of
from helpers.compare.run import Answers, Outcome, row
from helpers.engines.errors import BadInput, EngineError, EngineUnavailable, LabError, ModelRejected, RunFailed
from helpers.engines.model import Model, read_model
from helpers.rewrite.remote import portable_bytes

Report = Callable[[str, int, int], None]  # what is at work, done, of all
TIMED = ("right", "wrong", "not judged")  # outcomes of engines that ran: they have a time, if a struck one
_REFUSED = (ModelRejected, RunFailed)  # candle finds out only when it runs
_SIDE_BY_SIDE = 2  # processes; nothing is timed here


@dataclass(frozen=True)
class Verdict:
    """What the gate found out about one entry; errors as in :class:`helpers.compare.Row`."""

    outcome: Outcome
    form: Literal["file", "portable"] = "file"  # what it was run on
    error: float | None = None
    precision: str | None = None
    flips: int | None = None
    tolerance: float | None = None
    message: str = ""
    allowed: float = 0.0  # the largest error that counts as right


@dataclass(frozen=True)
class Gate:
    """The verdicts, the model that each entry is measured on, and the answers that later ones are held against."""

    reference: str
    note: str
    verdicts: dict[str, Verdict]
    models: dict[str, Model]
    answers: tuple[Sample, ...]


def judge(plan: Plan, report: Report = lambda text, done, total: None) -> Gate:
    """Run every entry and the reference on the plan's inputs, each in its own process, and compare the answers."""
    entries = {entry.name: entry for entry in plan.entries if not entry.name.endswith(AGAIN)}
    with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
        truth, portable = pool.submit(_reference, plan), None
        done, models, refusals = {}, dict.fromkeys(entries, plan.model), {}
        for name, got in _each(pool, plan, list(entries.values()), plan.model, report):
            done[name] = got
            if portable is None and plan.portable and isinstance(got, _REFUSED):
                portable = pool.submit(_portable, plan)  # already now: it takes seconds
        if portable is not None and (model := _wait(portable, report)) is not None:
            refused = [entries[name] for name, got in done.items() if isinstance(got, _REFUSED)]
            for name, got in _each(pool, plan, refused, model, report):
                if isinstance(got, Answers):
                    refusals[name] = str(done[name])
                    done[name], models[name] = got, model
        reference, answered, note = truth.result()
    verdicts = {name: _verdict(plan, name, done[name], answered, refusals.get(name, "")) for name in entries}
    for again_name in (entry.name for entry in plan.entries if entry.name.endswith(AGAIN)):
        verdicts[again_name] = verdicts[again_name.removesuffix(AGAIN)]
        models[again_name] = models[again_name.removesuffix(AGAIN)]
    return Gate(reference, note, verdicts, models, tuple(answered.answers) if answered else ())


def _each(
    pool: ThreadPoolExecutor, plan: Plan, entries: Sequence[Entry], model: Model, report: Report
) -> Iterator[tuple[str, Answers | EngineError]]:
    runs = {pool.submit(_answers, plan, entry, model, report): entry.name for entry in entries}
    try:
        for number, run in enumerate(as_completed(runs), 1):
            report(runs[run], number, len(runs))
            yield runs[run], run.result()
    except BaseException:  # Ctrl-C, mostly: those that wait are not to start any more
        pool.shutdown(wait=False, cancel_futures=True)
        raise


def _wait(portable: Future[Model | None], report: Report) -> Model | None:
    report("a portable form of the model", 0, 1)
    return portable.result()


def _reference(plan: Plan) -> tuple[str, Answers | None, str]:
    """The reference's answers, or ONNX Runtime's where it cannot, and why."""
    note = ""
    for name in ("reference", "onnxruntime"):
        done = _answers(plan, Entry.parse(name), plan.model)
        if isinstance(done, Answers):
            return name, done, note.strip()
        note += f"{str(done).rstrip('.')}. "
    return "none", None, note + "So there is nothing to compare with."


def _portable(plan: Plan) -> Model | None:
    """A form of the model that asks less of an engine; None where there is none."""
    try:
        with _engines.isolated("onnxruntime", limits=plan.limits) as process:
            return read_model(process.call(plan.limits.load, portable_bytes, plan.model.source))
    except LabError:
        return None


def _answers(
    plan: Plan, entry: Entry, model: Model, report: Report = lambda text, done, total: None
) -> Answers | EngineError:
    """One entry's answers to all samples, from a process of its own; or the error that it ended with."""
    if (lacks := entry.engine.missing()) is not None:
        return EngineUnavailable(entry.engine.name, f"{lacks.why}; {lacks.remedy}")
    answers, seconds = [], []
    try:
        entry.engine.prepare(model, lambda text, share: report(f"{entry.name}: {text}", round(100 * (share or 0)), 100))
        with _engines.isolated(entry.engine, limits=plan.limits) as process:
            loaded = process.call(plan.limits.load, _child.start, entry, model)
            for sample in plan.samples:
                answer, took = process.call(plan.limits.run, _child.answer, sample)
                answers.append(answer)
                seconds.append(took)
            return Answers(answers, loaded, seconds)
    except EngineError as error:
        return error
    except BadInput as error:  # of this engine alone: what the model declares was checked before
        return RunFailed(entry.engine.name, str(error))


def _verdict(plan: Plan, name: str, done: Answers | EngineError, reference: Answers | None, refusal: str) -> Verdict:
    allowed = plan.tolerance if plan.tolerance is not None else tolerance_of(plan.model.outputs)
    found = row(name, done, reference, plan.model, tolerance=allowed)
    refused = f"it runs a portable form of the file, since it refuses the file itself: {refusal}" if refusal else ""
    return Verdict(
        found.outcome,
        form="portable" if refusal else "file",
        error=found.error,
        precision=found.precision,
        flips=found.flips,
        tolerance=found.tolerance,
        message="; ".join(part for part in (refused, found.message) if part),
        allowed=allowed,
    )
