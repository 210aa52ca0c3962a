"""The engines that execute ONNX, behind one interface.

>>> from helpers import engines
>>> engines.get("onnxruntime").load("models/mnist.onnx").inputs[0].name
'Input3'
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.engines.base import DEFAULT, Availability, Card, Engine, Options, Session
from helpers.engines.registry import get, names, pick
from helpers.errors import (
    BadInput,
    EngineCrashed,
    EngineError,
    EngineTimedOut,
    EngineUnavailable,
    LabError,
    ModelRejected,
    RunFailed,
)

if TYPE_CHECKING:
    import pandas as pd

    from helpers.engines.worker import Isolated
    from helpers.process.limits import Limits

__all__ = [
    "DEFAULT",
    "Availability",
    "BadInput",
    "Card",
    "Engine",
    "EngineCrashed",
    "EngineError",
    "EngineTimedOut",
    "EngineUnavailable",
    "LabError",
    "ModelRejected",
    "Options",
    "RunFailed",
    "Session",
    "get",
    "isolated",
    "names",
    "pick",
    "table",
]


def isolated(engine: str | Engine, *, limits: Limits | None = None) -> Isolated:
    """An engine in a process of its own: a crash, a hang or a runaway of memory never reaches this one.

    >>> isolated("tract-wheel").name
    'tract-wheel'
    """
    from helpers.engines.worker import Isolated
    from helpers.process.limits import Limits

    return Isolated(get(engine) if isinstance(engine, str) else engine, limits=limits or Limits())


def table() -> pd.DataFrame:
    """Every engine's card and whether it can run here, as a pandas table."""
    from helpers.engines._table import table as build

    return build()
