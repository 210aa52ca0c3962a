"""Figures of a measurement: how long a call takes, how often, and how sure that is."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from helpers import palette
from helpers.bench.result import Result
from helpers.errors import BadInput
from helpers.plots._lines import (
    BAND,
    POINTS,
    colour,
    dash,
    finding,
    first_right,
    forest,
    machine_of,
    name_of,
    span,
    timed,
)
from helpers.plots._look import GREY, WIDEST, Told, labels_above, plain, time_axis
from helpers.units import seconds, times

_MARKS = {"diamond-open": "◇", "circle": "●", "square-open": "□", "x": "✕"}  # of dots, and as letters


def ecdf(result: Result) -> Told:
    """The share of calls that took at most so long, a curve for each engine; dots at p50 and p99.

    The grey band is the noise floor around the first engine's p50: a curve whose dot lies in it may be as fast.
    """
    lines = timed(result)
    figure, tops = go.Figure(), []
    shares = np.linspace(0, 1, POINTS)
    for row, found in lines:
        curve = np.quantile(np.concatenate(found.steady), shares)
        style = {"color": colour(row), "width": 2, "dash": dash(row)}
        hover = f"{row.engine}: %{{y:.0%}} of calls within %{{x:.3s}}s<extra></extra>"
        figure.add_trace(go.Scatter(x=curve, y=shares, mode="lines", line=style, hovertemplate=hover))
        dots = [(row.p50_s, 0.5, "p50"), (row.p99_s, 0.99, "p99")]
        dots = [dot for dot in dots if dot[0] is not None]
        figure.add_trace(
            go.Scatter(
                x=[x for x, _, _ in dots],
                y=[y for _, y, _ in dots],
                mode="markers",
                marker={"color": colour(row), "size": 9},
                text=[f"{row.engine} {name} {seconds(x)}" for x, _, name in dots],
                hovertemplate="%{text}<extra></extra>",
            )
        )
        tops.append((row.p50_s or 1.0, name_of(row), colour(row)))
    fastest = first_right(lines)
    if floor := result.noise_floor:
        middle = fastest.p50_s or 1
        figure.add_vrect(x0=middle / (1 + floor.floor), x1=middle * (1 + floor.floor), fillcolor=BAND, line_width=0)
    low = min(float(np.quantile(np.concatenate(found.steady), 0.001)) for _, found in lines)
    high = max(float(np.quantile(np.concatenate(found.steady), 0.995)) for _, found in lines)
    time_axis(figure.update_xaxes, low / 1.1, high * 1.3, title="time of a call (logarithmic)")
    figure.update_yaxes(title="share of calls", tickformat=".0%", range=[0, 1.02])
    plain(figure, height=520, width=WIDEST, title=finding(result), top=150)
    labels_above(figure, tops, low / 1.1, high * 1.3)
    return Told(figure, str(result))


def dots(found: dict[str, dict[str, float]], *, title: str = "") -> Told:
    """Seconds of each engine under several headings, one mark a heading, on one logarithmic axis.

    >>> dots({"then": {"ort": 3.5e-4}, "now": {"ort": 5e-5, "tract": 9e-5}})
    ort: then 350 µs, now 50 µs; tract: now 90 µs.
    """
    names = list(dict.fromkeys(name for shown in found.values() for name in shown))
    figure = go.Figure()
    for (heading, shown), mark in zip(found.items(), _MARKS, strict=False):
        here = [name for name in reversed(names) if name in shown]
        figure.add_trace(
            go.Scatter(
                x=[shown[name] for name in here],
                y=here,
                mode="markers",
                marker={"symbol": mark, "size": 11, "color": [palette.colour(name) for name in here]},
                hovertext=[f"{name}, {heading}: {seconds(shown[name])}" for name in here],
                hovertemplate="%{hovertext}<extra></extra>",
            )
        )
    every = [value for shown in found.values() for value in shown.values()]
    time_axis(figure.update_xaxes, min(every) / 2, max(every) * 2, title="time of a call (logarithmic)")
    figure.update_yaxes(categoryorder="array", categoryarray=names[::-1])
    key = "   ".join(f"{sign} {heading}" for heading, sign in zip(found, _MARKS.values(), strict=False))
    title = f"{title}<br>{key}" if title else key  # where the marks stand, two of them may lie on each other
    told = (f"{n}: {', '.join(f'{h} {seconds(t[n])}' for h, t in found.items() if n in t)}" for n in names)
    return Told(plain(figure, height=150 + 30 * len(names), width=WIDEST, title=title, top=90), "; ".join(told) + ".")


def ratios(result: Result, to: str | None = None) -> Told:
    """How many times longer each engine takes than the fastest (or than ``to``), with 95 % intervals."""
    timed(result)  # says so where there is nothing
    rows = [r for r in result.against(to) if r.ratio is not None and r.machine == machine_of(result)]
    if not rows:
        raise BadInput("no engine gives the right answer, so there is none to compare with; give one as to=…")
    rows.sort(key=lambda row: row.p50_s or 0, reverse=True)
    base = to or next(row.engine for row in reversed(rows) if row.ratio == 1)
    figure = go.Figure()
    floor = result.noise_floor
    if floor:
        figure.add_vrect(x0=1 / (1 + floor.floor), x1=1 + floor.floor, fillcolor=BAND, line_width=0)
        name = f"{floor.engine} against itself"
        forest(figure, name, floor.ratio, floor.low, floor.high, GREY, "diamond", f"{floor.ratio:.3f}: the noise")
    for row in rows:
        said = "" if row.resolvable or row.engine == base else ", not resolvable"
        text = f"<s>{times(row.ratio or 0)}</s>" if row.struck else f"{times(row.ratio or 0)}{said}"
        mark = "x" if row.struck else "circle"
        forest(figure, name_of(row), row.ratio or 1, row.ratio_low, row.ratio_high, colour(row), mark, text)
    figure.add_vline(x=1, line={"color": GREY, "width": 1})
    most = max(row.ratio_high or row.ratio or 1 for row in rows)
    least = min(row.ratio_low or row.ratio or 1 for row in rows)
    title = f"times as long as {base} (logarithmic)"
    figure.update_xaxes(type="log", title=title, range=[np.log10(least) - 0.1, np.log10(most) + 0.55])
    open_rows = [row.engine for row in rows if row.resolvable is False]
    told = ", ".join(f"{r.engine} {span(r)}{f', {r.outcome}' * r.struck}" for r in reversed(rows) if r.engine != base)
    said = f"Against {base}: {told}." + (f" Not to be told from it: {', '.join(open_rows)}." if open_rows else "")
    said += f" {floor}" if floor else ""
    return Told(plain(figure, height=110 + 32 * (len(rows) + 1), width=WIDEST, title=finding(result)), said)


def phases(result: Result) -> Told:
    """Import, load, first call and steady call of each engine, from seconds to microseconds on one axis."""
    lines = timed(result)
    kinds = (
        ("import", "import_s", "square"),
        ("load", "load_s", "diamond"),
        ("first call", "first_s", "circle-open"),
        ("steady call", "p50_s", "circle"),
    )
    figure = go.Figure()
    for row, _ in reversed(lines):
        values = [getattr(row, key) for _, key, _ in kinds]
        figure.add_trace(
            go.Scatter(
                x=values,
                y=[name_of(row)] * len(kinds),
                mode="lines+markers",
                line={"color": colour(row), "width": 1},
                marker={"symbol": [mark for _, _, mark in kinds], "size": 11, "color": colour(row)},
                text=[f"{row.engine}, {kind}: {seconds(v)}" for (kind, _, _), v in zip(kinds, values, strict=True)],
                hovertemplate="%{text}<extra></extra>",
            )
        )
    every = [getattr(row, key) for row, _ in lines for _, key, _ in kinds]
    time_axis(figure.update_xaxes, min(every) / 1.5, max(every) * 1.5, title="time (logarithmic)")
    title = "■ import   ◆ load   ○ first call   ● steady call"
    dearest = max((row for row, _ in lines), key=lambda row: (row.import_s or 0) + (row.load_s or 0))
    fastest = first_right(lines)
    ready = (dearest.import_s or 0) + (dearest.load_s or 0)
    said = (
        f"{dearest.engine} takes longest until it is ready: import {seconds(dearest.import_s)}, load "
        f"{seconds(dearest.load_s)}, together as long as {ready / (fastest.p50_s or 1):,.0f} steady calls of "
        f"{fastest.engine} ({seconds(fastest.p50_s)} each)."
    )
    return Told(plain(figure, height=110 + 32 * len(lines), width=WIDEST, title=title), said)
