"""The checks of lesson 02, four steps."""

from __future__ import annotations

import statistics
import time
from typing import Any

import numpy as np

from helpers.digits import MNIST, digits
from helpers.lessons.wrong import Wrong, kind, numbers, whole

_PHOTO = 500
_ABOUT = 6.0  # a machine may be so many times busier at one moment than at another


def photo(value: Any) -> None:
    """The photo as the model wants it."""
    found = numbers(value, "an array of numbers")
    wanted = digits().tensor(_PHOTO)
    if found.dtype != np.float32:
        raise Wrong(f"the model takes float32, and this is {found.dtype}")
    if found.shape != wanted.shape:
        raise Wrong(f"the model takes the shape {list(wanted.shape)}, and this is {list(found.shape)}")
    if np.allclose(found, wanted, atol=0.5):
        return
    if np.allclose(found, 255 - wanted, atol=0.5):
        raise Wrong("it is still dark ink on white paper; the model wants the ink bright and the paper 0")
    if np.allclose(found, wanted / 255, atol=0.01):
        raise Wrong("the numbers go from 0 to 1, and the model was trained on 0 to 255")
    raise Wrong("dtype and shape are right, the pixels are not: ink is 255 and paper 0, at the places that they had")


def likeliest(value: Any, logits: np.ndarray) -> None:
    """The three likeliest digits, the likeliest first."""
    if isinstance(value, str) or not hasattr(value, "__len__"):
        raise Wrong(f"a list of three digits is wanted, not {kind(value)}")
    if len(value) != 3:
        raise Wrong(f"three digits are wanted, and these are {len(value)}")
    found = [whole(digit, "a digit", 0, 9) for digit in value]
    wanted = np.argsort(logits.ravel())[::-1][:3].tolist()
    if found == wanted:
        return
    if found == wanted[::-1]:
        raise Wrong("these are the three, but the likeliest comes first")
    if found[0] == wanted[0]:
        raise Wrong("the first is right; the digits after it have the next largest logits")
    raise Wrong("the likeliest digit is the place of the largest logit")


def load_over_run(value: Any) -> None:
    """How many times longer a load takes than a run, about as it is measured here."""
    from helpers import engines

    ratio = float(numbers(value, "a number", ()))
    if ratio <= 0:
        raise Wrong("a ratio of two times is larger than 0")
    runtime, x = engines.get("onnxruntime"), {"Input3": digits().tensor(0)}
    loads, runs = [], []
    for _ in range(5):
        start = time.perf_counter()
        session = runtime.load(MNIST)
        loads.append(time.perf_counter() - start)
        for _ in range(20):
            start = time.perf_counter()
            session.run(x)
            runs.append(time.perf_counter() - start)
    here = statistics.median(loads) / statistics.median(runs)
    if max(ratio / here, here / ratio) <= _ABOUT:
        return
    if max(1 / ratio / here, here * ratio) <= _ABOUT:
        raise Wrong("that is how many times shorter it is; divide the time of the load by that of the run")
    off = max(ratio / here, here / ratio)
    raise Wrong(f"measured just now it is another, by a factor of {off:.0f}; time both steps on this machine")
