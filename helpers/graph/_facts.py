"""The facts of a model file, as tables: what goes in and out, weights, nodes, operators, and what is odd."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import onnx
import pandas as pd

from helpers.graph import _nodes, _odd, _operators, _summary, _types, _weights
from helpers.graph._read import Source, read
from helpers.graph._shapes import infer
from helpers.graph._tables import frame, records
from helpers.graph.values import Values


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

    def to_json(self) -> dict[str, Any]:
        """As plain values: NaN becomes None, infinity the text "inf" or "-inf"."""
        tables = ("inputs", "outputs", "initializers", "operators", "odd")
        return {
            "name": self.name,
            "parameters": self.parameters,
            "macs": self.macs,
            "unknown_macs": self.unknown,
            "summary": {row["name"]: row["value"] for row in records(self.summary)},
            **{name: records(getattr(self, name)) for name in tables},
            "nodes": records(self.nodes.reset_index()),
        }

    def __str__(self) -> str:
        return _summary.sentences(self)

    def _repr_html_(self) -> str:
        return _summary.page(self)


def facts(model: Source) -> Facts:
    """Read a model file and say what is in it. Nothing is run; weights are looked at one at a time.

    Parameters
    ----------
    model
        A path, bytes, or a model in memory. Weights in files beside the model need the path.

    Raises
    ------
    BadInput
        Not a file, empty, cut, no protobuf, no graph, no output. Whatever else is wrong is a row of ``odd``.

    >>> facts("models/mnist.onnx").nodes.loc["Plus214_Output_0", ["operator", "shape"]].tolist()
    ['Add', '[1, 10]']
    """
    file = read(model)
    inferred = infer(file.proto)
    proto, weights = inferred.proto, _weights.weights(file)
    nodes, operators = _nodes.rows(proto), _operators.rows(proto)
    odd = _odd.rows(_odd.Looked(file, inferred, weights, nodes, operators))
    counts = _nodes.counted(nodes)
    parameters, unknown = _nodes.parameters(proto), counts.count(None)
    macs = None if unknown else sum(count or 0 for count in counts)
    return Facts(
        name=file.name,
        summary=frame(_summary.rows(file, weights, nodes, parameters, macs, unknown), ("name", "value")),
        inputs=_values(proto.graph.input, without=set(_initializers(proto))),
        outputs=_values(proto.graph.output),
        initializers=frame(weights.rows, _weights.COLUMNS),
        nodes=frame(nodes, _nodes.COLUMNS).set_index("key"),
        operators=frame(operators, _operators.COLUMNS),
        odd=frame(odd, _odd.COLUMNS),
        parameters=parameters,
        macs=macs,
        unknown=unknown,
    )


def shapes(model: Source) -> Values:
    """The shape of what each node makes, as onnx infers it; several outputs with a semicolon between.

    >>> shapes("models/mnist.onnx").text("Convolution28_Output_0")
    '[1, 8, 28, 28]'
    """
    return _by_node(model, "shape", "", "inferred by onnx; nothing was run")


def dtypes(model: Source) -> Values:
    """The dtype of what each node makes.

    >>> dtypes("models/mnist.onnx").text("Convolution28_Output_0")
    'float32'
    """
    return _by_node(model, "dtype", "", "inferred by onnx; nothing was run")


def parameters(model: Source) -> Values:
    """The floating-point weights that each node is the first to take, so that they add up to the whole.

    >>> parameters("models/mnist.onnx").text("Plus214_Output_0")
    '10'
    """
    return _by_node(model, "parameters", "count", "a weight that several nodes take belongs to the first")


def macs(model: Source) -> Values:
    """The multiply-adds of each node; none where a size is unknown.

    >>> macs("models/mnist.onnx").text("Convolution110_Output_0")
    '627,200'
    """
    return _by_node(model, "multiply-adds", "count", "of one run, by the plain algorithm; biases do not count")


def _by_node(model: Source, column: str, unit: str, note: str) -> Values:
    """A column of the nodes' table, without functions; nodes of one name, in two branches, are added up."""
    found: dict[str, Any] = {}
    for row in _nodes.rows(infer(read(model).proto).proto):
        key, value = row["key"], row[column]
        if row["where"].startswith("function "):
            continue
        both = isinstance(value, int) and isinstance(found.get(key), int)
        found[key] = found[key] + value if both else found.get(key) or value
    return Values(column, unit, found, note)


def _values(values: Sequence[onnx.ValueInfoProto], without: Collection[str] = ()) -> pd.DataFrame:
    rows = [
        {"name": value.name, "dtype": _types.dtype(value.type), "shape": _types.said(_types.shape(value.type))}
        for value in values
        if value.name not in without
    ]
    return frame(rows, ("name", "dtype", "shape"))


def _initializers(proto: onnx.ModelProto) -> list[str]:
    return [t.name for t in proto.graph.initializer] + [t.values.name for t in proto.graph.sparse_initializer]
