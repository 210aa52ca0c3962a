"""A learner's own drawings: one small file each, to measure engines on digits that no data set holds.

They stay on this machine, in ``data/drawings`` of the repository (git ignores it), or where the environment
variable ``ONNX_LAB_DRAWINGS`` says.
"""

from __future__ import annotations

import os
import uuid
import zipfile
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from helpers.digits.brush import SIDE
from helpers.digits.preprocess import FRAME, preprocess
from helpers.errors import BadInput, one_line
from helpers.paths import ROOT

_LARGEST = 2**20  # bytes; a drawing takes 12 544 and its label one, so more is something else


@dataclass(frozen=True)
class Drawings:
    """Drawings in the order of their file names.

    Attributes
    ----------
    pixels : uint8 array, shape (n, 112, 112)
        As drawn: 0 black to 255 white.
    labels : uint8 array, shape (n,)
        What each is meant to be, 0 to 9.
    tensors : float32 array, shape (n, 1, 28, 28)
        What the network sees of each, 0 to 255.
    skipped : tuple of str
        One line for each file that holds no drawing: its name and why.
    """

    pixels: np.ndarray
    labels: np.ndarray
    tensors: np.ndarray
    skipped: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.labels)


def default_folder() -> Path:
    """Where drawings are kept unless a folder is named."""
    chosen = os.environ.get("ONNX_LAB_DRAWINGS")
    return Path(chosen) if chosen else ROOT / "data" / "drawings"


def save(picture: np.ndarray, label: int, folder: Path | str | None = None) -> Path:
    """Keep a drawing as a file of its own.

    Parameters
    ----------
    picture : uint8 array, shape (112, 112)
        White ink on black, as the pad draws it.
    label : int
        What it is meant to be, 0 to 9.
    folder : path, optional
        Made where it does not exist. Default: :func:`default_folder`.

    Returns
    -------
    Path of the new file.

    Raises
    ------
    BadInput
        When nothing is drawn, the label is not a digit, the picture has another shape, or the folder cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from helpers.digits.brush import draw
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = save(draw([[(0.5, 0.2), (0.5, 0.8)]]), 1, folder)
    ...     path.name[:2], len(load(folder))
    ('1-', 1)
    """
    digit, pixels = _digit(label), _picture(picture)
    if preprocess(pixels).empty:
        raise BadInput("nothing drawn: draw a digit, then save it")
    target = default_folder() if folder is None else Path(folder)
    name = f"{digit}-{datetime.now():%Y%m%d-%H%M%S}-{uuid.uuid4().hex[:6]}.npz"
    part = target / f".{name}.part"  # a name that load() passes over, so that it never meets half a drawing
    try:
        target.mkdir(parents=True, exist_ok=True)
        with part.open("xb") as file:
            np.savez_compressed(file, pixels=pixels, label=np.uint8(digit))
        return part.replace(target / name)
    except (FileExistsError, NotADirectoryError):
        raise BadInput(f"{target} is not a folder: give another") from None
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        raise BadInput(f"{target} cannot be written ({error.strerror}): give a folder that you may write to") from None


def load(folder: Path | str | None = None) -> Drawings:
    """Read all drawings of a folder; a file that holds none is named in ``skipped`` and loses nothing else.

    Parameters
    ----------
    folder : path, optional
        Default: :func:`default_folder`, which may not exist yet.

    Returns
    -------
    Drawings, none where the folder is empty.

    Raises
    ------
    BadInput
        When the folder does not exist, is not a folder or cannot be read.
    """
    source = default_folder() if folder is None else Path(folder)
    if folder is None and not source.exists():
        names = []
    elif not source.is_dir():
        raise BadInput(f"{source} is not a folder: give the folder that holds drawings")
    else:
        try:
            names = sorted(path for path in source.iterdir() if path.is_file() and not path.name.startswith("."))
        except OSError as error:
            raise BadInput(f"{source} cannot be read ({error.strerror}): give a folder that you may read") from None
    found: list[tuple[np.ndarray, int]] = []
    skipped: list[str] = []
    for path in names:
        try:
            found.append(_read(path))
        except Exception as error:  # a foreign file breaks in many ways, and none may hide the drawings beside it
            skipped.append(f"{path.name}: {one_line(error)}")
    return Drawings(
        pixels=np.array([pixels for pixels, _ in found], np.uint8).reshape(-1, SIDE, SIDE),
        labels=np.array([label for _, label in found], np.uint8),
        tensors=np.array([preprocess(pixels).centred for pixels, _ in found], np.float32).reshape(-1, 1, FRAME, FRAME),
        skipped=tuple(skipped),
    )


def _read(path: Path) -> tuple[np.ndarray, int]:
    if not zipfile.is_zipfile(path):
        raise BadInput("not a drawing (no .npz file)")
    with zipfile.ZipFile(path) as archive:  # before numpy unpacks it: a small file can hold gigabytes
        if sum(entry.file_size for entry in archive.infolist()) > _LARGEST:
            raise BadInput("too large for a drawing")
    with np.load(path, allow_pickle=False) as data:
        missing = [name for name in ("pixels", "label") if name not in data]
        if missing:
            raise BadInput(f"not a drawing (it holds no {' and no '.join(missing)})")
        label = data["label"]
        if label.shape != () or label.dtype.kind not in "iu":
            raise BadInput("its label is not a digit")
        return _picture(data["pixels"]), _digit(label[()])


def _digit(label: object) -> int:
    if isinstance(label, int | np.integer) and not isinstance(label, bool) and 0 <= label <= 9:
        return int(label)
    raise BadInput(f"label={label!r}: give a digit, 0 to 9")


def _picture(picture: np.ndarray) -> np.ndarray:
    array = np.asarray(picture)
    if array.dtype != np.uint8 or array.shape != (SIDE, SIDE):
        raise BadInput(f"the drawing is {array.dtype} {array.shape}: expected uint8 ({SIDE}, {SIDE}), as the pad draws")
    return array
