"""Today against an earlier measurement of the same model on the same machine: for CI, after an upgrade, after a change.

>>> from helpers import bench
>>> few = bench.plan("models/mnist.onnx", engines="onnxruntime", processes=3, seconds=0.02, twin=False)
>>> result = bench.run(few, report=lambda what, done, total: None)
>>> [change.verdict for change in bench.against(result, result)]
['not resolvable']
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from helpers.bench import machine, speed, stats
from helpers.bench.noise import noise_floors
from helpers.bench.result import Result
from helpers.bench.rows import Row, resolve, verdict
from helpers.errors import BadInput

Verdict = Literal["faster", "slower", "not resolvable", "new", "gone", "failed", "failed before"]


@dataclass(frozen=True)
class Change:
    """One engine, now against then; ``ratio`` over 1 is slower now."""

    engine: str
    verdict: Verdict
    ratio: float | None = None
    ratio_low: float | None = None
    ratio_high: float | None = None
    floor: float | None = None  # a share: what is less is noise
    message: str = ""

    @property
    def worse(self) -> bool:
        """Whether a build should fail: slower beyond the noise floor, or no longer right."""
        return self.verdict in ("slower", "failed")

    def __str__(self) -> str:
        if self.ratio is None:
            return f"{self.engine}: {self.verdict}{f' ({self.message})' if self.message else ''}"
        ends = "" if self.ratio_low is None else f" ({self.ratio_low:.3f} to {self.ratio_high:.3f})"
        return f"{self.engine}: {self.verdict}, {self.ratio:.3f} × as long as before{ends}; floor {self.floor:.1%}"

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return asdict(self)


def refuse_unlike(old: Result, plan: dict[str, Any], hardware: dict[str, Any] | None = None) -> None:
    """Raise BadInput where an earlier result cannot be held against a plan: another model, inputs or machine."""
    hardware = hardware or machine.facts()["hardware"]
    if old.plan["model"]["sha256"] != plan["model"]["sha256"]:
        was = old.plan["model"]["title"]
        raise BadInput(f"the baseline is of another model ({was}); measure this one again for a baseline")
    if old.plan["inputs"]["sha256"] != plan["inputs"]["sha256"]:
        raise BadInput("the baseline was measured on other inputs; give the same ones, or measure it again")
    if not any(facts["hardware"] == hardware for facts in old.machines.values()):
        said = "; ".join(machine.summary(facts) for facts in old.machines.values()) or "no machine"
        raise BadInput(f"the baseline was measured on another machine ({said}); measure it again on this one")


def against(new: Result, old: Result) -> tuple[Change, ...]:
    """Each engine of the new result against its own earlier times.

    Slower or faster is said only where the interval of the ratio does not hold 1, and the ratio is beyond the noise
    floor of both: that of an engine against itself, and the change of the machine's own speed.

    Raises
    ------
    BadInput
        The two are of different models, inputs or machines.
    """
    where, facts = next(iter(new.machines.items()), ("", machine.facts()))  # none where no engine ran
    refuse_unlike(old, new.plan, facts["hardware"])
    then = next(name for name, found in old.machines.items() if found["hardware"] == facts["hardware"])
    floor = _floor(new, old, where, then)
    names = dict.fromkeys([*new.entries, *old.entries])
    return tuple(_change(name, new, old, where, then, floor) for name in names)


def _change(name: str, new: Result, old: Result, where: str, then: str, floor: float) -> Change:
    now, before = (_row(result, name, at) for result, at in ((new, where), (old, then)))
    if now is None or before is None:
        return Change(name, "gone" if now is None else "new")
    if now.struck or before.struck:
        said = now.message if now.struck else before.message
        return Change(name, "failed" if now.struck and not before.struck else "failed before", message=said)
    a, b = new.series.get((where, name)), old.series.get((then, name))
    if a is None or not a.p50:
        return Change(name, "gone")
    if b is None or not b.p50:
        return Change(name, "new")
    ratio = stats.ratio(a.p50, b.p50, a.medians, b.medians)
    word = verdict(ratio.value, resolve(ratio, floor))
    return Change(name, word, ratio.value, ratio.low, ratio.high, floor)


def _row(result: Result, name: str, where: str) -> Row | None:
    return next((row for row in result.rows if row.engine == name and row.machine == where), None)


def _floor(new: Result, old: Result, where: str, then: str) -> float:
    known = [noise_floors(result).get(at) for result, at in ((new, where), (old, then))]
    speeds = [
        speed.usual([p for p in result.processes if p.machine == at]) for result, at in ((new, where), (old, then))
    ]
    changed = abs(speeds[0] / speeds[1] - 1) if all(speeds) else 0.0
    return max([each.floor for each in known if each] + [changed])
