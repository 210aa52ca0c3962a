"""Transforms of signals, and windows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from onnx import TensorProto

from benchmarks.judging.cases import Setting, normal, setting


def settings() -> Iterator[Setting]:
    """DFT both ways, of real and complex numbers, with other lengths; STFT; windows and mel weights."""
    real, complex_ = normal(2, 8, 1), normal(2, 8, 2)
    grid = normal(2, 4, 6, 1)
    for inverse in (0, 1):
        for x in (real, complex_):
            yield setting("DFT", x, axis=1, inverse=inverse)
            yield setting("DFT", x, None, np.array(1, np.int64), inverse=inverse)
            for length in (5, 8, 11):
                yield setting("DFT", x, np.array(length, np.int64), constants=(1,), axis=1, inverse=inverse)
                at = np.array(length, np.int64), np.array(1, np.int64)
                yield setting("DFT", x, *at, constants=(1, 2), inverse=inverse)
    yield setting("DFT", real, axis=1, onesided=1)
    yield setting("DFT", real, None, np.array(1, np.int64), onesided=1)
    yield setting("DFT", grid, None, np.array(-2, np.int64))
    yield setting("DFT", grid, None, np.array(1, np.int64))
    yield setting("DFT", grid)
    yield setting("DFT", grid, axis=2)
    yield setting("DFT", real.astype(np.float64), axis=1)
    half = normal(1, 5, 2)
    half[:, [0, -1], 1] = 0
    yield setting("DFT", half, np.array(8, np.int64), np.array(1, np.int64), inverse=1, onesided=1)
    step, length = np.array(4, np.int64), np.array(8, np.int64)
    signal, window = normal(1, 32, 1), np.hanning(8).astype(np.float32)
    for onesided in (0, 1):
        yield setting("STFT", signal, step, window, length, constants=(1, 2, 3), onesided=onesided)
        yield setting("STFT", signal, step, None, length, constants=(1, 3), onesided=onesided)
        yield setting("STFT", signal, step, window, constants=(1, 2), onesided=onesided)
    yield setting("STFT", normal(1, 32, 2), step, window, length, constants=(1, 2, 3), onesided=0)
    for operator in ("HannWindow", "HammingWindow", "BlackmanWindow"):
        for size in (3, 7, 10):
            for periodic in (0, 1):
                at = np.array(size, np.int64)
                yield setting(operator, at, periodic=periodic, note=f"size {size}", types=[TensorProto.FLOAT])
        made = TensorProto.DOUBLE
        yield setting(operator, np.array(8, np.int64), output_datatype=made, types=[made])
    mel = (np.array(8, np.int64), np.array(16, np.int64), np.array(8000, np.int64))
    edges = (np.array(0, np.float32), np.array(4000, np.float32))
    yield setting("MelWeightMatrix", *mel, *edges, constants=(0, 1, 2, 3, 4), types=[TensorProto.FLOAT])
    edges = (np.array(100, np.float32), np.array(3000, np.float32))
    yield setting("MelWeightMatrix", *mel, *edges, constants=(0, 1, 2, 3, 4), types=[TensorProto.FLOAT])
