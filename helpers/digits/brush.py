"""Strokes into a picture, as the pad in the browser draws them.

The pad's canvas has ``lineCap = lineJoin = "round"``: the ink is every point within half a line's width of the
stroke. So a pixel's ink follows from its distance to the nearest piece of line, antialiased over one pixel.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from helpers.errors import BadInput

SIDE = 112  # pixels of the pad's picture, four for each pixel of the network's
WIDTH = 0.085  # of a line, as a fraction of the pad's side; the pad in the browser uses the same


def draw(strokes: Sequence[np.ndarray], *, side: int = SIDE, width: float = WIDTH) -> np.ndarray:
    """Draw strokes in white on black.

    Parameters
    ----------
    strokes : sequence of arrays, each of shape (n, 2)
        Points x, y from 0 to 1, x to the right, y down. One point makes a dot. Points may lie outside: the line is
        cut off at the edge.
    side : int
        Pixels a side.
    width : float
        A line's width as a fraction of the side.

    Returns
    -------
    uint8 array, shape (side, side), 0 black to 255 white

    Raises
    ------
    BadInput
        When a stroke is not a list of points, or `side` or `width` is not positive.

    Examples
    --------
    >>> picture = draw([[(0.5, 0.2), (0.5, 0.8)]])
    >>> picture.shape, picture.dtype.name
    ((112, 112), 'uint8')
    >>> [int(value) for value in picture[56, [40, 56, 72]]]
    [0, 255, 0]
    """
    if not (side > 0 and width > 0):
        raise BadInput(f"side is {side} and width {width}: both must be above zero")
    distance = np.full((side, side), np.inf)  # squared, in pixels
    reach = width * side / 2
    for i, stroke in enumerate(strokes):
        points = _points(stroke, i) * side
        starts, ends = (points, points) if len(points) == 1 else (points[:-1], points[1:])
        for start, end in zip(starts, ends, strict=True):
            _nearer(distance, start, end, reach + 1)
    # A pixel is inked by how far its middle lies inside the line's edge: full half a pixel within, none half beyond.
    return np.rint(np.clip(reach + 0.5 - np.sqrt(distance), 0, 1) * 255).astype(np.uint8)


def _points(stroke: np.ndarray, i: int) -> np.ndarray:
    remedy = "a stroke is a list of points x, y from 0 to 1"
    try:
        points = np.asarray(stroke, np.float64)
    except (TypeError, ValueError):
        raise BadInput(f"stroke {i} is not made of numbers: {remedy}") from None
    if points.ndim != 2 or points.shape[1] != 2 or len(points) == 0:
        raise BadInput(f"stroke {i} has the shape {points.shape}, expected (n, 2): {remedy}")
    if not np.isfinite(points).all():
        raise BadInput(f"stroke {i} holds {points[~np.isfinite(points)][0]}: {remedy}")
    return points


def _nearer(distance: np.ndarray, start: np.ndarray, end: np.ndarray, reach: float) -> None:
    """Lower `distance` where the segment is nearer, in the only pixels that it can ink."""
    side = len(distance)
    low = np.clip(np.floor(np.minimum(start, end) - reach), 0, side).astype(int)
    high = np.clip(np.ceil(np.maximum(start, end) + reach), 0, side).astype(int)
    x = np.arange(low[0], high[0]) + 0.5 - start[0]
    y = (np.arange(low[1], high[1]) + 0.5 - start[1])[:, None]
    dx, dy = end - start
    length = dx * dx + dy * dy
    along = np.clip((x * dx + y * dy) / length, 0, 1) if length > 0 else 0.0
    window = distance[low[1] : high[1], low[0] : high[0]]
    np.minimum(window, (x - along * dx) ** 2 + (y - along * dy) ** 2, out=window)
