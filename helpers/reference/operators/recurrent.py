"""RNN, GRU and LSTM with all that their text names: activations, clipping, lengths of sequences, layouts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from onnx.reference.op_run import OpRun

from helpers.reference.mends import mend
from helpers.reference.operators.activations import sigmoid, softplus

Function = Callable[[np.ndarray], np.ndarray]

_CODE = "https://github.com/onnx/onnx/blob/main/onnx/reference/ops"
_SENTENCE = "The activations named are used, their inputs clipped, and each sequence of a batch ends at its own length."
# The activation functions of the text, each with the defaults of its α and β.
_FUNCTIONS: dict[str, tuple[Callable[..., np.ndarray], tuple[float, ...]]] = {
    "relu": (lambda x: np.maximum(x, 0), ()),
    "tanh": (np.tanh, ()),
    "sigmoid": (sigmoid, ()),
    "softsign": (lambda x: x / (1 + np.abs(x)), ()),
    "softplus": (softplus, ()),
    "leakyrelu": (lambda x, a: np.where(x >= 0, x, a * x), (0.01,)),
    "thresholdedrelu": (lambda x, a: np.where(x >= a, x, 0), (1.0,)),
    "elu": (lambda x, a: np.where(x >= 0, x, a * np.expm1(x)), (1.0,)),
    "affine": (lambda x, a, b: a * x + b, (1.0, 0.0)),
    "scaledtanh": (lambda x, a, b: a * np.tanh(b * x), (1.0, 1.0)),
    "hardsigmoid": (lambda x, a, b: np.clip(a * x + b, 0, 1), (0.2, 0.5)),
}


def _functions(
    names: Sequence[str], alphas: Sequence[float] | None, betas: Sequence[float] | None, clip: float | None
) -> Iterator[Function]:
    """Each function in order; α and β go to those that have one, as long as they last."""
    given = iter(alphas or ()), iter(betas or ())
    for name in names:
        function, defaults = _FUNCTIONS[name.lower()]
        values = [float(next(source, default)) for source, default in zip(given, defaults, strict=False)]
        yield partial(_clipped, function, values, clip)


def _clipped(
    function: Callable[..., np.ndarray], values: Sequence[float], clip: float | None, x: np.ndarray
) -> np.ndarray:
    return function(x if clip is None else np.clip(x, -clip, clip), *values)


@dataclass(frozen=True)
class Cell:
    """What one direction of a layer is made of."""

    r: np.ndarray  # recurrent weights, of all gates
    wb: np.ndarray  # the bias of the inputs
    rb: np.ndarray  # the bias of the recurrence
    peepholes: np.ndarray | None
    functions: Sequence[Function]
    linear_before_reset: int
    input_forget: int


State = list[np.ndarray]  # H and, of an LSTM, C


def _rnn(x: np.ndarray, state: State, cell: Cell) -> State:
    return [cell.functions[0](x + state[0] @ cell.r.T + cell.wb + cell.rb)]


def _gru(x: np.ndarray, state: State, cell: Cell) -> State:
    f, g = cell.functions
    (h,) = state
    (xz, xr, xh), (rz, rr, rh) = np.split(x + cell.wb, 3, -1), np.split(cell.r, 3)
    bz, br, bh = np.split(cell.rb, 3)
    z, r = f(xz + h @ rz.T + bz), f(xr + h @ rr.T + br)
    n = g(xh + r * (h @ rh.T + bh)) if cell.linear_before_reset else g(xh + (r * h) @ rh.T + bh)
    return [(1 - z) * n + z * h]


def _lstm(x: np.ndarray, state: State, cell: Cell) -> State:
    f, g, h = cell.functions
    before, c = state
    xi, xo, xf, xc = np.split(x + before @ cell.r.T + cell.wb + cell.rb, 4, -1)
    pi, po, pf = (0, 0, 0) if cell.peepholes is None else np.split(cell.peepholes, 3)
    i = f(xi + pi * c)
    forget = 1 - i if cell.input_forget else f(xf + pf * c)
    c = forget * c + i * g(xc)
    return [f(xo + po * c) * h(c), c]


class Recurrent(OpRun):
    """What RNN, GRU and LSTM share."""

    def _layer(
        self,
        step: Callable[[np.ndarray, State, Cell], State],
        defaults: Sequence[str],
        x: np.ndarray,
        w: np.ndarray,
        r: np.ndarray,
        b: np.ndarray | None,
        lens: np.ndarray | None,
        states: Sequence[np.ndarray | None],
        peepholes: np.ndarray | None = None,
        activations: Sequence[str] | None = None,
        activation_alpha: Sequence[float] | None = None,
        activation_beta: Sequence[float] | None = None,
        clip: float | None = None,
        direction: str = "forward",
        layout: int = 0,
        linear_before_reset: int = 0,
        input_forget: int = 0,
        **_: Any,
    ) -> tuple[Any, ...]:
        if layout:
            x = x.swapaxes(0, 1)
        (steps, batch, _size), ways, hidden = x.shape, w.shape[0], r.shape[-1]
        b = np.zeros((ways, 2 * w.shape[1]), x.dtype) if b is None else b
        shape = (ways, batch, hidden)
        last = [
            np.zeros(shape, x.dtype) if s is None else s.swapaxes(0, 1).copy() if layout else s.copy() for s in states
        ]
        names = list(activations or [*defaults] * ways)[: ways * len(defaults)]
        functions = list(_functions(names, activation_alpha, activation_beta, clip))
        ends = np.full((batch, 1), steps) if lens is None else lens.reshape(batch, 1)
        y = np.zeros((steps, ways, batch, hidden), x.dtype)
        for way in range(ways):
            own = functions[way * len(defaults) : (way + 1) * len(defaults)]
            seen = None if peepholes is None else peepholes[way]
            wb, rb = np.split(b[way], 2)
            cell = Cell(r[way], wb, rb, seen, own, linear_before_reset, input_forget)
            state = [s[way] for s in last]
            back = direction == "reverse" or way == 1
            for t in reversed(range(steps)) if back else range(steps):
                made = step(x[t] @ w[way].T, state, cell)
                state = [np.where(t < ends, new, old) for new, old in zip(made, state, strict=True)]
                y[t, way] = np.where(t < ends, made[0], 0)
            for s, value in zip(last, state, strict=True):
                s[way] = value
        outputs = [y.transpose(2, 0, 1, 3), *(s.swapaxes(0, 1) for s in last)] if layout else [y, *last]
        return tuple(outputs[: len(self.onnx_node.output)])


@mend("RNN", 1, sentence=_SENTENCE, upstream=f"{_CODE}/op_rnn.py")
class RNN(Recurrent):
    """Ht = f(Xt·Wᵀ + Ht-1·Rᵀ + Wb + Rb)."""

    def _run(
        self,
        x: np.ndarray,
        w: np.ndarray,
        r: np.ndarray,
        b: np.ndarray | None = None,
        lens: np.ndarray | None = None,
        h: np.ndarray | None = None,
        **given: Any,
    ) -> tuple[Any, ...]:
        return self._layer(_rnn, ["Tanh"], x, w, r, b, lens, [h], **given)


@mend("GRU", 1, sentence=_SENTENCE, upstream=f"{_CODE}/op_gru.py")
class GRU(Recurrent):
    """Ht = (1 - zt)·ht + zt·Ht-1."""

    def _run(
        self,
        x: np.ndarray,
        w: np.ndarray,
        r: np.ndarray,
        b: np.ndarray | None = None,
        lens: np.ndarray | None = None,
        h: np.ndarray | None = None,
        **given: Any,
    ) -> tuple[Any, ...]:
        return self._layer(_gru, ["Sigmoid", "Tanh"], x, w, r, b, lens, [h], **given)


@mend("LSTM", 1, sentence=_SENTENCE, upstream=f"{_CODE}/op_lstm.py")
class LSTM(Recurrent):
    """Ct = ft·Ct-1 + it·ct and Ht = ot·h(Ct)."""

    def _run(
        self,
        x: np.ndarray,
        w: np.ndarray,
        r: np.ndarray,
        b: np.ndarray | None = None,
        lens: np.ndarray | None = None,
        h: np.ndarray | None = None,
        c: np.ndarray | None = None,
        peepholes: np.ndarray | None = None,
        **given: Any,
    ) -> tuple[Any, ...]:
        defaults = ["Sigmoid", "Tanh", "Tanh"]
        return self._layer(_lstm, defaults, x, w, r, b, lens, [h, c], peepholes, **given)
