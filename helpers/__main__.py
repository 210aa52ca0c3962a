"""The way into the command line.

Apart from it, since a process that is spawned imports the file its parent was started from: an engine's own process
is to find three lines here, not the whole command line.
"""

from __future__ import annotations


def main() -> None:
    """Run ``onnx-lab``."""
    from helpers.cli import main as run

    run()


if __name__ == "__main__":
    main()
