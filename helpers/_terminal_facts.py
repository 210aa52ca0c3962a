"""The tables of ``onnx-lab facts``; the words of a file are shown as they are, never as markup."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
from rich.console import Console
from rich.text import Text

from helpers._console import console, print_rows, text

if TYPE_CHECKING:
    from helpers.graph import Facts

_WORDS = ("name", "value", "node", "where", "operator", "domain", "dtype", "shape", "stored", "known", "what", "to do")
_PROSE = ("value", "what", "to do", "known")
_NODES = ("node", "where", "operator", "dtype", "shape", "parameters", "multiply-adds")
_INITIALIZERS = (
    ("name", "where", "dtype", "shape", "elements", "bytes", "stored"),
    ("name", "min", "max", "mean", "std", "zeros", "nan"),
)


def print_facts(facts: Facts, *, nodes: bool = False, as_json: bool = False) -> None:
    """The summary, what goes in and out, operators and oddities; with ``nodes`` also each node and weight."""
    if as_json:
        print(json.dumps(facts.to_json(), indent=2, allow_nan=False))
        return
    out = console()
    _print(out, "", facts.summary[facts.summary["value"] != ""], head=False)
    _print(out, "inputs", facts.inputs)
    _print(out, "outputs", facts.outputs)
    _print(out, "operators", facts.operators)
    if nodes:
        _print(out, "nodes", facts.nodes.rename_axis("node").reset_index()[list(_NODES)])
        for title, columns in zip(("initializers", ""), _INITIALIZERS, strict=True):
            _print(out, title, facts.initializers[list(columns)])
    _print(out, "odd", facts.odd)
    out.print(text(facts))


def _print(out: Console, title: str, frame: pd.DataFrame, *, head: bool = True) -> None:
    names = list(frame.columns)
    rows = [dict(zip(names, map(_lines, row), strict=True)) for row in frame.itertuples(index=False, name=None)]
    if not rows:
        return
    if title:
        out.print(text(title, "bold"))
    shown = [name for name in names if any(row[name].plain for row in rows)]
    print_rows(out, rows, shown, left=_WORDS, prose=_PROSE, head=head)
    out.print()


def _lines(value: Any) -> Text:
    """A cell; a description may have lines."""
    return Text("\n").join(map(text, _cell(value).splitlines()))


def _cell(value: Any) -> str:
    """A value of a table as a person reads it.

    >>> _cell(5994), _cell(0.125), _cell(("x", "w")), _cell(None), _cell(float("nan"))
    ('5,994', '0.125', 'x, w', '', '')
    """
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(map(_cell, value))
    return str(value)
