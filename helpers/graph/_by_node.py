"""A fact of each node, to be painted on the drawing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from helpers.graph import _nodes
from helpers.graph._facts import node_rows
from helpers.graph._shapes import infer
from helpers.graph._sizes import Sizes
from helpers.graph.values import Values
from helpers.modelfile.nodes import Source, read
from helpers.process.reader import reads


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


def macs(
    model: Source, *, dims: Mapping[str, int] | None = None, shapes: Mapping[str, Sequence[int]] | None = None
) -> Values:
    """The multiply-adds of each node; none where a size is unknown, and those of a sample where only the batch is.

    ``dims`` and ``shapes`` are sizes that the file leaves free, as in :func:`facts`.

    >>> macs("models/mnist.onnx").text("Convolution110_Output_0")
    '627,200'
    """
    note = "of one {per}, by the plain algorithm; biases do not count"
    return _by_node(model, "multiply-adds", "count", note, dims=dims or {}, shapes=shapes or {})


@reads()
def _by_node(
    model: Source,
    column: str,
    unit: str,
    note: str,
    *,
    dims: Mapping[str, int] = MappingProxyType({}),
    shapes: Mapping[str, Sequence[int]] = MappingProxyType({}),
) -> Values:
    """A column of the nodes' table, without functions; nodes of one name, in two branches, are added up."""
    found: dict[str, Any] = {}
    file, sizes = read(model), Sizes(dict(dims), dict(shapes))
    sizes.refuse_unfit(file)
    proto = infer(file.proto, sizes).proto
    # Counts are looked for again where sizes are missing; the other columns would pay for that, and gain nothing.
    rows, per = node_rows(file, proto, sizes) if column == "multiply-adds" else (_nodes.rows(proto), "")
    for row in rows:
        key, value = row["key"], row[column]
        if row["where"].startswith("function "):
            continue
        both = isinstance(value, int) and isinstance(found.get(key), int)
        found[key] = found[key] + value if both else found.get(key) or value
    return Values(column, unit, found, note.format(per=per))
