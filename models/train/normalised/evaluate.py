"""``python -m models.train.normalised.evaluate``: measure models/mnist_normalised.onnx, write it into models/README.md.

Fed as it wants, and fed as one feeds other models: what a wrong scale costs is what this file is for.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

from helpers.errors import LabError
from models.train import data, strokes
from models.train.evaluate import CARD, answers, confusion, matrix, right, table, write

MODEL = CARD.with_name("mnist_normalised.onnx")
START, END = "<!-- measured: normalised -->", "<!-- end of measured: normalised -->"
MEAN, DEVIATION = 0.1307, 0.3081  # as in network.py, which needs JAX

Feed = Callable[[np.ndarray], np.ndarray]


def normalised(pixels: np.ndarray) -> np.ndarray:
    """Pixels from 0 to 255 as the file wants them.

    Examples
    --------
    >>> normalised(np.array([0.0, 255.0])).round(3).tolist()
    [-0.424, 2.821]
    """
    return (pixels / 255 - MEAN) / DEVIATION


FEEDS: dict[str, Feed] = {
    "(x / 255 − 0.1307) / 0.3081, as it wants them": normalised,
    "x, from 0 to 255, as `mnist.onnx` wants them": lambda x: x,
    "x / 255, from 0 to 1": lambda x: x / 255,
    "x / 127.5 − 1, from −1 to 1": lambda x: x / 127.5 - 1,
    "as it wants them, but black ink on white paper": lambda x: normalised(255 - x),
    "from 0 to 1, and black ink on white paper": lambda x: 1 - x / 255,
}


def tensors(images: np.ndarray, feed: Feed = normalised) -> Iterator[np.ndarray]:
    """One input of the network a picture: float32, shape (1, 1, 28, 28)."""
    return (feed(image[None, None].astype(np.float32)).astype(np.float32) for image in images)


def report(model: Path = MODEL) -> str:
    """The measured part of the model card, in Markdown."""
    digits, drawn = data.unseen(), strokes.drawings()
    read = {name: confusion(digits.labels, answers(model, tensors(digits.images, f))) for name, f in FEEDS.items()}
    wanted, unit = (read[name] for name in FEEDS if FEEDS[name] is normalised or name.startswith("x / 255"))
    pen = confusion(drawn.labels, answers(model, (normalised(t).astype(np.float32) for t in drawn.tensors())))
    facts = {p.key: p.value for p in onnx.load(model).metadata_props}
    lines = [
        f"- On the {wanted.sum():,} MNIST test digits: **{right(wanted):.2%}** right, "
        f"{wanted.sum() - wanted.trace()} wrong.",
        f"- On the {pen.sum()} pen digits: **{right(pen):.1%}** right, {pen.sum() - pen.trace()} wrong.",
        f"- Trained {facts.get('epochs')} epochs with seed {facts.get('seed')} on a CPU, "
        f"in {facts.get('training_minutes')} minutes: {facts.get('made_with')}.",
        f"- Measured with ONNX Runtime {onnxruntime.__version__}, Python {platform.python_version()}. "
        f"The file has {model.stat().st_size:,} bytes.",
        "",
        "The same test digits, their pixels given in other ways:",
        "",
        *table(["pixels", "right", "its commonest answer"], [[name, *_row(counts)] for name, counts in read.items()]),
        "",
        "What it answers where the pixels go from 0 to 1, one row a digit, one column an answer:",
        "",
        *matrix(unit),
    ]
    return "\n".join(lines)


def _row(counts: np.ndarray) -> list[str]:
    each = counts.sum(0)
    return [f"{right(counts):.1%}", f"{each.argmax()}, to {each.max() / each.sum():.0%} of the digits"]


def main() -> int:
    """Measure and write the card; 0 when done, 2 when something is missing."""
    try:
        text = report()
        write(text, between=(START, END))
    except LabError as error:
        print(error)
        return 2
    print(text)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
