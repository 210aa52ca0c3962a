"""What cargo needs around it: protoc, Python, a place to work, and its own progress in numbers."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import platformdirs


def environment(cargo: str, crates: Path) -> dict[str, str]:
    """The environment variables of a build of these crates."""
    scripts = str(Path(sys.executable).parent)  # protoc from its wheel is there
    paths = [scripts, str(Path(cargo).parent), os.environ.get("PATH", "")]
    return {
        **os.environ,
        "PATH": os.pathsep.join(paths),
        "PYO3_PYTHON": sys.executable,
        "PYO3_BUILD_EXTENSION_MODULE": "1",  # or the module would be linked to a libpython
        "CARGO_TERM_COLOR": "never",
        "CARGO_TERM_PROGRESS_WHEN": "always",  # also where nobody looks: its counts are the progress
        "CARGO_TERM_PROGRESS_WIDTH": "80",
        **_target(crates),
    }


def _target(crates: Path) -> dict[str, str]:
    """Where cargo works: beside the sources, or in the user's cache where these belong to somebody else."""
    place = crates / "target"
    if os.environ.get("CARGO_TARGET_DIR") or os.access(place if place.exists() else crates, os.W_OK):
        return {}
    return {"CARGO_TARGET_DIR": str(platformdirs.user_cache_path("onnx-engine-lab", appauthor=False) / "target")}
