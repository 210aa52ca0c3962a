"""``python -m models.train.digits`` writes data/digits.npz: 1,000 test digits, the first 100 of each class."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from helpers.errors import LabError
from models.train import data

OUT = Path(__file__).parents[2] / "data" / "digits.npz"
EACH = 100


def first_of_each(labels: np.ndarray, each: int = EACH) -> np.ndarray:
    """Where the first `each` digits of every class are, in file order.

    Parameters
    ----------
    labels : integer array, shape (n,)
    each : int

    Returns
    -------
    int64 array, ascending

    Examples
    --------
    >>> first_of_each(np.array([7, 7, 1, 7, 1, 1]), each=2)
    array([0, 1, 2, 4])
    """
    return np.sort(np.concatenate([np.flatnonzero(labels == digit)[:each] for digit in np.unique(labels)]))


def main() -> int:
    """Write the file; 0 when done, 2 when the digits cannot be had."""
    try:
        digits = data.unseen()
    except LabError as error:
        print(error)
        return 2
    indices = first_of_each(digits.labels)
    np.savez_compressed(
        OUT, images=digits.images[indices], labels=digits.labels[indices], indices=indices.astype(np.uint16)
    )
    print(f"{OUT}: {len(indices)} digits, {OUT.stat().st_size / 1e3:.0f} kB")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
