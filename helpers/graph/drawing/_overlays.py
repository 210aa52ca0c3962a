"""What can be painted on a drawing, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from helpers import engines
from helpers.errors import BadInput
from helpers.graph._by_node import dtypes, macs, parameters, shapes
from helpers.graph._layers import errors
from helpers.graph.profile import times
from helpers.graph.values import Values
from helpers.modelfile.nodes import Source

_KINDS: dict[str, Callable[..., Values]] = {
    "shape": shapes,
    "dtype": dtypes,
    "parameters": parameters,
    "macs": macs,
    "time": times,
    "share": lambda model, engine, **more: times(model, engine, **more).share(),
    "error": errors,
}
_NEED_AN_ENGINE = ("time", "share", "error")
_MENU = (  # what the page offers, where the engine is here; Python can ask for more
    ("shape", "shapes"),
    ("dtype", "dtypes"),
    ("parameters", "parameters"),
    ("macs", "multiply-adds"),
    ("time:onnxruntime", "time by ONNX Runtime"),
    ("share:onnxruntime", "share of the time by ONNX Runtime"),
    ("time:tract", "time by tract"),
    ("time:kyanite", "time by Kyanite"),
    ("error:onnxruntime", "error of ONNX Runtime"),
    ("error:tract", "error of tract"),
)


def menu() -> list[dict[str, str]]:
    """What the page offers to paint."""
    offered = [{"value": "", "text": "nothing"}]
    for what, text in _MENU:
        engine = what.partition(":")[2]
        if not engine or not engines.get(engine).missing():
            offered.append({"value": what, "text": text})
    return offered


def values_of(model: Source, what: str | Values | Mapping[str, Any], **options: Any) -> Values:
    """Values to paint: those given, or of a kind ("macs", "time"), perhaps with its engine ("time:tract").

    Raises
    ------
    BadInput
        There is no such kind, or the values are neither numbers nor words.

    >>> values_of("models/mnist.onnx", {"Plus214_Output_0": 0.5}).text("Plus214_Output_0")
    '0.5'
    """
    if isinstance(what, Values):
        return what
    if isinstance(what, Mapping):
        return _given(what)
    kind, _, engine = str(what).partition(":")
    if kind not in _KINDS:
        raise BadInput(f"{what!r} cannot be painted; give one of {', '.join(_KINDS)}, a dict, or graph.Values")
    if kind not in _NEED_AN_ENGINE:
        return _KINDS[kind](model, **options)
    return _KINDS[kind](model, options.pop("engine", None) or engine or "onnxruntime", **options)


def _given(what: Mapping[str, Any]) -> Values:
    plain = {str(node): value.item() if hasattr(value, "item") else value for node, value in what.items()}
    for node, value in plain.items():
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float | str)):
            raise BadInput(f"the value of {node!r} is {value!r}; give a number, a word or None")
    words = any(isinstance(value, str) for value in plain.values())
    if words:
        plain = {node: None if value is None else str(value) for node, value in plain.items()}
    return Values("value", "" if words else "number", plain)
