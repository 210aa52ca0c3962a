"""How a Python process of the suite is started: with the suite's own modules, and none of the folder it is called in.

A model is often worked on in the folder it was unpacked to. Python would look there first for each module that a child
imports, so a ``struct.py`` beside a model would be run by whoever measures it.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from helpers.paths import ROOT

_THREADS = "OPENBLAS_NUM_THREADS"
_BOOT = "import sys; root = sys.argv.pop(1); root in sys.path or sys.path.append(root); "


def command(code: str, *arguments: str) -> list[str]:
    """A command that runs some code, which finds ``helpers``; the arguments are in ``sys.argv[1:]``.

    >>> import subprocess
    >>> done = subprocess.run(command("import helpers; print(sys.argv[1:])", "a"), capture_output=True, text=True)
    >>> done.stdout.strip()
    "['a']"
    """
    return [sys.executable, "-P", "-c", _BOOT + code, str(ROOT), *arguments]


def module(name: str, *arguments: str) -> list[str]:
    """A command that runs a module, as ``python -m`` does."""
    return command(
        "import runpy; runpy.run_module(sys.argv.pop(1), run_name='__main__', alter_sys=True)", name, *arguments
    )


def environment(*, threads: str | None = None) -> dict[str, str]:
    """This process's environment without what would lead a child to the caller's folder.

    ``threads`` is how many OpenBLAS starts when numpy is imported: one for each core by default, which takes a third of
    the time that a process needs to start.
    """
    found = {**os.environ}
    if (given := found.pop("PYTHONPATH", None)) is not None:
        here = Path.cwd()
        kept = [path for path in given.split(os.pathsep) if os.path.isabs(path) and not _is(path, here)]
        if kept:
            found["PYTHONPATH"] = os.pathsep.join(kept)
    if threads is not None:
        found.setdefault(_THREADS, threads)
    return found


def _is(path: str, here: Path) -> bool:
    try:
        return Path(path).resolve() == here.resolve() and here.resolve() != ROOT
    except OSError:
        return False
