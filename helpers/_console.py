"""What every command prints through: tables that lose nothing, and texts that steer no terminal."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Literal

from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from helpers.units import visible

_ENDLESS = 1_000_000  # columns of what is not a terminal: nothing is cut or folded in a pipe, a log or CI
_GAP = 2  # between two columns
_PROSE = 24  # the least width of a column of sentences
Cells = Mapping[str, Text]


def console(*, stderr: bool = False) -> Console:
    """A console that takes texts as they are, never as markup."""
    made = Console(stderr=stderr, highlight=False, markup=False, emoji=False)
    if not is_screen(made):
        made.width = _ENDLESS
    return made


def is_screen(to: Console) -> bool:
    """Whether somebody looks at it: ``FORCE_COLOR`` makes rich take a pipe for a terminal, 80 columns wide."""
    return to.is_jupyter or (to.is_terminal and to.file.isatty())


def text(said: object, style: str = "") -> Text:
    """A text of a file, an engine or a person: signs that would steer the terminal are spelled out."""
    return Text(visible(str(said)), style)


def print_rows(
    to: Console,
    rows: Sequence[Cells],
    columns: Sequence[str],
    *,
    left: Collection[str] = (),
    prose: Collection[str] = (),
    head: bool = True,
) -> None:
    """Print rows as a table; where it is too wide for the terminal, as several that begin with the same column.

    Where not even two columns fit beside each other, each value stands on a line of its own.

    Parameters
    ----------
    columns
        Their names in order; the first says what a row is about.
    left
        Those that hold words, which stand at the left; numbers stand at the right.
    prose
        Those that hold sentences, which may go on in the next line; a name or a number is never broken that fits.
    head
        Whether the columns' names stand above them.
    """
    widths = {name: _width(name if head else "", rows, name, name in prose) for name in columns}
    if max(_pairs(widths)) > to.width:
        _print_lines(to, rows, columns)
        return
    for part in fitting(widths, to.width):
        table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, _GAP, 0, 0), show_header=head)
        for name in part:
            side: Literal["left", "right"] = "left" if name in left or name in prose else "right"
            table.add_column(text(name), justify=side, overflow="fold", min_width=widths[name])
        for row in rows:
            table.add_row(*(row[name] for name in part))
        to.print(table)


def _pairs(widths: Mapping[str, int]) -> list[int]:
    """The width of the first column, then that of the first with each other."""
    first, *others = widths.values()
    return [first, *(first + _GAP + width for width in others)]


def _print_lines(to: Console, rows: Sequence[Cells], columns: Sequence[str]) -> None:
    first, *others = columns
    for row in rows:
        to.print(row[first])
        for name in others:
            if row[name].plain:
                to.print(Padding(text(f"{name}: ", "dim") + row[name], (0, 0, 0, _GAP), expand=False))


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


def _width(head: str, rows: Sequence[Cells], name: str, prose: bool) -> int:
    """Columns that it needs at the least: of prose, enough for a few words a line."""
    lines = [cell_len(line) for row in rows for line in row[name].plain.split("\n")]
    widest = max([cell_len(head), *lines])
    return min(widest, _PROSE) if prose else widest
