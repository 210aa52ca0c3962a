"""An engine's own profile: how long each of its steps takes, told by the engine itself.

>>> from helpers import engines
>>> import numpy as np
>>> told = profile("onnxruntime", "models/mnist.onnx", {"Input3": np.zeros((1, 1, 28, 28), "float32")}, calls=5)
>>> told.calls, sum(step.seconds for step in told.steps) < 2 * told.call
(5, True)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

import numpy as np

from helpers.engines import _child
from helpers.engines._own import own_process
from helpers.engines.base import DEFAULT, Options
from helpers.engines.registry import get, names
from helpers.engines.steps import Step, Watched
from helpers.engines.worker import Isolated
from helpers.errors import BadInput, RunFailed, translate
from helpers.modelfile.model import read_model

_WARM = 5  # calls before those that count
_MOST = 10_000  # calls; more would tell no more


@dataclass(frozen=True)
class Profile:
    """What an engine tells of a call, and how long one takes that it does not watch."""

    engine: str
    steps: tuple[Step, ...]  # in their order, with the median of their seconds
    call: float  # seconds of a whole call with the profile, by the engine's clock: the median
    plain: float  # seconds of one without it, by Python's clock, so with the way into the engine and back: the median
    calls: int


def profile(
    engine: str | Isolated,
    model: Path | str | bytes,
    inputs: Mapping[str, np.ndarray],
    *,
    calls: int = 30,
    options: Options = DEFAULT,
) -> Profile:
    """The engine's own profile of a model, on the same inputs at each call; in the engine's own process.

    Parameters
    ----------
    engine
        Its name, or one that has a process already.
    calls
        How many calls count; a few before them do not.

    Raises
    ------
    BadInput
        The engine has no profile (the message names those that have), or what is given does not fit.
    EngineError
        The engine cannot load or run the model, as with ``load`` and ``run``.
    """
    with own_process(engine) as own:
        _refuse(own, calls)
        number, limits = _WARM + calls, own.limits
        with own.load(model, options) as session:
            first = session.timed(inputs).seconds
            limit = limits.load + limits.run + 10 * number * first  # it runs, so this is only for what goes astray
            plain: list[float] = own.call(limit, _time, session._token, inputs, number)
        watched: list[Watched] = own.call(limit, _watch, own.name, model, options, inputs, number)
    wholes = [whole for whole, _ in watched[_WARM:]]
    return Profile(own.name, _medians(watched[_WARM:]), median(wholes), median(plain[_WARM:]), calls)


def _refuse(engine: Isolated, calls: int) -> None:
    if not engine.engine.profiles:
        raise BadInput(f"{engine.name} has no profile of its own; engines that have one: {', '.join(profiled())}")
    if not isinstance(calls, int) or isinstance(calls, bool) or not 1 <= calls <= _MOST:
        raise BadInput(f"calls={calls!r}: give a whole number from 1 to {_MOST}")


def profiled() -> list[str]:
    """The engines that have a profile of their own.

    >>> profiled()
    ['onnxruntime', 'tract', 'kyanite']
    """
    return [name for name in names() if get(name).profiles]


def _medians(calls: list[Watched]) -> tuple[Step, ...]:
    """Each step's median; a step that comes by several times in a call, as in a loop, counts with their sum."""
    sums: dict[Step, list[float]] = {}
    for number, (_, steps) in enumerate(calls):
        for step in steps:
            sums.setdefault(replace(step, seconds=0.0), [0.0] * len(calls))[number] += step.seconds
    return tuple(replace(step, seconds=median(took)) for step, took in sums.items())


def _time(token: str, inputs: Mapping[str, np.ndarray], calls: int) -> list[float]:
    """In the engine's process: the seconds of each call."""
    ran = [_child.run(token, inputs) for _ in range(calls)]
    return [each.seconds for each in ran if each is not None]


def _watch(
    name: str, model: Path | str | bytes, options: Options, inputs: Mapping[str, np.ndarray], calls: int
) -> list[Watched]:
    """In the engine's process: each call as the engine sees it."""
    try:
        watched = get(name).watch(read_model(model), options, inputs, calls)
    except BaseException as error:  # a Rust panic is not an Exception
        raise translate(name, error, RunFailed) from None
    if len(watched) != calls:
        raise RunFailed(name, f"its profile holds {len(watched)} of {calls} calls; ask for fewer calls")
    return watched
