"""The table: one line for each engine and machine, with what can be said of it and what cannot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from helpers.bench import stats
from helpers.bench.entry import AGAIN
from helpers.bench.gate import TIMED, Verdict
from helpers.bench.noise import noise_floors
from helpers.bench.series import Series, warnings
from helpers.bench.stats import Interval
from helpers.compare.judge import precision_class
from helpers.errors import BadInput

if TYPE_CHECKING:
    from helpers.bench.record import Record

COUNTS = ("right", "disputed", "not judged")  # outcomes with which a time counts


@dataclass(frozen=True)
class Row:
    """One line. Times in seconds; None where there is nothing to say. ``struck``: its engine did not pass."""

    engine: str
    machine: str
    outcome: str
    form: str = "file"
    error: float | None = None
    precision: str | None = None
    flips: int | None = None
    tolerance: float | None = None
    p50_s: float | None = None
    p50_low_s: float | None = None
    p50_high_s: float | None = None
    p90_s: float | None = None
    p99_s: float | None = None
    p999_s: float | None = None
    ratio: float | None = None
    ratio_low: float | None = None
    ratio_high: float | None = None
    resolvable: bool | None = None  # whether it is told from the one that it is compared with
    more_processes: int | None = None  # that would tell it, about
    tied: bool = False  # it is the fastest, and another cannot be told from it
    first_share: float | None = None  # of resamples in which it was the fastest; within the noise floor, shared
    processes: int = 0
    disturbed: int = 0  # processes that are left out, since the machine ran at another speed meanwhile
    calls: int = 0  # steady ones
    warm_up: int | None = None  # calls, the median over processes
    import_s: float | None = None
    load_s: float | None = None
    first_s: float | None = None
    memory_bytes: int | None = None
    cores: float | None = None
    variation: float | None = None  # of p50 between processes
    outliers: int = 0
    warnings: tuple[str, ...] = ()
    message: str = ""

    @property
    def struck(self) -> bool:
        """Whether its time counts for nothing."""
        return self.outcome not in COUNTS

    @property
    def notes(self) -> tuple[str, ...]:
        """What there is to say beside the numbers: the message, then the warnings."""
        return (self.message, *self.warnings) if self.message else self.warnings

    def to_json(self) -> dict[str, Any]:
        """As plain values; infinity, for which JSON has no word, is null."""
        return {k: None if isinstance(v, float) and not np.isfinite(v) else v for k, v in asdict(self).items()}


def rows(record: Record, base: str | None = None) -> tuple[Row, ...]:
    """The lines of the table, in the plan's order, machine by machine; see :meth:`Result.against`."""
    if base is not None and base not in record.entries:
        raise BadInput(f"there is no entry {base!r} to compare with; give one of {', '.join(record.entries)}")
    found, floors = record.series, noise_floors(record)
    lines: list[Row] = []
    for machine in record.machines or [""]:  # where nothing was measured, what became of each engine
        here = {name: s for (where, name), s in found.items() if where == machine and not name.endswith(AGAIN)}
        states = {name: _outcome(record.verdicts[name], here.get(name)) for name in record.entries}
        ranked = {n: s.medians for n, s in here.items() if s.p50 and states[n][0] in COUNTS}
        to = base or min(ranked, key=lambda name: float(np.median(here[name].p50)), default=None)
        if base is not None and (base not in here or not here[base].p50):
            raise BadInput(f"{base} has no time to compare with ({states[base][1] or states[base][0]}); choose another")
        floor = floors[machine].floor if machine in floors else 0.0
        shares = stats.first_shares(ranked, floor) if ranked else {}
        here_lines = []
        for name in record.entries:
            about = record.verdicts[name]
            line = _line(record, machine, name, *states[name], about, here.get(name))
            compared = _compared(here.get(name), here.get(to or ""), floor)
            here_lines.append(Row(**{**line, **compared, "first_share": shares.get(name)}))
        tied = any(row.resolvable is False and not row.struck for row in here_lines)
        lines.extend(replace(row, tied=tied and base is None and row.engine == to) for row in here_lines)
    return tuple(lines)


