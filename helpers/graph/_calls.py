"""The multiply-adds of a call to a function that the file defines itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import onnx
import onnx.inliner

from helpers.graph import _macs
from helpers.modelfile.functions import Id, bearable, called, defined
from helpers.modelfile.nodes import all_nodes
from helpers.modelfile.scopes import Scope, walk


@dataclass(frozen=True)
class Calls:
    """The functions of a model whose shapes are inferred."""

    proto: onnx.ModelProto

    @cached_property
    def functions(self) -> dict[Id, onnx.FunctionProto]:
        """The functions by what a node calls them."""
        return defined(self.proto)

    @cached_property
    def _costly(self) -> set[Id]:
        """The functions in which, at whatever depth, something is multiplied, or might be."""
        callers: dict[Id, set[Id]] = {}
        for name, function in self.functions.items():
            for node in all_nodes(function.node):
                callers.setdefault(called(node), set()).add(name)
        waiting = [name for name in callers if name not in self.functions and _costs(name)]
        costly = set(waiting)
        while waiting:
            more = callers.get(waiting.pop(), set()) - costly
            costly |= more
            waiting.extend(more)
        return costly

    @cached_property
    def _bearable(self) -> bool:
        return bearable(self.proto)

    def macs(self, node: onnx.NodeProto, scope: Scope) -> int | None:
        """The multiply-adds of one call: the function is written out for the shapes of this call."""
        if called(node) not in self._costly:
            return 0
        if not self._bearable or any(attribute.HasField("g") or attribute.graphs for attribute in node.attribute):
            return None  # endless, or with graphs that may use names from around the call
        try:
            written = onnx.inliner.inline_local_functions(self._alone(node, scope))
            written = onnx.shape_inference.infer_shapes(written)
        except Exception:  # whatever onnx's compiled code makes of a file that nobody vouches for: unknown
            return None
        return total(_macs.macs(place.node, *shapes(place.node, around)) for place, around in walk(written))

    def _alone(self, node: onnx.NodeProto, scope: Scope) -> onnx.ModelProto:
        graph = onnx.GraphProto(name="call", node=[node])
        for name in dict.fromkeys(filter(None, node.input)):
            home = scope.home(name)
            tensors = home.weights.get(name, []) if home is not None else []
            graph.initializer.extend(tensors[:1])
            graph.input.add(name=name, type=scope.type_of(name))
        graph.output.extend(onnx.ValueInfoProto(name=name, type=scope.type_of(name)) for name in node.output if name)
        needed, waiting = dict[Id, onnx.FunctionProto](), [called(node)]
        while waiting:
            name = waiting.pop()
            if name in self.functions and name not in needed:
                needed[name] = self.functions[name]
                waiting.extend(called(inner) for inner in all_nodes(self.functions[name].node))
        alone = onnx.ModelProto(ir_version=max(self.proto.ir_version, 8), graph=graph, functions=needed.values())
        alone.opset_import.extend(self.proto.opset_import)
        return alone


def shapes(node: onnx.NodeProto, scope: Scope) -> tuple[list[_macs.Shape | None], list[_macs.Shape | None]]:
    """The shapes of what goes into a node and of what comes out."""
    return [scope.shape_of(name) for name in node.input], [scope.shape_of(name) for name in node.output]


def total(counts: Iterable[int | None]) -> int | None:
    """The sum, or None where one is unknown.

    >>> total([1, 2]), total([1, None])
    (3, None)
    """
    found = list(counts)
    return None if None in found else sum(count for count in found if count is not None)


def _costs(operator: Id) -> bool:
    """Whether an operator multiplies, or might: where no shape is known, only 0 is sure."""
    return _macs.macs(onnx.NodeProto(domain=operator[0], op_type=operator[1]), [], []) != 0
