"""Strokes into ink: the table says what is drawn and how much ink must lie where."""

import numpy as np
import pytest

from helpers.digits.brush import SIDE, WIDTH, draw
from helpers.errors import LabError

RADIUS = WIDTH * SIDE / 2
DOT = np.pi * RADIUS**2
LINE = 0.5 * SIDE * 2 * RADIUS + DOT  # half a pad long


@pytest.mark.parametrize(
    ("name", "strokes", "area"),
    [
        ("a dot is a disc", [[(0.5, 0.5)]], DOT),
        ("a stroke that does not move is a dot", [[(0.5, 0.5), (0.5, 0.5)]], DOT),
        ("a line is a rectangle with two half discs", [[(0.2, 0.5), (0.7, 0.5)]], LINE),
        ("so is a slanted one", [[(0.2, 0.2), (0.5, 0.6)]], LINE),
        ("drawn twice is drawn once", [[(0.2, 0.2), (0.5, 0.6)]] * 2, LINE),
        ("two dots", [[(0.2, 0.2)], [(0.8, 0.8)]], 2 * DOT),
        ("half a dot at the edge", [[(0.0, 0.5)]], DOT / 2),
        ("no stroke", [], 0),
        ("off the pad", [[(2.0, 2.0), (3.0, 9.0)]], 0),
    ],
)
def test_area(name, strokes, area):
    picture = draw(strokes)
    assert picture.shape == (SIDE, SIDE)
    assert picture.dtype == np.uint8
    assert picture.sum() / 255 == pytest.approx(area, rel=0.01)


@pytest.mark.parametrize(
    ("x", "ink"),
    # A vertical line at x = 50 pixels, 10 wide: its edges lie at 45 and 55.
    [(44, 0), (45, 255), (49, 255), (50, 255), (54, 255), (55, 0)],
)
def test_edges_on_whole_pixels_are_sharp(x, ink):
    assert draw([[(0.5, 0.2), (0.5, 0.8)]], side=100, width=0.1)[50, x] == ink


@pytest.mark.parametrize(
    ("shift", "left", "right"),
    # Moved by a part of a pixel, the rim shares the ink.
    [(0.0, 0, 0), (0.25, 0, 64), (0.5, 0, 128), (-0.25, 64, 0)],
)
def test_the_rim_is_antialiased(shift, left, right):
    picture = draw([[(0.5 + shift / 100, 0.2), (0.5 + shift / 100, 0.8)]], side=100, width=0.1)
    assert picture[50, 44] == left
    assert picture[50, 55] == right


def test_a_corner_is_round():
    picture = draw([[(0.2, 0.8), (0.5, 0.5), (0.8, 0.8)]], side=200, width=0.2)  # radius 20, corner at (100, 100)
    assert picture[81, 100] == 255  # 18.5 above the corner
    assert picture[77, 100] == 0  # 22.5 above: a mitre would reach 28


@pytest.mark.parametrize("side", [28, 56, 112, 224])
def test_every_size_shows_the_same(side):
    strokes = [[(0.3, 0.2), (0.6, 0.5), (0.3, 0.8)]]
    assert draw(strokes, side=side).mean() == pytest.approx(draw(strokes, side=448).mean(), rel=0.02)


@pytest.mark.parametrize(
    ("strokes", "options", "says"),
    [
        ([[]], {}, r"stroke 0 has the shape \(0,\)"),
        ([[(0, 0)], [(1, 2, 3)]], {}, r"stroke 1 has the shape \(1, 3\)"),
        ([[0.5, 0.5]], {}, r"shape \(2,\)"),
        ([[(0, np.nan)]], {}, "holds nan"),
        ([[("a", "b")]], {}, "not made of numbers"),
        ([[(0, 0), (1,)]], {}, "not made of numbers"),
        ([], {"side": 0}, "side is 0"),
        ([], {"width": -1}, "width -1"),
    ],
)
def test_bad_strokes(strokes, options, says):
    with pytest.raises(ValueError, match=says) as error:
        draw(strokes, **options)
    assert isinstance(error.value, LabError)
    assert "\n" not in str(error.value)
