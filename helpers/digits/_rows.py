"""The board's rows before and between answers."""

from __future__ import annotations

from collections.abc import Iterable

from helpers import engines
from helpers.palette import colour

# What belongs to an answer, and goes with it; the benchmark's p50 stays.
_NOTHING: dict = {"answer": None, "probabilities": None, "seconds": None, "error": None, "odd": False, "seq": 0}


def new(name: str) -> dict:
    """An engine's row before anything is known of it."""
    row = {"engine": name, "detail": detail(name), "colour": colour(name), "state": "starting"}
    return {**row, "text": "", "remedy": "", "progress": None, "p50": None, **_NOTHING}


def detail(name: str) -> str:
    """How an engine comes, and what it is written in.

    >>> detail("onnxruntime")
    'wheel · C++'
    """
    card = engines.get(name).card
    return f"{card.binding} · {card.language}"


def blank(row: dict) -> None:
    """Take the answer off a row; an engine that is ready waits, one that cannot run still says why."""
    row.update(_NOTHING)
    if row["state"] == "answered":
        row.update(state="idle")


def short(rows: Iterable[dict]) -> list[tuple[str, str]]:
    """Who answered what, with a head; none where nobody has answered.

    >>> short([{"engine": "ort", "answer": 7}, {"engine": "burn", "answer": None}])
    [('engine', 'answer'), ('ort', '7')]
    """
    answered = [(row["engine"], str(row["answer"])) for row in rows if row["answer"] is not None]
    return [("engine", "answer"), *answered] if answered else []
