"""The facts of a model file, as tables: what goes in and out, weights, nodes, operators, and what is odd."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import onnx
import pandas as pd

from helpers.graph import _nodes, _odd, _operators, _summary, _weights
from helpers.graph._shapes import infer
from helpers.graph._sizes import Sizes
from helpers.graph._tables import frame, records
from helpers.modelfile import types
from helpers.modelfile.nodes import File, Source, read
from helpers.process.reader import reads
from helpers.process.wire import crosses


@crosses
@dataclass(frozen=True, eq=False)
class Facts:
    """What a model file holds.

    Attributes
    ----------
    summary
        ``name`` and ``value`` of whatever concerns the whole file.
    inputs, outputs
        ``name``, ``dtype``, ``shape``. A shape is a text: ``[batch, 3, ?]``, "" where not even the rank is known.
    initializers
        ``name``, ``where``, ``dtype``, ``shape``, ``elements``, ``bytes``, ``stored``, and of the numbers ``min``,
        ``max``, ``mean``, ``std``, ``zeros`` (a share) and ``nan`` (a count).
    nodes
        A row for each node, by the name of its first output; see ``_nodes.rows``.
    operators
        ``operator``, ``domain``, ``count``, ``since``, ``newest``, ``deprecated``, ``known``.
    odd
        ``what``, ``where``, ``to do``: a row for each kind of oddity.
    parameters
        The elements of all floating-point weights, in initializers and in Constant nodes, each tensor once.
    macs
        The multiply-adds of one run, None where a size they need is unknown; a loop's body counts once, and of an If
        both branches count. What counts is told in ``_macs``.
    per
        What ``macs`` are of: "run", or "sample" where the file leaves the batch free and nobody gave its size.
    unknown
        How many nodes' multiply-adds are unknown.

    >>> print(facts("models/mnist.onnx"))
    mnist.onnx holds 12 nodes of 6 operators and 5,994 parameters. A run takes 786,560 multiply-adds. Nothing is odd.
    """

    name: str
    summary: pd.DataFrame
    inputs: pd.DataFrame
    outputs: pd.DataFrame
    initializers: pd.DataFrame
    nodes: pd.DataFrame
    operators: pd.DataFrame
    odd: pd.DataFrame
    parameters: int
    macs: int | None
    unknown: int
    per: str = "run"

    def to_json(self) -> dict[str, Any]:
        """As plain values: NaN becomes None, infinity the text "inf" or "-inf"."""
        tables = ("inputs", "outputs", "initializers", "operators", "odd")
        return {
            "name": self.name,
            "parameters": self.parameters,
            "macs": self.macs,
            "macs_per": self.per,
            "unknown_macs": self.unknown,
            "summary": {row["name"]: row["value"] for row in records(self.summary)},
            **{name: records(getattr(self, name)) for name in tables},
            "nodes": records(self.nodes.reset_index()),
        }

    def __str__(self) -> str:
        return _summary.sentences(self)

    def _repr_html_(self) -> str:
        return _summary.page(self)


@reads()
def facts(
    model: Source, *, dims: Mapping[str, int] | None = None, shapes: Mapping[str, Sequence[int]] | None = None
) -> Facts:
    """Read a model file and say what is in it. Nothing is run; weights are looked at one at a time.

    Parameters
    ----------
    model
        A path, bytes, or a model in memory. Weights in files beside the model need the path.
    dims, shapes
        Sizes that the file leaves free: by the name of a dimension, or the whole shape of an input.

    Raises
    ------
    BadInput
        Not a file, empty, cut, no protobuf, no graph, no output. Whatever else is wrong is a row of ``odd``.

    >>> facts("models/mnist.onnx").nodes.loc["Plus214_Output_0", ["operator", "shape"]].tolist()
    ['Add', '[1, 10]']
    """
    file = read(model)
    sizes = Sizes(dims or {}, shapes or {})
    sizes.refuse_unfit(file)
    inferred = infer(file.proto, sizes)
    proto, weights = inferred.proto, _weights.weights(file)
    (nodes, per), operators = node_rows(file, proto, sizes), _operators.rows(proto)
    odd = _odd.rows(_odd.Looked(file, inferred, weights, nodes, operators))
    counts = _nodes.counted(nodes)
    parameters, unknown = _nodes.parameters(proto), counts.count(None)
    macs = None if unknown else sum(count or 0 for count in counts)
    return Facts(
        name=file.name,
        summary=frame(_summary.rows(file, weights, nodes, parameters, macs, unknown, per), ("name", "value")),
        inputs=_values(proto.graph.input, without=set(_initializers(proto))),
        outputs=_values(proto.graph.output),
        initializers=frame(weights.rows, _weights.COLUMNS),
        nodes=frame(nodes, _nodes.COLUMNS).set_index("key"),
        operators=frame(operators, _operators.COLUMNS),
        odd=frame(odd, _odd.COLUMNS),
        parameters=parameters,
        macs=macs,
        unknown=unknown,
        per=per,
    )


def node_rows(file: File, proto: onnx.ModelProto, sizes: Sizes) -> tuple[list[dict[str, Any]], str]:
    """The nodes' table, and what its multiply-adds are of: a sample where only the batch's size is missing."""
    nodes = _nodes.rows(proto)
    if None not in _nodes.counted(nodes):
        return nodes, "run"
    best, per = nodes, "run"
    for tried, said in ((sizes, "run"), (replace(sizes, one_sample=True), "sample")):
        rows = _nodes.rows(infer(file.proto, tried, follow=True).proto)
        if _nodes.counted(rows).count(None) < _nodes.counted(best).count(None):
            best, per = rows, said
    counts = zip(nodes, best, strict=True)
    return [{**row, "multiply-adds": one["multiply-adds"]} for row, one in counts], per


def _values(values: Sequence[onnx.ValueInfoProto], without: Collection[str] = ()) -> pd.DataFrame:
    rows = [
        {"name": value.name, "dtype": types.dtype(value.type), "shape": types.said(types.shape(value.type))}
        for value in values
        if value.name not in without
    ]
    return frame(rows, ("name", "dtype", "shape"))


def _initializers(proto: onnx.ModelProto) -> list[str]:
    return [t.name for t in proto.graph.initializer] + [t.values.name for t in proto.graph.sparse_initializer]
