"""The passes: each keeps what a model computes and drops something that an engine cannot take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import onnx_ir as ir
import onnx_ir.passes.common as common
from onnxscript.optimizer import fold_constants_ir

from helpers.rewrite._pads import explicit_pads

_WEIGHTS_ARE_NO_INPUTS = 4  # the IR version since which a file may list a weight without listing it as an input


@dataclass(frozen=True)
class Pass:
    """A named change, and why one would want it."""

    name: str
    why: str
    apply: Callable[[ir.Model], None] = field(repr=False)


def _inline(model: ir.Model) -> None:
    if model.functions:
        common.InlinePass()(model)


def _strip(model: ir.Model) -> None:
    common.RemoveInitializersFromInputsPass()(model)
    model.ir_version = max(model.ir_version, _WEIGHTS_ARE_NO_INPUTS)


def _fold(model: ir.Model) -> None:
    fold_constants_ir(model)
    common.RemoveUnusedNodesPass()(model)
    common.LiftConstantsToInitializersPass(lift_all_constants=True, size_limit=0)(model)


def _tidy(model: ir.Model) -> None:
    common.IdentityEliminationPass()(model)
    common.RemoveUnusedNodesPass()(model)


ALL = (
    Pass("inline functions", "kyanite, wonnx and candle know no functions: a model's own operators", _inline),
    Pass(
        "strip initializers from inputs",
        "a weight that is listed as an input may be replaced at each call, so ONNX Runtime cannot fold it",
        _strip,
    ),
    Pass("fold constants", "wonnx stops at a Reshape of two constants, and nobody needs to compute one twice", _fold),
    Pass("make pads explicit", "candle knows no auto_pad, and burn needs the sizes to work it out", explicit_pads),
    Pass("drop what does nothing", "each node costs every engine a little, also those without effect", _tidy),
)
