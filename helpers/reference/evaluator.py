"""onnx.reference with the operators of the opset that the file names, in the file's precision or in float64.

Three things are done to it:

- a mended operator (:mod:`helpers.reference.mends`) is used where there is one for the file's opset;
- an attribute that is left out has the default of the file's opset, not of the newest;
- values are computed wider than they are stored. With ``wide`` every float of up to 32 bits becomes float64 and
  stays so, and a value that its own type cannot hold is infinite, as it is in that type. Without, float32 is computed
  as float32, and 16 bits and less are computed in float32 and rounded after each node.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import numpy as np
import onnx
import onnx.inliner
from google.protobuf.message import EncodeError
from onnx.defs import OpSchema, SchemaError, get_schema
from onnx.reference import ReferenceEvaluator

from helpers.reference.attributes import with_function_defaults
from helpers.reference.mends import find
from helpers.reference.node import FLOATS, Node, widened

_UNTOLD = (onnx.shape_inference.InferenceError, EncodeError, ValueError, RuntimeError)


class Evaluator(ReferenceEvaluator):
    """A model, evaluated as the standard says.

    Parameters
    ----------
    proto
        A model (weights beside it are loaded already). Graphs and functions are for its own use.
    wide
        Compute in float64 and give float64 where the file says float16, bfloat16 or float32.

    >>> import onnx.parser
    >>> text = '<ir_version: 7, opset_import: ["": 11]> g (float[1,2,2] x) => (float[1,2,2] y) { y = Softmax(x) }'
    >>> evaluator = Evaluator(onnx.parser.parse_model(text))
    >>> evaluator.run(None, {"x": np.zeros((1, 2, 2), np.float32)})[0].tolist()
    [[[0.25, 0.25], [0.25, 0.25]]]
    """

    wide = False

    def __new__(cls, proto: Any, *, wide: bool = False, **_: Any) -> Evaluator:
        """onnx.reference makes evaluators of subgraphs and functions by their class alone, so that holds the choice."""
        return super().__new__(WideEvaluator if wide else cls)

    def __init__(self, proto: Any, *, wide: bool = False, **given: Any) -> None:
        if isinstance(proto, onnx.ModelProto):
            proto = _with_types(_inlined(proto) if proto.functions else proto)
        super().__init__(proto, **given)

    @property
    def output_infos(self) -> list[onnx.ValueInfoProto]:
        """What the graph declares as its outputs."""
        return list(self.onnx_graph_.output)

    def _load_impl(self, node: onnx.NodeProto, input_types: Any = None) -> Any:
        opset = self.opsets.get(node.domain)
        if opset is None or (node.domain, node.op_type) in self.functions_:
            return super()._load_impl(node, input_types)
        schema = _schema(node.op_type, opset, node.domain)
        found = find(node.op_type, opset) if node.domain in ("", "ai.onnx") else None
        made = found.implementation if found else super()._load_impl(node, input_types)
        return partial(Node, made, schema, self.wide, self._declared(node.input), self._declared(node.output))

    def _declared(self, names: Iterable[str]) -> tuple[np.dtype | None, ...]:
        return tuple(_dtype((self.all_types_ or {}).get(name)) for name in names)

    def run(self, output_names: Any, feed_inputs: Mapping[str, Any], *args: Any, **given: Any) -> Any:
        """As onnx.reference's; numpy's warnings (an overflow is a result here, not a mishap) are not shown."""
        with np.errstate(all="ignore"):
            return super().run(output_names, dict(self._widened(feed_inputs)), *args, **given)

    def _widened(self, given: Mapping[str, Any]) -> Mapping[str, Any]:
        return given


class WideEvaluator(Evaluator):
    """An evaluator in float64."""

    wide = True

    def _init(self) -> None:
        super()._init()
        self.rt_inits_ = {name: widened(value) for name, value in self.rt_inits_.items()}

    def _widened(self, given: Mapping[str, Any]) -> Mapping[str, Any]:
        return {name: widened(value) for name, value in given.items()}


def _schema(operator: str, opset: int, domain: str) -> OpSchema | None:
    try:
        return get_schema(operator, opset, "" if domain == "ai.onnx" else domain)
    except SchemaError:
        return None


def _inlined(proto: onnx.ModelProto) -> onnx.ModelProto:
    """The model with calls of its own functions replaced by their nodes, with the attributes of each call.

    onnx.reference knows neither defaults of a function's attributes nor functions that are listed after their use.
    """
    proto = with_function_defaults(proto)
    try:
        return onnx.inliner.inline_local_functions(proto)
    except _UNTOLD:
        return proto


def _with_types(proto: onnx.ModelProto) -> onnx.ModelProto:
    """The model with the types of all values stated, as far as onnx can infer them."""
    try:
        return onnx.shape_inference.infer_shapes(proto)
    except _UNTOLD:
        return proto


def _dtype(kind: onnx.TypeProto | None) -> np.dtype | None:
    """The dtype of a value that is computed wider than it is stored; None for all others."""
    if kind is None or kind.WhichOneof("value") != "tensor_type" or not kind.tensor_type.elem_type:
        return None
    found = np.dtype(onnx.helper.tensor_dtype_to_np_dtype(kind.tensor_type.elem_type))
    return found if found in FLOATS else None
