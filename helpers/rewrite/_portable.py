"""Runs the passes over a model and tells what each changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import onnx
import onnx_ir as ir
import pandas as pd
from onnx_ir.passes.common import NameFixPass

from helpers.errors import BadInput
from helpers.modelfile.model import read_model
from helpers.modelfile.whole import whole
from helpers.process.reader import reads
from helpers.process.wire import crosses
from helpers.rewrite._bounds import refuse_endless, told
from helpers.rewrite._light import light
from helpers.rewrite._passes import ALL, Pass
from helpers.rewrite._text import changed, diff, graphs


@crosses
@dataclass(frozen=True)
class Step:
    """A pass that changed something: its name, why one wants it, what it changed in one line, and line by line."""

    name: str
    why: str
    changed: str
    diff: str  # of the model as text without weights: lines that begin with - went, those with + came


@crosses
@dataclass(frozen=True)
class Rewritten:
    """A rewritten model and the passes that changed something, in their order."""

    model: onnx.ModelProto
    steps: tuple[Step, ...]

    def table(self) -> pd.DataFrame:
        """A row a step."""
        rows = [(step.name, step.changed, step.why) for step in self.steps]
        return pd.DataFrame(rows, columns=["step", "changed", "why"]).set_index("step")


def passes() -> pd.DataFrame:
    """The passes in their order, and why one wants each.

    >>> passes().index[1]
    'strip initializers from inputs'
    """
    return pd.DataFrame([(p.name, p.why) for p in ALL], columns=["pass", "why"]).set_index("pass")


@reads("rewritten")
def portable(model: Path | str | bytes | onnx.ModelProto, *, only: Sequence[str] | None = None) -> Rewritten:
    """The same function in a form that more engines run; the argument is not altered.

    Parameters
    ----------
    model
        A path, the bytes of an ONNX file, or a model in memory.
    only
        The names of the passes to run; all by default. Their order is always that of :func:`passes`.

    Raises
    ------
    BadInput
        The model cannot be read or rewritten, is too large or has sparse weights, or there is no such pass.

    >>> rewritten = portable("models/mnist.onnx")
    >>> len(rewritten.model.graph.node), len(rewritten.model.graph.input)
    (11, 1)
    """
    chosen = _chosen(only)
    current = _read(model)
    with told("reading it"):
        NameFixPass()(current)  # the passes name nodes that have no name, which is not worth telling
        before = light(current)
    steps = []
    for each in chosen:
        with told(f"the step {each.name!r}"):
            each.apply(current)
            after = light(current)
            if lines := diff(before, after):
                steps.append(Step(each.name, each.why, changed(before, after), lines))
            before = after
    with told("writing it"):
        return Rewritten(ir.to_proto(current), tuple(steps))


def _read(model: Path | str | bytes | onnx.ModelProto) -> ir.Model:
    with told("reading it"):
        known = read_model(model.SerializeToString() if isinstance(model, onnx.ModelProto) else model)
        proto = whole(known)
        if any(graph.sparse_initializer for graph in graphs(proto.graph)):
            raise BadInput("the model has sparse weights, which onnx_ir leaves out; export it with dense ones")
        refuse_endless(proto)
        return ir.from_proto(proto)


def _chosen(only: Sequence[str] | None) -> list[Pass]:
    names = [each.name for each in ALL]
    unknown = [name for name in only or () if name not in names]
    if unknown:
        raise BadInput(f"there is no pass {unknown[0]!r}; give some of {', '.join(map(repr, names))}")
    return [each for each in ALL if only is None or each.name in only]
