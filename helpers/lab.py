"""Start JupyterLab on the first notebook."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

from helpers.engines import _cargo, build
from helpers.engines._crates import HERE
from helpers.errors import BadInput
from helpers.paths import ROOT
from helpers.process.command import environment, module

_DEFAULTS = Path(__file__).parent / "jupyter"
FIRST = Path("notebooks", "00_draw_a_digit.ipynb")

SETTINGS = (
    "--LabApp.news_url=",  # nothing is asked from outside: no news, no update check, no index of extensions
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
    "--ServerApp.kernel_websocket_connection_class=helpers._server.PromptConnection",
    "--ServerApp.contents_manager_class=helpers._server.Notebooks",
)


def surroundings() -> dict[str, str]:
    """What JupyterLab is started in: with this suite's defaults for its settings, beside the user's own.

    No option keeps it from asking each learner, at the first start, whether to show official Jupyter news.
    """
    found = environment()
    paths = [str(_DEFAULTS), *filter(None, [found.get("JUPYTER_CONFIG_PATH")])]
    return {**found, "JUPYTER_CONFIG_PATH": os.pathsep.join(paths)}


def start(arguments: Sequence[str] = ()) -> int:
    """Run JupyterLab until it is stopped; its exit status."""
    if not (ROOT / FIRST).is_file():
        raise BadInput(f"{ROOT / FIRST} does not exist; run from a clone of the repository (pip install -e .)")
    command = [
        *module("jupyterlab", str(ROOT / FIRST), f"--ServerApp.root_dir={ROOT}"),
        *SETTINGS,
        *(("--allow-root",) if hasattr(os, "geteuid") and os.geteuid() == 0 else ()),
        *arguments,
    ]
    builder = _build_behind()
    server = subprocess.Popen(command, env=surroundings())
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
    command = module("helpers.cli", "build")
    try:
        HERE.native.mkdir(parents=True, exist_ok=True)
        log = (HERE.native / "build.log").open("wb")
    except OSError:  # somebody else's clone, where nothing is built
        return None
    with log:
        print(f"The engines that are Rust crates build meanwhile (onnx-lab engines shows how far; {log.name}).")
        return subprocess.Popen(
            command,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # or Ctrl-C, to which one may still say no, would end it
            preexec_fn=(lambda: os.nice(10)) if hasattr(os, "nice") else None,  # the learner comes first
        )
