"""A model loaded in this process, and the one check of its inputs."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Self

import numpy as np

from helpers.engines.base import Run
from helpers.errors import BadInput, RunFailed, translate
from helpers.modelfile.model import TensorInfo


class LocalSession:
    """A session in this process: inputs checked once, outputs by name.

    The check costs under a microsecond for inputs that fit: it compares dtypes and shape tuples.
    ``benchmarks/session_cost.py`` measures it.
    """

    def __init__(self, engine: str, inputs: tuple[TensorInfo, ...], outputs: tuple[TensorInfo, ...], run: Run) -> None:
        self.engine, self.inputs, self.outputs = engine, inputs, outputs
        self._run: Run | None = run
        self._names = [info.name for info in outputs]
        self._exact = [(info.name, info.dtype, info.shape) for info in inputs]

    def run(self, inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Run the model on tensors by name.

        Raises
        ------
        BadInput
            A name, dtype, rank or fixed dimension does not fit.
        RunFailed
            The engine failed on these inputs.
        """
        try:
            if len(inputs) != len(self._exact):
                raise KeyError
            for name, dtype, shape in self._exact:
                array = inputs[name]
                if array.dtype != dtype or array.shape != shape:
                    raise KeyError
        except (KeyError, AttributeError, TypeError, IndexError):
            inputs = check_inputs(self.inputs, inputs)  # says what does not fit, or finds that it does
        if self._run is None:
            raise BadInput(f"the session of {self.engine} is closed; load the model again")
        try:
            return dict(zip(self._names, self._run(inputs), strict=True))
        except BaseException as error:  # a Rust panic is not an Exception
            raise translate(self.engine, error, RunFailed) from None

    def close(self) -> None:
        """Let go of the model; a later ``run`` says so."""
        self._run = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        ins, outs = ", ".join(map(str, self.inputs)), ", ".join(map(str, self.outputs))
        return f"<session of {self.engine}: {ins} → {outs}>"


def check_inputs(wanted: tuple[TensorInfo, ...], given: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The arrays by name in the order of the graph, or BadInput with the name, the value and the remedy.

    >>> x = TensorInfo("x", np.dtype("float32"), ("n", 2))
    >>> check_inputs((x,), {"x": np.zeros((5, 3), "float32")})
    Traceback (most recent call last):
    helpers.errors.BadInput: input 'x' has shape [5, 3]; give [n, 2] (dimension 1 must be 2)
    """
    if not isinstance(given, Mapping):
        raise BadInput(f"inputs are {type(given).__name__}; give a dict of arrays by name: {_names(wanted)}")
    for name in given:
        if name not in {info.name for info in wanted}:
            raise BadInput(f"the model has no input {name!r}; its inputs: {_names(wanted)}")
    found = {info.name: _check(info, given) for info in wanted}
    _refuse_unlike(wanted, found)
    return found


def _refuse_unlike(wanted: tuple[TensorInfo, ...], given: Mapping[str, np.ndarray]) -> None:
    """A dimension's name stands for one size, whichever inputs bear it."""
    sizes: dict[str, tuple[int, str]] = {}
    for info in wanted:
        for dim, size in zip(info.shape or (), given[info.name].shape, strict=info.shape is not None):
            if isinstance(dim, str) and (first := sizes.setdefault(dim, (size, info.name)))[0] != size:
                raise BadInput(
                    f"dimension {dim!r} is {first[0]} in input {first[1]!r} and {size} in {info.name!r}; give one size"
                )


def _check(info: TensorInfo, given: Mapping[str, np.ndarray]) -> np.ndarray:
    if info.name not in given:
        raise BadInput(f"input {info.name!r} is missing; give an array for it: {info}")
    array = given[info.name]
    if not isinstance(array, np.ndarray):
        raise BadInput(f"input {info.name!r} is {type(array).__name__}; give a numpy array: {info}")
    if array.dtype != info.dtype:
        raise BadInput(
            f"input {info.name!r} has dtype {array.dtype}; give {info.dtype}, e.g. by .astype('{info.dtype}')"
        )
    if info.shape is None:
        return array
    shape = f"[{', '.join(map(str, array.shape))}]"
    wanted = str(info).split(": ", 1)[1].removeprefix(str(info.dtype))
    if array.ndim != len(info.shape):
        raise BadInput(f"input {info.name!r} has {array.ndim} dimensions, {shape}; give {len(info.shape)}: {wanted}")
    for axis, (size, fixed) in enumerate(zip(array.shape, info.shape, strict=True)):
        if isinstance(fixed, int) and size != fixed:
            raise BadInput(f"input {info.name!r} has shape {shape}; give {wanted} (dimension {axis} must be {fixed})")
    return array


def _names(wanted: tuple[TensorInfo, ...]) -> str:
    return ", ".join(map(str, wanted)) or "none"
