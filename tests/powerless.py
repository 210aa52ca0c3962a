"""Python in a process to which permissions apply, as to a user of somebody else's files; root's do not, else."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest


def run(script: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """What a script prints; skips the test where root cannot give up its privileges."""
    prefix: list[str] = []
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        if shutil.which("setpriv") is None:
            pytest.skip("root may write anywhere, and there is no setpriv")
        prefix = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search,-fowner"]
    command = [*prefix, sys.executable, "-c", script]
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, **environment})


def read_only(folder: Path) -> None:
    """Take the right to write from a folder and all in it; its links' targets keep theirs."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode & ~0o222)


def writable(folder: Path) -> None:
    """Give it back, so that the folder can be cleared away."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | 0o700)
