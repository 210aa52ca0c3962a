"""Carry out a plan: the gate, memory and instrument, then every process in its order, each saved as it ends."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from filelock import Timeout

from helpers.bench import gate as _gate
from helpers.bench import machine, store
from helpers.bench.gate import Report
from helpers.bench.measuring import beside, processes
from helpers.bench.planning import Plan
from helpers.bench.result import Result
from helpers.engines.build import running
from helpers.errors import BadInput, with_type
from helpers.files import refuse_unwritable
from helpers.locks import lock

_BUSY = "Crates are being built on this machine meanwhile, so the times are not to be trusted."


def run(
    plan: Plan,
    *,
    out: Path | str | None = None,
    executor: Executor | None = None,
    report: Report | None = None,
) -> Result:
    """Measure what a plan says.

    Parameters
    ----------
    plan
        See :func:`helpers.bench.plan`.
    out
        A JSON file for everything that is measured, written after each process. One that holds a part of the same
        plan is gone on with; any other is refused.
    executor
        Where the processes run: any ``concurrent.futures.Executor``, such as dask's ``client.get_executor()``.
        One measurement at a time on each machine; what unlike machines find is kept apart.
    report
        Is told what is at work, how much is done, and of how much; by default a bar shows it.

    Ctrl-C (in a notebook: interrupt the kernel) ends the measurement and gives what is done, and so does an error
    after the first process (``stopped`` says which); while the answers are still being checked there is nothing to
    give, so either ends as usual.

    Raises
    ------
    BadInput
        ``out`` is being written, cannot be written, or holds something else.

    >>> from helpers import bench
    >>> few = bench.plan("models/mnist.onnx", engines="onnxruntime", processes=1, seconds=0.01, twin=False)
    >>> bench.run(few, report=lambda *_: None).rows[0].outcome
    'right'
    """
    from helpers._progress import progress  # rich is slow to import

    with progress(report) as told, _owned(out) as path:
        known = _begun(plan, path)
        writer = store.Writer(path) if path else None
        if known is not None and known.finished:
            raise BadInput(f"{path} holds a finished measurement of this plan; give another --out, or delete it")
        result = _measure(plan, known, executor, told, writer)
    if result.finished and not result.note.endswith(_BUSY):
        try:
            store.remember(result)
        except BadInput as error:  # a home that is read-only, or full: the board then shows no p50
            result = replace(result, forgotten=f"It is not remembered for the board: {error}")
    return result


def _measure(
    plan: Plan, known: Result | None, executor: Executor | None, report: Report, writer: store.Writer | None
) -> Result:
    before = machine.load()
    judged = _gate.judge(plan, lambda name, done, total: report(f"checking the answers: {name}", done, total))
    result = known or Result(plan.to_json(), judged.reference, judged.verdicts, {}, load_before=before)
    result = replace(result, reference=judged.reference, verdicts=judged.verdicts, note=judged.note)
    save = _Saving(writer)
    try:
        if result.instrument is None:
            result = replace(result, **beside(plan, judged, report))
        save(result)
        for done, facts in processes(plan, judged, result.processes, executor, report):
            machines = {**result.machines, done.machine: facts}
            result = replace(result, processes=(*result.processes, done), machines=machines)
            save(result)
    except KeyboardInterrupt:
        save(result)
        return replace(result, unsaved=save.trouble)
    except Exception as error:  # of a fleet, or of ours: what was measured until then is kept
        if not result.processes:
            raise
        save(result)
        return replace(result, unsaved=save.trouble, stopped=with_type(error))
    note = f"{judged.note} {_BUSY}".strip() if running() else judged.note
    result = replace(result, finished=True, load_after=machine.load(), note=note)
    save(result)
    return replace(result, unsaved=save.trouble)


class _Saving:
    """Saves a growing result; a disk that is full costs the file, not the measurement."""

    def __init__(self, writer: store.Writer | None) -> None:
        self._writer, self.trouble = writer, ""

    def __call__(self, result: Result) -> None:
        if self._writer is None:
            return
        try:
            self._writer.write(result)
        except BadInput as error:
            self.trouble = str(error)
        else:
            self.trouble = ""


def _begun(plan: Plan, path: Path | None) -> Result | None:
    """The part of this plan that a file already holds; None where there is no file."""
    if path is None:
        return None
    refuse_unwritable(path)
    if not path.exists():
        return None
    known = store.load(path)
    if known.plan != plan.to_json():
        differs = [key for key, value in plan.to_json().items() if known.plan.get(key) != value]
        raise BadInput(f"{path} holds another measurement ({', '.join(differs)} differ); give another --out")
    return known


@contextmanager
def _owned(out: Path | str | None) -> Iterator[Path | None]:
    """The file for one run at a time."""
    if out is None:
        yield None
        return
    path = Path(out).expanduser().resolve()
    key = hashlib.sha256(str(path).encode(errors="surrogateescape")).hexdigest()[:16]
    try:
        with lock(f"out-{key}", blocking=False):
            yield path
    except Timeout:
        raise BadInput(f"{path} is being written by another measurement; wait for it, or give another --out") from None
