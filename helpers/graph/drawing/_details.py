"""What stands beside the drawing about the thing that is selected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx

from helpers.errors import one_line
from helpers.graph._attributes import value as attribute
from helpers.graph._operators import definition
from helpers.graph._weights import UNREADABLE, numbers
from helpers.graph.drawing._contents import Contents, Thing
from helpers.graph.tiles import LARGEST, histogram, tiles
from helpers.modelfile.nodes import Place, key
from helpers.modelfile.scopes import Scope
from helpers.modelfile.without_weights import elements

_LONGEST = 400  # characters of the standard's words
_MANY = 64  # pictures up to which numbers are shown as pictures, above as a histogram
_BIGGEST = 2**26  # numbers of a weight that is still looked through


def details(contents: Contents, thing: Thing) -> dict[str, Any]:
    """What the page shows of a thing: a title, a sentence, a picture of its numbers, sections of entries.

    >>> from helpers.modelfile.nodes import read
    >>> mnist = Contents.of(read("models/mnist.onnx"))
    >>> details(mnist, mnist.find("Parameter5"))["tiles"]["label"].split(",")[0]
    '8 pictures of 5 × 5'
    """
    if thing.kind == "node" and thing.place is not None and thing.scope is not None:
        return _node(contents, thing, thing.place, thing.scope)
    return _value(contents, thing)


def _node(contents: Contents, thing: Thing, place: Place, scope: Scope) -> dict[str, Any]:
    node = place.node
    schema = definition(contents.proto, node, scope)
    named = f" {node.name!r}" if node.name else ""
    told = f"Node{named}" + (f" in {place.where}" if place.where else "")
    if schema is not None:
        told += f": {_first(schema.doc)}" if schema.doc else ""
        told += f" (As of opset {schema.since_version}.)"
    else:
        told += ": an operator that the standard does not know, or a function of this file."
    formal: tuple[Sequence[Any], Sequence[Any]] = ((), ()) if schema is None else (schema.inputs, schema.outputs)
    weights = contents.weights
    sections = [
        {"title": "Attributes", "entries": _attributes(node, schema)},
        {
            "title": "Inputs",
            "entries": [
                {"term": _formal(formal[0], i), **_link(name, contents, thing, " (weight)" * (name in weights))}
                for i, name in enumerate(node.input)
                if name
            ],
        },
        {
            "title": "Outputs",
            "entries": [
                {"term": _formal(formal[1], i), **_link(name, contents, thing)}
                for i, name in enumerate(node.output)
                if name
            ],
        },
    ]
    shown = [section for section in sections if section["entries"]]
    return {"title": node.op_type, "text": told, "sections": shown, "page": _page(schema)}


def _attributes(node: onnx.NodeProto, schema: onnx.defs.OpSchema | None) -> list[dict[str, Any]]:
    known = {} if schema is None else dict(schema.attributes)
    given = [
        {"term": a.name, "value": attribute(a), "text": _first(known[a.name].description) if a.name in known else ""}
        for a in node.attribute
    ]
    there = {a.name for a in node.attribute}
    left = [
        {"term": name, "value": f"{attribute(a.default_value)} (default)", "text": ""}
        for name, a in known.items()
        if name not in there and a.default_value.type
    ]
    return given + left


def _value(contents: Contents, thing: Thing) -> dict[str, Any]:
    name = thing.name
    what = {"input": "Input of the graph", "output": "Output of the graph", "initializer": "Initializer: weights"}
    maker = contents.maker(name)
    entries: list[dict[str, Any]] = [] if maker is None else [{"term": "made by", "value": _to(maker)}]
    users = contents.users(name)
    if users:
        entries.append({"term": "used by", "value": [_to(place) for place in users[:8]]})
    told = {
        "title": name,
        "text": f"{what.get(thing.kind, 'Tensor')}, {contents.type_of(name, thing.scope)}",
        "sections": [{"title": "In the graph", "entries": entries}] if entries else [],
    }
    return told | (_numbers(contents, name) if name in contents.weights else {})


def _numbers(contents: Contents, name: str) -> dict[str, Any]:
    """The numbers of a weight as pictures, or how they are spread; in words where they cannot be had."""
    tensor = contents.weights[name]
    if elements(tensor.dims) > _BIGGEST:
        return {"histogram": {"label": f"{elements(tensor.dims):,} numbers: too many to look through here"}}
    try:
        values = numbers(tensor, contents.file)
        as_pictures = values.ndim > 1 and np.prod(values.shape[:-2]) <= _MANY and max(values.shape[-2:]) <= LARGEST
        return {"tiles": tiles(values, abreast=4)} if as_pictures else {"histogram": histogram(values)}
    except UNREADABLE as error:
        return {"histogram": {"label": f"its numbers cannot be shown: {one_line(error)}"}}


def _page(schema: onnx.defs.OpSchema | None) -> str:
    if schema is None or schema.domain not in ("", "ai.onnx.ml"):
        return ""
    return f"https://onnx.ai/onnx/operators/onnx_{schema.domain.replace('.', '')}_{schema.name}.html"


def _formal(parameters: Sequence[Any], index: int) -> str:
    """What the standard calls an input or output; the last may be repeated."""
    return parameters[min(index, len(parameters) - 1)].name if parameters else str(index)


def _link(name: str, contents: Contents, thing: Thing, more: str = "") -> dict[str, Any]:
    return {"value": {"text": f"{name}: {contents.type_of(name, thing.scope)}{more}", "name": name}}


def _to(place: Place) -> dict[str, str]:
    return {"text": f"{place.node.op_type} → {key(place.node)}", "name": key(place.node)}


def _first(words: str) -> str:
    """The first paragraph of the standard's words, in one line."""
    paragraph = " ".join((words or "").strip().split("\n\n")[0].split())
    return paragraph if len(paragraph) <= _LONGEST else f"{paragraph[:_LONGEST]}…"
