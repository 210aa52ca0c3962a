"""A measurement, and what can be said of it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from helpers.bench.record import Record

if TYPE_CHECKING:  # scipy and pandas are slow to import, and nobody needs them while the clock runs
    import pandas as pd

    from helpers.bench.noise import NoiseFloor
    from helpers.bench.rows import Row


class Result(Record):
    """A measurement, finished or not: the record, and the rows, verdicts and tables that follow from it."""

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
        from helpers.bench.noise import noise_floor

        return noise_floor(self)

    @cached_property
    def remarks(self) -> tuple[str, ...]:
        """What a reader should know before any number, one sentence each."""
        from helpers.bench.remarks import remarks

        return remarks(self)

    def to_json(self, *, to: str | None = None) -> dict[str, Any]:
        """As plain values, without the single calls: the head of the file, rows, noise floor, remarks."""
        from helpers.bench.head import head

        return {**head(self), "rows": [row.to_json() for row in self.against(to)], "remarks": list(self.remarks)}

    def frame(self) -> pd.DataFrame:
        """Every call as a line: entry, machine, round, call (0 is the first), ns, warm (it came after the warm-up)."""
        from helpers.bench.tables import frame

        return frame(self)

    def table(self, *, to: str | None = None) -> pd.DataFrame:
        """The rows as a notebook shows them; ratios against the fastest, or against ``to``."""
        from helpers.bench.tables import table

        return table(self, to)

    def __str__(self) -> str:
        from helpers.bench.remarks import sentence

        return sentence(self)
