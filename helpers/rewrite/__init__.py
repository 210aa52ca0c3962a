"""Rewrite a model so that more engines can run it, and say what was changed.

>>> from helpers import rewrite
>>> [step.name for step in rewrite.portable("models/mnist.onnx").steps]
['strip initializers from inputs', 'fold constants', 'make pads explicit']
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from helpers.process.reader import start

if TYPE_CHECKING:
    from helpers.rewrite._portable import Rewritten, Step, passes, portable
    from helpers.rewrite._sizes import fixed

__all__ = ["Rewritten", "Step", "fixed", "passes", "portable"]


def __getattr__(name: str) -> Any:
    if name in __all__:  # its libraries take a second to import
        start()
        from helpers.rewrite import _portable, _sizes

        return getattr(_sizes if name == "fixed" else _portable, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it has {', '.join(__all__)}")
