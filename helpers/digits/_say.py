"""The board in one or two sentences, for readers who hear it and for those who want the short of it."""

from __future__ import annotations

from collections import Counter

_WORDS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve")


def sentence(rows: list[dict], *, empty: bool) -> str:
    """What the rows say.

    >>> row = {"engine": "a", "state": "answered", "answer": 7, "probabilities": [0] * 7 + [0.998, 0, 0], "text": ""}
    >>> sentence([row, {**row, "engine": "b"}], empty=False)
    'Two engines answer 7, with 99.8 %.'
    """
    if empty:
        return "Nothing drawn. Draw a digit, or take a sample."
    answered = [row for row in rows if row["state"] == "answered"]
    parts = [_answers(answer, answered) for answer, _ in Counter(row["answer"] for row in answered).most_common()]
    parts += [f"{row['engine']} {row['text']}." for row in answered if row["text"]]
    parts += [f"{row['engine']} {_problem(row)}." for row in rows if row["state"] in ("failed", "crashed")]
    missing = [row["engine"] for row in rows if row["state"] == "unavailable"]
    if missing:
        parts.append(f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} unavailable.")
    return " ".join(parts)


def _answers(answer: int, rows: list[dict]) -> str:
    those = [row for row in rows if row["answer"] == answer]
    sure = sorted(row["probabilities"][answer] for row in those)
    low, high = f"{100 * sure[0]:.1f}", f"{100 * sure[-1]:.1f}"
    chance = f"{high} %" if low == high else f"{low} to {high} %"
    if len(those) == 1 and len(rows) > 1:
        return f"{those[0]['engine']} answers {answer}, with {chance}."
    count = _WORDS[len(those)] if len(those) < len(_WORDS) else str(len(those))
    return (
        f"{count} engine{'s' if len(those) > 1 else ''} answer{'' if len(those) > 1 else 's'} {answer}, with {chance}."
    )


def _problem(row: dict) -> str:
    return row["text"] if row["text"].startswith("cannot") else f"crashed: {row['text']}"
