"""The checks of lesson 01, inside a model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import onnx

from helpers.digits import MNIST
from helpers.lessons.wrong import NotDone, Wrong, kind, numbers, whole

_SHAPES = ((2, 3, 8, 6), (1, 1, 4, 4), (3, 8, 2, 10))


def average_pool(value: Any) -> None:
    """The mean of each 2 × 2 square, as AveragePool has it."""
    if not callable(value):
        raise Wrong(f"a function is wanted, not {kind(value)}")
    for seed, shape in enumerate(_SHAPES):
        x = np.random.default_rng(seed).normal(size=shape).astype(np.float32)
        n, c, h, w = shape
        wanted = x.reshape(n, c, h // 2, 2, w // 2, 2).mean(axis=(3, 5))
        try:
            got = value(x.copy())
        except Exception as error:
            raise Wrong(f"for an x of shape {list(shape)} it raises {type(error).__name__}: {error}") from None
        if got is ...:
            raise NotDone
        found = numbers(got, f"for an x of shape {list(shape)}, an array", wanted.shape)
        if not np.allclose(found, wanted, atol=1e-5):
            largest = x.reshape(n, c, h // 2, 2, w // 2, 2).max(axis=(3, 5))
            if np.allclose(found, largest):
                raise Wrong("that is the largest of each square, not its mean")
            raise Wrong(_first(found, wanted))


def _first(found: np.ndarray, wanted: np.ndarray) -> str:
    got, right = float(found.flat[0]), float(wanted.flat[0])
    return f"the shape is right, and the first number is {got:.3g} where the mean of the square is {right:.3g}"


def horizontal(value: Any, answers: Callable[[np.ndarray], np.ndarray], flat: np.ndarray) -> None:
    """The filter whose answer to a lying bar is the largest multiple of that to a standing one."""
    filter_ = whole(value, "the number of a filter", 0, 7)
    lying, standing = answers(flat), answers(flat.swapaxes(2, 3))
    if filter_ == int(np.argmax(lying / standing)):
        return
    if filter_ == int(np.argmax(standing / lying)):
        raise Wrong("that one prefers a vertical bar; turn the ratio round")
    if filter_ == int(np.argmax(lying)):
        raise Wrong("that one answers most to the lying bar, and nearly as much to the standing one: divide")
    times = lying[filter_] / standing[filter_]
    raise Wrong(f"its answer to the lying bar is {times:.2f} times that to the standing one; another has more")


def message(value: Any) -> None:
    """The checker's own words on a Relu that reads what nobody makes."""
    if isinstance(value, BaseException):
        raise Wrong("that is the error itself; its message is str(error)")
    if not isinstance(value, str):
        raise Wrong(f"the checker's message is a text, not {kind(value)}")
    broken = onnx.load(MNIST)
    broken.graph.node[3].input[0] = "nowhere"
    try:
        onnx.checker.check_model(broken)
    except onnx.checker.ValidationError as error:
        wanted = str(error)
    if value.split() != wanted.split():
        told = "the right names are in it, but the checker says" if "nowhere" in value else "the checker says"
        raise Wrong(f"{told} {len(wanted.split())} words; take them all from the error that it raises")
