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
from helpers.compare import forms
from helpers.compare.answers import Answers, enough
from helpers.compare.inputs import Sample
from helpers.compare.panel import Panel, convene
from helpers.compare.verdict import Outcome, row
from helpers.errors import BadInput, EngineError, EngineUnavailable, LabError, ModelRejected, RunFailed
from helpers.modelfile.model import Model, read_model
from helpers.rewrite.remote import Shapes, portable_bytes

Report = Callable[[str, int, int], None]  # what is at work, done, of all
TIMED = ("right", "wrong", "disputed", "not judged")  # outcomes of engines that ran: they have a time, if a struck one
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
    allowed: float = 0.0  # the largest error that counts as right, of all outputs


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
        truth, portable = pool.submit(_panel, plan), None
        done, models, refusals = {}, dict.fromkeys(entries, plan.model), {}
        for name, got in _each(pool, plan, list(entries.values()), plan.model, report):
            done[name] = got
            if portable is None and plan.portable and isinstance(got, _REFUSED):
                portable = pool.submit(_portable, plan)  # already now: it takes seconds
        refused = [entries[name] for name, got in done.items() if isinstance(got, _REFUSED)]
        for model, those in _forms(pool, plan, portable, refused, report):
            for name, got in _each(pool, plan, those, model, report):
                if isinstance(got, Answers):  # else its first words count
                    refusals[name] = str(done[name])
                    done[name], models[name] = got, model
        panel = truth.result()
    verdicts = {name: _verdict(plan, name, done[name], panel, refusals.get(name, "")) for name in entries}
    for again_name in (entry.name for entry in plan.entries if entry.name.endswith(AGAIN)):
        verdicts[again_name] = verdicts[again_name.removesuffix(AGAIN)]
        models[again_name] = models[again_name.removesuffix(AGAIN)]
    note = " ".join([panel.note, *(f"{dispute}." for dispute in panel.disputes.values())])
    return Gate(panel.reference, note.strip(), verdicts, models, tuple(panel.answers or ()))


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


def _forms(
    pool: ThreadPoolExecutor,
    plan: Plan,
    portable: Future[Model | None] | None,
    refused: Sequence[Entry],
    report: Report,
) -> Iterator[tuple[Model, list[Entry]]]:
    """Portable forms, and the entries that may run them: with the samples' sizes for engines that need them fixed."""
    if portable is None:
        return
    report("a portable form of the model", 0, 1)
    shapes = forms.shapes(plan.model, plan.samples)
    need = [entry for entry in refused if shapes is not None and entry.engine.fixed_sizes]
    fixed = pool.submit(_portable, plan, shapes) if need else portable
    for form, entries in ((portable, [entry for entry in refused if entry not in need]), (fixed, need)):
        if entries and (model := form.result()) is not None:
            yield model, entries


def _panel(plan: Plan) -> Panel:
    return convene(plan.model, plan.samples, tolerance=plan.tolerance, limits=plan.limits)


def _portable(plan: Plan, shapes: Shapes | None = None) -> Model | None:
    """A form of the model that asks less of an engine; None where there is none."""
    try:
        return read_model(portable_bytes(plan.model.source, shapes))
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
                if enough(answers):
                    break
            return Answers(answers, loaded, seconds)
    except EngineError as error:
        return error
    except BadInput as error:  # of this engine alone: what the model declares was checked before
        return RunFailed(entry.engine.name, str(error))


def _verdict(plan: Plan, name: str, done: Answers | EngineError, panel: Panel, refusal: str) -> Verdict:
    engine = next(entry.engine.name for entry in plan.entries if entry.name == name)
    found = row(engine, done, panel, plan.model)
    refused = f"it runs a portable form of the file, since it refuses the file itself: {refusal}" if refusal else ""
    return Verdict(
        found.outcome,
        form="portable" if refusal else "file",
        error=found.error,
        precision=found.precision,
        flips=found.flips,
        tolerance=found.tolerance,
        message="; ".join(part for part in (refused, found.message) if part),
        allowed=max(panel.tolerance.values(), default=0.0),
    )
