"""Whether an engine can run on this machine, found out in a process that may die of it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from helpers.engines.base import Availability, Engine
from helpers.engines.errors import one_line

_LIMIT = 60  # seconds; a probe that hangs counts as "no"
_YES: set[str] = set()  # an engine that could run once can still; one that could not may have been installed since

_CHILD = """
import sys
from helpers.engines.registry import get
try:
    get(sys.argv[1]).probe()
except BaseException as error:  # a Rust panic is no Exception
    from helpers.engines.errors import one_line
    print("\\n" + one_line(error))
    sys.exit(3)
"""


def check(engine: Engine) -> Availability:
    """Run the engine's probe in a process of its own; never raises."""
    if engine.name in _YES:
        return Availability(True)
    if not engine.card.version:
        return Availability(False, f"the package {engine.card.package!r} is not installed", engine.remedy)
    why = _probe(engine.name)
    if why:
        return Availability(False, why, engine.remedy)
    _YES.add(engine.name)
    return Availability(True)


def check_all(engines: Iterable[Engine]) -> dict[str, Availability]:
    """The availability of many engines, found out side by side."""
    found = list(engines)
    with ThreadPoolExecutor(max_workers=max(1, len(found))) as pool:
        return dict(zip([e.name for e in found], pool.map(check, found), strict=True))


def _probe(name: str) -> str:
    """Why the engine cannot run, or "" where it can."""
    environment = {**os.environ, "RUST_BACKTRACE": "0", "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    try:
        done = subprocess.run(
            [sys.executable, "-c", _CHILD, name],
            capture_output=True,
            timeout=_LIMIT,
            env=environment,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        return f"its test did not end within {_LIMIT} s"
    except OSError as error:
        return f"its test could not be started: {one_line(error)}"
    if done.returncode == 0:
        return ""
    if done.returncode == 3:
        return done.stdout.strip().splitlines()[-1]
    return f"its test ended with status {done.returncode}: {one_line(done.stderr or 'no message')}"
