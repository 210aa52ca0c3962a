"""A model in words, in ONNX's text form and byte by byte: true to the file, and never in the way of a damaged one."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import onnx
import onnx.parser
import pytest
from google.protobuf.message import DecodeError
from onnx import helper, numpy_helper

from helpers import graph
from helpers.errors import BadInput
from helpers.modelfile.nodes import places
from tests.mutations import mutants
from tests.small_models import CASES

DATA = Path(onnx.__file__).parent / "backend" / "test" / "data"
FILES = [*sorted(DATA.glob("simple/*/model.onnx")), *sorted(DATA.glob("pytorch-*/*/model.onnx"))[::6]]


def model(text: str, more: str = "") -> onnx.ModelProto:
    return onnx.parser.parse_model(f'<ir_version: 8, opset_import: ["": 17{more}]> {text}')


# --- text


def test_text_without_numbers(mnist: Path):
    said = graph.text(mnist)
    assert "float[16,4,4,10] Parameter193 =  {}" in said
    assert re.search(r"int64\[2\] Pooling160_Output_0_reshape0_shape = +\{1,256\}", said)
    assert len(said) < 5000


@pytest.mark.parametrize("source", [*CASES, *FILES], ids=lambda s: s if isinstance(s, str) else s.parent.name)
def test_text_parses_back(source: str | Path):
    data = CASES[source].model if isinstance(source, str) else source.read_bytes()
    back, made = onnx.parser.parse_model(graph.text(data)), onnx.load_model_from_string(data)
    assert [n.op_type for n in back.graph.node] == [n.op_type for n in made.graph.node]
    assert [list(t.dims) for t in back.graph.initializer] == [list(t.dims) for t in made.graph.initializer]


def test_text_of_a_weight_that_is_not_what_it_says():
    made = model("g (float[2] x) => (float[2] y) <float[2] w = {1, 2}> { y = Add(x, w) }")
    made.graph.initializer[0].data_type = 4711
    try:
        assert "Add" in graph.text(made)
    except BadInput as error:
        assert "\n" not in str(error)  # noqa: PT017  # either will do


# --- describe


def test_description_of_mnist(mnist: Path):
    first, second, *lines = graph.describe(mnist).splitlines()
    assert first == "mnist.onnx: 12 nodes, 8 weights."
    assert second == "It takes Input3, float32[1, 1, 28, 28] and gives Plus214_Output_0, float32[1, 10]."
    assert len(lines) == 12
    assert lines[1] == (
        "2. Conv makes Convolution28_Output_0, float32[1, 8, 28, 28], from Input3 and the weight Parameter5 "
        "[8, 1, 5, 5]; auto_pad SAME_UPPER, dilations 1, 1, group 1, kernel_shape 5, 5, strides 1, 1."
    )
    assert lines[10].endswith("from Pooling160_Output_0_reshape0 and Parameter193_reshape1; 2 paths join here.")


DESCRIBED = {
    "paths part and join": (
        model("g (float[2] x) => (float[2] y) { a = Neg(x) b = Abs(a) c = Exp(a) y = Add(b, c) }"),
        [
            "g: 4 nodes, 0 weights.",
            "It takes x, float32[2] and gives y, float32[2].",
            "1. Neg makes a, float32[2], from x; used by 2, Abs and 3, Exp.",
            "2. Abs makes b, float32[2], from a.",
            "3. Exp makes c, float32[2], from a.",
            "4. Add makes y, float32[2], from b and c; 2 paths join here.",
        ],
    ),
    "graphs in a node": (
        model(
            "g (float[2] x, bool c) => (float[2] y) { y = If (c) <then_branch = t () => (float[2] a) { a = Neg(x) }> }"
        ),
        [
            "g: 1 node, 0 weights.",
            "It takes x, float32[2] and c, bool[] and gives y, float32[2].",
            "1. If makes y, float32[2], from c.",
            "    The graph then_branch of 1, If, has 1 node.",
            "    It takes no input and gives a, float32[2].",
            "    1. Neg makes a, float32[2], from x.",
        ],
    ),
    "the input parts": (
        model("g (float[4] x) => (float[2] y, float[2] z, float[4] u) { y, z = Split(x) u = Neg(x) }"),
        [
            "g: 2 nodes, 0 weights.",
            "It takes x, float32[4] and gives y, float32[2], z, float32[2] and u, float32[4].",
            "The input x is used by 1, Split and 2, Neg.",
            "1. Split makes y, float32[2] and z, float32[2], from x.",
            "2. Neg makes u, float32[4], from x.",
        ],
    ),
    "functions": (
        model(
            'g (float[2] x) => (float[2] y) { y = own.f(x) } <opset_import: ["": 17], domain: "own"> '
            "f (a) => (b) { b = Neg(a) }",
            ', "own": 1',
        ),
        [
            "g: 1 node, 0 weights.",
            "It takes x, float32[2] and gives y, float32[2].",
            "1. own.f makes y, float32[2], from x.",
            "The function f of the domain own takes a and gives b.",
            "  1. Neg makes b, of unknown type, from a.",
        ],
    ),
}


@pytest.mark.parametrize(("made", "lines"), DESCRIBED.values(), ids=DESCRIBED)
def test_described(made: onnx.ModelProto, lines: list[str]):
    assert graph.describe(made).splitlines() == lines


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.name)
def test_every_node_has_its_line(path: Path):
    lines = [line for line in graph.describe(path).splitlines() if re.match(r" *\d+\. ", line)]
    nodes = [place.node for place in places(onnx.load(path))]
    assert [re.sub(r"^ *\d+\. ", "", line).split(" makes ")[0] for line in lines] == [
        f"{node.domain}.{node.op_type}" if node.domain else node.op_type for node in nodes
    ]


def test_a_name_breaks_no_line():
    made = model("g (float[2] x) => (float[2] y) { a = Neg(x) y = Neg(a) }")
    made.graph.node[0].output[0] = made.graph.node[1].input[0] = "two\nlines\x1b[2J"
    said = graph.describe(made)
    assert len(said.splitlines()) == 4
    assert "\x1b" not in said


# --- fields


def read_back(data: bytes, path: str) -> object:
    """What protobuf itself has at a path such as graph.node[1].name."""
    found: object = onnx.load_model_from_string(data)
    for name, index in re.findall(r"(\w+)(?:\[(\d+)\])?", path):
        found = getattr(found, name)
        found = found[int(index)] if index else found
    return found


def test_fields_of_mnist(mnist: Path):
    data = mnist.read_bytes()
    found = graph.fields(mnist, limit=10_000)
    assert found.attrs == {"complete": True, "bytes": len(data)}
    for row in found.itertuples():
        theirs = read_back(data, row.path)
        if isinstance(theirs, int):
            assert row.value.split(" ")[0] == str(theirs)
        elif isinstance(theirs, float):
            assert float(row.value) == pytest.approx(theirs, rel=1e-6)
        elif isinstance(theirs, str):
            assert row.length == len(theirs.encode())
            assert row.value.rstrip("…") == theirs[:60]
        elif isinstance(theirs, bytes):
            assert row.value.startswith(f"{len(theirs):,} bytes")
        else:
            start = row.offset + 1
            assert len(theirs.SerializeToString()) == row.length
            assert theirs.SerializeToString() in data[start : start + 16 + row.length]
    tags = [(row.offset, row.number) for row in found.itertuples()]
    assert tags == sorted(tags)
    assert all(data[offset] >> 3 == number for offset, number in tags if number < 16)


def test_fields_stop_at_the_limit(mnist: Path):
    found = graph.fields(mnist, limit=5)
    assert (len(found), found.attrs["complete"]) == (5, False)
    assert found["offset"].tolist() == [0, 2, 19, 24, 214]
    assert len(graph.fields(mnist)) == 200
    with pytest.raises(BadInput, match="limit=0: give the most rows"):
        graph.fields(mnist, limit=0)


WIRE = {
    "nothing": (b"", []),
    "a number": (b"\x08\x08", [("ir_version", "8")]),
    "a negative number": (b"\x28" + b"\xff" * 9 + b"\x01", [("model_version", "-1")]),
    "an unknown field": (b"\xf8\x06\x05", [("unknown_111", "5")]),
    "an unknown field of bytes": (b"\xfa\x06\x02\xff\x00", [("unknown_111", "2 bytes")]),
    "32 bits": (b"\xfd\x06" + np.float32(1.5).tobytes(), [("unknown_111", "1.5")]),
    "64 bits": (b"\xf9\x06" + np.float64(2.5).tobytes(), [("unknown_111", "2.5")]),
    "cut in a tag": (b"\x80", [("", "the file breaks here: 1 bytes are left, and a number does not end")]),
    "cut in a text": (
        b"\x12\x09abc",
        [("", "the file breaks here: producer_name says it has 9 bytes, which is 6 more")],
    ),
    "cut in 32 bits": (b"\xfd\x06\x01", [("", "the file breaks here: unknown_111 needs 4 bytes, which is 3 more")]),
    "too long a number": (b"\x08" + b"\xff" * 11, [("", "the file breaks here: a number does not end")]),
    "field 0": (b"\x08\x08\x00\x01", [("ir_version", "8"), ("", "the file breaks here: a field has the number 0")]),
    "a group": (b"\x0b", [("", "the file breaks here: ir_version is of the wire type 3 (group)")]),
    "an absurd length": (
        b"\x3a" + b"\xff" * 9 + b"\x01",
        [("", "the file breaks here: graph says it has 18,446,744,")],
    ),
    "a message that ends in a field": (
        b"\x3a\x02\x12\x09",
        [("graph", "GraphProto"), ("", "the file breaks here: graph.name says it has 9 bytes, which is 9 more")],
    ),
}


@pytest.mark.parametrize(("data", "rows"), WIRE.values(), ids=WIRE)
def test_wire(data: bytes, rows: list[tuple[str, str]]):
    found = graph.fields(data)
    assert found["path"].tolist() == [path for path, _ in rows]
    for value, (_, wanted) in zip(found["value"], rows, strict=True):
        assert value.startswith(wanted)


def test_packed_numbers():
    made = model("g (float[2] x) => (float[2] y) <float[9] w = {1, 2, 3, 4, 5, 6, 7, 8, 9}> { y = Neg(x) }")
    made.graph.initializer[0].CopyFrom(helper.make_tensor("w", onnx.TensorProto.FLOAT, [9], range(1, 10)))
    found = graph.fields(made).set_index("path")["value"]
    assert found["graph.initializer[0].float_data[0]"] == "[1, 2, 3, 4, 5, 6, 7, 8, … (9 numbers)]"
    assert found["graph.initializer[0].data_type"] == "1 (FLOAT)"
    made.graph.initializer[0].CopyFrom(numpy_helper.from_array(np.zeros((20, 40), np.float32), "w"))
    assert graph.fields(made).set_index("path")["value"]["graph.initializer[0].raw_data"] == "3,200 bytes"


def test_messages_in_messages():
    data = b""
    for _ in range(200):  # a graph in an attribute of a node of a graph …
        for tag in (b"\x32", b"\x2a", b"\x0a"):
            size = len(data)
            length = bytes([size & 127 | 128, size >> 7 & 127 | 128, size >> 14])
            data = tag + length + data
    size = len(data)
    found = graph.fields(b"\x3a" + bytes([size & 127 | 128, size >> 7 & 127 | 128, size >> 14]) + data, limit=1000)
    assert found["value"].iloc[-1] == "the file breaks here: more than 100 messages lie in each other"


def test_damaged_files(mnist: Path):
    """What protobuf takes is read to the end; of what it does not the rows go as far as they make sense."""
    broken = 0
    for _, damaged in mutants(mnist.read_bytes(), 90, seed=11):
        found = graph.fields(damaged, limit=100_000)
        assert found.attrs["complete"]
        tells = found["value"].str.startswith("the file breaks here").tolist()
        assert not any(tells[:-1])
        try:
            onnx.ModelProto().ParseFromString(damaged)
        except DecodeError:
            broken += 1
        else:
            assert not any(tells) or "wire type" in found["value"].iloc[-1]  # groups, which protobuf still skips
    assert broken


def test_no_file():
    with pytest.raises(BadInput, match=r"no\.onnx does not exist"):
        graph.fields("no.onnx")
