"""ONNX Engine Lab: the engines that execute ONNX models, side by side.

Sub-packages are imported when they are first used, so that ``import helpers`` stays quick:
a command line or a notebook pays only for what it touches.

>>> import helpers
>>> helpers.engines.names()[0]
'onnxruntime'
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from helpers import _private

_private.keep()  # before anybody imports an engine

__version__ = "0.1.0"
__all__ = ["bench", "check", "compare", "digits", "engines", "graph", "plots", "rewrite"]


def __getattr__(name: str) -> ModuleType:
    if name in __all__:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it has {', '.join(__all__)}")


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
