"""Tensors as pictures and histograms."""

from __future__ import annotations

import ml_dtypes
import numpy as np
import pytest

from helpers import plots
from helpers.errors import BadInput
from helpers.graph.tiles import LARGEST, MARK, histogram, said, tiles


def cells(made):
    return np.frombuffer(made["pixels"], np.int8).reshape(made["shown"], made["height"], made["width"])


RAMP = np.linspace(-1, 1, 1024, dtype=np.float32)


@pytest.mark.parametrize(
    ("shape", "grid", "picture", "said"),
    [
        ((8, 1, 5, 5), (1, 8), (5, 5), "8 pictures of 5 × 5"),
        ((1, 8, 28, 28), (1, 8), (28, 28), "8 pictures of 28 × 28"),
        ((1, 16, 14, 14), (2, 8), (14, 14), "16 pictures of 14 × 14"),
        ((16, 8, 5, 5), (8, 8), (5, 5), "64 of 128 pictures of 5 × 5"),  # a row a filter
        ((2, 3, 4, 5), (2, 3), (4, 5), "6 pictures of 4 × 5"),
        ((2, 2, 3, 4, 5), (2, 8), (4, 5), "12 pictures of 4 × 5"),
        ((3, 4, 5), (1, 3), (4, 5), "3 pictures of 4 × 5"),
        ((4, 5), (1, 1), (4, 5), "1 picture of 4 × 5"),
        ((256, 10), (1, 1), (64, 10), "1 picture of 256 × 10, averaged to 64 × 10"),
        ((10,), (1, 1), (1, 10), "10 numbers"),
        ((100,), (1, 1), (2, 64), "100 numbers"),
        ((5000,), (1, 1), (64, 64), "5,000 numbers"),
        ((1,), (1, 1), (1, 1), "1 number"),
        ((), (1, 1), (1, 1), "1 number"),
    ],
)
def test_every_rank_has_its_pictures(shape, grid, picture, said):
    made = tiles(np.resize(RAMP, shape))
    assert made["shape"] == list(shape)
    assert ((made["rows"], made["columns"]), (made["height"], made["width"])) == (grid, picture)
    assert len(made["pixels"]) == made["shown"] * picture[0] * picture[1]
    assert made["shown"] <= grid[0] * grid[1]
    assert made["label"].startswith(said + ", ")


def test_values_are_scaled_by_the_one_furthest_from_zero():
    made = tiles(np.array([[0.5, -0.25, 0.0]], np.float32))
    assert cells(made)[0].tolist() == [[127, -64, 0]]
    assert (made["low"], made["high"]) == (-0.25, 0.5)
    assert made["label"] == "1 picture of 1 × 3, from −0.25 to 0.5"
    assert not cells(tiles(np.zeros((2, 2)))).any()
    assert tiles(np.zeros((2, 2)))["label"] == "1 picture of 2 × 2, all 0"


def test_the_extremes_are_the_tensors_and_not_those_of_what_is_shown():
    made = tiles(np.stack([np.zeros((2, 2)), np.full((2, 2), 8.0)]), most=1)
    assert (made["shown"], made["of"], made["high"]) == (1, 2, 8.0)
    assert made["label"] == "1 of 2 pictures of 2 × 2, from 0 to 8"


@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_marked_and_counted(odd):
    made = tiles(np.array([[1.0, odd, -2.0]], np.float32))
    assert cells(made)[0].tolist() == [[64, MARK, -127]]
    assert made["label"].endswith("from −2 to 1; 1 value is not finite")
    nothing = tiles(np.full((2, 2), odd))
    assert (nothing["low"], nothing["high"]) == (None, None)
    assert (cells(nothing) == MARK).all()
    assert nothing["label"] == "1 picture of 2 × 2; 4 values are not finite"


def test_large_pictures_are_averaged_and_keep_their_marks():
    large = np.zeros((100, 200))
    large[:50] = 1
    large[99, 199] = np.nan
    made = cells(tiles(large))[0]
    assert made.shape == (LARGEST, LARGEST)
    assert (made[:31] == 127).all()
    assert (made[33:-1] == 0).all()
    assert made[-1, -1] == MARK
    assert np.count_nonzero(made == MARK) == 1


