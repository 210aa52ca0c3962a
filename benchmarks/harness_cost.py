"""What the bench adds to a call: p50 of ONNX Runtime through it, against a bare loop; writes results/harness_cost.md.

Both in fresh processes that take turns. The bare loop is what one would write by hand: a session, a clock, a list.
Run from the repository's root: ``python benchmarks/harness_cost.py``.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks._report import table, write
from helpers import bench
from helpers.bench import speed, stats, warmup
from helpers.bench._child import Work
from helpers.bench.process import Process, measure
from helpers.digits import MNIST
from helpers.units import precise

PAIRS, SECONDS = 24, 0.1

BARE = """
import gc, json, sys, time
import numpy as np, onnxruntime as ort
from helpers.bench._child import fixed_work  # before and after, so that a disturbed process can be told
options = ort.SessionOptions()
options.log_severity_level = 4
options.intra_op_num_threads = options.inter_op_num_threads = 1
session = ort.InferenceSession(sys.argv[1], options, providers=["CPUExecutionProvider"])
inputs = list(np.load(sys.argv[2]))
names = [session.get_outputs()[0].name]
gc.disable()
before, times, end = fixed_work(), [], time.perf_counter_ns() + int(float(sys.argv[3]) * 1e9)
while time.perf_counter_ns() < end:
    for x in inputs:
        start = time.perf_counter_ns()
        session.run(names, {"Input3": x})
        times.append(time.perf_counter_ns() - start)
print(json.dumps([before, fixed_work(), times]))
"""


def bare(inputs: Path) -> Process:
    """The loop by hand, in a fresh process."""
    command = [sys.executable, "-c", BARE, str(MNIST), str(inputs), str(SECONDS)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    before, after, times = json.loads(done.stdout)
    return Process("bare", 0, 0.0, "here", calls_ns=np.array(times, np.int64), work_ns=(before, after))


def through_bench(plan: bench.Plan) -> Process:
    """The same by the bench."""
    work = Work(plan.entries[0], plan.model, plan.samples, SECONDS, 100_000)
    found, _ = measure(work, (), 0, plan.limits)
    return found


def p50(process: Process) -> float:
    """The steady median in seconds."""
    calls = process.calls_ns
    return float(np.median(calls[warmup.find(calls).calls :])) / 1e9


def main() -> None:
    """Measure in turns and write the table."""
    plan = bench.plan(MNIST, engines="onnxruntime", twin=False)
    found: dict[str, list[Process]] = {"bare loop": [], "through the bench": []}
    with tempfile.TemporaryDirectory() as folder:
        inputs = Path(folder, "inputs.npy")
        np.save(inputs, np.stack([sample["Input3"] for sample in plan.samples]))
        for number in range(PAIRS):
            for name in sorted(found, reverse=bool(number % 2)):
                found[name].append(bare(inputs) if name == "bare loop" else through_bench(plan))
    off = speed.disturbed([Process("", 0, 0.0, "here", work_ns=p.work_ns) for each in found.values() for p in each])
    slow = {process.work_ns for process in off}
    times = {name: [p50(p) for p in each if p.work_ns not in slow] for name, each in found.items()}
    medians = {name: stats.resample(values, seed=n) for n, (name, values) in enumerate(times.items())}
    rows = [[name, precise(float(np.median(values))), f"{len(values)} of {PAIRS}"] for name, values in times.items()]
    one, other = "through the bench", "bare loop"
    ratio = stats.ratio(times[one], times[other], medians[one], medians[other])
    write(
        "harness_cost",
        "What the bench adds to a call",
        "python benchmarks/harness_cost.py",
        f"{table(['p50 of ONNX Runtime, MNIST', 'measured', 'processes'], rows)}\n\nRatio {ratio.value:.3f} "
        f"({ratio.low:.3f} to {ratio.high:.3f}); wanted: at most 1.03. Fresh processes in turns; those during which "
        "the machine ran at another speed, by a fixed piece of work, are left out of both.",
    )


if __name__ == "__main__":
    main()
