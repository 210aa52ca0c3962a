"""What a model file holds: its facts as tables, its graph drawn in the notebook, what flows through it.

>>> from helpers import graph
>>> graph.facts("models/mnist.onnx").parameters
5994
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from helpers.process.reader import start

if TYPE_CHECKING:
    from helpers.graph._by_node import dtypes, macs, parameters, shapes
    from helpers.graph._diff import Diff, diff
    from helpers.graph._facts import Facts, facts
    from helpers.graph._layers import errors, layers, tap
    from helpers.graph._text import describe, text
    from helpers.graph._wire import fields
    from helpers.graph.drawing.compared import Pair, side_by_side
    from helpers.graph.drawing.view import View, show
    from helpers.graph.profile import times
    from helpers.graph.values import Values

_MODULES = {  # imported when used: each brings libraries that the others do without.
    # A module with a function's name has an underscore: once imported, it would stand in the function's place.
    "_text": ("describe", "text"),
    "_wire": ("fields",),
    "drawing.compared": ("Pair", "side_by_side"),
    "_diff": ("Diff", "diff"),
    "_by_node": ("dtypes", "macs", "parameters", "shapes"),
    "_facts": ("Facts", "facts"),
    "_layers": ("errors", "layers", "tap"),
    "profile": ("times",),
    "values": ("Values",),
    "drawing.view": ("View", "show"),
}
_HOME = {name: module for module, names in _MODULES.items() for name in names}

__all__ = [
    "Diff",
    "Facts",
    "Pair",
    "Values",
    "View",
    "describe",
    "diff",
    "dtypes",
    "errors",
    "facts",
    "fields",
    "layers",
    "macs",
    "parameters",
    "shapes",
    "show",
    "side_by_side",
    "tap",
    "text",
    "times",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        start()  # the reader imports what it needs while this process does
        return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it has {', '.join(__all__)}")
