"""From pad to network: the table says what is drawn and what must arrive, or which error."""

import numpy as np
import pytest

from helpers.digits.preprocess import BOX, FRAME, INK, preprocess
from helpers.errors import LabError


def _pad(*boxes, side=112, ink=255):
    """A pad with rectangles (top, bottom, left, right) of ink."""
    pad = np.zeros((side, side), np.uint8)
    for top, bottom, left, right in boxes:
        pad[top:bottom, left:right] = ink
    return pad


@pytest.mark.parametrize(
    ("name", "pad", "cropped", "boxed"),
    [
        ("tall bar", _pad((4, 64, 6, 14)), (60, 8), (20, 3)),
        ("wide bar", _pad((6, 14, 4, 64)), (8, 60), (3, 20)),
        ("square", _pad((40, 60, 40, 60)), (20, 20), (20, 20)),
        ("smaller than the box, so enlarged", _pad((50, 60, 50, 55)), (10, 5), (20, 10)),
        ("the whole pad", _pad((0, 112, 0, 112)), (112, 112), (20, 20)),
        ("one pixel", _pad((0, 1, 111, 112)), (1, 1), (20, 20)),
        ("a hair, one pixel wide", _pad((0, 112, 50, 51)), (112, 1), (20, 1)),
        ("two far corners", _pad((0, 2, 0, 2), (110, 112, 110, 112)), (112, 112), (20, 20)),
        ("the smallest pad", _pad((10, 20, 10, 20), side=28), (10, 10), (20, 20)),
    ],
)
def test_stages(name, pad, cropped, boxed):
    stages = preprocess(pad)
    assert not stages.empty
    assert stages.drawn.shape == pad.shape
    assert stages.cropped.shape == cropped
    assert stages.boxed.shape == boxed
    assert max(stages.boxed.shape) == BOX
    assert stages.tensor.shape == (1, 1, FRAME, FRAME)
    assert stages.tensor.dtype == np.float32
    assert stages.tensor.min() >= 0
    assert stages.tensor.max() <= 255
    assert stages.tensor.sum() == pytest.approx(stages.boxed.sum(), rel=1e-6), "ink left the frame"


@pytest.mark.parametrize("place", [(0, 0), (0, 60), (60, 0), (30, 45), (61, 61)])
def test_the_place_on_the_pad_does_not_matter(place):
    y, x = place
    shape = np.random.default_rng(0).integers(26, 256, (51, 40), np.uint8)
    pad = np.zeros((112, 112), np.uint8)
    pad[y : y + 51, x : x + 40] = shape
    here = preprocess(pad)
    assert np.array_equal(here.centred, preprocess(np.pad(shape, ((0, 61), (0, 72)))).centred)


@pytest.mark.parametrize("seed", range(5))
def test_the_mass_is_centred_to_a_pixel(seed):
    random = np.random.default_rng(seed)
    top, left = random.integers(0, 40, 2)
    pad = _pad((top, top + 60, left, left + 12), (top + 40, top + 60, left, left + random.integers(20, 60)))
    centred = preprocess(pad).centred
    for axis in (0, 1):
        middle = centred.sum(1 - axis) @ np.arange(FRAME) / centred.sum()
        assert abs(middle - FRAME / 2) <= 0.5 + 1e-4


def test_a_lopsided_drawing_stays_inside():
    # Nearly all ink at the bottom: centring its mass would push the thin line out at the top.
    pad = _pad((0, 112, 55, 57), (104, 112, 0, 112))
    stages = preprocess(pad)
    assert stages.centred.sum() == pytest.approx(stages.boxed.sum(), rel=1e-6)
    assert stages.centred[0].max() > 0


def test_scaling_averages_areas():
    # 40 pixels to 20: each new pixel is the mean of four.
    pad = np.zeros((112, 112), np.uint8)
    pad[10:50, 10:50] = np.random.default_rng(1).integers(26, 256, (40, 40))
    mean = pad[10:50, 10:50].reshape(20, 2, 20, 2).mean((1, 3))
    assert preprocess(pad).boxed == pytest.approx(mean, abs=1e-3)


@pytest.mark.parametrize(
    ("name", "pad", "empty"),
    [
        ("blank", _pad(), True),
        ("faint", _pad((10, 20, 10, 20), ink=INK), True),
        ("just enough", _pad((10, 20, 10, 20), ink=INK + 1), False),
    ],
)
def test_nothing_drawn(name, pad, empty):
    stages = preprocess(pad)
    assert stages.empty is empty
    assert bool(stages.tensor.any()) is not empty
    assert (stages.boxed.size == 0) is empty


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.float16, np.float32, np.float64])
def test_every_kind_of_number(dtype):
    pad = _pad((20, 80, 30, 40))
    assert np.array_equal(preprocess(pad.astype(dtype)).tensor, preprocess(pad).tensor)


def test_the_argument_is_neither_changed_nor_kept():
    pad = _pad((20, 80, 30, 40))
    before = pad.copy()
    stages = preprocess(pad)
    assert np.array_equal(pad, before)
    pad[:] = 255
    assert np.array_equal(stages.drawn, before)


def _with(value, dtype=float):
    pad = np.zeros((112, 112), dtype)
    pad[3, 4] = value
    return pad


@pytest.mark.parametrize(
    ("pad", "says"),
    [
        (np.zeros((112, 100)), r"shape \(112, 100\)"),
        (np.zeros(784), r"shape \(784,\)"),
        (np.zeros((1, 28, 28)), r"shape \(1, 28, 28\)"),
        (np.zeros((20, 20)), "side of 20"),
        (np.zeros((0, 0)), "side of 0"),
        (_with(np.nan), "value nan"),
        (_with(np.inf), "value inf"),
        (_with(256), r"value 256"),
        (_with(-1, np.int16), "value -1"),
        (_with(True, bool), "holds bool"),
        (_with(None, object), "holds object"),
        (np.full((28, 28), "x"), "holds <U1"),
        (np.zeros((28, 28), complex), "holds complex128"),
        ([[1, 2], [3]], "ragged list"),
        (None, "holds object"),
    ],
)
def test_bad_drawings(pad, says):
    with pytest.raises(ValueError, match=says) as error:
        preprocess(pad)
    assert isinstance(error.value, LabError)
    assert "\n" not in str(error.value)
    assert ": " in str(error.value), "the line must say what to do"
