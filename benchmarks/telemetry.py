"""Does ONNX Runtime's telemetry cost latency? Fresh processes in pairs, one with it and one without.

Nothing leaves the machine while this runs: each process has a network namespace without a way out (Linux, as root).
Writes benchmarks/results/telemetry.md.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

import numpy as np

from benchmarks._report import table, write
from tests.without_network import possible

PAIRS, WAIT, CALLS = 12, 20, 20_000
_CODE = f"""
import time, numpy as np, onnxruntime as ort
options = ort.SessionOptions()
options.intra_op_num_threads = 1
session = ort.InferenceSession("models/mnist.onnx", options)
x = {{"Input3": np.zeros((1, 1, 28, 28), np.float32)}}
time.sleep({WAIT})
took = []
for _ in range({CALLS}):
    start = time.perf_counter_ns()
    session.run(None, x)
    took.append(time.perf_counter_ns() - start)
print(*np.percentile(took, [50, 99]))
"""


def once(*, telemetry: bool) -> np.ndarray:
    """The p50 and p99 of a fresh process, in nanoseconds."""
    environment = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    if not telemetry:
        environment["ORT_DISABLE_TELEMETRY"] = "1"
    with tempfile.TemporaryDirectory() as home:
        environment |= {"HOME": home, "XDG_CACHE_HOME": home}
        command = ["unshare", "--net", sys.executable, "-c", _CODE]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return np.array(done.stdout.split()[-2:], float)


def main() -> None:
    """Measure, and write the table."""
    if not possible():
        sys.exit("this needs network namespaces (Linux, as root), so that nothing leaves the machine")
    pairs = [[once(telemetry=on) for on in order][:: 1 if order[0] else -1] for order in _orders()]
    found = np.array(pairs)  # pair, on or off, percentile
    rows: list[list[object]] = []
    for place, name in enumerate(("p50", "p99")):
        on, off = found[:, 0, place], found[:, 1, place]
        low, middle, high = np.percentile(on / off, [25, 50, 75])
        took = [f"{np.median(each) / 1e3:.1f} µs" for each in (on, off)]
        rows.append([name, *took, f"{middle:.3f}", f"{low:.3f} to {high:.3f}"])
    write(
        "telemetry",
        "Whether ONNX Runtime's telemetry costs latency",
        "python -m benchmarks.telemetry",
        f"{table(['', 'on', 'off', 'on / off, median of the pairs', 'quartiles'], rows)}\n\n"
        f"{PAIRS} pairs of fresh processes in turns, {CALLS:,} calls each on models/mnist.onnx, one thread, {WAIT} s "
        "after the load, when the telemetry has begun to ask for its collector (which it cannot reach here).",
    )


def _orders() -> list[tuple[bool, bool]]:
    return [(True, False) if i % 2 else (False, True) for i in range(PAIRS)]


if __name__ == "__main__":
    main()
