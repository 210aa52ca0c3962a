"""``python -m models.train.evaluate``: measure models/mnist.onnx and write the numbers into models/README.md.

The file itself is measured, through ONNX Runtime, not the weights in JAX: what is handed out is what is judged.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

from helpers.errors import BadInput, LabError
from helpers.samples import Digits
from models.train import data, strokes

MODEL = Path(__file__).parents[1] / "mnist.onnx"
CARD = MODEL.with_name("README.md")
START, END = "<!-- measured -->", "<!-- end of measured -->"


def answers(model: Path, tensors: Iterable[np.ndarray]) -> np.ndarray:
    """The digit that the model reads in each input, through ONNX Runtime on one thread.

    Parameters
    ----------
    model : Path
    tensors : iterable of float32 arrays, shape (1, 1, 28, 28), as the model wants them

    Returns
    -------
    int64 array, shape (n,)
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return np.array([int(session.run(None, {name: t})[0].argmax()) for t in tensors])


def confusion(labels: np.ndarray, said: np.ndarray) -> np.ndarray:
    """How often each digit (row) was read as each (column), shape (10, 10).

    Examples
    --------
    >>> confusion(np.array([7, 7, 1]), np.array([7, 1, 1]))[7].tolist()
    [0, 1, 0, 0, 0, 0, 0, 1, 0, 0]
    """
    table = np.zeros((10, 10), int)
    np.add.at(table, (labels, said), 1)
    return table


def report(model: Path = MODEL) -> str:
    """The measured part of the model card, in Markdown."""
    digits, drawn = data.unseen(), strokes.drawings()
    read = confusion(digits.labels, answers(model, _tensors(digits.images)))
    pen = confusion(drawn.labels, answers(model, drawn.tensors()))
    facts = {p.key: p.value for p in onnx.load(model).metadata_props}
    lines = [
        f"- On the {read.sum():,} MNIST test digits: **{right(read):.2%}** right, {read.sum() - read.trace()} wrong.",
        f"- On the {pen.sum()} pen digits: **{right(pen):.1%}** right, {pen.sum() - pen.trace()} wrong.",
        f"- On the {data.VALIDATION:,} validation digits, by which it was chosen: "
        f"{float(facts.get('validation_accuracy', 'nan')):.2%}.",
        f"- Trained {facts.get('epochs')} epochs with seed {facts.get('seed')} on a CPU, "
        f"in {facts.get('training_minutes')} minutes: {facts.get('made_with')}.",
        f"- Measured with ONNX Runtime {onnxruntime.__version__}, Python {platform.python_version()}. "
        f"The file has {model.stat().st_size:,} bytes.",
        "",
        "The MNIST test digits, one row a digit, one column an answer:",
        "",
        *matrix(read),
        "",
        "Right in a hundred, digit by digit:",
        "",
        *table(["", *map(str, range(10))], [["test", *_each(read)], ["pen", *_each(pen)]]),
        "",
        "What the preprocessing is for: the same test digits, changed so that they no longer look like MNIST.",
        "",
        *table(["the digit is", "right"], [[name, f"{_changed(model, digits, f):.0%}"] for name, f in _CHANGES]),
    ]
    return "\n".join(lines)


def write(text: str, card: Path = CARD, *, between: tuple[str, str] = (START, END)) -> None:
    """Put `text` between two markers of the card.

    Raises
    ------
    BadInput
        When the card lacks a marker.
    """
    old = card.read_text(encoding="utf-8")
    start, end = between
    if start not in old or end not in old:
        raise BadInput(f"{card} lacks {start} or {end}: put both back, on lines of their own")
    before, after = old.split(start)[0], old.split(end)[1]
    card.write_text(f"{before}{start}\n{text}\n{end}{after}", encoding="utf-8")


_CHANGES: tuple[tuple[str, Callable[[np.ndarray], np.ndarray]], ...] = (
    ("as it is", lambda images: images),
    ("4 pixels lower and to the right", lambda images: np.roll(images, (4, 4), (1, 2))),
    ("half the size", lambda images: np.pad(images.reshape(-1, 14, 2, 14, 2).mean((2, 4)), ((0, 0), (7, 7), (7, 7)))),
    ("black ink on white paper", lambda images: 255 - images),
)


def _changed(model: Path, digits: Digits, change: Callable[[np.ndarray], np.ndarray]) -> float:
    return float((answers(model, _tensors(change(digits.images))) == digits.labels).mean())


def _tensors(images: np.ndarray) -> Iterable[np.ndarray]:
    return (image[None, None].astype(np.float32) for image in images)


def right(counts: np.ndarray) -> float:
    """The share of right answers in a confusion."""
    return counts.trace() / counts.sum()


def _each(table: np.ndarray) -> list[str]:
    return [f"{100 * table[i, i] / table[i].sum():.1f}" for i in range(10)]


def matrix(counts: np.ndarray) -> list[str]:
    """A confusion as the lines of a Markdown table."""
    rows = [[f"**{i}**", *(str(count or "·") for count in counts[i])] for i in range(10)]
    return table(["", *map(str, range(10))], rows)


def table(head: list[str], rows: list[list[str]]) -> list[str]:
    """The lines of a Markdown table, all but its first column set to the right."""
    return [f"| {' | '.join(row)} |" for row in (head, ["---"] + ["---:"] * (len(head) - 1), *rows)]


def main() -> int:
    """Measure and write the card; 0 when done, 2 when something is missing."""
    try:
        text = report()
        write(text)
    except LabError as error:
        print(error)
        return 2
    print(text)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