@pytest.mark.parametrize("value", [5e-324, 1e-45, 1e308, -1e308])
def test_the_ends_of_the_number_range(value):
    assert np.abs(cells(tiles(np.full((200, 200), value)))).min() == 127
    assert sum(histogram(np.array([value, 0.0, -value]))["counts"]) == 3


@pytest.mark.parametrize(
    "dtype", [bool, np.int8, np.uint8, np.int64, np.uint64, np.float16, np.float64, ml_dtypes.bfloat16]
)
def test_number_types(dtype):
    array = np.array([[0, 1]]).astype(dtype)
    assert cells(tiles(array)).tolist() == [[[0, 127]]]
    assert histogram(array, bins=2)["counts"] == [1, 1]
    assert tiles(np.array([[np.iinfo(np.int8).min]], np.int8))["low"] == -128


@pytest.mark.parametrize("shape", [(0,), (0, 5), (1, 0, 28, 28), (3, 3, 0)])
def test_nothing_in_it(shape):
    made = tiles(np.zeros(shape))
    assert (made["shown"], made["of"], made["pixels"], made["low"]) == (0, 0, b"", None)
    assert made["label"] == "0 numbers"
    assert histogram(np.zeros(shape)) == {"counts": [], "edges": [], "label": "no numbers"}


@pytest.mark.parametrize("array", [np.array(["a"]), np.array([None]), np.array([1j])])
def test_what_has_no_picture(array):
    with pytest.raises(BadInput, match="of which there is no picture"):
        tiles(array)
    with pytest.raises(BadInput, match="of which there is no picture"):
        histogram(array)


@pytest.mark.parametrize("none", ["most", "abreast"])
def test_at_least_one(none):
    with pytest.raises(BadInput, match="at least one"):
        tiles(np.zeros((2, 2)), **{none: 0})


def test_as_many_abreast_as_asked():
    made = tiles(np.ones((1, 16, 4, 4)), abreast=16)
    assert (made["rows"], made["columns"]) == (1, 16)


@pytest.mark.parametrize("array", [np.zeros(3), np.ones(3), np.array([1.0, np.nextafter(1, 2)]), np.arange(100)])
def test_histograms_count_everything(array):
    made = histogram(array)
    assert sum(made["counts"]) == array.size
    assert len(made["edges"]) == len(made["counts"]) + 1
    assert made["edges"] == sorted(made["edges"])


def test_a_histogram_leaves_out_what_is_not_finite():
    made = histogram(np.array([1.0, np.nan, 3.0, np.inf]))
    assert sum(made["counts"]) == 2
    assert made["label"] == "2 numbers, from 1 to 3; mean 2, standard deviation 1; 2 values are not finite"


def test_numbers_are_said_shortly():
    assert [said(v) for v in (-1234.5, 99999.4, 1e-7, -0.0614)] == ["−1,234", "99,999", "1e−07", "−0.0614"]


def test_figures_show_the_same_pictures():
    array = np.stack([np.eye(3), -2 * np.eye(3)])
    array[1, 0, 2] = np.nan
    told = plots.feature_maps(array, "two <b>")
    heat, marks = told.figure.data
    assert np.array(heat.z).shape == (3, 7)
    assert np.nanmin(heat.z) == -2
    assert heat.z[0][0] == pytest.approx(1, rel=0.02)
    assert np.isnan(np.array(heat.z)[:, 3]).all()  # between them
    assert np.nansum(marks.z) == 1
    assert len(told.figure.layout.shapes) == 2
    assert "&lt;b&gt;" in told.figure.layout.title.text
    assert told.sentence == "two <b>: 2 pictures of 3 × 3, from −2 to 1; 1 value is not finite."


@pytest.mark.parametrize("shape", [(), (0,), (1, 0, 28, 28), (1, 8, 28, 28), (16, 8, 5, 5), (1000,)])
def test_figures_of_any_shape(shape):
    for figure in (plots.feature_maps, plots.histogram):
        told = figure(np.resize(RAMP, shape) if 0 not in shape else np.zeros(shape))
        assert told.figure.layout.width <= 850
        assert told.sentence.endswith(".")
