"""The committed digits: what they hold, and one line when the file is not there or broken."""

import numpy as np
import pytest

from helpers.errors import LabError
from helpers.samples import PATH, digits


def test_a_hundred_of_each():
    samples = digits()
    assert len(samples) == 1000
    assert np.bincount(samples.labels).tolist() == [100] * 10
    assert samples.images.dtype == samples.labels.dtype == np.uint8
    assert samples.images.any((1, 2)).all(), "a blank digit"


def test_the_indices_are_the_first_of_each_class():
    with np.load(PATH) as file:
        assert sorted(file.files) == ["images", "indices", "labels"]
        indices = file["indices"]
    assert (np.diff(indices.astype(int)) > 0).all()
    assert indices.max() < 10_000
    # Most of the first thousand of the test set must be here: classes fill up at different places after them.
    assert (indices < 1000).sum() > 900


@pytest.mark.parametrize("i", [0, 999, -1])
def test_tensor(i):
    tensor = digits().tensor(i)
    assert tensor.shape == (1, 1, 28, 28)
    assert tensor.dtype == np.float32
    assert np.array_equal(tensor[0, 0], digits().images[i])


def test_nobody_can_change_them():
    with pytest.raises(ValueError, match="read-only"):
        digits().images[0, 0, 0] = 1


def _npz(path, **arrays):
    np.savez(path, **arrays)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda path: None, "is missing"),
        (lambda path: path.write_bytes(b"not a zip"), "is broken"),
        (lambda path: path.write_bytes(PATH.read_bytes()[:5000]), "is broken"),
        (lambda path: path.write_bytes(b""), "is broken"),
        (lambda path: _npz(path, images=np.zeros((2, 28, 28), np.uint8)), "is broken"),
        (lambda path: _npz(path, images=np.zeros((2, 28, 28)), labels=np.zeros(2)), "holds images float64"),
        (lambda path: _npz(path, images=np.zeros((2, 9, 9), np.uint8), labels=np.zeros(2)), r"\(2, 9, 9\)"),
        (lambda path: _npz(path, images=np.zeros((2, 28, 28), np.uint8), labels=np.zeros(3)), r"labels \(3,\)"),
    ],
)
def test_bad_files(tmp_path, make, says):
    path = tmp_path / "digits.npz"
    make(path)
    with pytest.raises(ValueError, match=says) as error:
        digits(path)
    assert isinstance(error.value, LabError)
    assert "\n" not in str(error.value)
    assert "git checkout" in str(error.value)


@pytest.mark.parametrize("i", [1000, -1001])
def test_no_such_digit(i):
    with pytest.raises(ValueError, match=f"no digit {i}"):
        digits().tensor(i)
