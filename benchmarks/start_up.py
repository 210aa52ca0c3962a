"""How long ``import helpers`` and ``onnx-lab engines`` take; writes results/start_up.md.

Whole processes, from start to end, the commands taking turns. Run from the repository's root:
``python benchmarks/start_up.py``.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks._report import table, write

RUNS = 15
COMMANDS = {
    "an empty Python": ([sys.executable, "-c", "pass"], ""),
    "`import helpers`": ([sys.executable, "-c", "import helpers"], "0.3 s"),
    "`onnx-lab engines`": ([sys.executable, "-m", "helpers.cli", "engines"], "2 s"),
}


def seconds(command: list[str]) -> float:
    """One run of a command."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    """Measure and write the table."""
    found: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(RUNS):
        for name, (command, _) in COMMANDS.items():
            found[name].append(seconds(command))
    rows: list[list[object]] = [
        [name, f"{statistics.median(times):.2f} s", f"{min(times):.2f} s", f"{max(times):.2f} s", COMMANDS[name][1]]
        for name, times in found.items()
    ]
    write(
        "start_up",
        "From start to end of a command",
        "python benchmarks/start_up.py",
        f"{table(['command', 'median', 'least', 'most', 'wanted, at most'], rows)}\n\n{RUNS} runs each, in turns.",
    )


if __name__ == "__main__":
    main()
