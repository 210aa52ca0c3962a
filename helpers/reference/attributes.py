"""What a node's attributes say: the defaults of its own opset, and dtypes that are computed wider."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

import onnx
from onnx.defs import OpSchema, get_schema

_MAKING = ("to", "dtype", "output_dtype", "output_datatype", "softmax_precision", "precision", "stash_type")
_STORED = (onnx.TensorProto.FLOAT, onnx.TensorProto.FLOAT16, onnx.TensorProto.BFLOAT16)


def with_defaults(node: onnx.NodeProto, schema: OpSchema | None) -> onnx.NodeProto:
    """The node with the defaults of its own opset written out where the newest opset has others.

    onnx.reference takes defaults from the newest schema: https://github.com/onnx/onnx/blob/main/onnx/reference/op_run.py
    """
    missing = list(_other_defaults(node, schema)) if schema is not None else []
    if not missing:
        return node
    copy = onnx.NodeProto()
    copy.CopyFrom(node)
    copy.attribute.extend(missing)
    return copy


def _other_defaults(node: onnx.NodeProto, schema: OpSchema) -> Iterator[onnx.AttributeProto]:
    newest = get_schema(node.op_type, schema.domain).attributes
    given = {attribute.name for attribute in node.attribute}
    for name, attribute in schema.attributes.items():
        default = attribute.default_value
        if name in given or name not in newest or default.type == onnx.AttributeProto.UNDEFINED:
            continue
        if default != newest[name].default_value:
            yield default


def making_wide(node: onnx.NodeProto, schema: OpSchema | None) -> onnx.NodeProto:
    """The node with float64 where an attribute, or its default, names a narrower float to compute in or to give."""
    if schema is None or node.op_type == "BitCast":
        return node
    given = {attribute.name: attribute for attribute in node.attribute}
    narrow = [
        name
        for name in _MAKING
        if name in schema.attributes and given.get(name, schema.attributes[name].default_value).i in _STORED
    ]
    if not narrow:
        return node
    copy = onnx.NodeProto()
    copy.CopyFrom(node)
    del copy.attribute[:]
    copy.attribute.extend(attribute for attribute in node.attribute if attribute.name not in narrow)
    copy.attribute.extend(onnx.helper.make_attribute(name, onnx.TensorProto.DOUBLE) for name in narrow)
    return copy


def with_function_defaults(proto: onnx.ModelProto) -> onnx.ModelProto:
    """The model with the defaults of its own functions' attributes written into their calls."""
    copy = onnx.ModelProto()
    copy.CopyFrom(proto)
    functions = {(f.domain, f.name): f.attribute_proto for f in copy.functions}
    for node in _nodes(copy.graph.node, *(f.node for f in copy.functions)):
        given = {attribute.name for attribute in node.attribute}
        defaults = functions.get((node.domain, node.op_type), ())
        node.attribute.extend([default for default in defaults if default.name not in given])
    return copy


def _nodes(*lists: Iterable[onnx.NodeProto]) -> Iterator[onnx.NodeProto]:
    """All nodes of lists and of the graphs that they hold."""
    for node in chain(*lists):
        yield node
        yield from _nodes(*(a.g.node for a in node.attribute if a.type == onnx.AttributeProto.GRAPH))
