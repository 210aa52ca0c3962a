"""Tables and progress bars for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from helpers._console import console, is_screen, print_rows, text
from helpers.units import number, seconds

if TYPE_CHECKING:  # numpy is slow to import, and the table of engines needs none
    from helpers.bench.baseline import Change
    from helpers.bench.result import Result
    from helpers.compare.run import Comparison
    from helpers.engines import build

_BENCH = (  # the columns of four tables, each narrow enough for most terminals
    ("engine", "outcome", "p50", "95 % interval", "ratio", "verdict", "first"),
    ("engine", "p90", "p99", "p99.9", "warm-up", "outliers", "processes"),
    ("engine", "import", "load", "first call", "memory"),
    ("engine", "error", "precision", "flips", "tolerance"),
)
_COMPARE = ("engine", "outcome", "error", "precision", "flips", "load", "first call", "p50")
_WORDS = ("engine", "outcome", "verdict", "precision")
_STYLES = {"right": "green", "unavailable": "dim", "disputed": "bold yellow", "not judged": "yellow"}
_OUTPUTS = 3  # whose allowances are told in words; the JSON has all


def print_engines(rows: list[dict[str, Any]]) -> None:
    """The table of ``onnx-lab engines``."""
    lines = []
    for row in rows:
        if row["available"]:
            can = text("yes", "green")
        elif row["building"] is not None:
            can = text(row["why"], "yellow")
        else:
            can = text(f"no: {row['why']}. To do: {row['remedy']}", "yellow")
        about = {"engine": row["name"], "version": row["version"] or "–", "binding": row["binding"]}
        lines.append({**{key: text(value) for key, value in about.items()}, "available": can})
    print_rows(console(), lines, list(lines[0]), left=list(lines[0]), prose=["available"])


def print_steps(steps: Sequence[tuple[str, str]], out: Path) -> None:
    """The table of ``onnx-lab portable``."""
    to = console()
    if steps:
        rows = [{"step": text(name), "changed": text(changed)} for name, changed in steps]
        print_rows(to, rows, ["step", "changed"], prose=["step", "changed"])
    else:
        to.print(text("Nothing to change: the file is portable as it stands."))
    to.print(text(f"Written to {out}."))


def print_comparison(result: Comparison) -> None:
    """The table of ``onnx-lab compare``, and below it what there is to know."""
    out, lines = console(), []
    for row in result.rows:
        cells = {
            **{"engine": row.engine, "outcome": row.outcome, "error": number(row.error)},
            **{"precision": row.precision or "", "flips": "" if row.flips is None else str(row.flips)},
            **{"load": seconds(row.load_s), "first call": seconds(row.first_s), "p50": seconds(row.p50_s)},
        }
        style = _STYLES.get(row.outcome, "bold red")
        lines.append({key: text(value, style if key == "outcome" else "") for key, value in cells.items()})
    print_rows(out, lines, _COMPARE, left=_WORDS)
    for row in result.rows:
        if row.message:
            out.print(text(f"{row.engine}: {row.message}", "dim"))
    out.print(text(_held_against(result), "dim"))
    for output in result.outputs:
        if output.disputed:
            sides = " | ".join(" ".join(cluster) for cluster in output.clusters)
            out.print(text(f"{output.disputed}. Who stands with whom: {sides}", "yellow"))
    if result.note:
        out.print(text(result.note, "yellow"))
    out.print(text("One process each and a quick p50: good for an order of magnitude, not for a verdict.", "dim"))


def _held_against(result: Comparison) -> str:
    """Who the answers were held against, and how much error was allowed."""
    said = f"{result.n} samples through {result.model}, measured against {result.reference}"
    if result.witnesses:
        said += f", with {' and '.join(result.witnesses)} as witness{'es' * (len(result.witnesses) > 1)}"
    told = [
        f"{each.name}: error up to {number(each.allowed)} ({each.why})" for each in result.outputs if not each.random
    ]
    more = f"; and {len(told) - _OUTPUTS} more outputs" if len(told) > _OUTPUTS else ""
    return f"{said}. Right by {'; '.join(told[:_OUTPUTS])}{more}." if told else f"{said}."


def print_bench(result: Result, *, to: str | None = None, changes: Sequence[Change] = ()) -> None:
    """The table of ``onnx-lab bench``, what to know before it, and the same in words."""
    from helpers.bench.tables import cells

    out = console()
    for remark in result.remarks:
        out.print(text(remark, "yellow"))
    rows = result.against(to)
    lines = []
    for row in rows:
        style = _STYLES.get(row.outcome, "bold red")
        lines.append({key: text(value, style if key == "outcome" else "") for key, value in cells(row).items()})
    for columns in _BENCH:
        print_rows(out, lines, columns, left=_WORDS)
        out.print()
    for row in rows:
        for said in row.notes:
            out.print(text(f"{row.engine}: {said}", "dim"))
    if result.instrument is not None:
        out.print(text(result.instrument, "dim"))
    out.print(text(result))
    for change in changes:
        out.print(text(change, "bold red" if change.worse else "green" if change.verdict == "faster" else ""))


@contextmanager
def builds() -> Iterator[build.Report]:
    """A progress bar an engine, its length the crates that are compiled; lines where there is no terminal."""
    err = console(stderr=True)
    columns = (
        TextColumn("{task.description:8}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[state]}"),
    )
    bars = Progress(*columns, console=err, disable=not is_screen(err))
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
                err.print(text(f"{now.engine} failed: {now.why}. To do: {now.remedy}", "red"))
            elif not is_screen(err):
                err.print(text(f"{now.engine}: {now.state}"))

    with bars:
        yield report
