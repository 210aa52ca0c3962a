"""What a call through a Session costs on top of the engine's own Python call; writes results/session_cost.md.

Both calls in one process, on one loaded model, in short blocks that take turns, so that a busy moment of the machine
hits both. Run from the repository's root: ``python benchmarks/session_cost.py``.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks._report import table, write
from helpers import engines
from helpers.digits import MNIST, digits

ROUNDS, CALLS = 60, 100
ENOUGH = 2.0  # seconds of one call's rounds; slower engines make fewer calls a round


def onnxruntime(feed: dict[str, np.ndarray]) -> Callable[[], object]:
    """ONNX Runtime's own call, with the session options that the engine uses."""
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = ort.InferenceSession(str(MNIST), options, providers=["CPUExecutionProvider"])
    return lambda: session.run(None, feed)


def tract(feed: dict[str, np.ndarray]) -> Callable[[], object]:
    """tract's own call."""
    import tract

    runnable = tract.onnx().load(str(MNIST)).into_model().into_runnable()
    return lambda: [out.to_numpy() for out in runnable.run(list(feed.values()))]


def reference(feed: dict[str, np.ndarray]) -> Callable[[], object]:
    """onnx.reference's own call."""
    from onnx.reference import ReferenceEvaluator

    evaluator = ReferenceEvaluator(str(MNIST))
    return lambda: evaluator.run(None, feed)


OWN = {"onnxruntime": onnxruntime, "tract-wheel": tract, "reference": reference}


def block(call: Callable[[], object], calls: int) -> list[int]:
    """Nanoseconds of each of so many calls."""
    clock, times = time.perf_counter_ns, []
    for _ in range(calls):
        start = clock()
        call()
        times.append(clock() - start)
    return times


def measure(name: str) -> list[object]:
    """One row: both p50, and the median over rounds of their ratio and of their difference."""
    feed = {"Input3": digits().tensor(0)}
    session = engines.get(name).load(MNIST)
    own, ours = OWN[name](feed), lambda: session.run(feed)
    one = np.median(block(own, 5)) / 1e9
    calls = max(3, min(CALLS, int(ENOUGH / ROUNDS / one)))
    block(own, calls), block(ours, calls)
    pairs = []
    gc.disable()
    for number in range(ROUNDS):
        first, second = (own, ours) if number % 2 else (ours, own)
        a, b = np.median(block(first, calls)), np.median(block(second, calls))
        pairs.append((a, b) if number % 2 else (b, a))
    gc.enable()
    theirs, mine = np.array(pairs).T / 1e3
    low, high = np.percentile(mine - theirs, [25, 75])
    return [
        name,
        f"{np.median(theirs):.1f} µs",
        f"{np.median(mine):.1f} µs",
        f"{np.median(mine / theirs):.3f}",
        f"{np.median(mine - theirs):+.2f} µs ({low:+.2f} to {high:+.2f})",
        f"{ROUNDS} × {calls}",
    ]


def main() -> None:
    """Measure the engines that are here and write the table."""
    rows = [measure(name) for name in OWN if engines.get(name).availability()]
    header = ["engine", "its own call", "through a Session", "ratio", "difference (middle half)", "rounds × calls"]
    write(
        "session_cost",
        "What a Session costs on top of an engine's own Python call",
        "python benchmarks/session_cost.py",
        f"{table(header, rows)}\n\nWanted: at most 3 µs. Medians of each round's medians; ratio and difference are of "
        "pairs within a round.",
    )


if __name__ == "__main__":
    main()
