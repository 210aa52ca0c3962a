"""``python -m models.train``: fetch the digits, train, write models/mnist.onnx, measure it into its card."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from helpers.errors import LabError
from models.train import evaluate
from models.train.export import save
from models.train.train import Plan, train

OUT = Path(__file__).parents[1] / "mnist.onnx"


def main() -> int:
    """Train and write the file; 0 when done, 2 when the digits cannot be had."""
    plan = Plan()
    parser = argparse.ArgumentParser(prog="python -m models.train", description=__doc__)
    parser.add_argument("--epochs", type=int, default=plan.epochs, help="default: %(default)s; 4 for a quick look")
    parser.add_argument("--seed", type=int, default=plan.seed, help="default: %(default)s")
    parser.add_argument("--out", type=Path, default=OUT, help="default: %(default)s")
    chosen = parser.parse_args()
    if chosen.epochs < 1:
        parser.error(f"--epochs is {chosen.epochs}: give 1 or more")
    try:
        trained = train(replace(plan, epochs=chosen.epochs, seed=chosen.seed), say=lambda line: print(line, flush=True))
    except LabError as error:
        print(error)
        return 2
    save(chosen.out, trained.weights, trained.facts)
    print(f"{chosen.out}: validation {trained.validation:.2%}")
    # The card tells of the committed file, so the two change together.
    return evaluate.main() if chosen.out == OUT else 0


if __name__ == "__main__":
    raise SystemExit(main())
