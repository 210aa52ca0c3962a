"""The board's table in the browser: it shows what its traits say and knows nothing of engines."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TypedDict, get_args

import anywidget
import traitlets

from helpers.errors import BadInput
from helpers.script import joined

State = Literal["starting", "idle", "answered", "unavailable", "failed", "crashed", "building"]
_STATES = get_args(State)
_HERE = Path(__file__).parent


class Row(TypedDict, total=False):
    """What the table shows of one engine; whatever is left out stays blank."""

    engine: str  # its name, which keeps the row's place on the page
    detail: str  # "wheel · Rust"
    colour: str  # "#0072B2"
    state: State
    answer: int | None
    probabilities: list[float] | None  # ten, 0 to 1
    seconds: float | None  # of this call
    p50: float | None  # seconds, that the benchmark measured
    error: float | None  # against the reference, norm-wise
    odd: bool  # whether it disagrees with the others
    text: str  # why there is no answer
    remedy: str  # what to do about that
    progress: float | None  # of a build, 0 to 1; None where it is not known
    seq: int  # the number of the picture that was answered


class BoardView(anywidget.AnyWidget):
    """A table with a row an engine, and a sentence under it that a screen reader says.

    ``rows`` is replaced as a whole: a change inside the list would go unnoticed.

    >>> view = BoardView(rows=[{"engine": "rten", "state": "answered", "answer": 7, "probabilities": [0.1] * 10}])
    >>> view
    BoardView(rten: 7)
    """

    _esm = joined(_HERE / "board.js")
    _css = _HERE / "board.css"

    rows = traitlets.List(traitlets.Dict()).tag(sync=True)  # of Row
    sentence = traitlets.Unicode("").tag(sync=True)
    note = traitlets.Unicode("").tag(sync=True)  # on the times, below the sentence; what is `code` stands in backticks
    reference = traitlets.Unicode("").tag(sync=True)  # the engine that errors are measured against

    @traitlets.validate("rows")
    def _fit(self, proposal: Any) -> list[dict[str, Any]]:
        rows = [_clean(row) for row in proposal["value"]]
        for row in rows:
            if not isinstance(row.get("engine"), str) or row.get("state") not in _STATES:
                raise BadInput(f"a row needs an engine and one of the states {', '.join(_STATES)}; this one is {row}")
        names = [row["engine"] for row in rows]
        if len(set(names)) < len(names):
            raise BadInput(f"each engine has one row; these are {', '.join(names)}")
        return rows

    def __repr__(self) -> str:
        said = (row.get("answer") if row["state"] == "answered" else row["state"] for row in self.rows)
        names = (row["engine"] for row in self.rows)
        return f"BoardView({', '.join(f'{name}: {what}' for name, what in zip(names, said, strict=True))})"


def _clean(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row as JSON can hold it: without numpy's types, and without NaN and infinity, which it has no words for."""
    return {key: _plain(value) for key, value in row.items()}


def _plain(value: Any) -> Any:
    if hasattr(value, "tolist"):  # numpy's arrays and numbers
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
