"""Seeded damage to the fields of a model, by the schema of ModelProto: what comes out is a protobuf, seldom a model.

``tests/mutations.py`` damages bits; this changes what stands in fields: numbers, names, types, enumerations, bytes,
what is there and how often, in graphs, branches, functions and attributes alike.

>>> model = next(damaged(BASES["convolution"], count=1, seed=7))
>>> onnx.ModelProto.FromString(model) != onnx.ModelProto.FromString(BASES["convolution"])
True
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import onnx
import onnx.parser
from google.protobuf.descriptor import FieldDescriptor as Field
from google.protobuf.message import Message
from onnx import TensorProto, helper

_NUMBERS = [0, 1, -1, 2, 3, 7, 64, 2**31 - 1, -(2**31), 10**9, 2**62, -(2**63), 2**63 - 1]
_REALS = [0.0, -0.0, 1.0, -1.5, 1e38, float("inf"), float("nan")]
_TEXTS = ["", " ", "x", "y", "w", "a b", "ü", "\x1b[31m", "../w", "/dev/zero", "x" * 10_000, "ai.onnx", "com.microsoft"]
_TEXTS += ["Add", "If", "Loop", "Constant", "Einsum", "EyeLike", "Range", "Expand", "Split", "NoSuchOperator", "...."]


def damaged(data: bytes, count: int, seed: int = 0) -> Iterator[bytes]:
    """So many copies of a model, each with one to four fields changed."""
    rng = np.random.default_rng(seed)
    while count:
        model = onnx.ModelProto.FromString(data)
        for _ in range(int(rng.integers(1, 5))):
            _change(model, rng)
        if (found := model.SerializeToString()) != data:
            count -= 1
            yield found


def _change(model: onnx.ModelProto, rng: np.random.Generator) -> None:
    places = [(message, field) for message in _messages(model) for field in _fields(message)]
    by_kind: dict[tuple[str, str], list] = {}
    for place in places:  # a kind of field first, or weights and dimensions, which are many, would take all of it
        by_kind.setdefault((place[0].DESCRIPTOR.name, place[1].name), []).append(place)
    message, field = _one(by_kind[_one(list(by_kind), rng)], rng)
    if field.is_repeated:
        _change_list(getattr(message, field.name), field, rng)
    elif message.HasField(field.name) and rng.random() < 0.3:
        message.ClearField(field.name)
    elif field.type == Field.TYPE_MESSAGE:
        getattr(message, field.name).SetInParent()  # there, and empty
    else:
        setattr(message, field.name, _value(field, getattr(message, field.name), model, rng))


def _change_list(items: Any, field: Field, rng: np.random.Generator) -> None:
    what = _one(["add", "drop", "twice", "swap", "change"], rng)
    message = field.type == Field.TYPE_MESSAGE
    if what == "add" or not items:
        if message:
            items.add()
        else:
            items.append(_value(field, field.default_value or _zero(field), None, rng))
        return
    i, j = (int(rng.integers(len(items))) for _ in range(2))
    if what == "drop":
        del items[i]
    elif what == "twice":
        (items.add().CopyFrom(items[i])) if message else items.append(items[i])
    elif what == "swap" and message:
        keep = type(items[i])()
        keep.CopyFrom(items[i])
        items[i].CopyFrom(items[j])
        items[j].CopyFrom(keep)
    elif not message:
        items[i] = _value(field, items[i], None, rng)


def _messages(message: Message) -> Iterator[Message]:
    yield message
    for field, value in message.ListFields():
        if field.type == Field.TYPE_MESSAGE:
            for inner in value if field.is_repeated else [value]:
                yield from _messages(inner)


def _fields(message: Message) -> list[Field]:
    """The fields that are there, and every other one a model may have, which are rarer."""
    return [field for field in message.DESCRIPTOR.fields if field.name != "metadata_props"]


def _value(field: Field, old: Any, model: onnx.ModelProto | None, rng: np.random.Generator) -> Any:
    if field.type == Field.TYPE_STRING:
        names = [] if model is None else [value.name for value in (*model.graph.input, *model.graph.initializer)]
        return _one([*_TEXTS, *names], rng)
    if field.type == Field.TYPE_BYTES:
        text = _one(_TEXTS, rng).encode()
        return _one([b"", text, old[:-1], old + b"\0", old * 2, bytes(reversed(old))], rng)
    if field.type == Field.TYPE_ENUM:
        return _one([value.number for value in field.enum_type.values], rng)
    if field.type in (Field.TYPE_FLOAT, Field.TYPE_DOUBLE):
        return _one(_REALS, rng)
    number = int(_one([*_NUMBERS, int(old) + 1, int(old) - 1, *range(24)], rng))
    if field.type == Field.TYPE_INT32:
        return max(-(2**31), min(number, 2**31 - 1))
    return max(0, number) if field.type == Field.TYPE_UINT64 else number


def _zero(field: Field) -> Any:
    return {Field.TYPE_STRING: "", Field.TYPE_BYTES: b""}.get(field.type, 0)


def _one(of: list, rng: np.random.Generator) -> Any:
    return of[int(rng.integers(len(of)))]


def _model(text: str, header: str = '<ir_version: 10, opset_import: ["": 20]>') -> bytes:
    return onnx.parser.parse_model(f"{header} {text}").SerializeToString()


def _sparse() -> bytes:
    model = onnx.ModelProto.FromString(_model("g (float[3] x) => (float[3] y) { y = Add(x, w) }"))
    values, places = helper.make_tensor("w", 1, [1], [5.0]), helper.make_tensor("p", 7, [1], [1])
    model.graph.sparse_initializer.append(helper.make_sparse_tensor(values, places, [3]))
    return model.SerializeToString()


def _typed(fill: Callable[[TensorProto], None]) -> bytes:
    model = onnx.ModelProto.FromString(_model("g (float[2] x) => (float[2] y) { y = Add(x, w) }"))
    fill(model.graph.initializer.add(name="w", data_type=1, dims=[2]))
    return model.SerializeToString()


# Small models that hold, between them, every kind of message of the format.
BASES: dict[str, bytes] = {
    "convolution": _model(
        "g (float[n,1,8,8] x) => (float[n,2] y) <float[2,1,3,3] w = {1,2,3,4,5,6,7,8,9,1,2,3,4,5,6,7,8,9}, "
        'int64[2] s = {0,-1}> { c = Conv<auto_pad = "SAME_UPPER", strides = [2,2]>(x, w) '
        "r = Relu(c) p = MaxPool<kernel_shape = [2,2], strides = [2,2]>(r) f = Reshape(p, s) y = Neg(f) }"
    ),
    "branches": _model(
        "g (bool c, float[2] x) => (float[2] y) <float[2] w = {1,2}> { y = If (c) < then_branch = t () => (float[2] p) "
        "{ p = Add(x, w) }, else_branch = e () => (float[2] q) { q = Neg(x) } > }"
    ),
    "loop": _model(
        "g (float[2] x) => (float[2] y) <int64 n = {3}> { y = Loop(n, , x) < body = b (int64 i, bool ci, float[2] v) "
        "=> (bool co, float[2] vo) { co = Identity(ci) vo = Add(v, v) } > }"
    ),
    "functions": _model(
        "g (float[2] x) => (float[2] y) { a = own.twice(x) y = own.more<by = 3.0>(a) } "
        '<domain: "own", opset_import: ["": 20, "own": 1]> twice (a) => (b) { b = Add(a, a) } '
        '<domain: "own", opset_import: ["": 20, "own": 1]> more <by> (a) => (b) '
        "{ k = Constant<value_float: float = @by>() t = own.twice(a) b = Mul(t, k) }",
        '<ir_version: 10, opset_import: ["": 20, "own": 1]>',
    ),
    "shapes": _model(
        "g (float[a,3] x, int64[2] k) => (float[p,q] y) <int64 zero = {0}, int64 ten = {10}, int64 one = {1}> "
        "{ s = Shape(x) r = Range(zero, ten, one) e = Expand(x, k) t = Tile(e, s) v, i = TopK(t, s) y = Neg(t) }"
    ),
    "texts": _model(
        'g (float[2,2] x) => (float[2,2] y) <string[1] t = {"a"}> '
        '{ m = RegexFullMatch<pattern = "a.*">(t) e = EyeLike(x) y = Einsum<equation = "ij,jk->ik">(x, e) }'
    ),
    "sparse": _sparse(),
    "weights as numbers": _typed(lambda tensor: tensor.float_data.extend([1, 2])),
    "weights as bytes": _typed(lambda tensor: setattr(tensor, "raw_data", np.float32([1, 2]).tobytes())),
}
