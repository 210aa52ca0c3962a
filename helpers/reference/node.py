"""One node of a graph, computed wider than its values are stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ml_dtypes
import numpy as np
import onnx
from onnx.defs import OpSchema

from helpers.reference.attributes import making_wide, with_defaults

_NARROW = (np.dtype(np.float16), np.dtype(ml_dtypes.bfloat16))
FLOATS = (*_NARROW, np.dtype(np.float32))
# These depend on the last digits of what they are given: with ``wide`` too they get what is stored.
_ROUNDING = frozenset({"BitCast", "DynamicQuantizeLinear"})
# These look at the type of what they are given, make another of it, or hold nodes that do: they get what the file says.
# So does Attention, whose function in the standard rounds to its inputs' type between its steps.
_TYPED = frozenset({"Attention", "BitCast", "Cast", "CastLike", "If", "Loop", "Scan", "SequenceMap", "StringConcat"})
_HOLDING = ("Sequence", "SplitToSequence", "Optional")  # and so do those that put it into a sequence


class Node:
    """One node of the graph: its implementation, and what happens to types on the way in and out."""

    def __init__(
        self,
        implementation: Any,
        schema: OpSchema | None,
        wide: bool,
        stored: tuple[np.dtype | None, ...],
        declared: tuple[np.dtype | None, ...],
        node: onnx.NodeProto,
        run_params: dict[str, Any],
    ) -> None:
        self._proto = node = with_defaults(node, schema)
        self._made = lambda given: implementation(making_wide(given, schema) if wide else given, run_params)
        self._inner = self._made(node)
        self._wide, self._declared = wide, declared
        self._stored = stored if _looks_at_bits(node) else ()
        self._typed = node.op_type in _TYPED or node.op_type.startswith(_HOLDING)
        self._same = _same_types(schema) if schema is not None else ()

    def __getattr__(self, name: str) -> Any:  # what onnx.reference asks of a node: input, output, need_context …
        return getattr(self._inner, name)

    def run(self, *inputs: Any, **given: Any) -> tuple[Any, ...]:
        """Run it on values widened, and give back what the file says, or with ``wide`` what is widened."""
        return tuple(map(_as_text, self._results(inputs, given)))

    def _results(self, inputs: tuple[Any, ...], given: dict[str, Any]) -> tuple[Any, ...]:
        inner = self._inner
        if "linked_attributes" in given and not inner.has_subgraph:
            inner = self._made(_linked(self._proto, given.pop("linked_attributes")))
        if self._wide:
            kept = tuple(v if t is None else v.astype(t) for v, t in zip(inputs, self._stored, strict=False))
            return tuple(self._fit(value, i) for i, value in enumerate(inner.run(*(kept or inputs), **given)))
        narrow = [getattr(value, "dtype", None) in _NARROW for value in inputs]
        if self._typed or not any(narrow):
            return tuple(self._as_declared(value, i) for i, value in enumerate(inner.run(*inputs, **given)))
        wider = [v.astype(np.float32) if is_narrow else v for v, is_narrow in zip(inputs, narrow, strict=True)]
        back = {i: inputs[i].dtype for i, is_narrow in enumerate(narrow) if is_narrow}
        return tuple(self._narrowed(value, i, back) for i, value in enumerate(inner.run(*wider, **given)))

    def _as_declared(self, value: Any, place: int) -> Any:
        """Round what onnx.reference gives in float64 although the file says that it is narrower."""
        declared = self._declared[place] if place < len(self._declared) else None
        return value if declared is None or getattr(value, "dtype", None) != np.float64 else value.astype(declared)

    def _narrowed(self, value: Any, place: int, back: Mapping[int, np.dtype]) -> Any:
        """Round an output whose type the file or the standard says is narrow: that of an input which was widened."""
        if getattr(value, "dtype", None) != np.float32:
            return value
        declared = self._declared[place] if place < len(self._declared) else None
        dtype = declared or next((back[i] for i in _at(self._same, place) if i in back), None)
        return value if dtype is None else value.astype(dtype)

    def _fit(self, value: Any, place: int) -> Any:
        """Widen an output, and make infinite what the type that the file says could not hold."""
        value = widened(value)
        declared = self._declared[place] if place < len(self._declared) else None
        if declared is None or getattr(value, "dtype", None) != np.float64:
            return value
        return np.where(np.isinf(value.astype(declared).astype(np.float64)), np.copysign(np.inf, value), value)


def _linked(node: onnx.NodeProto, values: Mapping[str, Any]) -> onnx.NodeProto:
    """A node of a function with the attributes that a call of the function gives; the others keep their defaults."""
    copy = onnx.NodeProto()
    copy.CopyFrom(node)
    del copy.attribute[:]
    for attribute in node.attribute:
        if not attribute.ref_attr_name:
            copy.attribute.append(attribute)
        elif values.get(attribute.ref_attr_name) is not None:
            value = values[attribute.ref_attr_name]
            value = onnx.numpy_helper.from_array(value) if isinstance(value, np.ndarray) else value
            copy.attribute.append(onnx.helper.make_attribute(attribute.name, value))
    return copy


def _at(same: tuple[tuple[int, ...], ...], place: int) -> tuple[int, ...]:
    return same[min(place, len(same) - 1)] if same else ()


def _same_types(schema: OpSchema) -> tuple[tuple[int, ...], ...]:
    """For each output the inputs that have its type, by the schema's type variables; a variadic one goes on."""
    kinds = [i.type_str for i in schema.inputs]
    if schema.inputs and schema.inputs[-1].option == OpSchema.FormalParameterOption.Variadic:
        kinds += [kinds[-1]] * 64
    return tuple(tuple(i for i, kind in enumerate(kinds) if kind == out.type_str) for out in schema.outputs)


def _looks_at_bits(node: onnx.NodeProto) -> bool:
    """Whether a node's result depends on how its input is stored, as a text of a number does, or a halfway case."""
    to = next((attribute.i for attribute in node.attribute if attribute.name == "to"), None)
    return node.op_type in _ROUNDING or (node.op_type == "Cast" and to == onnx.TensorProto.STRING)


def widened(value: Any) -> Any:
    """A float of 32 bits or less as float64; all else as it is."""
    return value.astype(np.float64) if getattr(value, "dtype", None) in FLOATS else value


def _as_text(value: Any) -> Any:
    """Texts as objects, as everybody else has them; numpy's own type of text is what some operators give."""
    return value.astype(object) if getattr(value, "dtype", None) is not None and value.dtype.kind == "U" else value
