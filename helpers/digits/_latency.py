"""The p50 that the benchmark measured of the board's model, to hold the time of a single call against."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.errors import BadInput
from helpers.paths import MNIST, ROOT

if TYPE_CHECKING:  # imported where it is used: with scipy behind it, it takes seconds
    from helpers.bench import Result

_DIFFERENCE = (
    "This call is one call, made while page, server and the other engines want the same cores, on caches gone cold "
    "between two pictures. p50 is the benchmark's median of steady calls in fresh processes, one engine at a time."
)


@dataclass(frozen=True)
class Measured:
    """What is known of a model: seconds by engine, and a line that says what they are or how to get them."""

    note: str
    p50: dict[str, float] = field(default_factory=dict)


LookUp = Callable[[], Measured]


def given(latency: Result | Path | str | None, model: Path | str | bytes, data: bytes) -> Result | None:
    """The measurement that a caller chose for a model of these bytes; None where the newest is to be taken.

    Raises
    ------
    BadInput
        It is not a measurement, or one of another model.
    """
    if latency is None:
        return None
    from helpers.bench import Result, load

    result = load(Path(latency).expanduser()) if isinstance(latency, str | Path) else latency
    if not isinstance(result, Result):
        kind = type(latency).__name__
        raise BadInput(f"latency is a result of helpers.bench or the path of one, not {kind}; give one of these")
    about = result.plan.get("model")
    if not isinstance(about, dict) or about.get("sha256") != _sha256(data):
        title = about.get("title") if isinstance(about, dict) else None
        raise BadInput(f"latency was measured on another model ({title}); measure the board's: {_how(model)}")
    return result


def look_up(names: Collection[str], result: Result | None, model: Path | str | bytes, data: bytes) -> Measured:
    """What a measurement, or else the newest of the model, says of engines on this machine. Takes seconds."""
    missing = Measured(f"No p50 yet for this machine and these versions: {_how(model)} measures it.")
    try:
        found = {name: p50 for name, p50 in _p50(result, _sha256(data)).items() if name in names}
    except Exception:  # a file from elsewhere may hold anything, and the board can do without
        return missing
    return Measured(_DIFFERENCE, found) if found else missing


def _p50(result: Result | None, sha256: str) -> dict[str, float]:
    """By entry: an engine with options is another one than the board's."""
    from helpers.bench import machine, newest

    result = result or newest(sha256)
    if result is None:
        return {}
    here = machine.identity()
    rows = [row for row in result.rows if row.machine == here and not row.struck]
    return {row.engine: row.p50_s for row in rows if row.p50_s is not None}


def _how(model: Path | str | bytes) -> str:
    """What to run, with commands and files in backticks."""
    if isinstance(model, bytes):
        return "`bench.run(bench.plan(model))`"
    path = Path(model).expanduser().resolve()
    if path == MNIST:
        return f"lesson 04 (`notebooks/04_latency.ipynb`) or `onnx-lab bench {path.relative_to(ROOT).as_posix()}`"
    return f"`onnx-lab bench {shlex.quote(str(model))}`"


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
