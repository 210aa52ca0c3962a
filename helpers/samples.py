"""1,000 handwritten digits that no model here was trained on, from data/digits.npz."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from helpers.errors import BadInput
from helpers.paths import ROOT

PATH = ROOT / "data" / "digits.npz"


@dataclass(frozen=True)
class Digits:
    """Digits and what they show. The arrays are read-only, for everyone gets the same ones.

    Attributes
    ----------
    images : uint8 array, shape (n, 28, 28)
        0 is black paper, 255 is white ink.
    labels : uint8 array, shape (n,)
    """

    images: np.ndarray
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)

    def __repr__(self) -> str:
        return f"Digits({len(self)} images of {self.images.shape[1]}x{self.images.shape[2]} pixels)"

    def tensor(self, i: int) -> np.ndarray:
        """Digit `i` as the network's input: float32, shape (1, 1, 28, 28), 0 to 255.

        Raises
        ------
        BadInput
            When there is no digit `i`.
        """
        if not -len(self) <= i < len(self):
            raise BadInput(f"there is no digit {i}: choose 0 to {len(self) - 1}")
        return self.images[i][None, None].astype(np.float32)


def digits(path: Path = PATH) -> Digits:
    """The digits of data/digits.npz, 100 a class, read at the first call.

    Parameters
    ----------
    path : Path, optional
        Another file with arrays ``images`` and ``labels``.

    Raises
    ------
    BadInput
        When the file is missing, cut short, or holds something else.

    Examples
    --------
    >>> digits()
    Digits(1000 images of 28x28 pixels)
    >>> int(digits().labels[0]), digits().tensor(0).shape
    (7, (1, 1, 28, 28))
    """
    return _read(Path(path))


@lru_cache(maxsize=4)
def _read(path: Path) -> Digits:
    remedy = "get it again with `git checkout data/digits.npz`, or run `python -m models.train.digits`"
    try:
        with np.load(path) as file:
            images, labels = file["images"], file["labels"]
    except FileNotFoundError:
        raise BadInput(f"{path} is missing: {remedy}") from None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise BadInput(f"{path} is broken ({str(error).splitlines()[0]}): {remedy}") from None
    if images.dtype != np.uint8 or images.ndim != 3 or images.shape[1:] != (28, 28) or labels.shape != images.shape[:1]:
        raise BadInput(f"{path} holds images {images.dtype} {images.shape} and labels {labels.shape}: {remedy}")
    images.flags.writeable = labels.flags.writeable = False
    return Digits(images, labels)
