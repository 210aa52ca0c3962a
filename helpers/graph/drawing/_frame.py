"""The frame that a drawing is in: its page, or why there is none."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

import onnx

from helpers.errors import one_line
from helpers.graph._text import told
from helpers.graph.drawing._contents import Contents
from helpers.graph.drawing._netron import NetronChanged, page
from helpers.modelfile.nodes import Source, read
from helpers.modelfile.without_weights import light
from helpers.process.reader import reads
from helpers.process.wire import crosses

MOST = 5000  # nodes: the layout of more takes the page's thread for many seconds
LABELLED = 1000  # nodes up to which each arrow tells its shape: the labels take a third of the time of a large drawing


@crosses
@dataclass(frozen=True)
class Frame:
    """A page, what it and the widget know each other's messages by, and the model that it draws; or ``why`` not."""

    page: str = field(default="", repr=False)
    token: str = ""
    model: bytes = field(default=b"", repr=False)  # without large weights
    why: str = ""


@crosses
@dataclass(frozen=True)
class Drawn:
    """All that the widget shows of a model at first."""

    name: str
    proto: onnx.ModelProto = field(repr=False)  # without large weights, with the shapes that could be inferred
    rows: list[dict[str, str]] = field(repr=False)
    text: str = field(repr=False)  # the graph in words
    frame: Frame


@reads("drawn")
def draw(model: Source) -> Drawn:
    """Read a model, infer its shapes, and draw it.

    >>> draw("models/mnist.onnx").rows[1]["type"]
    'float32[1, 8, 28, 28]'
    """
    file = read(model)
    contents = Contents.of(file)
    return Drawn(file.name, contents.proto, contents.rows(), told(file.name, contents.proto), frame(contents))


def frame(contents: Contents) -> Frame:
    """The frame for a model; too many nodes or another build of Netron are told in one line.

    >>> from helpers.modelfile.nodes import read
    >>> frame(Contents.of(read("models/mnist.onnx"))).why
    ''
    """
    count = len(contents.nodes)
    if count > MOST:
        return Frame(why=f"{count:,} nodes are too many to draw (at most {MOST:,}); the list holds them all.")
    token = secrets.token_hex(8)
    operators = frozenset((place.node.domain or "ai.onnx", place.node.op_type) for place, _ in contents.nodes)
    try:
        drawn = contents.proto if count <= LABELLED else light(contents.file.proto)
        return Frame(page(operators, token=token), token, drawn.SerializeToString())
    except NetronChanged as error:
        return Frame(why=one_line(error))
