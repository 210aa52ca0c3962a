"""What is odd about a file: each kind of oddity in a row, with the places and the remedy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import onnx

from helpers.graph import _operators, _unused
from helpers.graph._shapes import UNTOLD, Inferred, one_line
from helpers.graph._weights import Weights
from helpers.modelfile import types
from helpers.modelfile.nodes import File
from helpers.modelfile.scopes import Scope, scopes, walk
from helpers.modelfile.without_weights import light
from helpers.units import some

COLUMNS = ("what", "where", "to do")
_NAMED = 8  # places that a row names
_OLD = 7  # before it, broadcasting was an attribute, and Dropout, BatchNormalization and others meant something else
Row = dict[str, str]


@dataclass(frozen=True)
class Looked:
    """A file and what was found out about it."""

    file: File
    inferred: Inferred
    weights: Weights
    nodes: list[dict[str, Any]]
    operators: list[dict[str, Any]]


def rows(found: Looked) -> list[Row]:
    """A row for each kind of oddity that is there, none for a file as it should be."""
    rules = (_checker, _inference, _opset, _unknown, _deprecated, _missing, _outside, _twice, _negative)
    return [row for rule in (*rules, _as_inputs, _idle, _twins, _shapeless) for row in rule(found)]


def named(places: Iterable[str]) -> str:
    """Places in one line, only the first of them where there are many.

    >>> named(["a", "", "c"]), named(map(str, range(10)))
    ("a, '', c", '0, 1, 2, 3, 4, 5, 6, 7 and 2 more')
    """
    every = [place or "''" for place in dict.fromkeys(places)]
    return some(every, _NAMED)


def _row(what: str, places: Iterable[str], do: str) -> list[Row]:
    where = list(places)
    return [dict(zip(COLUMNS, (what, named(where), do), strict=True))] if where else []


def _checker(found: Looked) -> list[Row]:
    try:
        onnx.checker.check_model(light(found.file.proto, keep=0, empty=True))
    except UNTOLD as error:
        what = f"onnx.checker refuses the file: {one_line(error)}"
        return _row(what, ["the file"], "export the model again; engines may refuse it too")
    return []


def _inference(found: Looked) -> list[Row]:
    if not found.inferred.complaint:
        return []
    what = f"shape inference fails: {found.inferred.complaint}"
    return _row(what, ["the file"], "shapes behind it are unknown; state them where the model is exported")


def _opset(found: Looked) -> list[Row]:
    version = _operators.opsets(found.file.proto).get("", _OLD)
    newest = onnx.defs.onnx_opset_version()
    if version > newest:
        what = f"the file uses opset {version}; the onnx that is installed knows {newest}"
        return _row(what, ["opset_import"], "update onnx, or export the model for an older opset")
    if version < _OLD:
        what = f"opset {version} is old: operators meant something else before opset {_OLD}, and engines drop them"
        return _row(what, ["opset_import"], "convert it with onnx.version_converter, or export the model again")
    return []


def _unknown(found: Looked) -> list[Row]:
    names = [_called(row) for row in found.operators if row["known"] == "nobody here"]
    do = "only an engine that has them runs the file; rewrite.portable and an export without them may help"
    return _row("operators that onnx does not define", names, do)


def _deprecated(found: Looked) -> list[Row]:
    names = [_called(row) for row in found.operators if row["deprecated"]]
    return _row("operators that this opset has dropped", names, "convert the file with onnx.version_converter")


def _called(row: dict[str, Any]) -> str:
    return f"{row['domain']}.{row['operator']}" if row["domain"] else str(row["operator"])


def _missing(found: Looked) -> list[Row]:
    names = [name for place, scope in walk(found.inferred.proto) for name in _lost(place.node, scope)]
    everywhere = list(scopes(found.inferred.proto))
    outputs = [(scope, o if isinstance(o, str) else o.name) for scope in everywhere for o in scope.body.output]
    names += [name for scope, name in outputs if scope.home(name) is None]
    return _row("values that nothing makes", names, "the file is broken: export the model again")


def _lost(node: onnx.NodeProto, scope: Scope) -> list[str]:
    return [name for name in node.input if name and scope.home(name) is None]


def _outside(found: Looked) -> list[Row]:
    return [
        row
        for name, why in found.weights.broken
        for row in _row(f"weights that cannot be read: {one_line(why)}", [name], "put the file right, or get it again")
    ][:_NAMED]


def _twice(found: Looked) -> list[Row]:
    def names(of: Callable[[Scope], Sequence[str]]) -> list[str]:
        counts = [Counter(of(scope)) for scope in scopes(found.inferred.proto)]
        return [name for count in counts for name, times in count.items() if name and times > 1]

    values = names(lambda scope: [name for node in scope.body.node for name in node.output])
    tensors = names(lambda scope: [t.name for t in scope.body.initializer] if _is_graph(scope) else [])
    inputs = names(lambda scope: [i if isinstance(i, str) else i.name for i in scope.body.input])
    nodes = names(lambda scope: [node.name for node in scope.body.node])
    broken = "the file is broken: export the model again"
    return [
        *_row("values that are made more than once", values, broken),
        *_row("initializers of the same name", tensors, broken),
        *_row("inputs of the same name", inputs, broken),
        *_row("nodes of the same name", nodes, "profiles cannot tell them apart: give each a name of its own"),
    ]


def _negative(found: Looked) -> list[Row]:
    names = []
    for scope in scopes(found.inferred.proto):
        if isinstance(scope.body, onnx.GraphProto):
            kinds = {value.name: value.type for value in (*scope.body.input, *scope.body.output)} | scope.types
            shapes = {name: types.shape(kind) or () for name, kind in kinds.items()}
            names += [n for n, sizes in shapes.items() if any(isinstance(size, int) and size < 0 for size in sizes)]
    return _row("negative dimensions", names, "a free dimension needs a name, such as batch, or no value at all")


def _as_inputs(found: Looked) -> list[Row]:
    graph = found.file.proto.graph
    inputs = {value.name for value in graph.input}
    names = [tensor.name for tensor in graph.initializer if tensor.name in inputs]
    if found.file.proto.ir_version < 4:  # before that, the format wanted it so
        return []
    what = "initializers that are inputs too, so ONNX Runtime may not fold or fuse them"
    return _row(what, names, "take them out of the inputs; rewrite.portable does")


def _idle(found: Looked) -> list[Row]:
    unused = _unused.unused(found.inferred.proto)
    drop = "take them out; rewrite.portable does"
    return [
        *_row("initializers that nothing uses", unused.weights, drop),
        *_row("nodes whose outputs nothing uses", unused.nodes, drop),
        *_row("outputs of nodes that nothing uses", unused.outputs, "name them '' where they may be left out"),
    ]


def _twins(found: Looked) -> list[Row]:
    groups = [" = ".join(names) for names in found.weights.twins]
    return _row("initializers with the same numbers", groups, "keep one of each: the file gets smaller")


def _shapeless(found: Looked) -> list[Row]:
    names = [row["key"] for row in found.nodes if not row["shape"] and not row["where"].startswith("function ")]
    do = "compilers such as burn's need them; fix the inputs' sizes, or state the shapes"
    return _row("nodes whose output has no known shape", names, do)


def _is_graph(scope: Scope) -> bool:
    return isinstance(scope.body, onnx.GraphProto)
