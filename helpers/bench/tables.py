"""A measurement as pandas tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from helpers.bench.rows import Row, rows
from helpers.units import number, precise, span, times

if TYPE_CHECKING:
    from helpers.bench.record import Record

_STRIKE = "\u0336"  # combining: struck out in any font, in a terminal and for whoever copies the table


def frame(record: Record) -> pd.DataFrame:
    """Every call as a line; see :meth:`Result.frame`."""
    parts = []
    for found in record.series.values():
        for process, warm in zip(found.processes, found.warm, strict=True):
            calls = np.arange(len(process.calls_ns))
            steady = calls >= warm.first_steady(len(calls))
            about = {"entry": found.entry, "machine": found.machine, "round": process.round}
            parts.append(pd.DataFrame({**about, "call": calls, "ns": process.calls_ns, "warm": steady}))
    columns = ["entry", "machine", "round", "call", "ns", "warm"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def table(record: Record, to: str | None = None) -> pd.DataFrame:
    """The rows as a person reads them; see :meth:`Result.table`."""
    many = len(record.machines) > 1
    lines = [{**({"machine": row.machine} if many else {}), **cells(row)} for row in rows(record, to)]
    return pd.DataFrame(lines).set_index("engine")


def cells(row: Row, *, strike: bool = True) -> dict[str, Any]:
    """A row as text, column by column; a time that does not count is struck out, unless whoever shows it does that."""
    out = struck if strike and row.struck else str

    def time(value: float | None) -> str:
        return out(precise(value))

    ratio = "" if row.ratio is None else times(row.ratio)
    if row.ratio_low is not None and row.ratio_high is not None and row.ratio_low != row.ratio_high:
        ratio += f" ({times(row.ratio_low)}–{times(row.ratio_high)})"
    interval = "" if row.p50_low_s is None or row.p50_high_s is None else span(row.p50_low_s, row.p50_high_s)
    return {
        "engine": row.engine + (" *" if row.form == "portable" else ""),
        "outcome": row.outcome,
        "p50": time(row.p50_s),
        "95 % interval": out(interval),
        "ratio": out(ratio),
        "verdict": _verdict(row),
        "first": "" if row.first_share is None or row.struck else f"{100 * row.first_share:.0f} %",
        "p90": time(row.p90_s),
        "p99": time(row.p99_s),
        "p99.9": time(row.p999_s),
        "import": time(row.import_s),
        "load": time(row.load_s),
        "first call": time(row.first_s),
        "warm-up": "" if row.warm_up is None else str(row.warm_up),
        "memory": "" if row.memory_bytes is None else f"{row.memory_bytes / 2**20:.0f} MiB",
        "processes": f"{row.processes} of {row.processes + row.disturbed}" if row.processes else "",
        "outliers": f"{row.outliers} of {row.calls:,}" if row.calls else "",
        "error": number(row.error),
        "precision": row.precision or "",
        "flips": "" if row.flips is None else str(row.flips),
        "tolerance": number(row.tolerance),
    }


def struck(text: str) -> str:
    """Text with a line through it.

    >>> struck("1 s") == "1\u0336 \u0336s\u0336"
    True
    """
    return "".join(letter + _STRIKE for letter in text)


def _verdict(row: Row) -> str:
    if row.p50_s is None or row.struck:
        return ""
    if row.resolvable is None:
        return ("fastest, with others" if row.tied else "fastest") if row.ratio == 1 else ""
    if row.resolvable:
        return "slower" if (row.ratio or 1) > 1 else "faster"
    return f"not resolvable (+{row.more_processes} processes?)" if row.more_processes else "not resolvable"
