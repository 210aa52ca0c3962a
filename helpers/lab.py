"""Start JupyterLab on the first notebook."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from helpers.engines import _cargo, build
from helpers.engines._crates import HERE
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
    builder = _build_behind()
    server = subprocess.Popen(command)
    signal.signal(signal.SIGTERM, lambda *_: server.terminate())
    try:
        while True:
            try:
                return server.wait()
            except KeyboardInterrupt:  # Ctrl-C reached JupyterLab too, which asks whether to stop
                continue
    finally:
        if builder is not None:
            builder.terminate()  # the next build goes on where this one stopped
            builder.wait()


def _build_behind() -> subprocess.Popen[bytes] | None:
    """Build the crates that are missing while the learner begins; notebooks see them come alive."""
    if not build.missing() or _cargo.find_cargo() is None:
        return None
    HERE.native.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "helpers.cli", "build"]
    with (HERE.native / "build.log").open("wb") as log:
        print(f"The engines that are Rust crates build meanwhile (onnx-lab engines shows how far; {log.name}).")
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # or Ctrl-C, to which one may still say no, would end it
            preexec_fn=(lambda: os.nice(10)) if hasattr(os, "nice") else None,  # the learner comes first
        )