def verdict(ratio: float, resolvable: bool | None) -> Literal["faster", "slower", "not resolvable"]:
    """A ratio in a word.

    >>> verdict(1.2, True), verdict(1.2, False)
    ('slower', 'not resolvable')
    """
    return "not resolvable" if not resolvable else "faster" if ratio < 1 else "slower"


def resolve(ratio: Interval, floor: float) -> bool:
    """Whether a ratio tells two engines apart: its interval does not hold 1, and it is more than the noise floor."""
    return not ratio.holds(1) and abs(ratio.value - 1) > floor


def _outcome(about: Verdict, found: Series | None) -> tuple[str, str]:
    """The gate's outcome, unless processes that were timed failed or answered wrong: then theirs, and what it was."""
    if about.outcome not in TIMED or found is None:
        return about.outcome, about.message
    ran = (*found.processes, *found.disturbed)
    count = len(ran) + len(found.failed)
    if found.failed:
        said = f"{len(found.failed)} of {count} processes failed, the first in round {found.failed[0].round + 1}"
        return found.failed[0].outcome, f"{said}: {found.failed[0].failed}"
    off = [p.error for p in ran if p.error is not None and p.error > about.allowed]
    if off and about.outcome == "right":
        said = f"{len(off)} of {count} processes were off by up to {max(off):.1e} while timed"
        return "wrong", f"{said}, though the gate was passed"
    return about.outcome, about.message


def _worst(found: Series) -> float:
    """The largest error of the answers that an entry's processes gave after their calls."""
    return max((p.error for p in (*found.processes, *found.disturbed) if p.error is not None), default=0.0)


def _line(
    record: Record, machine: str, name: str, outcome: str, message: str, about: Verdict, found: Series | None
) -> dict[str, Any]:
    """What is said of an entry by itself."""
    line: dict[str, Any] = {
        **{key: getattr(about, key) for key in ("form", "error", "precision", "flips", "tolerance")},
        **{"engine": name, "machine": machine, "outcome": outcome, "message": message},
        "memory_bytes": record.memory.get(name),
    }
    if found is None or not found.p50:
        return line
    if (worst := _worst(found)) > (about.error or 0.0):
        line.update(error=worst, precision=precision_class(worst))
    p50 = stats.interval(found.p50, found.medians)
    threads = next(e["options"]["intra_threads"] for e in record.plan["entries"] if e["name"] == name)
    line.update(p50_s=p50.value, p50_low_s=p50.low, p50_high_s=p50.high)
    for key, percentile in (("p90_s", "p90"), ("p99_s", "p99"), ("p999_s", "p99.9")):
        values = stats.percentile(found.steady, percentile)
        line[key] = float(np.median(values)) if len(values) == len(found.p50) else None
    about_all: dict[str, Sequence[float]] = {
        "import_s": [p.import_ns / 1e9 for p in found.processes],
        "load_s": [p.load_ns / 1e9 for p in found.processes],
        "first_s": [p.calls_ns[0] / 1e9 for p in found.processes],
        "cores": [p.cores for p in found.processes],
        "warm_up": [w.calls for w in found.warm],
    }
    line.update({key: float(np.median(values)) for key, values in about_all.items()})
    line["warm_up"] = round(line["warm_up"])
    line["disturbed"] = len(found.disturbed)
    line["processes"], line["calls"] = len(found.p50), sum(len(each) for each in found.steady)
    line["variation"] = stats.variation(found.p50)
    line["outliers"] = sum(stats.outliers(each) for each in found.steady)
    line["warnings"] = warnings(found, threads)
    return line


def _compared(found: Series | None, base: Series | None, floor: float) -> dict[str, Any]:
    """What is said of an entry beside another."""
    if found is None or base is None or not found.p50 or not base.p50:
        return {}
    if found.entry == base.entry:
        return {"ratio": 1.0, "ratio_low": 1.0, "ratio_high": 1.0}
    ratio = stats.ratio(found.p50, base.p50, found.medians, base.medians)
    resolvable = resolve(ratio, floor)
    more = stats.more_processes(ratio, len(found.p50)) if not resolvable and abs(ratio.value - 1) > floor else None
    return {
        **{"ratio": ratio.value, "ratio_low": ratio.low, "ratio_high": ratio.high},
        **{"resolvable": resolvable, "more_processes": more},
    }
