"""Attention: the scores that it hands out."""

from __future__ import annotations

from typing import Any

from onnx.reference.op_run import OpRun
from onnx.reference.ops import load_op

from helpers.reference.mends import NEWEST, mend

_RAW = 0  # of qk_matmul_output_mode


def _with_raw_scores(version: int) -> type[OpRun]:
    class Attention(load_op("", "Attention", version)):  # type: ignore[misc]
        """Attention whose fourth output in mode 0 is the product alone; upstream has capped it by then."""

        def _run(self, *inputs: Any, **given: Any) -> tuple[Any, ...]:
            found = super()._run(*inputs, **given)
            if not given.get("softcap") or given.get("qk_matmul_output_mode", _RAW) != _RAW:
                return found
            return (*found[:3], super()._run(*inputs, **{**given, "softcap": 0.0})[3])

    return Attention


for _since, _until in ((23, 24), (24, 25), (25, NEWEST)):
    mend(
        "Attention",
        _since,
        _until,
        sentence="If qk_matmul_output_mode is zero, qk_matmul_output is the output of the qk matmul.",
        upstream="https://github.com/onnx/onnx/blob/main/onnx/reference/ops/op_attention.py",
    )(_with_raw_scores(_since))
