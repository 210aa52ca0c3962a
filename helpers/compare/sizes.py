"""The sizes of inputs that the file leaves free: named by the user, or 1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from helpers.errors import BadInput
from helpers.modelfile.model import TensorInfo

_LARGEST = 2**31  # of one dimension
Size = int | str | None


def chosen_shapes(
    inputs: tuple[TensorInfo, ...], dims: Mapping[str, int], shapes: Mapping[str, Sequence[int]]
) -> dict[str, tuple[int, ...]]:
    """The shape of each input: ``shapes`` has it whole, ``dims`` a size by its dimension's name; what is left is 1.

    Raises
    ------
    BadInput
        No such dimension or input, a size that is none, or one that contradicts the file.

    >>> import numpy as np
    >>> x = TensorInfo("x", np.dtype("float32"), ("batch", 3, None))
    >>> chosen_shapes((x,), {"batch": 2}, {}), chosen_shapes((x,), {}, {"x": [1, 3, 48]})
    ({'x': (2, 3, 1)}, {'x': (1, 3, 48)})
    """
    names = {d for info in inputs for d in info.shape or () if isinstance(d, str)}
    for name, size in dims.items():
        if name not in names:
            said = ", ".join(sorted(names)) or "none"
            raise BadInput(f"the model has no symbolic dimension {name!r}; its symbolic dimensions: {said}")
        _refuse_size(size, f"dimension {name!r}")
    for name in shapes:
        if name not in {info.name for info in inputs}:
            raise BadInput(f"the model has no input {name!r}; its inputs: {', '.join(map(str, inputs)) or 'none'}")
    bound = dict(dims)
    for info in inputs:
        if info.name in shapes:
            _bind(info, shapes[info.name], bound)
    return {info.name: _shape(info, shapes, bound) for info in inputs}


def free(inputs: tuple[TensorInfo, ...]) -> list[TensorInfo]:
    """The inputs of which the file leaves a size open.

    >>> free(())
    []
    """
    return [info for info in inputs if info.shape is None or any(not isinstance(d, int) for d in info.shape)]


def proposal(info: TensorInfo) -> str:
    """The option that gives an input's shape, with the sizes that the file has.

    >>> import numpy as np
    >>> proposal(TensorInfo("x", np.dtype("float32"), (None, 3, "height", "width")))
    '--shape x=1,3,HEIGHT,WIDTH'
    """
    sizes = [str(d) if isinstance(d, int) else _word(d, first=i == 0) for i, d in enumerate(info.shape or ())]
    return f"--shape {info.name}={','.join(sizes) or 'SIZE,…'}"


def taken(
    made_up: Sequence[TensorInfo],
    sample: Mapping[str, np.ndarray],
    dims: Mapping[str, int],
    shapes: Mapping[str, Sequence[int]],
) -> str:
    """Which sizes nobody named, so that they were taken as 1, and how to give them; "" where there are none."""
    left = [
        info
        for info in made_up
        if info.name not in shapes and not all(isinstance(d, int) or d in dims for d in info.shape or ())
    ]
    if not left:
        return ""
    said = ", ".join(f"{info} as {list(sample[info.name].shape)}" for info in left)
    return f"Free sizes were taken as 1: {said}; give others by {' '.join(map(proposal, left))}."


def _word(dim: str | None, *, first: bool) -> str:
    return "1" if first else (dim or "size").upper()


def _shape(info: TensorInfo, shapes: Mapping[str, Sequence[int]], bound: Mapping[str, int]) -> tuple[int, ...]:
    if info.name in shapes:
        return tuple(shapes[info.name])
    if info.shape is None:
        raise BadInput(f"input {info} has no shape in the file; give one by {proposal(info)}, or arrays with --inputs")
    return tuple(d if isinstance(d, int) and d >= 0 else bound.get(str(d or ""), 1) for d in info.shape)


def _bind(info: TensorInfo, given: Sequence[int], bound: dict[str, int]) -> None:
    """Refuse a shape that the file contradicts, or another input by the name of a dimension."""
    for size in given:
        _refuse_size(size, f"input {info.name!r}")
    wanted: tuple[Size, ...] = tuple(given) if info.shape is None else info.shape
    said = ",".join(map(str, given))
    if len(wanted) != len(given):
        raise BadInput(f"--shape {info.name}={said}: {info} has {len(wanted)} dimensions; give as many sizes")
    for fixed, size in zip(wanted, given, strict=True):
        if isinstance(fixed, int) and fixed != size:
            raise BadInput(f"--shape {info.name}={said}: the file fixes {info}; give {proposal(info)}")
        if isinstance(fixed, str) and bound.setdefault(fixed, size) != size:
            raise BadInput(f"{fixed!r} would be {bound[fixed]} and {size}; a dimension has one size in all inputs")


def _refuse_size(size: object, what: str) -> None:
    if not isinstance(size, int) or isinstance(size, bool) or not 1 <= size <= _LARGEST:
        raise BadInput(f"{what}: {size!r} is not a size; give a whole number from 1")
