"""The engines by name. A new one is a file beside this and a line here."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from helpers.engines.base import Engine
from helpers.errors import BadInput

# name: (module, class); imported when first asked for, in the order in which tables list them
_ENGINES = {
    "onnxruntime": ("onnxruntime", "OnnxRuntime"),
    "ort": ("ort", "Ort"),
    "tract": ("tract", "Tract"),
    "tract-wheel": ("tract_wheel", "TractWheel"),
    "rten": ("rten", "Rten"),
    "candle": ("candle", "Candle"),
    "burn": ("burn", "Burn"),
    "kyanite": ("kyanite", "Kyanite"),
    "wonnx": ("wonnx", "Wonnx"),
    "openvino": ("openvino", "OpenVino"),
    "reference": ("reference", "Reference"),
}


def names() -> list[str]:
    """The ids of all engines, installed or not.

    >>> "tract-wheel" in names()
    True
    """
    return list(_ENGINES)


@cache
def get(name: str) -> Engine:
    """The engine of that name.

    Raises
    ------
    BadInput
        There is no such engine; the message names those that there are.

    >>> get("onnxruntime").card.language
    'C++'
    """
    if name not in _ENGINES:
        raise BadInput(f"there is no engine {name!r}; give one of {', '.join(_ENGINES)}")
    module, cls = _ENGINES[name]
    return getattr(import_module(f"helpers.engines.{module}"), cls)()


def pick(chosen: str | list[str] | None = None) -> list[Engine]:
    """Engines by name: all of them, a list, or "a,b" as on the command line.

    >>> [e.name for e in pick("reference,onnxruntime")]
    ['reference', 'onnxruntime']
    """
    if chosen is None:
        return [get(name) for name in _ENGINES]
    wanted = chosen.split(",") if isinstance(chosen, str) else list(chosen)
    wanted = [name.strip() for name in wanted if name.strip()]
    if not wanted:
        raise BadInput(f"no engine is named in {chosen!r}; give some of {', '.join(_ENGINES)}")
    return [get(name) for name in dict.fromkeys(wanted)]
