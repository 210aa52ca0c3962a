"""A bar for what takes longer than a moment, in a terminal and in a notebook."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from html import escape

from rich.console import Console
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
    with _fitting() if given is None else nullcontext(given) as report:
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


def _fitting() -> AbstractContextManager[Report]:
    err = console(stderr=True)
    return _in_a_notebook() if err.is_jupyter else _in_a_terminal(err)


@contextmanager
def _in_a_notebook() -> Iterator[Report]:
    """As HTML: rich's own bar is a widget, of which a saved notebook keeps "Error displaying widget"."""
    from IPython.display import display

    shown, drawn = None, 0.0

    def report(what: str, done: int, total: int) -> None:
        nonlocal shown, drawn
        if time.monotonic() < drawn + _REDRAW:
            return
        drawn, count = time.monotonic(), f"{done}/{total}" if total else ""
        share = f' value="{done}" max="{total}"' if total else ""
        html = f"<label>{escape(visible(what))} <progress{share}></progress> {count}</label>"
        bundle = {"text/html": html, "text/plain": f"{visible(what)} {count}"}
        if shown is None:
            shown = display(bundle, raw=True, display_id=True)
        else:
            shown.update(bundle, raw=True)

    try:
        yield report
    finally:
        if shown is not None:
            shown.update({"text/html": "", "text/plain": ""}, raw=True)


@contextmanager
def _in_a_terminal(err: Console) -> Iterator[Report]:
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    # No thread that redraws it: that would take a core from what is measured.
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
