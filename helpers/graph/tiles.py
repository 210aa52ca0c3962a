"""Any tensor as a grid of small pictures, or as a histogram, small enough to be sent to a page at every stroke.

What is drawn of them is in ``_tiles.js``: blue below zero, vermillion above it, the page's own colour at zero.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np

from helpers.errors import BadInput
from helpers.units import many

SCRIPT = Path(__file__).with_name("_tiles.js")  # what draws them in the page
LARGEST = 64  # cells a side: what is larger is averaged
TOP = 127  # what the value furthest from zero becomes
MARK = -128  # NaN, infinity, or a cell that was averaged with one


def tiles(array: np.ndarray, *, most: int = 64, abreast: int = 8) -> dict[str, Any]:
    """A tensor as pictures, for a ``traitlets.Dict`` that goes to ``drawTiles``.

    Parameters
    ----------
    array : array of numbers, any shape
        The last two axes are a picture. Filters (8, 1, 5, 5) are 8 pictures of 5 × 5, feature maps (1, 8, 28, 28) are
        8 of 28 × 28; a vector is one row, wrapped where it is longer than 64.
    most : int
        The first so many pictures are shown.
    abreast : int
        Pictures in a row, where the shape does not say: filters with several channels have a row each.

    Returns
    -------
    dict
        ``shape``; ``rows`` and ``columns`` of the grid; ``height`` and ``width`` of a picture, in cells, at most 64:
        larger ones are averaged; ``low`` and ``high``, the extremes of the whole tensor (None without a number);
        ``pixels``, int8, picture after picture, 127 × value / max|value|, -128 where a value is not finite;
        ``shown`` of ``of`` pictures; ``label``, a sentence.

    Raises
    ------
    BadInput
        The array holds no real numbers, or ``most`` is not positive.

    >>> made = tiles(np.array([[[-1.0, 0.5]], [[0.0, np.nan]]]))
    >>> made["label"]
    '2 pictures of 1 × 2, from −1 to 0.5; 1 value is not finite'
    >>> np.frombuffer(made["pixels"], np.int8).tolist()
    [-127, 64, 0, -128]
    """
    if most < 1 or abreast < 1:
        raise BadInput(f"most is {most} and abreast {abreast}: ask for at least one picture")
    values = _numbers(array)
    low, high, odd = _extremes(values)
    count = math.prod(values.shape[:-2])
    pictures = values.reshape(count, *values.shape[-2:]) if values.ndim > 1 else _wrapped(values.reshape(-1))
    shown = min(len(pictures), most) if values.size else 0
    with np.errstate(invalid="ignore"):
        scaled = pictures[:shown].astype(np.float64) / (max(abs(low or 0), abs(high or 0)) or 1)
    pixels = _shrunk(scaled)
    columns = _columns(values.shape, shown, abreast)
    return {
        "shape": list(values.shape),
        "rows": math.ceil(shown / columns),
        "columns": columns,
        "height": pixels.shape[1],
        "width": pixels.shape[2],
        "low": low,
        "high": high,
        "pixels": pixels.tobytes(),
        "shown": shown,
        "of": len(pictures) if values.size else 0,
        "label": _label(values, pictures.shape, shown, pixels.shape) + _range(low, high) + _odd(odd),
    }


def histogram(array: np.ndarray, *, bins: int = 32) -> dict[str, Any]:
    """How a tensor's values are spread, for ``drawHistogram``: ``counts``, ``edges`` (one more), ``label``.

    Values that are not finite are left out, and counted in the label.

    >>> histogram(np.array([0.0, 1.0, 1.0, 2.0]), bins=2)["counts"]
    [1, 3]
    >>> histogram(np.arange(5))["label"]
    '5 numbers, from 0 to 4; mean 2, standard deviation 1.41'
    """
    values = _numbers(array)
    low, high, odd = _extremes(values)
    if low is None or high is None:
        return {"counts": [], "edges": [], "label": f"no numbers{_odd(odd)}"}
    top = max(abs(low), abs(high)) or 1  # taken out, so that no difference is infinite
    scaled = values[np.isfinite(values)].astype(np.float64) / top
    ends = (low / top, high / top)
    if ends[1] - ends[0] < 1e-9:  # all the same: one bar in the middle
        ends = (ends[0] - 0.5, ends[1] + 0.5)
    counts, edges = np.histogram(scaled, bins, ends)
    spread = f"mean {said(scaled.mean() * top)}, standard deviation {said(scaled.std() * top)}"
    label = f"{many(scaled.size, 'number')}{_range(low, high)}; {spread}{_odd(odd)}"
    return {"counts": counts.tolist(), "edges": (edges * top).tolist(), "label": label}


def said(value: float) -> str:
    """A number with three digits and a proper minus.

    >>> said(-0.61234), said(1234567.0), said(0.0)
    ('−0.612', '1.23e+06', '0')
    """
    return f"{value:,.0f}".replace("-", "−") if 1000 <= abs(value) < 1e5 else f"{value:.3g}".replace("-", "−")


def _numbers(array: np.ndarray) -> np.ndarray:
    values = np.asarray(array)
    if values.dtype.kind == "b":
        return values.astype(np.int8)
    if values.dtype.kind in "iuf":
        return values
    try:
        if values.dtype.kind == "V":  # bfloat16 and the like
            return values.astype(np.float32)
    except (TypeError, ValueError):
        pass
    raise BadInput(f"the array holds {values.dtype}, of which there is no picture: give real numbers")


def _extremes(values: np.ndarray) -> tuple[float | None, float | None, int]:
    finite = np.isfinite(values)
    odd = values.size - int(np.count_nonzero(finite))
    kept = values[finite] if odd else values
    return (float(kept.min()), float(kept.max()), odd) if kept.size else (None, None, odd)


def _wrapped(flat: np.ndarray) -> np.ndarray:
    """A vector as one picture; rows of 64 where it is longer, and then empty cells at the end are zeros."""
    if flat.size <= LARGEST:
        return flat[None, None]
    width = max(LARGEST, math.ceil(math.sqrt(flat.size)))
    return np.pad(flat, (0, -flat.size % width)).reshape(1, -1, width)


def _shrunk(scaled: np.ndarray) -> np.ndarray:
    """Pictures as int8, each side at most 64 cells; a cell is the mean of what it covers."""
    odd = ~np.isfinite(scaled)
    cells = np.where(odd, 0, scaled)
    for axis in (1, 2):
        size = scaled.shape[axis]
        if size > LARGEST:
            starts = np.arange(LARGEST) * size // LARGEST
            lengths = np.diff(np.append(starts, size)).reshape((-1, 1) if axis == 1 else -1)
            cells = np.add.reduceat(cells, starts, axis) / lengths
            odd = np.logical_or.reduceat(odd, starts, axis)
    return np.where(odd, MARK, np.rint(TOP * cells)).astype(np.int8)


def _columns(shape: tuple[int, ...], shown: int, abreast: int) -> int:
    if len(shape) == 4 and shape[0] > 1 and 1 < shape[1] <= 16:
        return min(shape[1], max(shown, 1))
    return max(1, min(shown, max(abreast, math.ceil(math.sqrt(shown)))))


def _label(values: np.ndarray, pictures: tuple[int, ...], shown: int, drawn: tuple[int, ...]) -> str:
    if values.ndim < 2 or not values.size:
        return many(values.size, "number")
    (n, height, width), (_, high, wide) = pictures, drawn
    count = many(n, "picture") if shown == n else f"{shown:,} of {many(n, 'picture')}"
    averaged = "" if (height, width) == (high, wide) else f", averaged to {high} × {wide}"
    return f"{count} of {height} × {width}{averaged}"


def _range(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return ""
    return f", all {said(low)}" if low == high else f", from {said(low)} to {said(high)}"


def _odd(odd: int) -> str:
    return f"; {many(odd, 'value')} {'is' if odd == 1 else 'are'} not finite" if odd else ""
