"""At which node two engines part: the first whose output differs, though all that goes into it agrees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx

from helpers import engines as _engines
from helpers.compare.judge import error
from helpers.compare.wording import difference
from helpers.engines.base import Options
from helpers.errors import LabError
from helpers.modelfile.model import Model
from helpers.process.limits import Limits
from helpers.process.wire import crosses

_LONGEST = 2**27  # bytes of values that a model may hold between its nodes, to be sent from process to process


@dataclass(frozen=True)
class Parting:
    """The node, and what the standard says of its operator where this project knows."""

    node: str
    operator: str
    opset: int
    large: bool  # whether the output that differs holds integers beyond 32 bits
    why: str
    sentence: str = ""

    def __str__(self) -> str:
        said = f'; the standard: "{self.sentence}"' if self.sentence else ""
        return f"they part at {self.operator} {self.node!r} of opset {self.opset}: {self.why}{said}"


def part(
    model: Model, sample: Mapping[str, np.ndarray], other: str, options: Options, allowed: float, limits: Limits
) -> Parting | None:
    """Where the reference and another engine part on a sample; None where that cannot be found out.

    Every tensor of the main graph that has a dtype becomes an output, so the other engine cannot fuse as it would.
    """
    if model.path is not None:  # weights beside it: a changed copy could not find them
        return None
    try:
        with _engines.isolated("reference", limits=limits) as process:
            traced: _Traced = process.call(limits.load + limits.run, trace, model.data, dict(sample))
        with _engines.isolated(other, limits=limits) as process, process.load(traced.tapped, options) as session:
            found = session.run(sample)
    except LabError:
        return None
    for place in traced.nodes:
        for name in place.outputs:
            if name in found and error(found[name], traced.values[name]) > allowed:
                wanted = traced.values[name]
                large = (
                    wanted.dtype.kind in "iu" and wanted.size > 0 and bool((abs(wanted.astype(float)) >= 2**31).any())
                )
                return Parting(place.name, place.operator, model.opset, large, _why(found[name], wanted), place.said)
    return None


def _why(got: np.ndarray, wanted: np.ndarray) -> str:
    if got.shape != wanted.shape:
        return f"shape {list(got.shape)} where the reference has {list(wanted.shape)}"
    return difference(got, wanted)


@crosses
@dataclass(frozen=True)
class _Place:
    name: str
    operator: str
    outputs: tuple[str, ...]
    said: str


@crosses
@dataclass(frozen=True)
class _Traced:
    tapped: bytes  # the model with every tensor as an output
    nodes: tuple[_Place, ...]
    values: dict[str, np.ndarray]


def trace(data: bytes, sample: Mapping[str, np.ndarray]) -> _Traced:
    """Run the reference on a sample and keep all values; called in the reference's own process.

    The dtypes are those of a run in the file's own precision, so no inference is needed.
    """
    from helpers.reference import Evaluator, find

    proto = onnx.load_model_from_string(data)
    opset = max((o.version for o in proto.opset_import if o.domain in ("", "ai.onnx")), default=1)
    plain = Evaluator(proto).run(None, dict(sample), intermediate=True)
    wide = Evaluator(proto, wide=True).run(None, dict(sample), intermediate=True)
    made = [name for node in proto.graph.node for name in node.output if name]
    values = {n: wide[n] for n in made if _is_tensor(plain.get(n)) and _is_tensor(wide.get(n))}
    if sum(value.nbytes for value in values.values()) > _LONGEST:
        raise MemoryError("the values between the nodes are too many to be compared one by one")
    already = {output.name for output in proto.graph.output}
    for name in values:
        if name not in already:
            kind = onnx.helper.np_dtype_to_tensor_dtype(plain[name].dtype)
            proto.graph.output.append(onnx.helper.make_tensor_value_info(name, kind, None))
    places = tuple(
        _Place(n.name or next(filter(None, n.output), ""), n.op_type, tuple(n.output), mend.sentence if mend else "")
        for n in proto.graph.node
        for mend in [find(n.op_type, opset) if n.domain in ("", "ai.onnx") else None]
    )
    return _Traced(proto.SerializeToString(), places, values)


def _is_tensor(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind in "biufV"
