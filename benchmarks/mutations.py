"""Damaged copies of models/mnist.onnx through every engine; writes results/mutations.md.

Run from the repository's root: ``python benchmarks/mutations.py`` (or ``make soak``), some ten minutes.
"""

from __future__ import annotations

import sys
from pathlib import Path

from rich.progress import track

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks._report import table, write  # noqa: E402 (the root comes first)
from helpers import engines  # noqa: E402
from helpers.digits import digits  # noqa: E402
from helpers.process.limits import GIB, Limits  # noqa: E402
from helpers.rewrite import portable  # noqa: E402
from tests.mutations import KINDS, OUTCOMES, survey  # noqa: E402

COUNT = int(sys.argv[1]) if len(sys.argv) > 1 else 500
COUNTS = {"burn": COUNT * 40 // 500}  # where each is a compile of some seconds
LIMITS = Limits(load=20, run=5, memory=4 * GIB)


def main() -> None:
    """Survey every engine and write the table."""
    raw = (ROOT / "models" / "mnist.onnx").read_bytes()
    feed = {"Input3": digits().tensor(0)}
    rows: list[list[object]] = []
    for name in track(engines.names(), "engines"):
        can = engines.get(name).availability()
        if not can:
            rows.append([name, "all", f"unavailable: {can.why}", *[""] * (len(OUTCOMES) - 1)])
            continue
        with engines.isolated(name, limits=LIMITS) as engine, engines.isolated("reference", limits=LIMITS) as reference:
            # The file as it stands never gets past these two.
            data = portable(raw).model.SerializeToString() if name in ("wonnx", "candle") else raw
            count = COUNTS.get(name, COUNT)
            found = survey(engine, reference, data, feed, count)
            with engine.load(data) as session:
                assert session.run(feed)["Plus214_Output_0"].argmax() == digits().labels[0], f"{name} does not recover"
        for kind in KINDS:
            rows.append([name, kind, *(found[kind, outcome] or "" for outcome in OUTCOMES)])
        assert sum(found.values()) == count
    write(
        "mutations",
        f"{COUNT} damaged models through every engine",
        "make soak",
        f"{table(['engine', 'damage', *OUTCOMES], rows)}\n\n"
        "*refused*: told before the engine saw the file (no protobuf, no graph, an input that no longer fits). "
        "*wrong* and *right* are against onnx.reference on the same damaged file; *not judged* where that has no "
        "answer. "
        f"burn got {COUNTS['burn']}, since it compiles each. wonnx and candle got the portable form of the file, "
        "since they cannot run it as it stands. "
        "After its last damaged file every engine answered the whole file right.",
    )


if __name__ == "__main__":
    main()
