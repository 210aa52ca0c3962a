"""What to feed a model: arrays from a file, the digits, or seeded random numbers that fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from pathlib import Path

import numpy as np

from helpers.compare._npz import read
from helpers.compare.sizes import chosen_shapes
from helpers.engines.session import check_inputs
from helpers.errors import BadInput
from helpers.modelfile.model import TensorInfo

Sample = dict[str, np.ndarray]
_MOST = 2**30  # bytes of all samples that are made up


def load_inputs(path: Path | str, inputs: tuple[TensorInfo, ...], *, allow_nan: bool = False) -> list[Sample]:
    """Samples from an ``.npz``: one array per graph input, samples stacked on a new first axis.

    Raises
    ------
    BadInput
        No such file, no npz, a name, dtype, shape or sample count that does not fit, object arrays, NaN.
    """
    arrays = read(Path(path))
    for name in arrays:
        if name not in {info.name for info in inputs}:
            raise BadInput(f"{path}: the model has no input {name!r}; its inputs: {', '.join(map(str, inputs))}")
    for info in inputs:
        if info.name not in arrays:
            raise BadInput(f"{path}: no array for the input {info}; add one named {info.name!r}")
    counts = {name: len(array) if array.ndim else 0 for name, array in arrays.items()}
    if len(set(counts.values())) > 1 or 0 in counts.values():
        said = ", ".join(f"{name} {count}" for name, count in counts.items())
        raise BadInput(f"{path}: samples on the first axis differ or are none ({said}); stack as many for every input")
    number_of = next(iter(counts.values()), 0)
    # asarray: numpy gives a bare number where a sample has no dimensions
    samples = [{name: np.asarray(array[i]) for name, array in arrays.items()} for i in range(number_of)]
    for number, sample in enumerate(samples):
        try:
            check_inputs(inputs, sample)
        except BadInput as error:
            raise BadInput(f"{path}, sample {number}: {error}; samples are stacked on a new first axis") from None
        if not allow_nan:
            _refuse_nan(sample, f"{path}, sample {number}")
    return samples


def make_inputs(
    inputs: tuple[TensorInfo, ...],
    *,
    count: int = 10,
    seed: int = 0,
    dims: Mapping[str, int] | None = None,
    shapes: Mapping[str, Sequence[int]] | None = None,
) -> list[Sample]:
    """Seeded random samples that fit dtype and shape; fewer where so many would take more than 1 GiB.

    A free dimension is 1 unless ``dims`` names it, or ``shapes`` has the input's.

    >>> x = TensorInfo("x", np.dtype("float32"), ("batch", 2))
    >>> make_inputs((x,), count=1, dims={"batch": 3})[0]["x"].shape
    (3, 2)
    """
    chosen = chosen_shapes(inputs, dims or {}, shapes or {})
    size = sum(prod(chosen[info.name]) * max(1, info.dtype.itemsize) for info in inputs)
    if size > _MOST:
        largest = max(inputs, key=lambda info: prod(chosen[info.name]))
        raise BadInput(
            f"input {largest.name!r} would have shape {list(chosen[largest.name])}, and a sample "
            f"{size / 2**30:.1f} GiB; give smaller arrays with --inputs, or sizes with --dim or --shape"
        )
    rng = np.random.default_rng(seed)
    fitting = max(1, min(count, _MOST // max(1, size)))
    return [{info.name: _random(info, chosen[info.name], rng) for info in inputs} for _ in range(fitting)]


def samples(
    inputs: tuple[TensorInfo, ...],
    given: Path | str | Sequence[Sample] | None = None,
    *,
    dims: Mapping[str, int] | None = None,
    shapes: Mapping[str, Sequence[int]] | None = None,
    count: int = 10,
    allow_nan: bool = False,
) -> list[Sample]:
    """What to feed a model: what is given, or the digits for one shaped like MNIST, else seeded random numbers.

    ``count`` is how many random samples to make, ``dims`` and ``shapes`` their sizes (see :func:`make_inputs`).

    Raises
    ------
    BadInput
        What is given does not fit, or is nothing.
    """
    if isinstance(given, str | Path):
        return load_inputs(given, inputs, allow_nan=allow_nan)
    if given is not None:
        if not given:
            raise BadInput("inputs are an empty list; give at least one sample, or none for made-up ones")
        for number, sample in enumerate(given):
            try:
                check_inputs(inputs, sample)
            except BadInput as error:
                raise BadInput(f"sample {number}: {error}") from None
        return list(given)
    if is_mnist(inputs) and not dims and not shapes:
        return digits(inputs)
    return make_inputs(inputs, count=count, dims=dims, shapes=shapes)


def is_mnist(inputs: tuple[TensorInfo, ...]) -> bool:
    """Whether a model takes one 28 × 28 picture, as MNIST's do; the batch may be symbolic."""
    if len(inputs) != 1 or inputs[0].shape is None or inputs[0].dtype != np.float32:
        return False
    shape = inputs[0].shape
    return len(shape) == 4 and shape[1:] == (1, 28, 28) and (shape[0] == 1 or not isinstance(shape[0], int))


def digits(inputs: tuple[TensorInfo, ...], limit: int | None = None) -> list[Sample]:
    """The digits of ``data/digits.npz`` as samples for a model for which ``is_mnist``."""
    from helpers.samples import digits as load

    found = load()
    return [{inputs[0].name: found.tensor(i)} for i in range(min(len(found.labels), limit or len(found.labels)))]


def _refuse_nan(sample: Sample, said: str) -> None:
    for name, array in sample.items():
        bad = np.isnan(array) if array.dtype.kind == "f" else np.zeros(())
        if bad.any():
            raise BadInput(
                f"{said}: input {name!r} holds {int(bad.sum())} NaN, the first at {_where(bad)}; replace them, "
                "or say --allow-nan to compare how engines carry them"
            )


def _where(bad: np.ndarray) -> list[int]:
    return [int(i) for i in np.argwhere(bad)[0]]


def _random(info: TensorInfo, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    if info.dtype == bool:
        return rng.integers(0, 2, shape).astype(bool)
    if info.dtype.kind in "iu":
        return rng.integers(0, 10, shape).astype(info.dtype)  # small, so that they also serve as indices
    if info.dtype.kind in "fV":
        return rng.standard_normal(shape).astype(info.dtype)
    raise BadInput(f"input {info} holds {info.dtype}, for which there are no random values; give arrays with --inputs")
