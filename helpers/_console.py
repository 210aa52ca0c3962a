"""What every command prints through: tables that lose nothing, and texts that steer no terminal."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from helpers.units import visible

_ENDLESS = 1_000_000  # columns of what is no terminal: nothing is cut or folded in a pipe, a log or CI
_GAP = 2  # between two columns
Cells = Mapping[str, Text]


def console(*, stderr: bool = False) -> Console:
    """A console that takes texts as they are, never as markup."""
    made = Console(stderr=stderr, highlight=False, markup=False, emoji=False)
    if not made.is_terminal and not made.is_jupyter:
        made.width = _ENDLESS
    return made


def text(said: object, style: str = "") -> Text:
    """A text of a file, an engine or a person: signs that would steer the terminal are spelled out."""
    return Text(visible(str(said)), style)


def print_rows(to: Console, rows: Sequence[Cells], columns: Sequence[str], *, left: Collection[str] = ()) -> None:
    """Print rows as a table; where it is too wide for the terminal, as several that begin with the same column.

    Parameters
    ----------
    columns
        Their names in order; the first says what a row is about.
    left
        Those that hold words, which stand at the left; numbers stand at the right.
    """
    for part in fitting({name: _width(name, rows) for name in columns}, to.width):
        table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, _GAP, 0, 0))
        for name in part:
            words = name in left
            table.add_column(
                text(name), justify="left" if words else "right", overflow="fold", no_wrap=name == columns[0]
            )
        for row in rows:
            table.add_row(*(row[name] for name in part))
        to.print(table)


def fitting(widths: Mapping[str, int], width: int) -> list[list[str]]:
    """The columns of each table, so that each fits; the first column comes in all of them.

    >>> fitting({"engine": 10, "p50": 8, "verdict": 20}, 80)
    [['engine', 'p50', 'verdict']]
    >>> fitting({"engine": 10, "p50": 8, "verdict": 20}, 36)
    [['engine', 'p50'], ['engine', 'verdict']]
    """
    first, *others = widths
    found, used = [[first]], widths[first]
    for name in others:
        if used + _GAP + widths[name] > width and len(found[-1]) > 1:
            found.append([first])
            used = widths[first]
        found[-1].append(name)
        used += _GAP + widths[name]
    return found


def _width(name: str, rows: Sequence[Cells]) -> int:
    return max(len(name), *(row[name].cell_len for row in rows)) if rows else len(name)
