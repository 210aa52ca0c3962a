"""Figures of the processes behind a median: when they ran, how they warmed up, how little each knows."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from helpers.bench.result import Result
from helpers.bench.rows import Row
from helpers.errors import BadInput
from helpers.plots._lines import POINTS, colour, dash, forest, name_of, timed
from helpers.plots._look import GREY, WIDEST, Told, plain
from helpers.units import seconds


def run_order(result: Result) -> Told:
    """When each process ran, and its p50 against its engine's own: drift, bursts and modes show here, in no median.

    A full dot counts, a hollow one was left out since the machine ran at another speed.
    """
    lines = timed(result)
    start = min(process.started for _, found in lines for process in (*found.processes, *found.disturbed))
    figure = go.Figure()
    for row, found in lines:
        tint = colour(row)
        for group, symbol in ((found.processes, "circle"), (found.disturbed, "circle-open")):
            p50 = [float(np.median(process.calls_ns)) / 1e9 for process in group]
            dots = go.Scatter(
                name=name_of(row),
                legendgroup=row.engine,
                showlegend=symbol == "circle" and bool(group),
                x=[process.started - start for process in group],
                y=[value / (row.p50_s or 1) for value in p50],
                mode="markers",
                marker={"color": tint, "symbol": symbol, "size": 8, "line": {"width": 2, "color": tint}},
                text=[f"{row.engine}, round {p.round + 1}: {seconds(v)}" for p, v in zip(group, p50, strict=True)],
                hovertemplate="%{text}<extra></extra>",
            )
            figure.add_trace(dots)
    figure.add_hline(y=1, line={"color": GREY, "width": 1})
    figure.update_xaxes(title="seconds since the first process", rangemode="tozero")
    figure.update_yaxes(title="p50 / p50 of its engine", type="log", tickvals=[0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5])
    count, off = (sum(len(getattr(found, kind)) for _, found in lines) for kind in ("processes", "disturbed"))
    worst = max(lines, key=lambda line: line[0].variation or 0)[0]
    said = (
        f"{count + off} processes of {len(lines)} engines in the order in which they ran. {off} of them (hollow) are "
        f"left out, since the machine ran at another speed meanwhile. Of those that count, {worst.engine}'s differ "
        f"most: p50 varies by {100 * (worst.variation or 0):.1f} %."
    )
    title = f"{count + off} fresh processes, one after the other"
    plain(figure, height=400, width=WIDEST, title=title)
    figure.update_layout(showlegend=True, legend={"orientation": "h", "y": -0.25})
    return Told(figure, said)


def warm_up(result: Result, names: list[str] | None = None) -> Told:
    """The time of the n-th call against the steady time, median over processes; a ring where warm-up ends."""
    lines = [line for line in timed(result) if names is None or line[0].engine in names]
    figure, tops = go.Figure(), []
    for row, found in lines:
        length = min(len(process.calls_ns) for process in found.processes)
        middle = np.median([p.calls_ns[:length] / 1e9 for p in found.processes], axis=0) / (row.p50_s or 1)
        places = np.unique(np.geomspace(1, length, POINTS).astype(int)) - 1
        style = {"color": colour(row), "width": 2, "dash": dash(row)}
        hover = f"{row.engine}: call %{{x}} takes %{{y:.2f}} times the steady time<extra></extra>"
        curve = go.Scatter(x=places + 1, y=middle[places], mode="lines", line=style, hovertemplate=hover)
        end = min(max(1, row.warm_up or 0), length - 1)  # the first call is never steady
        ring = {"color": colour(row), "symbol": "circle-open", "size": 11, "line": {"width": 2}}
        mark = go.Scatter(x=[end + 1], y=[middle[end]], mode="markers", marker=ring, hoverinfo="skip")
        figure.add_traces([curve, mark])
        tops.append((row, float(middle[0])))
    figure.add_hline(y=1, line={"color": GREY, "width": 1})
    figure.update_xaxes(type="log", title="call number (logarithmic)", tickformat="d", dtick=1)
    figure.update_yaxes(type="log", dtick="D2")
    ordered = sorted(tops, key=lambda top: top[1], reverse=True)
    plain(figure, height=420, width=WIDEST, title="How many times as long as a steady call", left=120)
    _labels_left(figure, ordered)
    told = ", ".join(f"{row.engine} {first:.1f} × ({row.warm_up} calls)" for row, first in ordered)
    return Told(figure, f"The first call against a steady one, and the calls until it is steady: {told}.")


def process_intervals(result: Result, engine: str) -> Told:
    """For each process of one engine, the 95 % interval of the median that its own calls would give.

    Where it misses the median over processes, a thousand calls were sure of the wrong number.
    """
    row, found = next((line for line in timed(result) if line[0].engine == engine), (None, None))
    if row is None or found is None:
        raise BadInput(f"{engine!r} has no times in this measurement; give one of {', '.join(result.entries)}")
    figure, missed = go.Figure(), 0
    middle = row.p50_s or 0.0
    for number, steady in enumerate(found.steady, 1):
        low, high = _of_one_process(steady)
        misses = not low <= middle <= high
        missed += misses
        forest(
            figure, f"process {number}", found.p50[number - 1], low, high, colour(row), "x" if misses else "circle", ""
        )
    figure.add_vline(x=middle, line={"color": GREY, "width": 1})
    figure.update_xaxes(title="median of a process's calls", tickformat=".4~s", ticksuffix="s")
    said = (
        f"{missed} of {len(found.p50)} processes of {engine} give an interval that does not hold the median over "
        f"processes, {seconds(middle)}; each was made from {min(map(len, found.steady)):,} calls or more."
    )
    title = f"{missed} of {len(found.p50)} intervals miss"
    return Told(plain(figure, height=110 + 30 * len(found.p50), width=WIDEST, title=title), said)


def _of_one_process(steady: np.ndarray) -> tuple[float, float]:
    """The interval of the median from the calls' order: the ranks n/2 ± 0.98 √n, which hold it in 95 of 100."""
    ordered, half = np.sort(steady), 0.98 * len(steady) ** 0.5
    low, high = int(max(0, len(ordered) / 2 - half)), int(min(len(ordered) - 1, len(ordered) / 2 + half))
    return float(ordered[low]), float(ordered[high])


def _labels_left(figure: go.Figure, tops: list[tuple[Row, float]]) -> None:
    """Names at the left end of the curves, pushed apart where they would overlap."""
    last = None
    for row, first in tops:
        place = np.log10(first)
        place = place if last is None else min(place, last - 0.09)
        last = place
        figure.add_annotation(
            xref="paper",
            x=0,
            xanchor="right",
            xshift=-34,
            y=place,
            text=name_of(row),
            showarrow=False,
            font={"color": colour(row)},
        )
