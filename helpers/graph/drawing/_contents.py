"""What the view knows of a graph by name: its nodes, its values, who makes and who uses them."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import onnx

from helpers.errors import BadInput
from helpers.graph._shapes import infer
from helpers.modelfile.nodes import File, Place
from helpers.modelfile.scopes import Scope, walk
from helpers.modelfile.types import full

_SIMILAR = 3  # names that a mistyped one may have meant


@dataclass(frozen=True)
class Thing:
    """Something in a graph that can be selected."""

    kind: str  # "node", "input", "output", "initializer", "tensor"
    name: str  # a node's is that of its first output
    place: Place | None = None  # of a node; of a value, the node that makes it
    scope: Scope | None = None

    def to_json(self) -> dict[str, str]:
        """As ``view.selection`` has it."""
        what = {"kind": self.kind, "name": self.name}
        if self.kind == "node" and self.place is not None:
            what |= {"operator": self.place.node.op_type, "where": self.place.where}
        return what


@dataclass(frozen=True)
class Contents:
    """A model, looked up by name. A name in two branches is the first one's."""

    file: File
    proto: onnx.ModelProto = field(repr=False)  # without large weights, with the shapes that could be inferred

    @staticmethod
    def of(file: File) -> Contents:
        """Infer the shapes, and be ready to be asked."""
        return Contents(file, infer(file.proto).proto)

    @cached_property
    def nodes(self) -> list[tuple[Place, Scope]]:
        """Every node with the names that it sees."""
        return list(walk(self.proto))

    @cached_property
    def weights(self) -> dict[str, onnx.TensorProto]:
        """The initializers of the graph, with their numbers, and those that Constant nodes hold."""
        found = {tensor.name: tensor for tensor in self.file.proto.graph.initializer}
        for node in self.file.proto.graph.node:
            held = [a.t for a in node.attribute if a.name == "value" and a.HasField("t")]
            if node.op_type == "Constant" and held and node.output:
                found[node.output[0]] = held[0]
        return found

    @cached_property
    def _things(self) -> dict[str, list[Thing]]:
        found: dict[str, list[Thing]] = {}
        graph, top = self.proto.graph, Scope("", self.proto.graph)

        def add(name: str, thing: Thing) -> None:
            if name:
                found.setdefault(name, []).append(thing)

        for place, scope in self.nodes:
            add(place.key, Thing("node", place.key, place, scope))
            if place.node.name != place.key:
                add(place.node.name, Thing("node", place.key, place, scope))
        for name in (*self.weights, *(sparse.values.name for sparse in graph.sparse_initializer)):
            add(name, Thing("initializer", name, None, top))
        for value in graph.input:
            add(value.name, Thing("input", value.name, None, top))
        for value in graph.output:
            add(value.name, Thing("output", value.name, None, top))
        for place, scope in self.nodes:
            for name in place.node.output:
                add(name, Thing("tensor", name, place, scope))
        return found

    def has(self, name: str) -> bool:
        """Whether anything bears a name."""
        return name in self._things

    def find(self, name: str, kind: str = "") -> Thing:
        """What bears a name, preferably of that kind.

        Raises
        ------
        BadInput
            Nothing of that name.
        """
        things = self._things.get(name, [])
        if not things:
            near = difflib.get_close_matches(str(name), list(self._things), _SIMILAR, 0.5)
            meant = f"did you mean {' or '.join(map(repr, near))}?" if near else "see view.nodes"
            raise BadInput(f"the graph has no node and no tensor {name!r}; {meant}")
        return next((thing for thing in things if thing.kind == kind), things[0])

    def type_of(self, name: str, scope: Scope | None = None) -> str:
        """Dtype and shape in words: "float32[1, 8, 28, 28]"."""
        return full((scope or Scope("", self.proto.graph)).type_of(name))

    def users(self, name: str) -> Sequence[Place]:
        """The nodes that take a value."""
        return [place for place, _ in self.nodes if name in place.node.input]

    def maker(self, name: str) -> Place | None:
        """The node that makes a value; None for inputs and weights."""
        return next((place for place, _ in self.nodes if name in place.node.output), None)

    def rows(self) -> list[dict[str, str]]:
        """A row a node, for the list beside the drawing."""
        return [
            {
                "name": place.key,
                "operator": place.node.op_type,
                "where": place.where,
                "type": self.type_of(place.key, scope),
            }
            for place, scope in self.nodes
        ]
