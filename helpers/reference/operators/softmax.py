"""Softmax, LogSoftmax and Hardmax: the matrix of opset 1 to 12, and finite logarithms."""

from __future__ import annotations

from typing import Any

import numpy as np
from onnx.reference.op_run import OpRun

from helpers.reference.mends import mend

_MATRIX = (
    "Before opset 13 the input is coerced into a matrix [a_0 · … · a_{axis-1}, a_axis · … · a_{n-1}], "
    "and each of its rows is normalised."
)
_TEXT = "https://github.com/onnx/onnx/blob/main/docs/Changelog.md"


def _rows(x: np.ndarray, axis: int) -> np.ndarray:
    axis = axis + x.ndim if axis < 0 else axis
    return x.reshape(int(np.prod(x.shape[:axis])), int(np.prod(x.shape[axis:])))


def softmax(x: np.ndarray, axis: int) -> np.ndarray:
    """exp(x) / Σ exp(x) along an axis, of values shifted so that the largest is 0."""
    if x.size == 0:
        return x
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def log_softmax(x: np.ndarray, axis: int) -> np.ndarray:
    """The logarithm of ``softmax`` without taking the logarithm of a value that underflowed."""
    if x.size == 0:
        return x
    shifted = x - x.max(axis=axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


def hardmax(x: np.ndarray, axis: int) -> np.ndarray:
    """1 at the first largest value along an axis, 0 elsewhere."""
    y = np.zeros_like(x)
    if x.size:
        np.put_along_axis(y, np.expand_dims(x.argmax(axis), axis), 1, axis)
    return y


@mend("Softmax", 1, 13, sentence=_MATRIX, upstream=_TEXT + "#Softmax-11")
class SoftmaxOfRows(OpRun):
    """Softmax before opset 13."""

    def _run(self, x: np.ndarray, axis: int = 1) -> tuple[Any, ...]:
        return (softmax(_rows(x, axis), 1).reshape(x.shape),)


@mend("LogSoftmax", 1, 13, sentence=_MATRIX, upstream=_TEXT + "#LogSoftmax-11")
class LogSoftmaxOfRows(OpRun):
    """LogSoftmax before opset 13."""

    def _run(self, x: np.ndarray, axis: int = 1) -> tuple[Any, ...]:
        return (log_softmax(_rows(x, axis), 1).reshape(x.shape),)


@mend("Hardmax", 1, 13, sentence=_MATRIX, upstream=_TEXT + "#Hardmax-11")
class HardmaxOfRows(OpRun):
    """Hardmax before opset 13."""

    def _run(self, x: np.ndarray, axis: int = 1) -> tuple[Any, ...]:
        return (hardmax(_rows(x, axis), 1).reshape(x.shape),)


@mend("LogSoftmax", 13, sentence="LogSoftmax(x) = log(Softmax(x)), which is finite for finite x.", upstream=_TEXT)
class LogSoftmax(OpRun):
    """LogSoftmax from opset 13."""

    def _run(self, x: np.ndarray, axis: int = -1) -> tuple[Any, ...]:
        return (log_softmax(x, axis),)


@mend(
    "SoftmaxCrossEntropyLoss",
    12,
    sentence="loss = -log(softmax) of the target's class, which is finite for finite scores.",
    upstream="https://github.com/onnx/onnx/blob/main/onnx/reference/ops/op_softmax_cross_entropy_loss.py",
)
class SoftmaxCrossEntropyLoss(OpRun):
    """SoftmaxCrossEntropyLoss by way of ``log_softmax``."""

    def _run(
        self,
        scores: np.ndarray,
        labels: np.ndarray,
        weights: np.ndarray | None = None,
        ignore_index: int | None = None,
        reduction: str = "mean",
    ) -> tuple[Any, ...]:
        logs = log_softmax(scores, 1)
        counted = np.ones(labels.shape, bool) if ignore_index is None else labels != ignore_index
        classes = np.where(counted, labels, 0)
        weight = (np.ones(scores.shape[1], scores.dtype) if weights is None else weights)[classes] * counted
        loss = -np.take_along_axis(logs, np.expand_dims(classes, 1), 1).squeeze(1)
        loss = np.where(counted, loss * weight, 0)
        if reduction != "none":
            loss = loss.sum() / weight.sum() if reduction == "mean" else loss.sum()
        return np.asarray(loss, scores.dtype), logs
