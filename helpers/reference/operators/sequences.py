"""Optional values and sequences."""

from __future__ import annotations

from typing import Any

import numpy as np
from onnx.reference.op_run import OpRun

from helpers.reference.mends import mend
from helpers.reference.operators.control import OpWithBody

_CODE = "https://github.com/onnx/onnx/blob/main/onnx/reference/ops"


@mend(
    "SequenceInsert",
    11,
    sentence="Accepted range for 'position' is in [-n, n], where n is the number of tensors in 'input_sequence'.",
    upstream=f"{_CODE}/op_sequence_insert.py",
)
class SequenceInsert(OpRun):
    """SequenceInsert, also at the end by its number and into an empty sequence."""

    def _run(self, sequence: list[Any], value: Any, position: np.ndarray | None = None) -> tuple[Any, ...]:
        made = list(sequence)
        made.insert(len(made) if position is None else int(np.asarray(position).reshape(-1)[0]), value)
        return (made,)


@mend(
    "Optional",
    15,
    sentence="Constructs an optional-type value: an empty one, or a non-empty value containing the input element.",
    upstream=f"{_CODE}/op_optional.py",
)
class Optional(OpRun):
    """A value as it is, or None."""

    def _run(self, value: Any = None, **_: Any) -> tuple[Any, ...]:
        return (value,)

    def _check_and_fix_outputs(self, res: tuple[Any, ...]) -> tuple[Any, ...]:  # None is a value here
        return res


@mend(
    "If",
    1,
    sentence="Outputs are the values of one branch, of any type, an empty optional too.",
    upstream=f"{_CODE}/op_if.py",
)
class If(OpWithBody):
    """If."""

    def _run(
        self,
        condition: np.ndarray,
        then_branch: Any,
        else_branch: Any,
        context: dict[str, Any],
        attributes: Any = None,
        **_: Any,
    ) -> tuple[Any, ...]:
        branch = then_branch if condition.reshape(-1)[0] else else_branch
        return tuple(branch.run(None, context, attributes=attributes))

    def _check_and_fix_outputs(self, res: tuple[Any, ...]) -> tuple[Any, ...]:
        return res
