"""Softmax, LogSoftmax, Hardmax, and the losses of classes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks.judging.cases import Setting, distinct, normal, setting

_TIED = np.array([[1, 3, 3, 2], [5, 5, 5, 5]], np.float32)


def settings() -> Iterator[Setting]:
    """Softmax and its kin along every axis; spreads of some hundreds."""
    for operator in ("Softmax", "LogSoftmax", "Hardmax"):
        values = distinct if operator == "Hardmax" else normal
        yield setting(operator, values(2, 3, 4))
        yield setting(operator, values(3, 4))
        yield setting(operator, values(5), axis=0)
        for axis in (0, 1, 2, 3, -1, -2, -4):
            yield setting(operator, values(2, 3, 2, 4), axis=axis, since=11 if axis < 0 else 1)
        for dtype in (np.float16, np.float64):
            yield setting(operator, values(2, 3, 4, dtype=dtype), axis=1)
        yield setting(operator, values(0, 3), axis=1, note="empty")
        yield setting(operator, values(3, 0), axis=1, note="empty")
        for scale in (1e-3, 1e3):
            yield setting(operator, normal(4, 6, scale=scale), axis=1, note=f"×{scale:g}")
        yield setting(operator, _TIED, axis=1, note="ties")
    for operator in ("Softmax", "LogSoftmax"):
        odd = np.array([[1, -np.inf, 0], [2, 1, np.nan], [88, 89, -100]], np.float32)
        yield setting(operator, odd, axis=1, note="NaN and infinities")
        yield setting(operator, np.array([[np.inf, 0, 1]], np.float32), axis=1, note="an infinity")
    yield from _losses()


def _losses() -> Iterator[Setting]:
    scores, labels = normal(3, 5, scale=3), np.array([0, 4, 2], np.int64)
    weights = np.abs(normal(5, seed=2)) + np.float32(0.1)
    deep, places = normal(2, 5, 3, 2, seed=3), normal(2, 3, 2, dtype=np.uint8, seed=4).astype(np.int64) % 5
    logs = -np.abs(normal(3, 5, seed=5))
    for reduction in ("mean", "sum", "none"):
        for operator, x in (("SoftmaxCrossEntropyLoss", scores), ("NegativeLogLikelihoodLoss", logs)):
            yield setting(operator, x, labels, reduction=reduction)
            yield setting(operator, x, labels, weights, reduction=reduction)
            yield setting(operator, deep, places, reduction=reduction, ignore_index=1)
            yield setting(operator, deep, places, weights, reduction=reduction, ignore_index=2)
    yield setting("SoftmaxCrossEntropyLoss", scores, labels, outputs=2)
    yield setting("SoftmaxCrossEntropyLoss", scores * 100, labels, outputs=2, note="spread of some hundreds")
    yield setting("SoftmaxCrossEntropyLoss", scores, np.array([0, -1, 2], np.int64), ignore_index=-1)
    yield setting("SoftmaxCrossEntropyLoss", scores, np.array([0, 3, 2], np.int32))
