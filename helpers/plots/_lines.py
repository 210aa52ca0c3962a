"""What figures of a measurement share: its lines, how each is named and drawn, and what it found."""

from __future__ import annotations

import plotly.graph_objects as go

from helpers import engines, palette
from helpers.bench.result import Result
from helpers.bench.rows import Row
from helpers.bench.series import Series
from helpers.errors import BadInput
from helpers.plots._look import GREY
from helpers.units import seconds, times

POINTS = 300  # of a curve: more could not be seen, and each would be stored in the notebook
BAND = "rgba(127,127,127,.22)"


def timed(result: Result) -> list[tuple[Row, Series]]:
    """The lines that have times, the fastest first, of the first machine."""
    machine = machine_of(result)
    rows = [row for row in result.rows if row.p50_s is not None and row.machine == machine]
    if not rows:
        raise BadInput("nothing has been measured, so there is nothing to draw; see result.table() for the reasons")
    return [(row, result.series[(machine, row.engine)]) for row in sorted(rows, key=lambda row: row.p50_s or 0)]


def first_right(lines: list[tuple[Row, Series]]) -> Row:
    """The fastest engine that passed; the fastest of all where none did."""
    return next((row for row, _ in lines if not row.struck), lines[0][0])


def machine_of(result: Result) -> str:
    return next(iter(result.machines), "")


def finding(result: Result) -> str:
    """What the figure shows, as its title."""
    rows = [row for row, _ in timed(result) if not row.struck]
    if not rows:
        return "No engine gives the right answer"
    first, *rest = rows
    if not rest:
        return f"{first.engine}: p50 {seconds(first.p50_s)}"
    level = [row.engine for row in rest if row.resolvable is False]
    if level:
        return f"{first.engine} and {', '.join(level)} cannot be told apart"
    return f"{first.engine} is first, {rest[0].engine} takes {times(rest[0].ratio or 0)} times as long"


def span(row: Row) -> str:
    ends = "" if row.ratio_low is None else f" ({times(row.ratio_low)} to {times(row.ratio_high or 0)})"
    return f"{times(row.ratio or 0)}{ends}"


def name_of(row: Row) -> str:
    return f"<s>{row.engine}</s> ({row.outcome})" if row.struck else row.engine


def colour(row: Row) -> str:
    return GREY if row.struck else palette.colour(_engine(row))


def dash(row: Row) -> str:
    """Two bindings of one library share a colour, so the line tells them apart; an option's line is dotted."""
    if ":" in row.engine or row.struck:
        return "dot"
    known = _engine(row) in engines.names()
    return "dash" if known and engines.get(_engine(row)).card.binding == "wheel" else "solid"


def forest(
    figure: go.Figure, name: str, value: float, low: float | None, high: float | None, tint: str, mark: str, text: str
) -> None:
    ends = None if low is None or high is None else {"array": [high - value], "arrayminus": [value - low]}
    dot = go.Scatter(
        x=[value],
        y=[name],
        error_x={"type": "data", "symmetric": False, "thickness": 2, "color": tint, **ends} if ends else None,
        mode="markers+text",
        marker={"color": tint, "symbol": mark, "size": 10},
        text=[text],
        textposition="top right",
        cliponaxis=False,  # the uppermost text stands above the axes
        hovertemplate=f"{name}: %{{x:.4s}}<extra></extra>",
    )
    figure.add_trace(dot)


def _engine(row: Row) -> str:
    return row.engine.partition(":")[0]
