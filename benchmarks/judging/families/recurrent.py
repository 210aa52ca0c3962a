"""RNN, GRU and LSTM."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks.judging.cases import Setting, normal, setting

_GATES = {"RNN": 1, "GRU": 3, "LSTM": 4}
_FUNCTIONS = {"RNN": 1, "GRU": 2, "LSTM": 3}
_T, _N, _I, _H = 4, 2, 3, 5


def settings() -> Iterator[Setting]:
    """Directions, lengths of sequences, first states, activations, clips and layouts."""
    for operator in _GATES:
        yield from _one(operator)


def _weights(operator: str, directions: int, dtype: type = np.float32) -> tuple[np.ndarray, ...]:
    gates = _GATES[operator]
    shapes = ((directions, gates * _H, _I), (directions, gates * _H, _H), (directions, 2 * gates * _H))
    return tuple(normal(*shape, scale=0.5, seed=i, dtype=dtype) for i, shape in enumerate(shapes))


def _one(operator: str) -> Iterator[Setting]:
    x, count = normal(_T, _N, _I), 3 if operator == "LSTM" else 2
    usual = {"hidden_size": _H, "outputs": count}
    lens = np.array([4, 2], np.int32)
    for direction in ("forward", "reverse", "bidirectional"):
        two = 2 if direction == "bidirectional" else 1
        w, r, b = _weights(operator, two)
        more = usual | {"direction": direction}
        h, c, p = normal(two, _N, _H, seed=4), normal(two, _N, _H, seed=5), normal(two, 3 * _H, seed=6, scale=0.5)
        yield setting(operator, x, w, r, constants=(1, 2), **more)
        yield setting(operator, x, w, r, b, constants=(1, 2, 3), **more)
        yield setting(operator, x, w, r, b, lens, constants=(1, 2, 3), **more)
        yield setting(operator, x, w, r, b, None, h, constants=(1, 2, 3), **more)
        yield setting(operator, x, w, r, b, lens, h, constants=(1, 2, 3), **more)
        yield setting(operator, x, w, r, b, constants=(1, 2, 3), clip=0.3, **more)
        functions = ["Sigmoid", "Tanh", "Relu"] if operator != "RNN" else ["Relu"]
        chosen = {"activations": functions[: _FUNCTIONS[operator]] * two}
        yield setting(operator, x, w, r, b, constants=(1, 2, 3), **chosen, **more)
        fitted = {"activations": ["LeakyRelu"] * _FUNCTIONS[operator] * two}
        alphas = {"activation_alpha": [0.2] * _FUNCTIONS[operator] * two}
        yield setting(operator, x, w, r, b, constants=(1, 2, 3), **fitted, **alphas, **more)
        swapped = tuple(np.ascontiguousarray(np.swapaxes(a, 0, 1)) for a in (x, h))
        yield setting(operator, swapped[0], w, r, b, None, swapped[1], constants=(1, 2, 3), layout=1, **more)
        if operator == "LSTM":
            yield setting(operator, x, w, r, b, lens, h, c, constants=(1, 2, 3), **more)
            yield setting(operator, x, w, r, b, None, h, c, p, constants=(1, 2, 3, 7), **more)
            yield setting(operator, x, w, r, b, None, h, c, constants=(1, 2, 3), input_forget=1, **more)
        if operator == "GRU":
            for linear in (0, 1):
                yield setting(operator, x, w, r, b, None, h, constants=(1, 2, 3), linear_before_reset=linear, **more)
            yield setting(operator, x, w, r, b, lens, h, constants=(1, 2, 3), linear_before_reset=1, **more)
    for dtype in (np.float16, np.float64):
        arrays = _weights(operator, 1, dtype)
        yield setting(operator, x.astype(dtype), *arrays, constants=(1, 2, 3), **usual)
    w, r, b = _weights(operator, 1)
    yield setting(operator, x, w, r, b, constants=(1, 2, 3), hidden_size=_H, outputs=(False, True))
    yield setting(operator, x, w, r, b, constants=(1, 2, 3), hidden_size=_H, output_sequence=1, outputs=2)
    yield setting(operator, x * 100, w, r, b, constants=(1, 2, 3), note="×100", **usual)
