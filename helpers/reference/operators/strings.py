"""StringSplit at white space."""

from __future__ import annotations

from typing import Any

import numpy as np
from onnx.reference.ops.op_string_split import StringSplit as Upstream

from helpers.reference.mends import mend


@mend(
    "StringSplit",
    20,
    sentence="Without a delimiter, leading or trailing whitespace is removed in the output.",
    upstream="https://github.com/onnx/onnx/blob/main/onnx/reference/ops/op_string_split.py",
)
class StringSplit(Upstream):
    """StringSplit; Python keeps what trails behind the last of maxsplit pieces."""

    def _run(self, x: np.ndarray, delimiter: str | None = None, maxsplit: int | None = None) -> tuple[Any, ...]:
        given = x if delimiter else np.char.strip(x.astype(np.str_)).astype(object)
        return super()._run(given, delimiter=delimiter, maxsplit=maxsplit)
