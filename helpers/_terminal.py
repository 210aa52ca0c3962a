"""Tables and progress bars for the terminal."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from helpers.units import number, seconds

if TYPE_CHECKING:  # numpy is slow to import, and the table of engines needs none
    from helpers.bench.baseline import Change
    from helpers.bench.result import Result
    from helpers.compare.run import Comparison
    from helpers.compare.run import Progress as Report
    from helpers.engines import build

_BENCH = (  # the columns of four tables, each narrow enough for a terminal
    ("engine", "outcome", "p50", "95 % interval", "ratio", "verdict", "first"),
    ("engine", "p90", "p99", "p99.9", "warm-up", "outliers", "processes"),
    ("engine", "import", "load", "first call", "memory"),
    ("engine", "error", "precision", "flips", "tolerance"),
)
_REDRAW = 0.2  # seconds between two pictures of a bar
_STYLES = {"right": "green", "unavailable": "dim"}


def print_engines(rows: list[dict[str, Any]]) -> None:
    """The table of ``onnx-lab engines``."""
    table = Table("engine", "version", "binding", "available", box=None, header_style="dim", pad_edge=False)
    for row in rows:
        if row["available"]:
            can = Text("yes", "green")
        elif row["building"] is not None:
            can = Text(row["why"], "yellow")
        else:
            can = Text(f"no: {row['why']}. To do: {row['remedy']}", "yellow")
        table.add_row(row["name"], Text(row["version"] or "–"), row["binding"], can)
    Console().print(table)


def print_comparison(result: Comparison) -> None:
    """The table of ``onnx-lab compare``; engines' and files' words are shown as they are, never as markup."""
    console = Console()
    table = Table(box=None, header_style="dim", pad_edge=False)
    for column in ("engine", "outcome"):
        table.add_column(column)
    for column in ("error", "precision", "flips", "load", "first call", "p50"):
        table.add_column(column, justify="right", no_wrap=True)
    for row in result.rows:
        style = _STYLES.get(row.outcome, "bold red")
        table.add_row(
            row.engine,
            Text(row.outcome, style),
            number(row.error),
            row.precision or "",
            "" if row.flips is None else str(row.flips),
            *map(seconds, (row.load_s, row.first_s, row.p50_s)),
        )
    console.print(table)
    for row in result.rows:
        if row.message:
            console.print(Text(f"{row.engine}: {row.message}", "dim"))
    console.print(Text(f"{result.n} samples through {result.model}, measured against {result.reference}.", "dim"))
    if result.note:
        console.print(Text(result.note, "yellow"))
    console.print(Text("One process each and a quick p50: good for an order of magnitude, not for a verdict.", "dim"))


def print_bench(result: Result, *, to: str | None = None, changes: Sequence[Change] = ()) -> None:
    """The table of ``onnx-lab bench``, what to know before it, and the same in words."""
    from helpers.bench.tables import cells

    console = Console()
    for remark in result.remarks:
        console.print(Text(remark, "yellow"))
    rows = result.against(to)
    for columns in _BENCH:
        table = Table(box=None, header_style="dim", pad_edge=False)
        for name in columns:
            words = name in ("engine", "outcome", "verdict", "precision")
            table.add_column(name, justify="left" if words else "right", no_wrap=name != "verdict")
        for row in rows:
            line, style = cells(row), _STYLES.get(row.outcome, "bold red")
            table.add_row(*(Text(line[name], style if name == "outcome" else "") for name in columns))
        console.print(table)
        console.print()
    for row in rows:
        for said in row.notes:
            console.print(Text(f"{row.engine}: {said}", "dim"))
    if result.instrument is not None:
        console.print(Text(str(result.instrument), "dim"))
    console.print(str(result), highlight=False, markup=False)
    for change in changes:
        style = "bold red" if change.worse else "green" if change.verdict == "faster" else ""
        console.print(Text(str(change), style))


@contextmanager
def progress() -> Iterator[Report]:
    """A progress bar on the error stream, so that the output stays clean; silent where that is no terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    shown = console.is_terminal or console.is_jupyter
    # No thread that redraws it: that would take a core from what is measured, and a notebook a message each time.
    bar = Progress(*columns, console=console, transient=True, disable=not shown, auto_refresh=False)
    task, drawn = bar.add_task("", total=None), 0.0

    def report(engine: str, done: int, total: int) -> None:
        nonlocal drawn
        bar.start()  # only now: a bad file is told without a bar
        bar.update(task, description=engine, completed=done, total=total)
        if time.monotonic() > drawn + _REDRAW:
            bar.refresh()
            drawn = time.monotonic()

    try:
        yield report
    finally:
        bar.stop()


@contextmanager
def builds() -> Iterator[build.Report]:
    """A progress bar an engine, its length the crates that are compiled; lines where there is no terminal."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description:8}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[state]}"),
    )
    bars = Progress(*columns, console=console, disable=not console.is_terminal)
    tasks: dict[str, TaskID] = {}
    told: dict[str, str] = {}

    def report(now: build.Progress) -> None:
        if now.engine not in tasks:
            tasks[now.engine] = bars.add_task(now.engine, total=None, state="")
        total = now.total or (1 if now.state == "built" else None)  # built before: nobody counted
        done = total if now.state == "built" else now.done
        bars.update(tasks[now.engine], state=now.state, total=total, completed=done)
        if told.get(now.engine) != now.state:
            told[now.engine] = now.state
            if now.state == "failed":
                console.print(Text(f"{now.engine} failed: {now.why}. To do: {now.remedy}", "red"))
            elif not console.is_terminal:
                console.print(f"{now.engine}: {now.state}")

    with bars:
        yield report
