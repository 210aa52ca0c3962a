"""The pad's Python side, spoken to as the browser does."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from helpers.digits import brush
from helpers.digits import pad as module
from helpers.digits.brush import SIDE, draw
from helpers.digits.pad import NOTHING, SEES, Pad
from helpers.errors import BadInput

SEVEN = draw([[(0.3, 0.25), (0.72, 0.25), (0.45, 0.8)]])


def browser_sends(pad, picture, seq):
    pad.set_state({"seq": seq, "pixels": memoryview(picture.tobytes())})


@pytest.fixture
def pad():
    return Pad()


def test_the_browser_draws_with_the_brush():
    script = (Path(module.__file__).parent / "_picture.js").read_text()
    assert int(re.search(r"SIDE = (\d+)", script)[1]) == brush.SIDE
    assert float(re.search(r"WIDTH = ([\d.]+) \* SIDE", script)[1]) == brush.WIDTH


def test_a_new_pad_is_empty(pad):
    assert (pad.empty, pad.seq, pad.caption, repr(pad)) == (True, 0, NOTHING, "Pad(nothing drawn)")
    assert not pad.picture.any()


def test_observers_find_everything_up_to_date(pad):
    found = []

    def look(_):
        seen = np.frombuffer(pad.seen, np.uint8).reshape(28, 28)
        found.append((pad.seq, pad.empty, bool((seen == np.rint(pad.stages.centred)).all())))

    pad.observe(look, names=["seq"])
    browser_sends(pad, SEVEN, 5)
    browser_sends(pad, SEVEN * 0, 6)
    assert found == [(5, False, True), (6, True, True)]


def test_a_picture_is_looked_at_once(pad, monkeypatch):
    calls = []
    monkeypatch.setattr(module, "preprocess", lambda pixels: calls.append(1) or preprocess(pixels))
    preprocess = __import__("helpers.digits.preprocess", fromlist=["preprocess"]).preprocess
    browser_sends(pad, SEVEN, 1)
    assert pad.stages is pad.stages
    assert (pad.tensor.shape, pad.empty, repr(pad)[:14]) == ((1, 1, 28, 28), False, "Pad(picture 1,")
    assert len(calls) == 1


def test_pictures_are_numbered_whoever_makes_them(pad):
    numbers = []
    pad.observe(lambda change: numbers.append(change.new), names=["seq"])
    pad.show(SEVEN)
    pad.show(SEVEN)  # the same again is a picture again
    pad.pixels = bytes(SIDE * SIDE)
    browser_sends(pad, SEVEN, 9)
    browser_sends(pad, SEVEN, 10)
    pad.clear()
    assert numbers == [1, 2, 3, 9, 10, 11]


def test_show_takes_both_sizes(pad):
    small = np.zeros((28, 28))
    small[4:24, 13:16] = 254.6
    pad.show(small)
    assert pad.picture.shape == (SIDE, SIDE)
    assert set(np.unique(pad.picture)) == {0, 255}
    assert (pad.stages.centred == np.rint(small)).all()  # the way there and back changes nothing
    pad.show(SEVEN)
    assert (pad.picture == SEVEN).all()
    assert pad.caption == SEES
    pad.picture[:] = 7  # a copy
    assert (pad.picture == SEVEN).all()


@pytest.mark.parametrize(
    ("image", "says"),
    [
        (np.zeros((28, 29)), "shape (28, 29)"),
        (np.zeros((1, 28, 28)), "shape (1, 28, 28)"),
        (np.full((28, 28), 256), "from 256 to 256"),
        (np.full((28, 28), -1.0), "from -1.0"),
        (np.full((28, 28), np.nan), "nan"),
        (np.full((28, 28), 0.9), "multiply it by 255"),
        (np.full((28, 28), "a"), "expected numbers"),
        ("7", "shape ()"),
    ],
)
def test_show_refuses_in_one_line(pad, image, says):
    with pytest.raises(BadInput, match=re.escape(says)) as caught:
        pad.show(image)
    assert "\n" not in str(caught.value)
    assert pad.seq == 0


def test_pixels_of_another_size_are_refused(pad):
    with pytest.raises(BadInput, match="3 bytes, expected 12544"):
        pad.pixels = b"abc"
    assert pad.picture.shape == (SIDE, SIDE)
    browser_sends(pad, SEVEN[:2], 1)
    assert "224 bytes" in pad.caption


def test_samples_are_of_their_label_and_go_on(pad):
    known = __import__("helpers.samples", fromlist=["digits"]).digits()
    of_label = known.images[known.labels == 3]
    for expected in (*of_label[:3],):
        pad._handle_custom_msg({"kind": "sample", "label": 3}, [])
        assert (pad.picture[::4, ::4] == expected).all()
    for _ in range(len(of_label) - 2):
        pad._handle_custom_msg({"kind": "sample", "label": 3}, [])
    assert (pad.picture[::4, ::4] == of_label[0]).all()


def test_save_takes_the_picture_that_comes_with_the_button(pad, tmp_path, monkeypatch):
    monkeypatch.setenv("ONNX_LAB_DRAWINGS", str(tmp_path))
    pad._handle_custom_msg({"kind": "save", "label": 7, "seq": 4}, [memoryview(SEVEN.tobytes())])
    (path,) = tmp_path.iterdir()
    assert pad.note == f"saved as {tmp_path.name}/{path.name}"
    with np.load(path) as saved:
        assert (saved["pixels"] == SEVEN).all()
        assert saved["label"] == 7
    browser_sends(pad, SEVEN, 4)  # the same picture, which the button overtook
    assert pad.note.startswith("saved as")
    assert pad.save(7) != path


@pytest.mark.parametrize(
    ("message", "says"),
    [
        ({"kind": "save", "label": 3, "seq": 1}, "nothing drawn: draw a digit, then save it"),
        ({"kind": "sample", "label": 11}, "list index out of range"),
        ({"kind": "sample"}, "'label'"),
    ],
)
def test_what_goes_wrong_is_shown(pad, message, says):
    pad._handle_custom_msg(message, [memoryview(bytes(SIDE * SIDE))])
    assert pad.note == says


def test_an_observers_error_is_shown(pad):
    def broken(_):
        raise ValueError("the observer\nbroke")

    pad.observe(broken, names=["seq"])
    browser_sends(pad, SEVEN, 1)
    assert pad.caption == "the observer · broke"
    assert not pad.empty
