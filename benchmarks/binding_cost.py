"""What the way from Python to a crate costs, and the crate ort against the wheel; writes results/binding_cost.md.

For each engine both clocks run in one process, on one loaded model, in turns, call by call: Python's clock
around ``Session.run``, and the native clock around the engine's own call (``time`` of the Rust session). Several
fresh processes each, since one process can be lucky. Run from the root: ``python benchmarks/binding_cost.py``.
"""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks._report import table, write
from helpers import engines, rewrite
from helpers.digits import MNIST, digits
from helpers.engines import build
from helpers.engines.native import Native
from helpers.engines.session import LocalSession
from helpers.modelfile.model import read_model
from helpers.units import seconds

PROCESSES, CALLS = 3, 2000
ENOUGH = 1.5  # seconds of calls of a kind; slower engines make fewer
CRATES = [name for name in engines.names() if isinstance(engines.get(name), Native)]


def in_turns(first: Callable[[int], list[int]], second: Callable[[int], list[int]]) -> tuple[list[int], list[int]]:
    """The nanoseconds of calls of two kinds that take turns, call by call, so that both find the same caches."""
    calls = max(50, min(CALLS, int(ENOUGH * 1e9 / np.median(first(5)))))
    first(calls // 10), second(calls // 10)  # warm
    found: tuple[list[int], list[int]] = ([], [])
    gc.disable()
    for number in range(calls):
        for which in (0, 1) if number % 2 else (1, 0):
            found[which].extend((first, second)[which](1))
    gc.enable()
    return found


def by_python(run: Callable[[], object]) -> Callable[[int], list[int]]:
    """Python's clock around each of so many calls."""

    def block(calls: int) -> list[int]:
        clock, times = time.perf_counter_ns, []
        for _ in range(calls):
            start = clock()
            run()
            times.append(clock() - start)
        return times

    return block


def measure(name: str) -> list[float]:
    """p50 in nanoseconds: through Python, by the native clock, and by that in a loop; for "wheel" of ort and wheel."""
    feed = {"Input3": digits().tensor(0)}
    model = read_model(rewrite.portable(MNIST).model.SerializeToString())
    crate = engines.get("ort" if name == "wheel" else name)
    assert isinstance(crate, Native)
    crate.prepare(model)
    native = crate.session(model, engines.DEFAULT)
    session = LocalSession(crate.name, model.inputs, model.outputs, native.run)
    through_python = by_python(lambda: session.run(feed))
    if name == "wheel":
        other = engines.get("onnxruntime").load(model.data)
        found = in_turns(through_python, by_python(lambda: other.run(feed)))
    else:
        found = (*in_turns(through_python, lambda calls: native.time(feed, calls)), native.time(feed, 200))
    return [float(np.median(times)) for times in found]


def in_fresh_process(name: str) -> list[float]:
    """The same, in a process of its own."""
    done = subprocess.run([sys.executable, __file__, name], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def main() -> None:
    """Measure every crate that is built and write the tables."""
    if build.running():
        sys.exit("Crates are being built meanwhile, so times are not to be trusted; run this again when that is over.")
    rows = []
    for name in (name for name in CRATES if engines.get(name).availability()):
        pairs = np.array([in_fresh_process(name) for _ in range(PROCESSES)])
        extra = np.median(pairs[:, 0] - pairs[:, 1])
        allowed = max(3000.0, 0.05 * np.median(pairs[:, 1]))
        p50 = [seconds(np.median(column) / 1e9) for column in pairs.T]
        spread = f"{np.min(pairs[:, 0] - pairs[:, 1]) / 1e3:+.1f} to {np.max(pairs[:, 0] - pairs[:, 1]) / 1e3:+.1f}"
        within = "yes" if extra <= allowed else "no"
        rows.append([name, *p50, f"{extra / 1e3:+.1f} µs ({spread})", f"{allowed / 1e3:.1f} µs", within])
    pairs = np.array([in_fresh_process("wheel") for _ in range(2 * PROCESSES)])
    ratios = pairs[:, 0] / pairs[:, 1]
    header = [
        "engine",
        "p50 through Python",
        "p50 by the native clock",
        "difference (least to most)",
        "allowed",
        "within",
    ]
    write(
        "binding_cost",
        "What the way from Python to a crate costs",
        "python benchmarks/binding_cost.py",
        f"{table(header, rows)}\n\nAllowed: 3 µs or 5 %, whichever is more. Medians over {PROCESSES} fresh processes, "
        f"in each up to {CALLS} calls of each kind in turns: one call through a Session by Python's clock, then one of "
        "the engine by the native clock. *In a native loop* nothing comes between the calls: caches stay warm, and so "
        "do the threads of an engine that has its own.\n\n"
        f"**ort against the wheel**, both through a Session on the same library: ratio of p50 {np.median(ratios):.3f} "
        f"({ratios.min():.3f} to {ratios.max():.3f} in {len(ratios)} fresh processes; wanted: at most 1.02).",
    )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(measure(sys.argv[1])))
    else:
        main()
