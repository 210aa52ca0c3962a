"""A measurement as one JSON file: written whole or not at all, and read back with suspicion."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import platformdirs

from helpers.bench.gate import Verdict
from helpers.bench.head import head
from helpers.bench.instrument import Instrument
from helpers.bench.process import Process
from helpers.bench.result import Result
from helpers.bench.schema import MOST_BYTES, check
from helpers.errors import BadInput
from helpers.files import replace

_KEPT = 64  # models whose newest measurement is remembered


def save(result: Result, path: Path | str) -> None:
    """Write a result; a reader finds the old file or the new one, never a part of it."""
    Writer(Path(path)).write(result)


class Writer:
    """Writes a growing result again and again, each process turned into JSON once only."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lines: dict[int, str] = {}  # by identity of the process, which the result keeps alive

    def write(self, result: Result) -> None:
        """Replace the file by one with all that the result holds."""
        for process in result.processes:
            if id(process) not in self._lines:
                self._lines[id(process)] = json.dumps(process.to_json(), separators=(",", ":"))
        raw = ",\n".join(self._lines[id(process)] for process in result.processes)
        body = json.dumps(head(result), indent=1, allow_nan=False).removesuffix("\n}")
        whole = f'{body},\n "raw": [\n{raw}\n]}}\n'.encode()
        if len(whole) > MOST_BYTES:
            raise BadInput(
                f"{self.path} would have {len(whole):,} bytes, more than the {MOST_BYTES:,} that are read again; "
                "take fewer processes, or --seconds that are shorter"
            )
        replace(self.path, whole)


def load(path: Path | str) -> Result:
    """Read a result.

    Raises
    ------
    BadInput
        There is no such file, it is truncated, it is something else, or its schema is another.
    """
    path = Path(path)
    try:
        if (size := path.stat().st_size) > MOST_BYTES:
            raise BadInput(f"{path} has {size} bytes; a measurement has at most {MOST_BYTES}")
        data = path.read_bytes()
    except FileNotFoundError:
        raise BadInput(f"{path} does not exist; give a file that onnx-lab bench --out wrote") from None
    except (OSError, ValueError) as error:
        if isinstance(error, BadInput):
            raise
        raise BadInput(f"{path} cannot be read ({error}); give a file that onnx-lab bench --out wrote") from None
    found = check(data, path)
    try:
        return _result(found)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise BadInput(f"{path} lacks or garbles a part ({type(error).__name__}: {error}); measure again") from None


def remember(result: Result) -> None:
    """Keep a finished result as the newest of its model, for the board.

    One of a few engines does not take the place of one of all that was measured on this machine.
    """
    folder = _folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(f"{folder} cannot be made ({error.strerror}); make it writable") from None
    before = newest(result.plan["model"]["sha256"])
    if before and set(before.entries) > set(result.entries) and before.machines.keys() == result.machines.keys():
        return
    save(result, folder / f"{result.plan['model']['sha256']}.json")
    for old in sorted(folder.glob("*.json"), key=lambda file: file.stat().st_mtime)[:-_KEPT]:
        old.unlink(missing_ok=True)


def newest(sha256: str) -> Result | None:
    """The newest result for a model on this machine; None where there is none that can be read."""
    try:
        return load(_folder() / f"{sha256}.json")
    except BadInput:
        return None


def _folder() -> Path:
    return platformdirs.user_cache_path("onnx-engine-lab", appauthor=False) / "bench"


def _result(found: dict[str, Any]) -> Result:
    verdicts = {
        name: Verdict(**{**each, "error": _number(each["error"]), "tolerance": _number(each["tolerance"])})
        for name, each in found["verdicts"].items()
    }
    names = {entry["name"] for entry in found["plan"]["entries"]}
    for missing in names - verdicts.keys():
        raise KeyError(f"no verdict on {missing!r}")
    for each in found["raw"]:
        if each["entry"] not in names or each["machine"] not in found["machines"]:
            raise ValueError(f"a process of {each['entry']!r}, which is not in the plan, or of an unknown machine")
        if not len(each["calls_ns"]) and not each["failed"]:
            raise ValueError(f"a process of {each['entry']!r} without calls")
    return Result(
        plan=found["plan"],
        reference=found["reference"],
        verdicts=verdicts,
        machines=dict(found["machines"]),
        processes=tuple(Process.from_json(each) for each in found["raw"]),
        memory=dict(found["memory"]),
        instrument=Instrument(**found["instrument"]) if found["instrument"] else None,
        load_before=found["load"]["before"],
        load_after=found["load"]["after"],
        note=found["note"],
        finished=bool(found["finished"]),
    )


def _number(value: float | str | None) -> float | None:
    return None if value is None else float(value)
