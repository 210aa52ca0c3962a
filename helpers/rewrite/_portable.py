"""Passes that keep what a model computes and drop what some engines cannot take."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import onnx
import onnx_ir as ir
from onnx_ir.passes.common import NameFixPass, RemoveInitializersFromInputsPass
from onnxscript.optimizer import optimize_ir

from helpers.engines.model import parse, read_model

_WEIGHTS_ARE_NO_INPUTS = 4  # the IR version since which a file may list a weight without listing it as an input


@dataclass(frozen=True)
class Step:
    """One pass: its name, and what it changed in one line."""

    name: str
    changed: str


@dataclass(frozen=True)
class Rewritten:
    """A rewritten model and the passes that changed something, in their order."""

    model: onnx.ModelProto
    steps: tuple[Step, ...]


def _strip(model: ir.Model) -> ir.Model:
    RemoveInitializersFromInputsPass()(model)
    model.ir_version = max(model.ir_version, _WEIGHTS_ARE_NO_INPUTS)
    return model


def _fold(model: ir.Model) -> ir.Model:
    optimize_ir(model)
    return model


_PASSES: tuple[tuple[str, Callable[[ir.Model], ir.Model]], ...] = (
    ("strip initializers from inputs", _strip),
    ("fold constants, make pads explicit", _fold),  # both are onnxscript's optimizer; it does the one by the other
)


def portable(model: Path | str | bytes | onnx.ModelProto) -> Rewritten:
    """The same function in a form that more engines run; the argument is not altered.

    Raises
    ------
    BadInput
        The model cannot be read.

    >>> rewritten = portable("models/mnist.onnx")
    >>> len(rewritten.model.graph.node), len(rewritten.model.graph.input)
    (11, 1)
    """
    data = model.SerializeToString() if isinstance(model, onnx.ModelProto) else model
    known = read_model(data)
    proto = onnx.load(known.path) if known.path is not None else parse(known.data)
    current = ir.from_proto(proto)
    NameFixPass()(current)  # the optimizer names nodes that have no name, which is no change worth telling
    steps = []
    before = ir.to_proto(current)
    for name, change in _PASSES:
        current = change(current)
        after = ir.to_proto(current)
        if after != before:
            steps.append(Step(name, _difference(before, after)))
        before = after
    return Rewritten(before, tuple(steps))


def _difference(before: onnx.ModelProto, after: onnx.ModelProto) -> str:
    pairs = (
        ("inputs", len(before.graph.input), len(after.graph.input)),
        ("initializers", len(before.graph.initializer), len(after.graph.initializer)),
        ("nodes", len(before.graph.node), len(after.graph.node)),
        ("IR version", before.ir_version, after.ir_version),
    )
    said = [f"{what} {old} → {new}" for what, old, new in pairs if old != new]
    gone = Counter(n.op_type for n in before.graph.node) - Counter(n.op_type for n in after.graph.node)
    said += [f"{count} {op} gone" for op, count in gone.items()]
    return ", ".join(said) or "attributes only"
