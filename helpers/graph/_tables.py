"""Rows as a table, and a table as strict JSON: what JSON has no number for is None or a text."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd


def frame(rows: Sequence[dict[str, Any]], columns: Sequence[str]) -> pd.DataFrame:
    """A table with whole numbers as such, also where one is missing.

    >>> frame([{"a": 1, "b": "x"}, {"a": None, "b": None}], ("a", "b"))["a"].tolist()
    [1, <NA>]
    """
    table = pd.DataFrame(rows, columns=list(columns), dtype=object)
    for name in table:
        table[name] = _typed([None if value is pd.NA else value for value in table[name]])
    return table


def _typed(values: list[Any]) -> pd.Series:
    kinds = {type(value) for value in values if value is not None}
    if kinds == {int} and all(value is None or abs(value) < 2**63 for value in values):  # a file may claim any size
        return pd.Series(values, dtype="Int64" if None in values else "int64")
    if kinds == {bool} and None not in values:
        return pd.Series(values, dtype=bool)
    if kinds in ({float}, {float, int}) and all(value is None or abs(value) < 2**53 for value in values):
        return pd.Series(values, dtype=float)
    return pd.Series(values, dtype=object)


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table as plain values.

    >>> records(pd.DataFrame({"a": [1.5, float("nan"), float("inf")], "b": [(1, 2), None, "x"]}))
    [{'a': 1.5, 'b': [1, 2]}, {'a': None, 'b': None}, {'a': 'inf', 'b': 'x'}]
    """
    return [
        {str(name): plain(value) for name, value in zip(table.columns, row, strict=True)}
        for row in table.itertuples(index=False, name=None)
    ]


def plain(value: Any) -> Any:
    """A value as JSON has it.

    >>> plain(float("-inf")), plain((1, float("nan"))), plain(pd.NA)
    ('-inf', [1, None], None)
    """
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if value is None or value is pd.NA:
        return None
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else str(value)
    return value
