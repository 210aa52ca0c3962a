"""``python -m models.train.normalised``: train, write models/mnist_normalised.onnx, measure it into its card."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np

from helpers.errors import LabError
from models.train import data
from models.train.normalised import evaluate
from models.train.normalised.export import save
from models.train.normalised.network import NETWORK, statistics
from models.train.train import Plan, train

PLAN = Plan(seed=1, epochs=20, average=0.995)


def main() -> int:
    """Train and write the file; 0 when done, 2 when the digits cannot be had."""
    parser = argparse.ArgumentParser(prog="python -m models.train.normalised", description=__doc__)
    parser.add_argument("--epochs", type=int, default=PLAN.epochs, help="default: %(default)s; 2 for a quick look")
    parser.add_argument("--seed", type=int, default=PLAN.seed, help="default: %(default)s")
    parser.add_argument("--out", type=Path, default=evaluate.MODEL, help="default: %(default)s")
    chosen = parser.parse_args()
    if chosen.epochs < 1:
        parser.error(f"--epochs is {chosen.epochs}: give 1 or more")
    plan = replace(PLAN, epochs=chosen.epochs, seed=chosen.seed)
    try:
        trained = train(plan, say=lambda line: print(line, flush=True), network=NETWORK)
        ink = data.training().images[: -data.VALIDATION].astype(np.float32) / 255
    except LabError as error:
        print(error)
        return 2
    weights = trained.weights | statistics(trained.weights, ink)
    # Its validation accuracy is that of batches normalised by themselves, not the file's.
    save(chosen.out, weights, {key: fact for key, fact in trained.facts.items() if key != "validation_accuracy"})
    print(f"{chosen.out}: {chosen.out.stat().st_size:,} bytes")
    # The card tells of the committed file, so the two change together.
    return evaluate.main() if chosen.out == evaluate.MODEL else 0


if __name__ == "__main__":
    raise SystemExit(main())
