"""What was measured, all of it: raw calls with what they belong to. All else is worked out from this."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from helpers.bench.entry import AGAIN
from helpers.bench.gate import Verdict
from helpers.bench.instrument import Instrument
from helpers.bench.process import Process

if TYPE_CHECKING:  # with scipy behind it, slow to import, and nobody needs it while the clock runs
    from helpers.bench.series import Series


@dataclass(frozen=True)
class Record:
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
    unsaved: str = ""  # why its file could not be written; not in the file, as what follows
    forgotten: str = ""  # why it is not remembered for the board
    stopped: str = ""  # the error that ended it early

    @property
    def entries(self) -> list[str]:
        """The names of the table's lines; the second name of the doubled engine is none."""
        return [entry["name"] for entry in self.plan["entries"] if not entry["name"].endswith(AGAIN)]

    @cached_property
    def series(self) -> dict[tuple[str, str], Series]:
        """The processes by machine and entry, their calls apart into warm-up and steady."""
        from helpers.bench.series import series

        return series(self.processes)
