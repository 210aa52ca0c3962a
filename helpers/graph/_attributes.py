"""A node's attributes in a few words; a tensor's numbers only where there are few."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import onnx

from helpers.modelfile import types
from helpers.modelfile.without_weights import elements

_FEW = 8  # numbers of a list, or of a tensor, that are shown
_LONGEST = 60  # characters of a text


def value(attribute: onnx.AttributeProto) -> str:
    """What an attribute says.

    >>> make = onnx.helper.make_attribute
    >>> value(make("strides", [2, 2])), value(make("mode", "linear")), value(make("alpha", 0.1))
    ('[2, 2]', 'linear', '0.1')
    """
    if attribute.ref_attr_name:
        return f"the call's {attribute.ref_attr_name}"
    kind = onnx.AttributeProto.AttributeType
    if attribute.type == kind.TENSOR:
        return tensor(attribute.t)
    if attribute.type == kind.SPARSE_TENSOR:
        return f"sparse {types.element(attribute.sparse_tensor.values.data_type)}{list(attribute.sparse_tensor.dims)}"
    if attribute.type == kind.GRAPH:
        return f"a graph of {len(attribute.g.node)} nodes"
    if attribute.type == kind.TYPE_PROTO:
        return types.full(attribute.tp)
    if attribute.type in (kind.TENSORS, kind.GRAPHS, kind.SPARSE_TENSORS, kind.TYPE_PROTOS):
        return f"a list of {kind.Name(attribute.type).lower().replace('_', ' ')}"
    try:
        return _plain(onnx.helper.get_attribute_value(attribute))
    except (ValueError, TypeError):
        return "nothing"  # a kind that nobody knows, or none


def tensor(given: onnx.TensorProto) -> str:
    """A tensor's dtype and shape, and its numbers where they are few and lie in the file.

    >>> import numpy as np
    >>> tensor(onnx.numpy_helper.from_array(np.array([1, -1]))), tensor(onnx.numpy_helper.from_array(np.zeros(9)))
    ('int64[2] = [1, -1]', 'float64[9]')
    """
    said = f"{types.element(given.data_type)}{types.said(tuple(given.dims))}"
    if elements(given.dims) > _FEW or given.data_location == given.EXTERNAL or given.external_data:
        return said
    try:
        return f"{said} = {_plain(onnx.numpy_helper.to_array(given).tolist())}"
    except (ValueError, TypeError, KeyError, OverflowError):
        return said


def short(node: onnx.NodeProto) -> str:
    """All attributes of a node in one line.

    >>> short(onnx.helper.make_node("Conv", ["x", "w"], ["y"], auto_pad="SAME_UPPER", strides=[1, 1]))
    'auto_pad = SAME_UPPER, strides = [1, 1]'
    """
    return ", ".join(f"{attribute.name} = {value(attribute)}" for attribute in node.attribute)


def _plain(found: Any) -> str:
    if isinstance(found, bytes):
        found = found.decode(errors="replace")
    if isinstance(found, str):
        return found if len(found) <= _LONGEST else f"{found[:_LONGEST]}…"
    if isinstance(found, float):
        return f"{found:.7g}"
    if isinstance(found, Sequence):
        more = f", … ({len(found)} in all)" if len(found) > _FEW else ""
        return f"[{', '.join(map(_plain, found[:_FEW]))}{more}]"
    return str(found)
