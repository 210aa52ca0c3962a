"""Two models, before and after: which nodes and weights went, came, changed or stayed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import onnx
import pandas as pd

from helpers.graph._attributes import value
from helpers.graph._match import partners
from helpers.graph._tables import frame
from helpers.modelfile import types
from helpers.modelfile.nodes import File, Place, Source, places, read
from helpers.modelfile.without_weights import light
from helpers.process.reader import reads
from helpers.process.wire import crosses
from helpers.units import many

COLUMNS = ("node", "state", "operator", "before", "after", "what")


@crosses
@dataclass(frozen=True, eq=False)
class Diff:
    """What became of each node and each weight.

    Attributes
    ----------
    nodes
        A row for each pair of nodes, or node without partner, by its name after, or before where it went:
        ``state`` ("removed", "added", "changed", "same"), ``operator``, ``before`` and ``after`` (its names), ``what``
        changed.
    initializers
        The same for weights, by name: ``state``, ``before`` and ``after`` (dtype and shape), ``what``.
    before, after
        The state of each node of the two models, by node, to colour two drawings with.
    partner
        The node after for each node before that has one.

    >>> print(diff("models/mnist.onnx", "models/mnist.onnx"))
    12 nodes before, 12 after: 12 the same.
    """

    nodes: pd.DataFrame
    initializers: pd.DataFrame
    before: Mapping[str, str] = field(repr=False)
    after: Mapping[str, str] = field(repr=False)
    partner: Mapping[str, str] = field(repr=False)

    def __str__(self) -> str:
        return _sentence("node", self.nodes)

    def _repr_html_(self) -> str:
        from html import escape

        with pd.option_context("display.max_colwidth", 200, "display.max_rows", 60):
            changes = self.nodes[self.nodes["state"] != "same"]
            return f"<p>{escape(str(self))}</p>{changes.to_html(escape=True)}"


@reads()
def diff(before: Source, after: Source) -> Diff:
    """Compare two models, usually one and what a pass or an optimiser made of it.

    Two nodes are partners if they make a value of the same name, at the same place (graph, branch or function). Of
    those that are left, two are partners if they are the same operator beside the same neighbour (a node that has a
    partner, an input or a weight of the same name), and the only such: so a renamed node is found again. Partners are
    "same" if operator, attributes and, with the new names put for the old, inputs and outputs are equal; else
    "changed", and ``what`` says by what.
    Weights are partners by name, and "same" if dtype, shape and numbers are equal. Graphs in a node are told by their
    own nodes.

    Raises
    ------
    BadInput
        One of them is not a model.

    >>> from helpers.rewrite import portable
    >>> found = diff("models/mnist.onnx", portable("models/mnist.onnx").model)
    >>> found.before["Parameter193_reshape1"], found.after["Plus214_Output_0"]
    ('removed', 'same')
    """
    one, two = read(before), read(after)
    for file in (one, two):
        light(file.proto)  # names that are not UTF-8 are told here
    olds, news = _by_key(one), _by_key(two)
    pairs = partners(olds, news)
    renamed = {
        name: other
        for old, new in pairs.items()
        for name, other in zip(olds[old].node.output, news[new].node.output, strict=False)
    }
    rows, states, came = [], {}, dict.fromkeys(news, "added")
    for key, place in olds.items():
        if (other := pairs.get(key)) is None:
            states[key] = "removed"
            rows.append(_row(key, "removed", place.node.op_type, key, "", ""))
            continue
        what = ", ".join(_changes(place.node, news[other].node, renamed))
        states[key] = came[other] = "changed" if what else "same"
        rows.append(_row(other, states[key], news[other].node.op_type, key, other, what))
    rows += [_row(key, "added", place.node.op_type, "", key, "") for key, place in news.items() if came[key] == "added"]
    weights = frame(list(_weights(one, two)), ("name", "state", "before", "after", "what")).set_index("name")
    return Diff(frame(rows, COLUMNS).set_index("node"), weights, states, came, pairs)


def _by_key(file: File) -> dict[str, Place]:
    found: dict[str, Place] = {}
    for place in places(file.proto):
        found.setdefault(place.key, place)  # where two branches use one name, the first stands for both
    return found


def _row(*cells: str) -> dict[str, str]:
    return dict(zip(COLUMNS, cells, strict=True))


def _changes(old: onnx.NodeProto, new: onnx.NodeProto, renamed: Mapping[str, str]) -> Iterator[str]:
    if (old.domain, old.op_type) != (new.domain, new.op_type):
        yield f"operator {old.op_type} → {new.op_type}"
    inputs = [renamed.get(name, name) for name in old.input]
    for place in range(max(len(inputs), len(new.input))):
        was, now = (names[place] if place < len(names) else "" for names in (inputs, new.input))
        if was != now:
            yield f"input {place + 1}: {was or 'none'} → {now or 'none'}"
    if list(filter(None, (renamed.get(name, name) for name in old.output))) != list(filter(None, new.output)):
        yield f"outputs {', '.join(old.output)} → {', '.join(new.output)}"
    olds, news = ({a.name: a for a in node.attribute} for node in (old, new))
    for name in dict.fromkeys((*olds, *news)):
        if _bytes(olds.get(name)) != _bytes(news.get(name)):
            yield f"{name} {_said(olds.get(name))} → {_said(news.get(name))}"


def _bytes(attribute: onnx.AttributeProto | None) -> bytes:
    """What an attribute holds; a graph counts by its inputs and outputs, as its nodes have rows of their own."""
    if attribute is None:
        return b""
    graphs = [attribute.g] if attribute.HasField("g") else list(attribute.graphs)
    if not graphs:
        told = onnx.AttributeProto()
        told.CopyFrom(attribute)
        told.doc_string = ""
        return told.SerializeToString(deterministic=True)
    faces = (onnx.GraphProto(input=graph.input, output=graph.output) for graph in graphs)
    return b"".join(face.SerializeToString(deterministic=True) for face in faces)


def _said(attribute: onnx.AttributeProto | None) -> str:
    return "none" if attribute is None else value(attribute)


def _weights(one: File, two: File) -> Iterator[dict[str, str]]:
    olds, news = ({tensor.name: tensor for tensor in file.proto.graph.initializer} for file in (one, two))
    for name in dict.fromkeys((*olds, *news)):
        old, new = olds.get(name), news.get(name)
        was, now = _face(old), _face(new)
        what = ""
        if old is None or new is None:
            state = "added" if old is None else "removed"
        elif was != now:
            state, what = "changed", f"{was} → {now}"
        elif _numbers(old) != _numbers(new):
            state, what = "changed", "other numbers"
        else:
            state = "same"
        yield {"name": name, "state": state, "before": was, "after": now, "what": what}


def _face(tensor: onnx.TensorProto | None) -> str:
    return "" if tensor is None else f"{types.element(tensor.data_type)}{types.said(tuple(tensor.dims))}"


def _numbers(tensor: onnx.TensorProto) -> bytes:
    """The numbers as bytes, however the file writes them; those beside the file by where they are said to be."""
    if tensor.external_data or tensor.data_location == tensor.EXTERNAL:
        return repr(sorted((entry.key, entry.value) for entry in tensor.external_data)).encode()
    try:
        array = onnx.numpy_helper.to_array(tensor)
    except (ValueError, TypeError, KeyError, OverflowError):
        return tensor.SerializeToString(deterministic=True)  # broken: then to the letter
    return repr(array.tolist()).encode() if array.dtype.kind == "O" else array.tobytes()


def _sentence(what: str, table: pd.DataFrame) -> str:
    counts = Counter(table["state"])
    before, after = len(table) - counts["added"], len(table) - counts["removed"]
    words = {"removed": "removed", "added": "added", "changed": "changed", "same": "the same"}
    told = ", ".join(f"{counts[state]} {word}" for state, word in words.items() if counts[state])
    return f"{many(before, what)} before, {after} after{f': {told}' if told else ''}."
