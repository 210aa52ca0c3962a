"""Netron's drawing in the notebook, linked to Python both ways.

>>> from helpers import graph
>>> view = graph.show("models/mnist.onnx")
>>> view.highlight(["Parameter5"])
>>> view.selection
[{'kind': 'initializer', 'name': 'Parameter5'}]
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import anywidget
import traitlets
from ipywidgets.widgets.trait_types import CByteMemoryView

from helpers.errors import BadInput, one_line
from helpers.graph.drawing import _saved
from helpers.graph.drawing._contents import Contents
from helpers.graph.drawing._details import details
from helpers.graph.drawing._frame import draw
from helpers.graph.drawing._overlays import menu, values_of
from helpers.graph.drawing._paint import paint
from helpers.graph.tiles import SCRIPT as TILES
from helpers.graph.values import Values
from helpers.modelfile.nodes import Source, read
from helpers.script import joined

_HERE = Path(__file__).parent
_HEIGHT = 480  # pixels
_SELECT = "Select a node, a tensor, an input or an output: by a click, or here."


def show(model: Source, *, height: int | None = None, overlay: str | Values | Mapping[str, Any] | None = None) -> View:
    """Draw a model's graph, as Netron draws it, with its nodes, weights and attributes beside it.

    Parameters
    ----------
    model
        A path, the bytes of an ONNX file, or a model in memory. Nothing of it is run.
    height
        Of the drawing, in pixels. By default 480, or up to 740 where the whole graph can then be seen and read.
    overlay
        What to paint on the nodes; see :meth:`View.overlay`.

    Raises
    ------
    BadInput
        The model cannot be read, or what is to be painted does not fit.

    >>> show("models/mnist.onnx", overlay="macs").sentence.split(":")[0]
    'multiply-adds, 12 nodes'
    """
    view = View(model, height=height)
    if overlay is not None:
        view.overlay(overlay)
    return view


class View(anywidget.AnyWidget):
    """A drawn graph. Observe ``selection`` to follow the clicks; each is a dict with ``kind`` and ``name``.

    ``values`` are those that are painted, ``sentence`` says the most of them, ``status`` what went wrong last.
    """

    _esm = joined(TILES, _HERE / "view.js")
    _css = _HERE / "view.css"

    _page = traitlets.Unicode("").tag(sync=True)  # the frame's; "" where there is no drawing
    _token = traitlets.Unicode("").tag(sync=True)
    _bytes = CByteMemoryView(b"").tag(sync=True)  # the model without large weights
    _keeps_picture = traitlets.Bool(False).tag(sync=True)
    name = traitlets.Unicode("").tag(sync=True)
    text = traitlets.Unicode("").tag(sync=True)  # the graph in words
    height = traitlets.Int(_HEIGHT).tag(sync=True)
    _grows = traitlets.Bool(False).tag(sync=True)
    nodes = traitlets.List(traitlets.Dict()).tag(sync=True)
    paints = traitlets.List(traitlets.Dict()).tag(sync=True)  # what the page offers to paint
    painting = traitlets.Unicode("").tag(sync=True)  # which of them is painted
    painted = traitlets.Dict().tag(sync=True)
    selection = traitlets.List(traitlets.Dict()).tag(sync=True)
    detail = traitlets.Dict().tag(sync=True)
    status = traitlets.Unicode("").tag(sync=True)

    values: Values | None = None

    def __init__(self, model: Source, *, height: int | None = None) -> None:
        drawn = draw(model)
        self._model, self._contents = model, Contents(read(model), drawn.proto)
        self.kept = _saved.Picture()
        self._files = _saved.Files()
        rows = drawn.rows
        super().__init__(
            _page=drawn.frame.page,
            _token=drawn.frame.token,
            _bytes=drawn.frame.model,
            _keeps_picture=len(rows) <= _saved.MOST,
            name=drawn.name,
            text=drawn.text,
            height=height or _HEIGHT,
            _grows=height is None,
            nodes=rows,
            paints=menu(),
            detail={"title": drawn.name, "text": _SELECT},
            status=drawn.frame.why,
        )
        self.on_msg(self._told)

    def highlight(self, names: str | Sequence[str]) -> None:
        """Select nodes or tensors by name, and bring them into view; an empty list selects nothing.

        Raises
        ------
        BadInput
            A name that the graph does not have.
        """
        wanted = [names] if isinstance(names, str) else list(names)
        self.selection = [self._contents.find(name).to_json() for name in wanted]

    def open(self, name: str | None = None) -> None:
        """Select one thing and open what Netron itself tells of it, inside the drawing."""
        if name is None:  # ipywidgets calls so what connects a widget with the page
            super().open()
            return
        self.highlight([name])
        self.send({"kind": "open", "name": self.selection[0]["name"]})

    def has(self, name: str) -> bool:
        """Whether the graph has a node or a tensor of that name."""
        return self._contents.has(name)

    def overlay(self, what: str | Values | Mapping[str, Any] | None, **options: Any) -> Values | None:
        """Paint a badge and a colour on each node; None takes them away.

        Parameters
        ----------
        what
            "shape", "dtype", "parameters", "macs", "time", "share" (of the time) or "error" (against the reference),
            the last three with ``engine=…`` or as "time:tract"; or values of your own: a dict by the names of nodes
            or of their outputs, or :class:`graph.Values`.
        options
            What the kind takes: see :func:`graph.times` and :func:`graph.errors`.

        Raises
        ------
        BadInput
            No such kind or node.
        EngineError
            The engine cannot run the model, or has no profile.
        """
        if what is None or what == "":
            self.values, self.painted, self.painting = None, {}, ""
            return None
        values = values_of(self._model, what, **options)
        named = {self._contents.find(node, "node").name: value for node, value in values.by_node.items()}
        self.values = replace(values, by_node=named)
        self.painted = paint(self.values)
        offered = [entry["value"] for entry in self.paints if isinstance(what, str) and not options]
        self.painting = next((each for each in offered if each in (what, f"{what}:onnxruntime")), "")
        return self.values

    @property
    def sentence(self) -> str:
        """What the painted values say, in one sentence."""
        return self.painted.get("sentence", "")

    def save(self, path: Path | str) -> Path:
        """Ask the page for the drawing as ``.svg`` or ``.png``; the file is there a moment later, ``status`` says so.

        Raises
        ------
        BadInput
            Another ending, a folder that does not exist, or nothing is drawn.
        """
        if not self._page:
            raise BadInput(f"nothing is drawn, so {path} cannot be saved: {self.status}")
        target, message = self._files.ask(path)
        self.send(message)
        return target

    @traitlets.observe("selection")
    def _selected(self, change: Any) -> None:
        try:
            things = [self._contents.find(each["name"], each["kind"]) for each in change["new"]]
            self.detail = details(self._contents, things[0]) if things else {}
        except Exception as error:  # nobody sees a handler's traceback
            self.status = one_line(error)

    def _told(self, _: Any, content: Any, buffers: Any) -> None:
        """A message of the page."""
        try:
            if content["kind"] == "open":
                self.highlight([content["name"]])
            elif content["kind"] == "paint":
                self.status = "computing …"
                self.overlay(content["what"])
                self.status = ""
            elif content["kind"] == "problem":
                self.status = f"Netron: {content['text']}"
            elif content["kind"] == "picture":
                self._picture(content["asked"], bytes(buffers[0]))
        except Exception as error:
            self.status = one_line(error)

    def _picture(self, asked: str, data: bytes) -> None:
        if asked == "kept":
            self.kept.update(data, self.text)
        else:
            self.status = self._files.take(asked, data)

    def _ipython_display_(self) -> None:
        _saved.show(self._repr_mimebundle_(), self.text, self.kept)

    def __repr__(self) -> str:
        chosen = ", ".join(each["name"] for each in self.selection)
        return f"View({self.name}, {len(self.nodes)} nodes{f', selected: {chosen}' if chosen else ''})"
