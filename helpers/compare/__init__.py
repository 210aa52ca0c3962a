"""The same inputs through every engine, and how far each answer is from the reference.

>>> from helpers import compare
>>> result = compare.compare("models/mnist.onnx", engines="onnxruntime", limit=3)
>>> result.rows[0].outcome
'right'
"""

from __future__ import annotations

from helpers.compare.inputs import load_inputs, make_inputs
from helpers.compare.judge import Judgement, error, judge, precision_class
from helpers.compare.run import Comparison, compare
from helpers.compare.verdict import Row

__all__ = [
    "Comparison",
    "Judgement",
    "Row",
    "compare",
    "error",
    "judge",
    "load_inputs",
    "make_inputs",
    "precision_class",
]
