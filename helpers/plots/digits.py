"""Figures of pictures and of what a network says about them."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from html import escape

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from helpers.digits.preprocess import Stages
from helpers.digits.scores import probabilities
from helpers.plots._look import BLUE, VERMILLION, WIDEST, Told, plain

_LETTER = 8  # pixels of a letter in a caption, about
_INK = [[0, "black"], [1, "white"]]  # the pad's colours in either theme


def pictures(images: Sequence[np.ndarray], titles: Sequence[str], *, sentence: str = "") -> Told:
    """Pictures side by side, black paper and white ink.

    Parameters
    ----------
    images
        Arrays of shape (h, w), or (1, 1, h, w), values 0 to 255.
    titles
        One for each.

    >>> pictures([np.zeros((28, 28))], ["blank"])
    1 picture: blank.
    """
    side = min(190, WIDEST // len(images))
    captions = [textwrap.wrap(title, max(8, side // _LETTER)) for title in titles]
    lines = max(map(len, captions), default=1)
    wrapped = ["<br>".join(map(escape, caption)) for caption in captions]
    figure = make_subplots(1, len(images), subplot_titles=wrapped, horizontal_spacing=0.03)
    figure.update_annotations(font_size=13)
    for column, image in enumerate(images, 1):
        values = np.asarray(image, np.float32).reshape(np.shape(image)[-2:]).round(0)
        heat = go.Heatmap(
            z=values, colorscale=_INK, zmin=0, zmax=255, showscale=False, hovertemplate="%{z}<extra></extra>"
        )
        figure.add_trace(heat, 1, column)
        figure.update_yaxes(autorange="reversed", scaleanchor=f"x{column if column > 1 else ''}", row=1, col=column)
    figure.update_xaxes(visible=False, constrain="domain")
    figure.update_yaxes(visible=False, constrain="domain")
    said = sentence or f"{len(images)} picture{'s' if len(images) > 1 else ''}: {', '.join(titles)}."
    top = 22 + 18 * lines
    return Told(plain(figure, height=side + top - 20, width=max(200, side * len(images)), top=top), said)


def stages(found: Stages) -> Told:
    """The way from a drawing to what the network sees.

    >>> from helpers import digits
    >>> stages(digits.preprocess(digits.draw([[(0.2, 0.1), (0.2, 0.6)]])))
    As drawn (112 × 112), cropped to its ink (66 × 11), scaled to 20 pixels (20 × 3), centred in 28 × 28.
    """
    if found.empty:
        return pictures([found.drawn], ["nothing drawn"], sentence="Nothing is drawn, so there is nothing to crop.")
    steps = (("drawn", found.drawn), ("cropped", found.cropped), ("boxed", found.boxed), ("centred", found.centred))
    sizes = [f"{a.shape[0]} × {a.shape[1]}" for _, a in steps]
    said = (
        f"As drawn ({sizes[0]}), cropped to its ink ({sizes[1]}), scaled to 20 pixels ({sizes[2]}), "
        f"centred in {sizes[3]}."
    )
    return pictures([a for _, a in steps], [name for name, _ in steps], sentence=said)


def scores(logits: np.ndarray) -> Told:
    """The ten logits of one digit, and beside them the probabilities that they stand for.

    >>> scores(np.arange(10.0))
    The largest logit is 9.0, at digit 9; the next is 8.0, at digit 8. As probabilities: 63.2 % and 23.3 %.
    """
    flat = np.asarray(logits, np.float64).ravel()
    chances = probabilities(flat)
    first, second = (int(i) for i in np.argsort(flat)[::-1][:2])
    figure = make_subplots(1, 2, subplot_titles=["logits: what the network gives", "probabilities: softmax of them"])
    colours = [VERMILLION if digit == first else BLUE for digit in range(len(flat))]
    for column, (values, text) in enumerate(((flat, ".1f"), (chances, ".1%")), 1):
        shown = [format(v, text) for v in values]
        bars = go.Bar(
            x=list(range(len(values))),
            y=values,
            marker_color=colours,
            text=shown,
            hovertemplate="%{x}: %{text}<extra></extra>",
        )
        figure.add_trace(bars, 1, column)
    figure.update_xaxes(dtick=1, title="digit")
    figure.update_yaxes(range=[0, 1.1], tickformat=".0%", row=1, col=2)
    said = (
        f"The largest logit is {flat[first]:.1f}, at digit {first}; the next is {flat[second]:.1f}, at digit {second}. "
        f"As probabilities: {chances[first]:.1%} and {chances[second]:.1%}."
    ).replace("%", " %")
    return Told(plain(figure, height=300, width=WIDEST), said)


def accuracies(found: dict[str, float]) -> Told:
    """The share of digits read right under each condition, from the best to the worst.

    >>> accuracies({"as it should be": 0.99, "inverted": 0.3})
    Read right: as it should be 99 %, inverted 30 %.
    """
    names = sorted(found, key=lambda name: found[name])
    bars = go.Bar(
        x=[found[n] for n in names],
        y=names,
        orientation="h",
        marker_color=[BLUE if found[n] == max(found.values()) else VERMILLION for n in names],
        text=[f"{found[n]:.0%}".replace("%", " %") for n in names],
        hovertemplate="%{y}: %{text}<extra></extra>",
    )
    figure = go.Figure(bars)
    figure.update_xaxes(range=[0, 1.08], tickformat=".0%", title="digits read right")
    said = "Read right: " + ", ".join(f"{n} {found[n]:.0%}".replace("%", " %") for n in reversed(names)) + "."
    return Told(plain(figure, height=90 + 36 * len(names), width=720), said)
