"""Whether the witnesses of the reference see a picture as it does (see :mod:`helpers.compare.panel`)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from helpers.compare.judge import error
from helpers.compare.voices import WITNESSES
from helpers.compare.wording import share

_APART = 1e-3  # norm-wise, on ten scores: far above what another order of additions gives


def disputed(truth: np.ndarray | None, scores: Mapping[str, np.ndarray]) -> str:
    """Which witness differs from the reference's scores of a picture, in a sentence; "" where none does.

    >>> disputed(np.array([1.0, 0.0]), {"onnxruntime": np.array([0.5, 0.0]), "rten": np.array([9.0, 0.0])})
    'Disputed: onnxruntime is 0.5 of the largest score away from the reference, so by this no row is right or wrong.'
    """
    if truth is None:
        return ""
    off = {name: worst for name in WITNESSES if name in scores and (worst := error(scores[name], truth)) > _APART}
    told = " and ".join(f"{name} is {share(worst)}" for name, worst in off.items())
    away = "of the largest score away from the reference, so by this no row is right or wrong."
    return f"Disputed: {told} {away}" if off else ""
