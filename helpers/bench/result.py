"""What was measured, all of it: raw calls with what they belong to. Rows and verdicts are worked out from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from helpers.bench.entry import AGAIN
from helpers.bench.gate import Verdict
from helpers.bench.instrument import Instrument
from helpers.bench.process import Process

if TYPE_CHECKING:  # scipy and pandas are slow to import, and nobody needs them while the clock runs
    import pandas as pd

    from helpers.bench.rows import NoiseFloor, Row
    from helpers.bench.series import Series


@dataclass(frozen=True)
class Result:
    """A measurement, finished or not."""

    plan: dict[str, Any]  # see Plan.to_json
    reference: str
    verdicts: dict[str, Verdict]
    machines: dict[str, dict[str, Any]]  # by identity, see helpers.bench.machine
    processes: tuple[Process, ...] = ()
    memory: dict[str, int] = field(default_factory=dict)  # bytes at the peak, by entry
    instrument: Instrument | None = None
    load_before: list[float] | None = None  # load averages
    load_after: list[float] | None = None
    note: str = ""  # of the gate
    finished: bool = False

    @property
    def entries(self) -> list[str]:
        """The names of the table's lines; the second name of the doubled engine is none."""
        return [entry["name"] for entry in self.plan["entries"] if not entry["name"].endswith(AGAIN)]

    @cached_property
    def series(self) -> dict[tuple[str, str], Series]:
        """The processes by machine and entry, their calls apart into warm-up and steady."""
        from helpers.bench.series import series

        return series(self.processes)

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """A line for each engine (and machine), ratios against the fastest."""
        return self.against(None)

    def against(self, base: str | None) -> tuple[Row, ...]:
        """The same with ratios against a chosen engine.

        Raises
        ------
        BadInput
            There is no such entry, or it has no time.
        """
        from helpers.bench.rows import rows

        return rows(self, base)

    @cached_property
    def noise_floor(self) -> NoiseFloor | None:
        """What differs between an engine and itself; None where no engine was measured twice."""
        from helpers.bench.rows import noise_floors

        return next(iter(noise_floors(self).values()), None)

    @cached_property
    def remarks(self) -> tuple[str, ...]:
        """What a reader should know before any number, one sentence each."""
        from helpers.bench.remarks import remarks

        return remarks(self)

    def to_json(self, *, to: str | None = None) -> dict[str, Any]:
        """As plain values, without the single calls: the head of the file, rows, noise floor, remarks."""
        from helpers.bench.store import head

        return {**head(self), "rows": [row.to_json() for row in self.against(to)], "remarks": list(self.remarks)}

    def frame(self) -> pd.DataFrame:
        """Every call as a line: entry, machine, round, call (0 is the first), ns, warm (it came after the warm-up)."""
        from helpers.bench.tables import frame

        return frame(self)

    def table(self) -> pd.DataFrame:
        """The rows as a notebook shows them."""
        from helpers.bench.tables import table

        return table(self)

    def __str__(self) -> str:
        from helpers.bench.remarks import sentence

        return sentence(self)
