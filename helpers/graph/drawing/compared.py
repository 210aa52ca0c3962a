"""Two models side by side, as before and after a rewrite: what went, what came, what changed.

>>> from helpers import graph, rewrite
>>> pair = graph.side_by_side("models/mnist.onnx", rewrite.portable("models/mnist.onnx").model)
>>> str(pair.diff).split(":")[0]
'12 nodes before, 11 after'
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ipywidgets

from helpers.graph._diff import Diff, diff
from helpers.graph.drawing._saved import show
from helpers.graph.drawing.view import View
from helpers.graph.values import Values
from helpers.modelfile.nodes import Source


def side_by_side(before: Source, after: Source, *, height: int = 420) -> Pair:
    """Draw two models one under the other or side by side, as the page has room; what differs is coloured.

    Parameters
    ----------
    before, after
        Models, as :func:`graph.show` takes them.
    height
        Of each drawing, in pixels.

    Raises
    ------
    BadInput
        A model cannot be read.
    """
    return Pair(View(before, height=height), View(after, height=height), diff(before, after))


class Pair(ipywidgets.Box):
    """Two drawings: ``before`` and ``after``, each a :class:`graph.View`, and their ``diff``.

    What is selected in one is selected in the other, where it is still there.
    """

    def __init__(self, before: View, after: View, found: Diff) -> None:
        self.before, self.after, self.diff = before, after, found
        before.overlay(Values("before", "", found.before))
        after.overlay(Values("after", "", found.after, note=str(found)))
        half = {
            "flex": "1 1 320px",
            "min_width": "0",
        }  # two abreast in a notebook's column; lists go below the drawings
        for view in (before, after):
            view.layout = ipywidgets.Layout(**half)
        layout = ipywidgets.Layout(flex_flow="row wrap", grid_gap="16px", width="100%")
        super().__init__(children=[before, after], layout=layout)
        back = {new: old for old, new in found.partner.items()}
        before.observe(lambda change: _follow(change, after, found.partner), names=["selection"])
        after.observe(lambda change: _follow(change, before, back), names=["selection"])

    def _ipython_display_(self) -> None:
        show(self._repr_mimebundle_(), f"{self.diff}", self.before.kept, self.after.kept)

    def __repr__(self) -> str:
        return f"Pair({self.before.name}, {self.after.name}: {self.diff})"


def _follow(change: Any, other: View, partner: Mapping[str, str]) -> None:
    """Select in the other drawing what corresponds; names without a partner are looked for as they are."""
    wanted = [partner.get(each["name"], each["name"]) for each in change["new"]]
    there = [name for name in wanted if other.has(name)]
    if there != [each["name"] for each in other.selection]:
        other.highlight(there)
