"""Judges the judge: every operator of ONNX at every version, and the node tests; writes results/judge.md.

Each case goes to the judge (:mod:`helpers.reference`), to onnx.reference as it comes, and to three engines. Where they
differ, ``judging/explained.py`` must say why: the script ends with status 1 where it does not.
Run from the repository's root: ``python benchmarks/judge.py [--ops Softmax,Resize] [--quick]``, some ten minutes for
all. With an option it writes no file, and prints what it finds.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from rich.progress import Progress

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks._report import write  # noqa: E402 (the root comes first)
from benchmarks.judging import nodetests, report  # noqa: E402
from benchmarks.judging.cases import Case, cases  # noqa: E402
from benchmarks.judging.comparing import compare, stale  # noqa: E402
from benchmarks.judging.voices import ENGINES, EVALUATORS, ask  # noqa: E402

SAMPLE = 150


def main() -> int:
    """Ask everybody, and say who differs; the exit status."""
    parser = argparse.ArgumentParser(description="Judge the judge; writes benchmarks/results/judge.md.")
    parser.add_argument("--ops", default="", help="only these operators, with commas between them")
    parser.add_argument("--quick", action="store_true", help=f"a sample of {SAMPLE} cases")
    given = parser.parse_args()
    whole = not given.ops and not given.quick
    chosen = cases([name for name in given.ops.split(",") if name])
    if not chosen:
        parser.error(f"there are no cases of {given.ops}")
    chosen = sample(chosen) if given.quick else chosen
    started = time.monotonic()
    with Progress() as progress:
        asked = progress.add_task("cases", total=len(chosen) * (len(ENGINES) + 1))
        answers = ask(chosen, tick=lambda: progress.advance(asked))
        tests = {}
        if whole:
            for name in progress.track(EVALUATORS, description="node tests"):
                tests[name] = nodetests.run(name)
    found = compare(chosen, answers)
    unused = stale(found) if whole else []
    text = report.body(chosen, answers, found, unused, tests, time.monotonic() - started)
    if whole:
        write("judge", "The judge, judged by engines and by ONNX's own tests", "python benchmarks/judge.py", text)
    else:
        sys.stdout.write(f"{text}\n")
    unknown = [each for _, each in report.failed(tests) if not each.reason]
    return 1 if unknown or report.unexplained(found) else 0


def sample(among: Sequence[Case], count: int = SAMPLE) -> list[Case]:
    """Some of the cases, the same at every call, in their order."""
    places = random.Random(0).sample(range(len(among)), min(count, len(among)))
    return [among[place] for place in sorted(places)]


if __name__ == "__main__":
    sys.exit(main())
