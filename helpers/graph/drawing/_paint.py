"""A colour and a badge for each node, and the legend that says what they mean."""

from __future__ import annotations

import math
from typing import Any

from helpers.graph.values import Values

# cividis by Nuñez, Anderton and Renslow (https://doi.org/10.1371/journal.pone.0199239): even steps for all eyes
_RAMP = ("#00224e", "#1d3a6d", "#44506b", "#61656f", "#7d7c78", "#9b9476", "#bbae6b", "#dbca56", "#fee838")
_STATES = {"removed": "#D55E00", "added": "#009E73", "changed": "#E69F00"}  # of two models side by side; Okabe and Ito
_WORDS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442")
_SPAN = 1e-6  # of an error's logarithmic scale: what is that much smaller than the largest is as good as none
_TOLD = 3  # nodes that the sentence names


def paint(values: Values) -> dict[str, Any]:
    """What the page paints: ``items`` by node (text, fill, ink, dashed, quiet), what is ``beside`` them, the legend.

    >>> painted = paint(Values("parameters", "count", {"a": 30, "b": 10}))
    >>> painted["items"]["a"], painted["sentence"]
    ({'text': '30', 'fill': '#fee838', 'ink': '#000000'}, 'parameters, 2 nodes: most in a (30) and b (10).')
    """
    told = {"title": values.title, "note": values.note}
    words = [v for v in dict.fromkeys(values.by_node.values()) if isinstance(v, str)]
    if words:
        return told | _in_words(values, words)
    numbers = {node: float(v) for node, v in values.by_node.items() if isinstance(v, int | float) and math.isfinite(v)}
    top = max((abs(v) for v in numbers.values()), default=0.0)
    items: dict[str, dict[str, Any]] = {node: {"text": values.text(node)} for node in values.by_node}
    for node, value in numbers.items():
        if value == 0:  # nothing to see: no colour, and but for an error no badge
            items[node] |= {"quiet": values.unit != "error"}
            continue
        fill = _colour(_height(abs(value), top, logarithmic=values.unit == "error"))
        items[node] |= {"fill": fill, "ink": _ink(fill)}
        for member, _ in values.groups.get(node, ()):  # one colour, and the badge at the node that does the work
            items[member] = {"text": "", "fill": fill, "ink": _ink(fill)}
    ends = Values(values.title, values.unit, {"low": _low(top, values.unit), "high": top})
    return told | {
        "items": items,
        "beside": values.beside(),
        "stops": list(_RAMP),
        "low": ends.text("low"),
        "high": ends.text("high"),
        "sentence": _sentence(values, numbers),
    }


def _height(value: float, top: float, *, logarithmic: bool) -> float:
    """Where a value lies on the scale, 0 to 1."""
    if top == 0 or value == 0:
        return 0.0
    if not logarithmic:
        return value / top
    return max(0.0, 1 - math.log(value / top) / math.log(_SPAN))


def _low(top: float, unit: str) -> float:
    return top * _SPAN if unit == "error" else 0.0


def _colour(height: float) -> str:
    place = height * (len(_RAMP) - 1)
    first = min(int(place), len(_RAMP) - 2)
    pairs = zip(_channels(_RAMP[first]), _channels(_RAMP[first + 1]), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * (place - first)):02x}" for a, b in pairs)


def _channels(colour: str) -> list[int]:
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]


def _ink(fill: str) -> str:
    """Black or white, whichever is easier to read on a colour (https://www.w3.org/TR/WCAG21/#dfn-relative-luminance)."""
    linear = [c / 255 / 12.92 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in _channels(fill)]
    luminance = sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
    return "#000000" if luminance > 0.179 else "#ffffff"


def _in_words(values: Values, words: list[str]) -> dict[str, Any]:
    """Few words get a colour each; many, as shapes are, a badge only."""
    states = all(word in (*_STATES, "same") for word in words)
    colours = _STATES if states else dict(zip(words, _WORDS, strict=False)) if len(words) <= len(_WORDS) else {}
    items: dict[str, dict[str, Any]] = {}
    for node, word in values.by_node.items():
        text = "" if states and word == "same" else values.text(node)
        items[node] = {"text": text}
        if word in colours:
            items[node] |= {"fill": colours[word], "ink": _ink(colours[word]), "dashed": states}
    found = {word: sum(v == word for v in values.by_node.values()) for word in words}
    counted = ", ".join(f"{count} {word}" for word, count in found.items()) if len(words) <= len(_WORDS) else ""
    return {
        "items": items,
        "words": [[word, colours[word]] for word in words if word in colours],
        "sentence": f"{values.title}: {counted}." if counted else f"{values.title}: {len(words)} different ones.",
    }


def _sentence(values: Values, numbers: dict[str, float]) -> str:
    largest = [n for n, v in sorted(numbers.items(), key=lambda item: -abs(item[1]))[:_TOLD] if v]
    missing = len(values.by_node) - len(numbers) - sum(map(len, values.groups.values()))
    end = f"; none known for {missing}" if missing else ""
    head = f"{values.title}, {len(values.by_node)} nodes"
    if not largest:
        return f"{head}: nothing above zero{end}."
    parts = [f"{node} ({values.text(node)})" for node in largest]
    listed = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
    return f"{head}: most in {listed}{end}."
