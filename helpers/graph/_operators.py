"""The operators of a model, and what onnx knows of each."""

from __future__ import annotations

from collections import Counter
from typing import Any

import onnx

from helpers.modelfile.functions import called, defined
from helpers.modelfile.scopes import Scope, walk

COLUMNS = ("operator", "domain", "count", "since", "newest", "deprecated", "known")


def rows(proto: onnx.ModelProto) -> list[dict[str, Any]]:
    """A row for each operator, the most frequent first.

    ``since`` is the opset that brought the definition which applies here, ``newest`` the one that brought the latest;
    ``known`` says who defines it: "onnx", "the file" (a function), or "nobody here".

    >>> from helpers.modelfile.nodes import read
    >>> found = {row["operator"]: row for row in rows(read("models/mnist.onnx").proto)}
    >>> found["Conv"]["count"], found["Conv"]["since"], found["MaxPool"]["since"]
    (2, 1, 8)
    """
    functions = defined(proto)
    counts: Counter[tuple[str, str, int | None, str]] = Counter()
    for place, scope in walk(proto):
        node = place.node
        if called(node) in functions:
            counts[node.op_type, node.domain, None, "the file"] += 1
            continue
        schema = definition(proto, node, scope)
        since, known = (None, "nobody here") if schema is None else (schema.since_version, "onnx")
        counts[node.op_type, node.domain, since, known] += 1
    return [_row(*entry, count) for entry, count in counts.most_common()]


def definition(proto: onnx.ModelProto, node: onnx.NodeProto, scope: Scope) -> onnx.defs.OpSchema | None:
    """What onnx knows of a node's operator, in the version that the file, or the function around it, imports."""
    version = min(max(_version(proto, scope, node.domain), 0), 2**31 - 1)
    try:
        return onnx.defs.get_schema(node.op_type, version, _domain(node.domain))
    except onnx.defs.SchemaError:
        return None


def opsets(proto: onnx.ModelProto) -> dict[str, int]:
    """The opset of each domain that a model imports; the default domain is "".

    >>> from helpers.modelfile.nodes import read
    >>> opsets(read("models/mnist.onnx").proto)
    {'': 8}
    """
    return {_domain(entry.domain): entry.version for entry in proto.opset_import}


def _row(operator: str, domain: str, since: int | None, known: str, count: int) -> dict[str, Any]:
    newest, deprecated = None, False
    if since is not None:
        newest = onnx.defs.get_schema(operator, domain=_domain(domain)).since_version
        deprecated = onnx.defs.get_schema(operator, since, _domain(domain)).deprecated
    found = (operator, domain, count, since, newest, deprecated, known)
    return dict(zip(COLUMNS, found, strict=True))


def _version(proto: onnx.ModelProto, scope: Scope, domain: str) -> int:
    while scope.outer is not None:
        scope = scope.outer
    imports = scope.body.opset_import if isinstance(scope.body, onnx.FunctionProto) else proto.opset_import
    return next((entry.version for entry in imports if _domain(entry.domain) == _domain(domain)), 1)


def _domain(name: str) -> str:
    return "" if name == "ai.onnx" else name
