"""Figures of tensors: as small pictures side by side, and how their values are spread."""

from __future__ import annotations

from html import escape

import numpy as np
import plotly.graph_objects as go

from helpers.graph.tiles import MARK, TOP, tiles
from helpers.graph.tiles import histogram as counted
from helpers.plots._look import BLUE, GREY, VERMILLION, WIDEST, Told, plain

# Zero is transparent, so it has the page's own colour in either theme; what is near it is faint, not grey.
_SCALE = [[0, "rgb(0,114,178)"], [0.5, "rgba(0,114,178,0)"], [0.5, "rgba(213,94,0,0)"], [1, "rgb(213,94,0)"]]
_LARGEST = 16  # pixels of a cell
_TALLEST = 560
_BESIDE = 110  # pixels that margins and the colour bar take


def feature_maps(array: np.ndarray, title: str = "") -> Told:
    """A tensor as pictures: filters, feature maps, scores; blue below zero, vermillion above it.

    Parameters
    ----------
    array : array of numbers, any shape
        The last two axes are a picture; see :func:`helpers.graph.tiles.tiles`.
    title
        What it is.

    Raises
    ------
    BadInput
        The array holds no real numbers.

    >>> feature_maps(np.array([[[-1.0, 0.5]], [[0.0, 2.0]]]), "two filters")
    two filters: 2 pictures of 1 × 2, from −1 to 2.
    """
    made = tiles(array)
    cells, frames = _laid_out(made)
    down, across = cells.shape
    most = max(abs(made["low"] or 0), abs(made["high"] or 0)) or 1
    odd = cells == MARK
    heat = go.Heatmap(
        z=np.where(
            odd, np.nan, np.array([float(f"{v:.3g}") for v in (cells * (most / TOP)).flat]).reshape(cells.shape)
        ),
        colorscale=_SCALE,
        zmin=-most,
        zmax=most,
        colorbar={"thickness": 10, "len": 1, "lenmode": "fraction", "outlinewidth": 0},
        hoverongaps=False,
        hovertemplate="%{z}<extra></extra>",
    )
    figure = go.Figure(heat)
    if odd.any():
        marks = np.where(odd, 1, np.nan)
        marked = {"colorscale": [[0, GREY], [1, GREY]], "showscale": False, "hoverongaps": False}
        figure.add_trace(go.Heatmap(z=marks, hovertemplate="not finite<extra></extra>", **marked))
    line = {"color": GREY, "width": 1}
    outlines = [{"type": "rect", "x0": x, "y0": y, "x1": x1, "y1": y1, "line": line} for x, y, x1, y1 in frames]
    figure.update_layout(shapes=outlines)
    cell = min(_LARGEST, (WIDEST - _BESIDE) / max(across, 1), _TALLEST / max(down, 1))
    top = 40 if title else 10
    height, width = max(90, round(cell * down) + top + 10), max(300, round(cell * across) + _BESIDE)
    plain(figure, height=height, width=width, title=escape(title), top=top)
    figure.update_xaxes(visible=False, range=[-1, across], constrain="domain")
    figure.update_yaxes(visible=False, range=[down, -1], scaleanchor="x", constrain="domain")
    return Told(figure, f"{title}: {made['label']}." if title else f"{made['label']}.")


def histogram(array: np.ndarray, title: str = "") -> Told:
    """How many of a tensor's values lie where; bars below zero are blue, others vermillion.

    Raises
    ------
    BadInput
        The array holds no real numbers.

    >>> histogram(np.arange(5), "a ramp")
    a ramp: 5 numbers, from 0 to 4; mean 2, standard deviation 1.41.
    """
    made = counted(array)
    edges = np.array(made["edges"])
    middles, widths = (edges[:-1] + edges[1:]) / 2, np.diff(edges)
    colours = [BLUE if middle < 0 else VERMILLION for middle in middles]
    hover = "%{y} near %{x:.3g}<extra></extra>"
    figure = go.Figure(go.Bar(x=middles, y=made["counts"], width=widths, marker_color=colours, hovertemplate=hover))
    plain(figure, height=260, width=620, title=escape(title))
    figure.update_xaxes(title="value")
    figure.update_yaxes(title="how many")
    return Told(figure, f"{title}: {made['label']}." if title else f"{made['label']}.")


def _laid_out(made: dict) -> tuple[np.ndarray, list[tuple[float, float, float, float]]]:
    """The grid as one array of cells, NaN between the pictures, and the frame of each picture."""
    rows, columns, height, width = (made[name] for name in ("rows", "columns", "height", "width"))
    cells = np.full((max(rows * (height + 1) - 1, 1), max(columns * (width + 1) - 1, 1)), np.nan)
    pictures = np.frombuffer(made["pixels"], np.int8).reshape(made["shown"], height, width)
    frames = []
    for i, picture in enumerate(pictures):
        top, left = (i // columns) * (height + 1), (i % columns) * (width + 1)
        cells[top : top + height, left : left + width] = picture
        frames.append((left - 0.5, top - 0.5, left + width - 0.5, top + height - 0.5))
    return cells, frames
