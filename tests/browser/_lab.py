"""A real JupyterLab for the tests: on this machine only, with its own settings, and gone afterwards."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat

from helpers.lab import SETTINGS, surroundings

_FOLDERS = {
    "JUPYTER_CONFIG_DIR": "config",
    "JUPYTER_DATA_DIR": "data",
    "JUPYTER_RUNTIME_DIR": "runtime",
    "JUPYTERLAB_SETTINGS_DIR": "settings",
    "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
    "IPYTHONDIR": "ipython",
    "XDG_CACHE_HOME": "cache",  # what is measured so shortly is not to be remembered
}
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # a proxy knows nothing of this machine


@dataclass(frozen=True)
class Lab:
    url: str  # "http://127.0.0.1:port"
    root: Path  # where its notebooks are

    def write(self, name: str, cells: Sequence[str]) -> str:
        """A notebook of code cells in the lab's folder; its name comes back."""
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
        nbformat.write(notebook, self.root / f"{name}.ipynb")
        return f"{name}.ipynb"

    def end_kernels(self) -> None:
        """Kernels outlive their page; on a small machine they would pile up."""
        with _OPENER.open(f"{self.url}/api/sessions", timeout=30) as answer:
            sessions = json.load(answer)
        for session in sessions:
            request = urllib.request.Request(f"{self.url}/api/sessions/{session['id']}", method="DELETE")
            with contextlib.suppress(OSError):
                _OPENER.open(request, timeout=30).close()


def _environment(folder: Path) -> dict[str, str]:
    return {**surroundings(), "ONNX_LAB_QUICK": "1", **{name: str(folder / below) for name, below in _FOLDERS.items()}}


@contextlib.contextmanager
def serve(folder: Path, *, base: str = "/") -> Iterator[Lab]:
    """A lab in `folder`, until the block ends; `base` is its URL prefix, as a JupyterHub gives one."""
    root = folder / "notebooks"
    root.mkdir(parents=True)
    port = _free_port()
    log = folder / "lab.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            _command(port, root, base),
            cwd=root,
            env=_environment(folder),
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # a process group of its own, so that its kernels end with it
        )
    try:
        lab = Lab(f"http://127.0.0.1:{port}{base.rstrip('/')}", root)
        _wait_until_up(lab.url, process, log)
        yield lab
        lab.end_kernels()
    finally:
        _end(process)


def _command(port: int, root: Path, base: str) -> list[str]:
    options = {
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.port": port,
        "ServerApp.port_retries": 0,
        "ServerApp.base_url": base,
        "ServerApp.root_dir": root,
        "ServerApp.disable_check_xsrf": True,  # only for the tests' own DELETE of sessions
        "IdentityProvider.token": "",
        "PasswordIdentityProvider.hashed_password": "",
        "LabApp.expose_app_in_browser": True,
    }
    flags = [f"--{name}={value}" for name, value in options.items()]
    return [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", *SETTINGS, *flags]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_until_up(url: str, process: subprocess.Popen, log: Path) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError):
            _OPENER.open(f"{url}/api/status", timeout=5).close()
            return
        time.sleep(0.3)
    raise RuntimeError(f"jupyter lab did not come up at {url}:\n{log.read_text()[-3000:]}")


def _end(process: subprocess.Popen) -> None:
    for how, patience in ((signal.SIGTERM, 15), (signal.SIGKILL, 15)):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, how)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)
            break
