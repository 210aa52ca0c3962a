"""A learner's own drawings: what is saved comes back, and what is broken is named and harms nothing."""

from __future__ import annotations

import os
import zipfile

import numpy as np
import pytest

from helpers.digits import drawings
from helpers.digits.brush import SIDE, draw
from helpers.digits.preprocess import preprocess
from helpers.errors import BadInput

ONE = draw([[(0.5, 0.2), (0.5, 0.8)]])
TWO = draw([[(0.2, 0.3), (0.7, 0.3), (0.2, 0.8), (0.8, 0.8)]])


def test_what_is_saved_comes_back_in_the_order_of_names(tmp_path):
    folder = tmp_path / "new" / "folder"
    paths = [drawings.save(picture, label, folder) for picture, label in ((TWO, 2), (ONE, 1), (ONE, np.uint8(1)))]
    assert len(set(paths)) == 3
    found = drawings.load(folder)
    assert found.labels.tolist() == [1, 1, 2]
    assert found.labels.dtype == np.uint8
    assert (found.pixels == np.stack([ONE, ONE, TWO])).all()
    assert found.tensors.shape == (3, 1, 28, 28)
    assert (found.tensors[2, 0] == preprocess(TWO).centred).all()
    assert found.skipped == ()
    assert len(found) == 3


def test_an_empty_folder_holds_none(tmp_path):
    found = drawings.load(tmp_path)
    assert len(found) == 0
    assert (found.pixels.shape, found.tensors.shape) == ((0, SIDE, SIDE), (0, 1, 28, 28))


def test_the_default_folder_is_the_repositorys_or_the_environments(tmp_path, monkeypatch):
    monkeypatch.delenv("ONNX_LAB_DRAWINGS", raising=False)
    assert drawings.default_folder().parts[-2:] == ("data", "drawings")
    monkeypatch.setenv("ONNX_LAB_DRAWINGS", str(tmp_path / "mine"))
    assert len(drawings.load()) == 0  # not made yet
    assert drawings.save(ONE, 1).parent == tmp_path / "mine"
    assert len(drawings.load()) == 1


def _foreign(path, **arrays):
    with path.open("wb") as file:
        np.savez(file, **arrays)


def test_broken_and_foreign_files_are_named_and_lose_nothing_else(tmp_path):
    drawings.save(ONE, 1, tmp_path)
    good = drawings.save(TWO, 2, tmp_path)
    (tmp_path / "a.npz").write_bytes(good.read_bytes()[:200])
    (tmp_path / "b.txt").write_text("hello")
    (tmp_path / "c.npz").write_bytes(b"")
    _foreign(tmp_path / "d.npz", pixels=ONE)
    _foreign(tmp_path / "e.npz", pixels=ONE, label=np.int64(12))
    _foreign(tmp_path / "f.npz", pixels=np.zeros((3, 3), np.uint8), label=np.int64(1))
    _foreign(tmp_path / "g.npz", pixels=np.array([{}], object), label=np.int64(1))
    _foreign(tmp_path / "h.npz", pixels=ONE, label=np.float32(1))
    with zipfile.ZipFile(tmp_path / "i.npz", "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("pixels.npy", bytes(2**22))
    (tmp_path / ".9.npz.part").write_bytes(b"half")
    (tmp_path / "folder.npz").mkdir()
    found = drawings.load(tmp_path)
    assert found.labels.tolist() == [1, 2]
    reasons = dict(line.split(": ", 1) for line in found.skipped)
    assert [name[0] for name in reasons] == list("abcdefghi")
    assert all("\n" not in line for line in found.skipped)
    assert "no .npz" in reasons["b.txt"]
    assert "no label" in reasons["d.npz"]
    assert "0 to 9" in reasons["e.npz"]
    assert "(3, 3)" in reasons["f.npz"]
    assert "too large" in reasons["i.npz"]


@pytest.mark.parametrize("label", [10, -1, "7", 7.0, None, True])
def test_a_label_is_a_digit(tmp_path, label):
    with pytest.raises(BadInput, match="give a digit, 0 to 9"):
        drawings.save(ONE, label, tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("picture", [ONE.astype(float), ONE[:28, :28], [[1]]])
def test_a_drawing_is_what_the_pad_gives(tmp_path, picture):
    with pytest.raises(BadInput, match=r"expected uint8 \(112, 112\)"):
        drawings.save(picture, 1, tmp_path)


def test_an_empty_drawing_is_not_saved(tmp_path):
    with pytest.raises(BadInput, match="nothing drawn"):
        drawings.save(ONE * 0, 1, tmp_path)


def test_a_folder_that_is_none(tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    for place in (file, file / "below"):
        with pytest.raises(BadInput, match="is not a folder"):
            drawings.save(ONE, 1, place)
    for place in (file, tmp_path / "missing"):
        with pytest.raises(BadInput, match="is not a folder"):
            drawings.load(place)


def test_a_folder_that_cannot_be_written(tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(np, "savez_compressed", refuse)  # root may write everywhere, so take the right away here
    with pytest.raises(BadInput, match="cannot be written \\(Permission denied\\)"):
        drawings.save(ONE, 1, tmp_path)
    assert not os.listdir(tmp_path)  # not even half a file
