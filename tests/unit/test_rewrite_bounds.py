"""What the portable form makes of files that nobody vouches for: a model, or one line; and never more than it may."""

from __future__ import annotations

import resource
import time
from collections import Counter
from pathlib import Path

import onnx
import pytest
from onnx import TensorProto, helper

from helpers import engines, rewrite
from helpers.engines import BadInput, EngineCrashed, EngineTimedOut, ModelRejected
from helpers.engines import _burn as burn
from helpers.modelfile.model import read_model
from helpers.process.limits import GIB, Limits
from helpers.rewrite._bounds import told
from helpers.rewrite.remote import portable_bytes
from tests.structured import BASES, damaged

pytestmark = pytest.mark.alone  # time limits

LIMITS = Limits(load=10, memory=2 * GIB)


@pytest.mark.timeout(300)
def test_a_damaged_model_is_a_model_or_one_line():
    """onnx's compiled code may end or hang the process, which is not this one; what is raised is always ours."""
    found: Counter = Counter()
    with engines.isolated("onnxruntime", limits=LIMITS) as process:
        for base in BASES.values():
            for model in damaged(base, count=25, seed=4):
                try:
                    process.call(LIMITS.load, portable_bytes, model)
                    found["model"] += 1
                except BadInput as error:
                    found["line" if "\n" not in str(error) else "lines"] += 1
                except (EngineCrashed, EngineTimedOut):
                    found["ended"] += 1
    assert found["model"] > 50 < found["line"]
    assert found["lines"] == 0
    assert found["ended"] < 10
    assert found.total() == 25 * len(BASES)


def test_damage_is_the_same_every_time_and_everywhere():
    first, again = (list(damaged(BASES["loop"], count=40, seed=2)) for _ in range(2))
    assert first == again
    assert len(set(first)) > 35
    assert all(model != BASES["loop"] for model in first)


def broken(what: str) -> onnx.ModelProto:
    model = onnx.ModelProto.FromString(BASES["convolution"])
    if what == "a weight of an unknown type":
        model.graph.initializer[0].data_type = 4711
    elif what == "an attribute without a type":
        model.graph.node[0].attribute[0].ClearField("type")
    return model


@pytest.mark.parametrize("what", ["a weight of an unknown type", "an attribute without a type"])
def test_whatever_the_libraries_raise_is_one_line(what: str):
    with pytest.raises(BadInput) as caught:
        rewrite.portable(broken(what))
    said = str(caught.value)
    assert said.startswith("the model cannot be rewritten: ")
    assert said.endswith("; export it again")
    assert "\n" not in said


def doubling(levels: int) -> onnx.ModelProto:
    header = '<ir_version: 10, opset_import: ["": 20, "own": 1]>'
    body = "".join(
        f'<domain: "own", opset_import: ["": 20, "own": 1]> f{i} (a) => (c) '
        + (f"{{ b = own.f{i - 1}(a) c = own.f{i - 1}(b) }} " if i else "{ c = Neg(a) } ")
        for i in range(levels)
    )
    return onnx.parser.parse_model(f"{header} g (float[2] x) => (float[2] y) {{ y = own.f{levels - 1}(x) }} {body}")


def test_functions_that_double_are_refused_before_they_are_written_out():
    assert len(rewrite.portable(doubling(5)).model.graph.node) == 16
    start = time.monotonic()
    with pytest.raises(BadInput, match="call each other without end, or stand for more than 100,000 nodes"):
        rewrite.portable(doubling(60))
    assert time.monotonic() - start < 5


def ranges(count: int, *weights: onnx.TensorProto) -> bytes:
    """Each Range makes 2 MiB."""
    scalars = {"zero": 0, "end": 250_000, "one": 1}
    numbers = [helper.make_tensor(name, TensorProto.INT64, [], [value]) for name, value in scalars.items()]
    nodes = [helper.make_node("Range", list(scalars), [f"r{i}"]) for i in range(count)]
    nodes.append(helper.make_node("Sum", [f"f{i}" for i in range(count)], ["y"]))
    nodes[-1:-1] = [helper.make_node("Cast", [f"r{i}"], [f"f{i}"], to=TensorProto.FLOAT) for i in range(count)]
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, [250_000])
    graph = helper.make_graph(nodes, "g", [], [y], [*numbers, *weights])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10).SerializeToString()


def peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


@pytest.mark.timeout(120)
def test_many_constants_that_grow_do_not_take_all_memory():
    """Of 1,500 Ranges to 2 MiB each, 3 GiB in all, only so many are computed as fit the bound; nor does a weight that
    is said to be large, and is not there, raise it."""
    model = ranges(1500, TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[2**40]))
    assert len(model) < 150_000
    with engines.isolated("onnxruntime", limits=Limits(load=90)) as process:
        process.call(60, portable_bytes, BASES["loop"])
        before = process.call(5, peak)
        found = onnx.ModelProto.FromString(process.call(90, portable_bytes, model))
        assert process.call(5, peak) - before < 0.8 * GIB
    left = Counter(node.op_type for node in found.graph.node)
    assert 1400 < left["Range"] < 1500


def made_portable(path: str) -> int:
    return len(rewrite.portable(path).model.graph.node)


@pytest.mark.timeout(120)
def test_large_weights_are_not_copied_by_each_pass(tmp_path: Path):
    size = 128 * 2**20
    model = onnx.parser.parse_model(
        '<ir_version: 8, opset_import: ["": 17]> g (float[n,4096] x) => (float[n,8192] y) { a = Neg(x) b = Identity(a) '
        "c = Neg(b) y = MatMul(c, w) }"
    )
    model.graph.initializer.add(name="w", data_type=1, dims=[4096, 8192], raw_data=bytes(size))
    (tmp_path / "m.onnx").write_bytes(model.SerializeToString())
    with engines.isolated("onnxruntime", limits=Limits(load=90)) as process:
        process.call(60, portable_bytes, BASES["loop"])
        before = process.call(5, peak)
        assert process.call(90, made_portable, str(tmp_path / "m.onnx")) == 3
        assert process.call(5, peak) - before < 5 * size


def sparse_file(folder: Path, size: int) -> Path:
    """Weights of which nothing is on the disk: a file of 8 GiB costs nothing to make."""
    model = onnx.parser.parse_model(
        '<ir_version: 8, opset_import: ["": 17]> g (float[2] x) => (float[2] y) <float[2] w = {1, 2}> { y = Add(x, w) }'
    )
    weight = model.graph.initializer[0]
    weight.ClearField("raw_data")
    weight.ClearField("float_data")
    weight.dims[0], weight.data_location = size // 4, TensorProto.EXTERNAL
    for key, value in (("location", "w.bin"), ("offset", "0"), ("length", str(size))):
        weight.external_data.add(key=key, value=value)
    with (folder / "w.bin").open("wb") as file:
        file.truncate(size)
    (folder / "m.onnx").write_bytes(model.SerializeToString())
    return folder / "m.onnx"


def test_weights_too_large_for_one_piece_are_not_loaded(tmp_path: Path):
    path, before = sparse_file(tmp_path, 8 * GIB), peak()
    with pytest.raises(BadInput, match=r"with the 8\.0 GiB of weights beside it, the model is too large for one piece"):
        rewrite.portable(path)
    with pytest.raises(ModelRejected, match=r"burn cannot load the model: .*8\.0 GiB of weights beside it"):
        burn.in_one_piece(read_model(path))
    assert peak() - before < GIB / 4


def test_what_a_library_quotes_of_a_file_steers_no_terminal():
    """Found by the survey of damaged models: an attribute's name held an escape sequence."""
    with pytest.raises(BadInput) as refused, told("the step 'fold constants'"):
        raise ValueError("Unsupported constant node attribute '\x1b[31m'\nand more")
    assert str(refused.value).isprintable()
    assert r"\x1b[31m" in str(refused.value)
