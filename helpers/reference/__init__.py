"""What the ONNX standard says a model gives: onnx.reference, mended where it departs from the standard's text.

>>> import onnx
>>> evaluator = Evaluator(onnx.load("models/mnist.onnx"), wide=True)
>>> [output.name for output in evaluator.output_infos]
['Plus214_Output_0']
"""

from __future__ import annotations

from helpers.reference.evaluator import Evaluator
from helpers.reference.mends import Mend, find, mends

__all__ = ["Evaluator", "Mend", "find", "mends"]
