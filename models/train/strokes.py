"""Digits drawn by an imitated pen: what the network makes of a learner's drawing, before there is a learner.

No drawing is ever trained on, and none chose a setting of the training: they only measure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from helpers.digits.brush import draw
from helpers.digits.preprocess import preprocess
from models.train._ways import WAYS

SEED = 300
EACH = 30


@dataclass(frozen=True)
class Drawings:
    """Pen digits.

    Attributes
    ----------
    strokes : tuple of drawings, each a tuple of float arrays (n, 2), x, y from 0 to 1
    labels : uint8 array, shape (n,)
    """

    strokes: tuple[tuple[np.ndarray, ...], ...]
    labels: np.ndarray

    def pictures(self) -> Iterator[np.ndarray]:
        """One uint8 picture a drawing, shape (112, 112), as the pad makes it."""
        return (draw(strokes) for strokes in self.strokes)

    def tensors(self) -> Iterator[np.ndarray]:
        """One input of the network a drawing: float32, shape (1, 1, 28, 28)."""
        return (preprocess(picture).tensor for picture in self.pictures())


def drawings(*, seed: int = SEED, each: int = EACH) -> Drawings:
    """`each` drawings of each digit, the ways of writing taking turns.

    Parameters
    ----------
    seed : int
        The same seed gives the same drawings.
    each : int
        Drawings per digit.

    Returns
    -------
    Drawings, sorted by digit

    Examples
    --------
    >>> made = drawings(each=2)
    >>> made.labels.tolist()
    [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9]
    >>> next(made.pictures()).shape
    (112, 112)
    """
    random = np.random.default_rng(seed)
    labels = np.repeat(np.arange(10, dtype=np.uint8), each)
    ways = [WAYS[digit][i % len(WAYS[digit])] for digit in range(10) for i in range(each)]
    return Drawings(tuple(write(way, random) for way in ways), labels)


def write(way: str, random: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Write a digit in one way as a hand would: never twice alike, anywhere on the pad.

    Parameters
    ----------
    way : str
        Points and lifts of the pen, as in ``_ways.py``.
    random : numpy Generator

    Returns
    -------
    tuple of float arrays (n, 2), x, y from 0 to 1, all inside the pad

    Examples
    --------
    >>> [len(stroke) for stroke in write("0,0 .5,.5 0,1 / .2,.3 .6,.3", np.random.default_rng(0))]
    [17, 9]
    """
    strokes = [_ends(_curve(_wobble(_points(stroke), random)), random) for stroke in way.split("/")]
    turn, slant = np.deg2rad(np.clip(random.normal(0, 6), -12, 12)), random.uniform(-0.10, 0.30)
    aspect, height = random.uniform(0.85, 1.25), random.uniform(0.40, 0.85)
    lean = np.array([[aspect, -slant], [0, 1]])
    rotate = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    strokes = [stroke @ (rotate @ lean).T for stroke in strokes]
    points = np.concatenate(strokes)
    low, size = points.min(0), np.ptp(points, axis=0)
    scale = height / max(size)
    room = 0.9 - size * scale  # a margin of 0.05 keeps the line's width on the pad
    place = 0.05 + random.uniform(size=2) * room
    return tuple((stroke - low) * scale + place for stroke in strokes)


def _points(stroke: str) -> np.ndarray:
    return np.array([[float(number) for number in point.split(",")] for point in stroke.split()])


def _wobble(points: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Move each point a little; a corner's two points stay together."""
    moved = points + random.normal(0, 0.02, points.shape)
    corner = (points[1:] == points[:-1]).all(1)
    moved[1:][corner] = moved[:-1][corner]
    return moved


def _curve(points: np.ndarray, steps: int = 8) -> np.ndarray:
    """A Catmull-Rom curve through the points: smooth, and sharp where a point stands twice."""
    p = np.concatenate([points[:1], points, points[-1:]])
    t = np.arange(steps)[:, None] / steps
    pieces = [
        0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        for a, b, c, d in zip(p[:-3], p[1:-2], p[2:-1], p[3:], strict=True)
        if (b != c).any()
    ]
    return np.concatenate([*pieces, points[-1:]])


def _ends(curve: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Start and end a little late or early, along the stroke's own direction."""
    first, last = curve[0] - curve[1], curve[-1] - curve[-2]
    early, late = random.uniform(-0.02, 0.05, 2)
    return np.concatenate([[curve[0] + _unit(first) * early], curve[1:-1], [curve[-1] + _unit(last) * late]])


def _unit(v: np.ndarray) -> np.ndarray:
    return v / max(float(np.hypot(*v)), 1e-9)
