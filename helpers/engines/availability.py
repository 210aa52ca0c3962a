"""Whether engines can run on this machine, found out in processes that may die of it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

from helpers.engines.base import Availability, Engine
from helpers.errors import one_line
from helpers.process.command import command, environment

_LIMIT = 60  # seconds; a probe that hangs counts as "no"
_PROCESSES = 2  # that probe side by side; each imports numpy once, which costs more than most probes
_MARK = "onnx-lab probe: "  # libraries print too
_YES: set[str] = set()  # an engine that could run once can still; one that could not may have been installed since

_CHILD = f"""
from helpers.errors import one_line
from helpers.engines.registry import get
for name in sys.argv[1:]:
    why = ""
    try:
        get(name).probe()
    except BaseException as error:  # a Rust panic is not an Exception
        why = one_line(error)
    print("\\n{_MARK}" + name + " " + why, flush=True)
"""


def check(engine: Engine) -> Availability:
    """Whether one engine can run here; never raises.

    >>> from helpers import engines
    >>> bool(check(engines.get("onnxruntime")))
    True
    """
    return check_all([engine])[engine.name]


def check_all(engines: Iterable[Engine]) -> dict[str, Availability]:
    """Whether each of many engines can run here; never raises."""
    found = list(engines)
    lacking = {e.name: why for e in found if e.name not in _YES and (why := e.missing()) is not None}
    unknown = [e.name for e in found if e.name not in _YES and e.name not in lacking]
    shares = [share for i in range(_PROCESSES) if (share := unknown[i::_PROCESSES])]
    whys: dict[str, str] = {}
    with ThreadPoolExecutor(_PROCESSES) as pool:
        for told in pool.map(_probe, shares):
            whys.update(told)
    _YES.update(name for name, why in whys.items() if not why)
    return {e.name: lacking[e.name] if e.name in lacking else _verdict(e, whys.get(e.name, "")) for e in found}


def _verdict(engine: Engine, why: str) -> Availability:
    return Availability(True) if engine.name in _YES else Availability(False, why, engine.remedy)


def _probe(names: Sequence[str]) -> dict[str, str]:
    """Why each engine cannot run, or "" where it can; one that ends the process does not take the rest with it."""
    if not names:
        return {}
    out, how = _run_child(names)
    lines = [line.removeprefix(_MARK) for line in out.splitlines() if line.startswith(_MARK)]
    told = {name: why for name, _, why in (line.partition(" ") for line in lines)}
    left = [name for name in names if name not in told]
    if left:
        told[left[0]] = how
        told.update(_probe(left[1:]))
    return told


def _run_child(names: Sequence[str]) -> tuple[str, str]:
    try:
        done = subprocess.run(
            command(_CHILD, *names),
            capture_output=True,
            timeout=_LIMIT,
            env={**environment(), "RUST_BACKTRACE": "0"},
            stdin=subprocess.DEVNULL,
            text=True,
            errors="replace",
        )
    except subprocess.TimeoutExpired as error:
        out = error.stdout or b""
        return out.decode(errors="replace") if isinstance(out, bytes) else out, f"its test did not end in {_LIMIT} s"
    except OSError as error:
        return "", f"its test could not be started: {one_line(error)}"
    return done.stdout, f"its test ended with status {done.returncode}: {one_line(done.stderr or 'no message')}"
