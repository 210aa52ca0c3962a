"""Latency that can be believed: fresh processes, a gate before the clock, intervals, and the noise floor.

>>> from helpers import bench
>>> plan = bench.plan("models/mnist.onnx", engines="onnxruntime", processes=1, seconds=0.01, twin=False)
>>> result = bench.run(plan, report=lambda what, done, total: None)
>>> result.rows[0].processes
1
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from helpers.bench.baseline import Change, against
    from helpers.bench.entry import Entry
    from helpers.bench.planning import Plan, plan
    from helpers.bench.result import Result
    from helpers.bench.running import run
    from helpers.bench.store import load, newest, save

__all__ = ["Change", "Entry", "Plan", "Result", "against", "load", "newest", "plan", "run", "save"]

# Imported when first used: every fresh process imports this package, and needs only the entry.
_HOMES = {
    **{"Change": "baseline", "against": "baseline", "Entry": "entry", "Plan": "planning", "plan": "planning"},
    **{"Result": "result", "run": "running", "load": "store", "newest": "store", "save": "store"},
}


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it has {', '.join(__all__)}")
