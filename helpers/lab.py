"""Start JupyterLab on the first notebook."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from helpers.engines.errors import BadInput
from helpers.paths import ROOT

FIRST = Path("notebooks", "00_draw_a_digit.ipynb")

SETTINGS = (
    "--LabApp.news_url=",  # nothing is asked from outside: no news, no update check, no index of extensions
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
    "--ServerApp.kernel_websocket_connection_class=helpers._server.PromptConnection",
)


def start(arguments: Sequence[str] = ()) -> int:
    """Run JupyterLab until it is stopped; its exit status."""
    if not (ROOT / FIRST).is_file():
        raise BadInput(f"{ROOT / FIRST} does not exist; run from a clone of the repository (pip install -e .)")
    command = [
        *(sys.executable, "-m", "jupyterlab", str(ROOT / FIRST), f"--ServerApp.root_dir={ROOT}"),
        *SETTINGS,
        *(("--allow-root",) if hasattr(os, "geteuid") and os.geteuid() == 0 else ()),
        *arguments,
    ]
    try:
        return subprocess.call(command)
    except KeyboardInterrupt:  # Ctrl-C reached JupyterLab too; it has ended itself
        return 0
