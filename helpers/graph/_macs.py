"""Multiply-adds: how often one run of a node multiplies two numbers and adds the product to a sum.

One multiply-add is one MAC (two floating-point operations). Counted are the operators that spend their time on them:
Conv, ConvInteger, QLinearConv, DeformConv, ConvTranspose, MatMul, MatMulInteger, QLinearMatMul, Gemm, Einsum of two
operands, RNN, GRU, LSTM and Attention, each by the plain algorithm: padding counts, and no Winograd or FFT saves
any. Biases, activations and all other operators of ONNX count 0. Operators of other domains are unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

import onnx

from helpers.modelfile.types import Shape

_OWN = ("", "ai.onnx", "ai.onnx.ml", "ai.onnx.preview", "ai.onnx.preview.training", "ai.onnx.training")


class _Unknown(Exception):  # never leaves this module
    """A size that the rule needs is not known."""


def macs(node: onnx.NodeProto, inputs: Sequence[Shape | None], outputs: Sequence[Shape | None]) -> int | None:
    """The multiply-adds of one node; None where a size is unknown, or the operator.

    Parameters
    ----------
    inputs, outputs
        The shapes, in the node's order; None for an unknown one and for an input that is left out.

    >>> macs(onnx.helper.make_node("MatMul", ["a", "b"], ["c"]), [(2, 3), (3, 5)], [(2, 5)])
    30
    >>> macs(onnx.helper.make_node("MatMul", ["a", "b"], ["c"]), [("n", 3), (3, 5)], [("n", 5)])
    """
    if node.domain not in _OWN:
        return None
    rule = _RULES.get(node.op_type) if node.domain in ("", "ai.onnx") else None
    if rule is None:
        return 0
    try:
        return rule(_Sizes(node, inputs, outputs))
    except (_Unknown, IndexError, ValueError, ZeroDivisionError, TypeError, AttributeError):
        return None  # unknown, or a node that no engine would take either


class _Sizes:
    """A node's shapes, all sizes known, or _Unknown."""

    def __init__(self, node: onnx.NodeProto, inputs: Sequence[Shape | None], outputs: Sequence[Shape | None]) -> None:
        self.node, self.inputs, self.outputs = node, inputs, outputs

    def into(self, place: int) -> list[int]:
        return _known(self.inputs[place])

    def out(self, place: int = 0) -> list[int]:
        return _known(self.outputs[place])

    def given(self, place: int) -> bool:
        return len(self.node.input) > place and self.node.input[place] != ""

    def option(self, name: str, default: Any) -> Any:
        found = [attribute for attribute in self.node.attribute if attribute.name == name]
        return onnx.helper.get_attribute_value(found[0]) if found else default


def _known(shape: Shape | None) -> list[int]:
    sizes = [size for size in shape or () if isinstance(size, int) and size >= 0]
    if shape is None or len(sizes) != len(shape):
        raise _Unknown
    return sizes


def _conv(weight: int) -> Callable[[_Sizes], int]:
    # Each output is a sum over the weight's channels and its kernel: [M, C / group, …].
    return lambda n: prod(n.out()) * prod(n.into(weight)[1:])


def _conv_transpose(n: _Sizes) -> int:
    return prod(n.into(0)) * prod(n.into(1)[1:])  # each input is spread by the kernel: [C, M / group, …]


def _matmul(n: _Sizes) -> int:
    return prod(n.out()) * n.into(0)[-1]


def _gemm(n: _Sizes) -> int:
    return prod(n.out()) * n.into(0)[0 if n.option("transA", 0) else 1]


def _einsum(n: _Sizes) -> int:
    """Every combination of the letters once, so two operands; one operand is a sum without products."""
    if len(n.node.input) != 2:
        if len(n.node.input) == 1:
            return 0
        raise _Unknown  # the order of the products decides
    left = n.option("equation", b"").decode().replace(" ", "").split("->")[0].split(",")
    sizes: dict[str, int] = {}
    for term, shape in zip(left, (n.into(0), n.into(1)), strict=True):
        before, dots, after = term.partition("...")
        spare = len(shape) - len(before) - len(after)
        if spare < 0 or (spare and not dots):
            raise _Unknown
        letters = [*before, *(f".{place}" for place in range(-spare, 0)), *after]  # the dots broadcast from the right
        for letter, size in zip(letters, shape, strict=True):
            sizes[letter] = max(size, sizes.get(letter, size))
    return prod(sizes.values())


def _recurrent(n: _Sizes) -> int:
    """A step multiplies the input by W and the state by R: [directions, gates * hidden, input or hidden]."""
    steps, batch = n.into(0)[:2]  # in either order
    return steps * batch * (prod(n.into(1)) + prod(n.into(2)))


def _attention(n: _Sizes) -> int:
    """Q times K, and the weights times V; the keys and values of the past count."""
    q, k, v = n.into(0), n.into(1), n.into(2)
    heads = q[1] if len(q) == 4 else n.option("q_num_heads", 0)
    own = v[1] if len(v) == 4 else n.option("kv_num_heads", 0)
    keys = k[-2] + (n.into(4)[2] if n.given(4) else 0)
    depth = q[-1] if len(q) == 4 else q[-1] // heads
    wide = v[-1] if len(v) == 4 else v[-1] // own
    return q[0] * heads * q[-2] * keys * (depth + wide)


_RULES: dict[str, Callable[[_Sizes], int]] = {
    "Attention": _attention,
    "Conv": _conv(1),
    "ConvInteger": _conv(1),
    "ConvTranspose": _conv_transpose,
    "DeformConv": _conv(1),
    "Einsum": _einsum,
    "GRU": _recurrent,
    "Gemm": _gemm,
    "LSTM": _recurrent,
    "MatMul": _matmul,
    "MatMulInteger": _matmul,
    "QLinearConv": _conv(3),
    "QLinearMatMul": _matmul,
    "RNN": _recurrent,
}
