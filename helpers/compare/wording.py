"""How two tensors differ, in a person's words."""

from __future__ import annotations

import numpy as np

from helpers.units import number


def difference(got: np.ndarray, wanted: np.ndarray, of: str = "the reference") -> str:
    """What is different, of tensors of one shape; "" where nothing is.

    >>> difference(np.array([1.0, 2.5]), np.array([1.0, 2.0]))
    '0.25 of the largest value, first at [1]'
    >>> difference(np.array([0.5, 1.0]), np.array([-np.inf, 1.0]))
    'finite where the reference is -inf, in 1 of 2 values'
    >>> difference(np.array([3, 4]), np.array([3, 5]))
    '1 of 2 values differ, the first at [1]: 4 for 5'
    """
    if got.dtype.kind in "fV" and wanted.dtype.kind in "fV":
        return _of_floats(got.astype(np.float64), wanted.astype(np.float64), of)
    differs = np.atleast_1d(got != wanted)
    if not differs.any():
        return ""
    place = tuple(np.argwhere(differs)[0])
    a, b = np.atleast_1d(got)[place], np.atleast_1d(wanted)[place]
    said = f"{differs.sum()} of {differs.size} values differ"
    return f"{said}, the first at {_where(place, got)}: {a!s:.40} for {b!s:.40}"


def _of_floats(got: np.ndarray, wanted: np.ndarray, of: str) -> str:
    kinds = (_kinds(np.atleast_1d(got)), _kinds(np.atleast_1d(wanted)))
    other = kinds[0] != kinds[1]
    if other.any():
        pairs, counts = np.unique(np.stack([kinds[0][other], kinds[1][other]]), axis=1, return_counts=True)
        mine, theirs = pairs[:, counts.argmax()]
        count = f"in {counts.max()} of {other.size} values" if other.size > 1 else ""
        more = f", and elsewhere in {other.sum() - counts.max()} more" if other.sum() > counts.max() else ""
        return f"{mine} where {of} is {theirs}{', ' * bool(count)}{count}{more}"
    finite = kinds[1] == "finite"
    gap = np.zeros(finite.shape)
    with np.errstate(over="ignore"):
        gap[finite] = np.abs(np.atleast_1d(got)[finite] - np.atleast_1d(wanted)[finite])
    if not gap.any():
        return ""
    size = float(np.abs(np.atleast_1d(wanted)[finite]).max())
    place = tuple(np.argwhere(gap > gap.max() / 2)[0])  # the first that is about as far off as the worst
    if size == 0:
        return f"{number(gap.max())} where {of} is 0 throughout, first at {_where(place, got)}"
    return f"{share(gap.max() / size)} of the largest value, first at {_where(place, got)}"


def share(value: float) -> str:
    """A part of a whole: 0.83, 4e-05, or "inf".

    >>> share(0.8333), share(4.2e-05), share(19.4)
    ('0.83', '4e-05', '19')
    """
    return f"{value:.2g}" if 1e-3 <= value < 1e4 else number(value)


def _kinds(values: np.ndarray) -> np.ndarray:
    names = np.array(["finite", "NaN", "inf", "-inf"])
    return names[np.select([np.isnan(values), values == np.inf, values == -np.inf], [1, 2, 3], 0)]


def _where(place: tuple[int, ...], array: np.ndarray) -> list[int]:
    return [int(i) for i in place] if array.ndim else []
