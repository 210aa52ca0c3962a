"""Normalisations."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks.judging.cases import Setting, normal, setting


def settings() -> Iterator[Setting]:
    """Axes, epsilons, magnitudes; training at the versions that have it in another form is left out."""
    yield from _batch()
    for operator in ("InstanceNormalization", "GroupNormalization"):
        yield from _by_channel(operator)
    yield from _layers()
    for size, more in (
        (3, {}),
        (5, {"alpha": 0.1, "beta": 0.5, "bias": 2.0}),
        (2, {"alpha": 1.0}),
        (4, {"alpha": 1.0}),
    ):
        yield setting("LRN", normal(2, 6, 3, 3, scale=3), size=size, **more)
        yield setting("LRN", normal(2, 6, 3, scale=3), size=size, **more)
    for dtype in (np.float16, np.float64):
        yield setting("LRN", normal(2, 6, 3, 3, dtype=dtype), size=3, alpha=1.0)
    yield from _lengths()


def _batch() -> Iterator[Setting]:
    operator = "BatchNormalization"
    for shape in ((2, 3, 4, 5), (2, 3, 6), (2, 3), (1, 3, 2, 2, 2)):
        given = (normal(*shape, scale=3), *(normal(3, seed=i) for i in (1, 2, 3)), np.abs(normal(3, seed=4)))
        weights = (1, 2, 3, 4)
        yield setting(operator, *given, constants=weights)
        yield setting(operator, *given, constants=weights, is_test=1)
        yield setting(operator, *given, constants=weights, is_test=1, consumed_inputs=[0, 0, 0, 1, 1])
        yield setting(operator, *given, constants=weights, epsilon=0.1)
        yield setting(operator, *given, constants=weights, epsilon=0.1, is_test=1)
    for dtype in (np.float16, np.float64):
        kind = tuple(a.astype(dtype) for a in given)
        yield setting(operator, *kind, constants=weights)
        yield setting(operator, *kind, constants=weights, is_test=1)
    tiny = (*given[:4], np.full(3, 1e-6, np.float32))
    yield setting(operator, *tiny, constants=weights, note="tiny variance")
    images = (normal(2, 3, 2, 2), *(normal(3, 2, 2, seed=i) for i in (1, 2, 3)), np.abs(normal(3, 2, 2, seed=4)))
    flat = (normal(2, 3, 2, 2), *(normal(12, seed=i) for i in (1, 2, 3)), np.abs(normal(12, seed=4)))
    yield setting(operator, *images, constants=weights, spatial=0, note="by element", since=7)
    yield setting(operator, *flat, constants=weights, spatial=0, is_test=1, note="by element")
    given = (normal(4, 3, 2, 2, scale=3), *(normal(3, seed=i) for i in (1, 2, 3)), np.abs(normal(3, seed=4)))
    yield setting(operator, *given, outputs=3, training_mode=1, momentum=0.7)
    yield setting(operator, *given, outputs=3, training_mode=1)


def _by_channel(operator: str) -> Iterator[Setting]:
    groups = ({"num_groups": 2}, {"num_groups": 4}, {"num_groups": 1}) if operator.startswith("Group") else ({},)
    scale, bias = normal(4, seed=1), normal(4, seed=2)
    for more in groups:
        for shape in ((2, 4, 5), (2, 4, 3, 5), (1, 4, 2, 2, 3)):
            yield setting(operator, normal(*shape, scale=3), scale, bias, constants=(1, 2), **more)
        x = normal(2, 4, 6, 6)
        yield setting(operator, x, scale, bias, constants=(1, 2), epsilon=0.5, **more)
        yield setting(operator, x * 1e-3, scale, bias, constants=(1, 2), note="×0.001", **more)
        yield setting(operator, x + 1000, scale, bias, constants=(1, 2), note="far from 0", **more)
        for dtype in (np.float16, np.float64):
            arrays = tuple(a.astype(dtype) for a in (x, scale, bias))
            yield setting(operator, *arrays, constants=(1, 2), **more)
    yield setting(operator, x, scale, bias, note="weights as inputs", **groups[0])


def _layers() -> Iterator[Setting]:
    x = normal(2, 3, 4, scale=3)
    for operator, out in (("LayerNormalization", 3), ("RMSNormalization", 1)):
        for axis in (-1, 2, 1, 0, -2):
            scale = normal(*x.shape[axis:], seed=1)
            yield setting(operator, x, scale, constants=(1,), axis=axis)
        scale, bias = normal(4, seed=1), normal(4, seed=2)
        yield setting(operator, x, scale, constants=(1,))
        yield setting(operator, x, scale, bias, constants=(1, 2))
        yield setting(operator, x, scale, constants=(1,), epsilon=0.5)
        yield setting(operator, x + 1000, scale, constants=(1,), note="far from 0")
        yield setting(operator, x * np.float32(1e-3), scale, constants=(1,), note="×0.001")
        for dtype in (np.float16, np.float64):
            yield setting(operator, x.astype(dtype), scale.astype(dtype), constants=(1,))
        if out == 3:
            yield setting(operator, x, scale, bias, outputs=3, types=(0, 1, 1), constants=(1, 2))
            yield setting(operator, x, normal(3, 4, seed=1), outputs=3, types=(0, 1, 1), constants=(1,), axis=1)


def _lengths() -> Iterator[Setting]:
    x = normal(2, 3, 4)
    zero = np.zeros((2, 3), np.float32)
    zero[0] = (3, 4, 0)
    for p in (1, 2):
        for axis in (0, 1, -1):
            yield setting("LpNormalization", x, p=p, axis=axis)
        yield setting("LpNormalization", zero, p=p, note="a row of zeros")
    yield setting("LpNormalization", x)
    yield setting("LpNormalization", x.astype(np.float16), axis=1)
    yield setting("MeanVarianceNormalization", normal(2, 3, 4, 5, scale=3))
    for axes in ([0, 2, 3], [1], [0, 1, 2, 3], [2, 3]):
        yield setting("MeanVarianceNormalization", normal(2, 3, 4, 5, scale=3), axes=axes)
    yield setting("MeanVarianceNormalization", normal(2, 3, 4, 5) + 100, note="far from 0")
    yield setting("MeanVarianceNormalization", normal(2, 3, 4, 5, dtype=np.float16))
