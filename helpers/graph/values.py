"""One value a node: what is painted on the drawing, and shown in the table beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pandas as pd

from helpers.graph._fused import Groups
from helpers.process.wire import crosses
from helpers.units import listed, number, precise


@crosses
@dataclass(frozen=True)
class Values:
    """A value for each node, by the node's first output.

    >>> values = Values("time", "s", {"y": 2.4e-05, "z": None}, note="ONNX Runtime's own profile")
    >>> values.text("y"), values.text("z")
    ('24.0 µs', '')
    """

    title: str  # "time", "shape"
    unit: str  # "s", "share", "error", "count", "number", or "" for words
    by_node: Mapping[str, float | str | None]
    note: str = ""  # how the values were got, and what to beware of
    groups: Groups = field(default_factory=dict)  # whose value holds for others too, which an engine runs with it
    others: Mapping[str, float] = field(default_factory=dict)  # values of what is not a node of the file, by name

    def text(self, node: str) -> str:
        """A node's value as a person reads it; "" where there is none."""
        said = self._text(self.by_node.get(node))
        beside = [operator for _, operator in self.groups.get(node, ())]
        return f"{said}, with {listed(beside)}" if said and beside else said

    def beside(self) -> list[list[str]]:
        """What is not a node of the file, and its value as a person reads it.

        >>> Values("time", "s", {}, others={"ReorderOutput": 2e-06}).beside()
        [['ReorderOutput', '2.00 µs']]
        """
        return [[name, self._text(value)] for name, value in self.others.items()]

    def _text(self, value: float | str | None) -> str:
        if value is None or isinstance(value, str):
            return value or ""
        if self.unit == "s":
            return precise(value)
        if self.unit == "share":
            return f"{100 * value:.1f} %"
        if self.unit == "error":
            return number(value)
        return f"{value:,.0f}" if self.unit == "count" else f"{value:.3g}"

    def share(self) -> Values:
        """Each value as a share of the total.

        >>> Values("parameters", "count", {"y": 30, "z": 10}).share().text("y")
        '75.0 %'
        """
        total = sum(v for v in (*self.by_node.values(), *self.others.values()) if isinstance(v, int | float))
        parts = {n: v / total if isinstance(v, int | float) and total else None for n, v in self.by_node.items()}
        others = {name: value / total for name, value in self.others.items()} if total else {}
        return replace(self, title=f"share of {self.title}", unit="share", by_node=parts, others=others)

    def table(self) -> pd.DataFrame:
        """A row a node, the largest first; words in the graph's order."""
        members = {name for group in self.groups.values() for name, _ in group}
        shown = {node: value for node, value in self.by_node.items() if node not in members} | dict(self.others)
        rows = pd.DataFrame({"node": list(shown), self.title: list(shown.values())}).set_index("node")
        if self.groups:
            rows["with"] = [", ".join(operator for _, operator in self.groups.get(node, ())) for node in shown]
        return rows if self.unit == "" else rows.sort_values(self.title, ascending=False, kind="stable")
