"""One value a node: what is painted on the drawing, and shown in the table beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from helpers.units import number, precise


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

    def text(self, node: str) -> str:
        """A node's value as a person reads it; "" where there is none."""
        value = self.by_node.get(node)
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
        total = sum(value for value in self.by_node.values() if isinstance(value, int | float))
        parts = {n: v / total if isinstance(v, int | float) and total else None for n, v in self.by_node.items()}
        return Values(f"share of {self.title}", "share", parts, self.note)

    def table(self) -> pd.DataFrame:
        """A row a node, the largest first; words in the graph's order."""
        rows = pd.DataFrame({"node": list(self.by_node), self.title: list(self.by_node.values())}).set_index("node")
        return rows if self.unit == "" else rows.sort_values(self.title, ascending=False, kind="stable")
