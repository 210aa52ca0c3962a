"""The other side of the worker: what runs in an engine's own process."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from helpers.engines.base import Options, Session
from helpers.engines.registry import get
from helpers.modelfile.model import TensorInfo
from helpers.process.serve import ping, step_back
from helpers.process.wire import crosses

__all__ = ["Loaded", "Ran", "close", "load", "ping", "run", "step_back"]

_sessions: dict[str, Session] = {}


@crosses
@dataclass(frozen=True)
class Loaded:
    """What a load tells."""

    inputs: tuple[TensorInfo, ...]
    outputs: tuple[TensorInfo, ...]
    seconds: float
    pid: int


@crosses
@dataclass(frozen=True)
class Ran:
    """What a run gives; ``seconds`` is the time of the call itself, without the way between the processes."""

    outputs: dict[str, np.ndarray]
    seconds: float


def load(token: str, engine: str, model: str | bytes, options: Options) -> Loaded:
    """Load a model under a token."""
    start = time.perf_counter()
    session = get(engine).load(model, options)
    seconds = time.perf_counter() - start
    _sessions[token] = session
    return Loaded(session.inputs, session.outputs, seconds, os.getpid())


def run(token: str, inputs: Mapping[str, np.ndarray]) -> Ran | None:
    """Run the session of a token; None where this process does not know it (it took the place of one that ended)."""
    session = _sessions.get(token)
    if session is None:
        return None
    start = time.perf_counter_ns()
    outputs = session.run(inputs)
    return Ran(outputs, (time.perf_counter_ns() - start) / 1e9)


def close(token: str) -> None:
    """Let go of a session."""
    session = _sessions.pop(token, None)
    if session is not None:
        session.close()
