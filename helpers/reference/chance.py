"""Which outputs of a model are drawn at random, so that no two engines need agree on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx

from helpers.modelfile.model import parse
from helpers.process.reader import reads

_RANDOM = frozenset(
    {"Bernoulli", "Multinomial", "RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike"}
)


@reads("judged")
def random_outputs(model: onnx.ModelProto | bytes) -> dict[str, str]:
    """Why each output that depends on a random operator cannot be judged, by output.

    A seed in the file does not settle what is drawn: the standard names no generator. Dropout draws where constants
    of the file say that it trains.

    >>> import onnx.parser
    >>> text = '<ir_version: 8, opset_import: ["": 15]> g (float[2] p) => (float[2] y, float[2] z) {'
    >>> random_outputs(onnx.parser.parse_model(text + " b = Bernoulli(p) y = Neg(b) z = Neg(p) }"))
    {'y': "it depends on Bernoulli 'b', which draws at random"}
    """
    proto = parse(model) if isinstance(model, bytes) else model
    functions = {(f.domain, f.name): f for f in proto.functions}
    walk = _Walk(functions, {o.domain: o.version for o in proto.opset_import})
    reasons = walk.graph(proto.graph, {}, {})
    return {output.name: reasons[output.name] for output in proto.graph.output if output.name in reasons}


@dataclass(frozen=True)
class _Walk:
    """Passes reasons from nodes to the nodes that use their outputs."""

    functions: Mapping[tuple[str, str], onnx.FunctionProto]
    opsets: Mapping[str, int]

    def graph(
        self, graph: onnx.GraphProto, reasons: Mapping[str, str], constants: Mapping[str, np.ndarray]
    ) -> dict[str, str]:
        """The reasons of all values of a graph, also of those around it."""
        own = {tensor.name: _value(tensor) for tensor in graph.initializer if _single(tensor)}
        return self.nodes(graph.node, dict(reasons), {**constants, **own})

    def nodes(
        self, nodes: Iterable[onnx.NodeProto], reasons: dict[str, str], constants: dict[str, np.ndarray]
    ) -> dict[str, str]:
        """The reasons of all values that nodes give, in order."""
        for node in nodes:
            if node.op_type == "Constant" and node.domain in ("", "ai.onnx"):
                values = [a.t for a in node.attribute if a.name == "value" and _single(a.t)]
                constants.update((node.output[0], _value(value)) for value in values)
                continue
            made = self.outputs(node, reasons, constants)
            reasons.update({name: why for name, why in zip(node.output, made, strict=False) if name and why})
        return reasons

    def outputs(
        self, node: onnx.NodeProto, reasons: Mapping[str, str], constants: Mapping[str, np.ndarray]
    ) -> list[str | None]:
        """The reason of each output of a node."""
        given = [reasons.get(name) for name in node.input]
        any_of_them = next((why for why in given if why), None)
        bodies = [attribute.g for attribute in node.attribute if attribute.type == onnx.AttributeProto.GRAPH]
        function = self.functions.get((node.domain, node.op_type))
        if function is not None:
            formal = dict(zip(function.input, node.input, strict=False))
            known = {name: constants[actual] for name, actual in formal.items() if actual in constants}
            inside = {name: reasons[actual] for name, actual in formal.items() if actual in reasons}
            opsets = {o.domain: o.version for o in function.opset_import}
            found = _Walk(self.functions, opsets).nodes(function.node, inside, known)
            return [found.get(name) for name in function.output[: len(node.output)]]
        if node.op_type == "If":
            branches = [(body, self.graph(body, reasons, constants)) for body in bodies]
            ends = [[found.get(output.name) for output in body.output] for body, found in branches]
            return [any_of_them or next((why for why in end if why), None) for end in zip(*ends, strict=False)]
        if bodies:
            return self.repeated(node, bodies[0], given, reasons, constants)
        if node.domain in ("", "ai.onnx") and (node.op_type in _RANDOM or self.trains(node, constants)):
            name = node.name or next(iter(node.output))
            return [f"it depends on {node.op_type} {name!r}, which draws at random"] * len(node.output)
        return [any_of_them] * len(node.output)

    def repeated(
        self,
        node: onnx.NodeProto,
        body: onnx.GraphProto,
        given: list[str | None],
        reasons: Mapping[str, str],
        constants: Mapping[str, np.ndarray],
    ) -> list[str | None]:
        """The reason of each output of a node that runs its body again and again."""
        scanned = next((a.i for a in node.attribute if a.name == "num_scan_inputs"), len(given))
        if node.op_type == "Scan" and self.opsets.get(node.domain, 9) < 9:
            given = given[1:]  # the lengths of sequences
        # The body's output k goes on to its input k + shift, as long as it is a state.
        shift, states = (1, len(given) - 1) if node.op_type == "Loop" else (0, len(given) - scanned)
        inputs, made = list(given), list[str | None]()
        for _ in range(states + 1):
            inside = {i.name: why for i, why in zip(body.input, inputs, strict=False) if why}
            found = self.graph(body, {**reasons, **inside}, constants)
            made = [found.get(output.name) for output in body.output]
            for k in range(min(states, len(made))):
                inputs[k + shift] = inputs[k + shift] or made[k]
        steps = next((why for why in [*inputs[:2], *made[:1]] if why), None) if node.op_type == "Loop" else None
        return [steps or why for why in made[shift : shift + len(node.output)]]

    def trains(self, node: onnx.NodeProto, constants: Mapping[str, np.ndarray]) -> bool:
        """Whether a node is a Dropout that drops something, as far as constants tell."""
        if node.op_type != "Dropout":
            return False
        opset = self.opsets.get(node.domain, self.opsets.get("", 1))
        attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute if not a.ref_attr_name}
        if opset < 7:
            return not attributes.get("is_test", 0) and attributes.get("ratio", 0.5) > 0
        if opset < 12:
            return False
        inputs = [constants.get(name) for name in node.input] + [None] * 3
        ratio, training = inputs[1:3]
        return _true(training) and (ratio is None or _true(ratio))


def _true(value: Any) -> bool:
    return value is not None and bool(np.asarray(value).reshape(-1)[:1].any())


def _single(tensor: onnx.TensorProto) -> bool:
    return all(d == 1 for d in tensor.dims) and not tensor.external_data


def _value(tensor: onnx.TensorProto) -> np.ndarray:
    return onnx.numpy_helper.to_array(tensor)
