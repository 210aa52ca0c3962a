"""Install a Chromium for the browser tests where that is allowed (Debian as root); else say in one line what to do."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find() -> str | None:
    """The path of a Chromium, or None; ONNX_LAB_CHROMIUM names one that lies elsewhere."""
    return os.environ.get("ONNX_LAB_CHROMIUM") or next((path for name in NAMES if (path := shutil.which(name))), None)


def main() -> None:
    """Install one if there is none and we may."""
    if find():
        return
    if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        print("Installing Chromium for the browser tests …")
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], env=quiet, check=False)
        subprocess.run(
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-dejavu-core"],
            env=quiet,
            check=False,
            stdout=subprocess.DEVNULL,
        )
    if not find():
        print(
            "The browser tests will be skipped: install Chromium or Chrome, or name it in ONNX_LAB_CHROMIUM.",
            file=sys.stderr,
        )


if __name__ == "__main__":
    main()
