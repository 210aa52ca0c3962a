"""What all figures share: one look, and one way to be shown.

Figures are transparent with grey axes, so that they are legible on a light and on a dark page.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from html import escape

import numpy as np
import plotly.graph_objects as go

from helpers.units import seconds

GREY = "#767676"  # 4.5 : 1 on white, the least that small text may have
WIDEST = 850  # pixels that a notebook's column leaves on a laptop
BLUE, VERMILLION = "#0072B2", "#D55E00"
_APART = 24  # pixels between slanted names


# No grey has 4.5 : 1 on white and on a dark page, and a drawn figure knows no theme: so its page tints its grey texts.
THEMED = (
    ".js-plotly-plot text[style*='fill: rgb(118, 118, 118)'] "
    "{ fill: var(--jp-ui-font-color1, light-dark(#333, #ddd)) !important; }"
)


class Told:
    """A figure and the sentence that says what it shows; shown together."""

    def __init__(self, figure: go.Figure, sentence: str) -> None:
        self.figure, self.sentence = figure, sentence

    def _ipython_display_(self) -> None:
        from IPython.display import HTML, display

        # As a MIME type that the extension in plotly's wheel draws: no script is fetched or stored in the notebook.
        # No "send to the cloud" button: nothing leaves the page.
        config = {"displaylogo": False, "modeBarButtonsToRemove": ["sendChartToCloud", "lasso2d", "select2d"]}
        bundle = {"application/vnd.plotly.v1+json": {**json.loads(self.figure.to_json()), "config": config}}
        display(bundle, raw=True)
        display(HTML(f"<style>{THEMED}</style><p>{escape(self.sentence)}</p>"))

    def __repr__(self) -> str:
        return self.sentence


def plain(
    figure: go.Figure, *, height: int, width: int, title: str = "", top: int | None = None, left: int = 10
) -> go.Figure:
    """The suite's look: transparent paper, grey axes, nothing that only decorates."""
    figure.update_layout(
        template="none",
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"color": GREY, "size": 13},
        margin={"l": left, "r": 10, "t": top or (60 if title else 40), "b": 10},
        height=height,
        width=width,
        showlegend=False,
    )
    if title:
        figure.update_layout(title={"text": title, "x": 0.012, "xanchor": "left", "y": 0.98, "yanchor": "top"})
    figure.update_xaxes(gridcolor="rgba(127,127,127,.25)", zerolinecolor=GREY, automargin=True)
    figure.update_yaxes(gridcolor="rgba(127,127,127,.25)", zerolinecolor=GREY, automargin=True)
    return figure


def time_axis(update: Callable[..., object], low: float, high: float, *, title: str) -> None:
    """A logarithmic axis in seconds, with ticks at 1, 2 and 5 of each power of ten, in fitting units."""
    ticks = [d * 10.0**power for power in range(-9, 4) for d in (1, 2, 5)]
    shown = [tick for tick in ticks if low <= tick <= high]
    if len(shown) > 9:
        shown = [tick for tick in shown if np.isclose(np.log10(tick) % 1, [0, 1]).any()]
    texts = [seconds(tick).replace(".0 ", " ") for tick in shown]
    update(type="log", title=title, range=[np.log10(low), np.log10(high)], tickvals=shown, ticktext=texts)


def labels_above(figure: go.Figure, tops: Sequence[tuple[float, str, str]], low: float, high: float) -> None:
    """Names over the upper ends of curves on a logarithmic axis: slanted, with a line to the end, none on another.

    Parameters
    ----------
    tops
        Where a curve ends (x), its name, its colour.
    low, high
        The ends of the axis.
    """
    width = figure.layout.width - 80  # about what the axis' own labels leave
    place, last = [], -1e9
    for x, _, _ in sorted(tops):
        last = max(last + _APART, width * np.log(x / low) / np.log(high / low))
        place.append(last)
    over = max(0.0, place[-1] - width + 40) if place else 0.0  # the last would leave the figure: push all back
    for (x, name, tint), at in zip(sorted(tops), place, strict=True):
        figure.add_annotation(
            x=np.log10(x),
            y=1.0,
            ax=at - over - width * np.log(x / low) / np.log(high / low) + 12,
            ay=-26,
            text=name,
            textangle=-45,
            xanchor="left",
            yanchor="bottom",
            font={"color": tint},
            arrowcolor=tint,
            arrowhead=0,
            arrowwidth=1,
        )
