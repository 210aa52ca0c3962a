"""A bar for what takes longer than a moment, in a terminal and in a notebook."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from helpers._console import console, is_screen
from helpers.units import visible

Report = Callable[[str, int, int], None]  # what is at work, how much is done, and of how much

_REDRAW = 0.2  # seconds between two pictures of a bar
_told: list[Report] = []  # whoever is told already: a bar below a bar would garble both


@contextmanager
def progress(given: Report | None = None) -> Iterator[Report]:
    """Who is told of progress: whoever is given, whoever is told already, or a bar on the error stream.

    Silent where that stream is neither a terminal nor a notebook.
    """
    if _told:
        yield given or _told[0]
        return
    with _bar() if given is None else _quiet(given) as report:
        _told.append(report)
        try:
            yield report
        finally:
            _told.clear()


@contextmanager
def preparing(engine: str) -> Iterator[Callable[[str, float | None], None]]:
    """The same for an engine that prepares a model (see :meth:`helpers.engines.Engine.prepare`)."""
    with progress() as report:
        yield lambda text, share: report(f"{engine}: {text}", round(100 * (share or 0)), 100)


@contextmanager
def _quiet(given: Report) -> Iterator[Report]:
    yield given


@contextmanager
def _bar() -> Iterator[Report]:
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    err = console(stderr=True)
    # No thread that redraws it: that would take a core from what is measured, and a notebook a message each time.
    bar = Progress(*columns, console=err, transient=True, disable=not is_screen(err), auto_refresh=False)
    task, drawn = bar.add_task("", total=None), 0.0

    def report(what: str, done: int, total: int) -> None:
        nonlocal drawn
        bar.start()  # only now: a bad file is told without a bar
        bar.update(task, description=visible(what), completed=done, total=total)
        if time.monotonic() > drawn + _REDRAW:
            bar.refresh()
            drawn = time.monotonic()

    try:
        yield report
    finally:
        bar.stop()
