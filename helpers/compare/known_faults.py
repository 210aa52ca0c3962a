"""Where a witness is known to depart from the standard: there its word is not heard.

Each entry was found by ``benchmarks/judge.py`` and looked up in the standard's text. A witness is set aside only where
it parts from the reference at a node of that operator; any other difference stays a dispute.
"""

from __future__ import annotations

from dataclasses import dataclass

NEWEST = 10_000


@dataclass(frozen=True)
class Fault:
    """What an engine does otherwise than the standard says, at the opsets from ``since`` up to ``until``."""

    engine: str
    operators: frozenset[str]  # empty: any
    since: int
    until: int
    large: bool  # only where a node gives integers beyond 32 bits
    does: str


def _fault(
    engine: str, operators: str, does: str, *, since: int = 1, until: int = NEWEST, large: bool = False
) -> Fault:
    return Fault(engine, frozenset(operators.split()), since, until, large, does)


FAULTS = (
    _fault("openvino", "Softmax LogSoftmax Hardmax", "it takes one axis where the text takes a matrix", until=13),
    # https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html (when and why U8U8)
    _fault(
        "onnxruntime",
        "ConvInteger MatMulInteger QLinearConv QLinearMatMul",
        "its sums of products of 8 bits saturate at 16 bits on CPUs without VNNI",
    ),
    _fault(
        "openvino",
        "ReduceL1 ReduceLogSum ReduceLogSumExp",
        "it does not heed the attribute axes at opset 13 to 17",
        since=13,
        until=18,
    ),
    _fault("openvino", "", "it computes 64-bit integers in 32 bits", large=True),
)


def fault(engine: str, operator: str, opset: int, *, large: bool = False) -> Fault | None:
    """The known fault that explains why an engine parts from the reference at a node; None where there is none.

    >>> fault("openvino", "Softmax", 11).does
    'it takes one axis where the text takes a matrix'
    >>> fault("openvino", "Softmax", 13) is None
    True
    """
    for each in FAULTS:
        fits = each.engine == engine and each.since <= opset < each.until
        if fits and (not each.operators or operator in each.operators) and (large or not each.large):
            return each
    return None
