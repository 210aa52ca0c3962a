"""What every measurement writes beside its figures: the machine, the versions, the time."""

from __future__ import annotations

import os
import platform
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from helpers.bench.machine import facts

RESULTS = Path(__file__).resolve().parent / "results"
PACKAGES = ("numpy", "onnx", "onnxruntime", "tract", "wonnx", "openvino", "jupyterlab", "ipykernel", "anywidget")


def machine() -> str:
    """One line about the machine, with nothing that names it."""
    return (
        f"{facts()['hardware']['cpu']}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"
    )


def write(name: str, title: str, command: str, body: str) -> None:
    """Write ``results/<name>.md`` and print it."""
    packages = ", ".join(f"{p} {version(p)}" for p in PACKAGES if _has(p))
    text = (
        f"# {title}\n\nRepeat with `{command}`. Measured {datetime.now(UTC):%Y-%m-%d} on {machine()}; {packages}. "
        f"Load average before the end: {os.getloadavg()[0]:.1f}.\n\n{body.strip()}\n"
    )
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.md").write_text(text, encoding="utf-8")
    sys.stdout.write(text)


def table(header: list[str], rows: list[list[object]]) -> str:
    """A table in Markdown."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines)


def _has(package: str) -> bool:
    try:
        version(package)
    except Exception:
        return False
    return True
