"""Nodes that an engine runs as one: which they are, and which of them does the work.

An engine's profile has one step for them, under the name of one: ONNX Runtime's is that of the last, a Relu perhaps,
though the Conv in front of it takes the time.
"""

from __future__ import annotations

from collections.abc import Mapping

import onnx

from helpers.modelfile.nodes import key, subgraphs

Groups = Mapping[str, tuple[tuple[str, str], ...]]  # by the node that does the work: the others, with their operators


def grouped(
    proto: onnx.ModelProto, seconds: Mapping[str, float | None], work: Mapping[str, float], *, by_the_last: bool = True
) -> tuple[dict[str, float | None], Groups]:
    """The seconds, moved to the node that does the work, and who runs with it.

    Parameters
    ----------
    seconds
        Of each node of the main graph; None where the engine shows no step for it.
    work
        The multiply-adds of each node, as far as they are known.
    by_the_last
        Whether a step bears the name of the last of its nodes, or else of the first.

    >>> import onnx.parser
    >>> text = "g (float[1,1,4,4] x, float[1,1,3,3] w) => (float[1,1,2,2] y) { c = Conv(x, w) y = Relu(c) }"
    >>> proto = onnx.parser.parse_model(f'<ir_version: 8, opset_import: ["": 17]> {text}')
    >>> grouped(proto, {"c": None, "y": 3e-6}, {"c": 36, "y": 0})
    ({'c': 3e-06, 'y': None}, {'c': (('y', 'Relu'),)})
    """
    graph = _Graph(proto, seconds)
    found, groups = dict(seconds), dict[str, tuple[tuple[str, str], ...]]()
    seen = [node for node in proto.graph.node if seconds.get(key(node)) is not None]
    around: dict[str, set[str]] = {key(node): {key(node)} for node in seen}
    for backwards in (by_the_last, not by_the_last):  # what is left over belongs to the other side
        for node in seen:
            graph.grow(around[key(node)], backwards=backwards)
    for node in seen:
        members = around[key(node)] - {key(node)}
        if not members:
            continue
        ordered = [each for each in proto.graph.node if each is node or key(each) in members]
        worker = max(ordered, key=lambda each: (work.get(key(each)) or 0, each is node))
        found[key(node)], found[key(worker)] = None, seconds[key(node)]
        groups[key(worker)] = tuple((key(each), each.op_type) for each in ordered if each is not worker)
    return found, groups


class _Graph:
    """Who makes and who takes what, of the nodes that work on the input and of which no step is seen."""

    def __init__(self, proto: onnx.ModelProto, seconds: Mapping[str, float | None]) -> None:
        self._by_key = {key(node): node for node in proto.graph.node}
        self._makers = {name: node for node in proto.graph.node for name in node.output if name}
        self._takers: dict[str, list[onnx.NodeProto]] = {}
        weights = {weight.name for weight in proto.graph.initializer}
        self._moving = {value.name for value in proto.graph.input} - weights  # what depends on the input
        self._given_out = {value.name for value in proto.graph.output}
        self._open: set[str] = set()
        functions = {(function.domain, function.name) for function in proto.functions}
        for node in proto.graph.node:
            for name in node.input:
                self._takers.setdefault(name, []).append(node)
            if not self._moving.isdisjoint(node.input):
                self._moving.update(filter(None, node.output))
                called = (node.domain, node.op_type) in functions or any(subgraphs(node))  # many steps, none its own
                if seconds.get(key(node)) is None and not called:
                    self._open.add(key(node))

    def grow(self, group: set[str], *, backwards: bool) -> None:
        """Add the nodes without a step of their own that lie before (or after) those of a group."""
        waiting = [self._by_key[name] for name in group]
        while waiting:
            for each in self._next(waiting.pop(), group, backwards=backwards):
                if key(each) in self._open:
                    self._open.discard(key(each))
                    group.add(key(each))
                    waiting.append(each)

    def _next(self, node: onnx.NodeProto, group: set[str], *, backwards: bool) -> list[onnx.NodeProto]:
        if backwards:
            makers = [self._makers[name] for name in node.input if name in self._makers]
            return [maker for maker in makers if self._feeds_only(maker, group)]
        takers = [taker for name in node.output for taker in self._takers.get(name, [])]
        return [taker for taker in takers if self._fed(taker, group)]

    def _feeds_only(self, node: onnx.NodeProto, group: set[str]) -> bool:
        """Whether nobody outside the group takes what a node makes, so that it need not be written down."""
        takers = [taker for name in node.output for taker in self._takers.get(name, [])]
        return self._given_out.isdisjoint(node.output) and all(key(taker) in group for taker in takers)

    def _fed(self, node: onnx.NodeProto, group: set[str]) -> bool:
        """Whether all that a node takes of what depends on the input comes from the group."""
        makers = [self._makers.get(name) for name in node.input if name in self._moving]
        return all(maker is not None and key(maker) in group for maker in makers)
