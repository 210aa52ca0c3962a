"""One colour an engine, the same in every table and figure.

The first eight are Okabe and Ito's, which colour-blind readers tell apart (https://jfly.uni-koeln.de/color/), the
rest Paul Tol's (https://personal.sron.nl/~pault/). Colour is never the only sign: a name always stands beside it.
"""

from __future__ import annotations

_COLOURS = {
    "onnxruntime": "#0072B2",
    "ort": "#0072B2",  # the same library through another binding
    "tract": "#D55E00",
    "tract-wheel": "#D55E00",
    "rten": "#009E73",
    "burn": "#CC79A7",
    "kyanite": "#56B4E9",
    "wonnx": "#E69F00",
    "openvino": "#AA3377",
    "candle": "#999933",
}
_OTHERS = "#7F7F7F"


def colour(engine: str) -> str:
    """The colour of an engine as a hex triplet.

    >>> colour("onnxruntime")
    '#0072B2'
    """
    return _COLOURS.get(engine, _OTHERS)
