"""Models whose fields were changed by the schema, through every function that takes a model; writes results/hostile.md.

Run from the repository's root: ``python -m benchmarks.hostile`` (or ``make soak``), some fifteen minutes.
"""

from __future__ import annotations

import sys
import time

import psutil
from rich.progress import Progress

from benchmarks._report import table, write
from helpers import graph
from tests.whole_reader import FUNCTIONS, survey

COUNT = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
OUTCOMES = ("answered", "refused", "out of time", "its process was ended by the file")


def main() -> None:
    """Survey, and write the table."""
    start, before = time.monotonic(), psutil.Process().memory_info().rss
    with Progress() as shown:
        bar = shown.add_task("models × functions", total=COUNT * len(FUNCTIONS))
        found = survey(COUNT, watch=lambda model, name: shown.advance(bar))
    assert graph.facts("models/mnist.onnx").parameters == 5994
    grown = (psutil.Process().memory_info().rss - before) / 2**20
    rows = [[name, *(found[name, outcome] for outcome in OUTCOMES)] for name in FUNCTIONS]
    write(
        "hostile",
        f"{COUNT} damaged models through every function that takes one",
        "make soak",
        f"{table(['function', *OUTCOMES], rows)}\n\n"
        "Each model has one to four fields changed: numbers, names, types, what is there and how often. *refused* is "
        "one line that says what is wrong. *out of time* and *ended by the file* happened to the process that reads "
        f"models, never to the one that asks: that grew by {grown:.0f} MiB in {(time.monotonic() - start) / 60:.0f} "
        "minutes.",
    )


if __name__ == "__main__":
    main()
