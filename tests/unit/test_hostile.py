"""Files and arrays that nobody would want: each is told in one line that says what and what to do."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import onnx.parser
import pytest
from onnx import TensorProto, helper

from helpers import engines, graph
from helpers.compare import compare
from helpers.compare.inputs import load_inputs
from helpers.engines import BadInput
from helpers.modelfile.model import read_model


def relu() -> onnx.ModelProto:
    return onnx.parser.parse_model(
        '<ir_version: 8, opset_import: ["": 17]> g (float[2] x) => (float[2] y) { y = Relu(x) }'
    )


def outside(location: str, length: int = 8, offset: int = 0) -> onnx.ModelProto:
    """y = x + w, where the weights w lie in another file."""
    model = onnx.parser.parse_model(
        '<ir_version: 8, opset_import: ["": 17]> g (float[2] x) => (float[2] y) <float[2] w = {1, 2}> { y = Add(x, w) }'
    )
    weight = model.graph.initializer[0]
    weight.ClearField("raw_data")
    weight.ClearField("float_data")
    weight.data_location = TensorProto.EXTERNAL
    for key, value in (("location", location), ("offset", str(offset)), ("length", str(length))):
        weight.external_data.add(key=key, value=value)
    return model


def no_outputs() -> onnx.ModelProto:
    model = relu()
    del model.graph.output[:]
    return model


def sequence_input() -> onnx.ModelProto:
    model = relu()
    model.graph.input[0].CopyFrom(helper.make_tensor_sequence_value_info("x", TensorProto.FLOAT, None))
    return model


def odd_type() -> onnx.ModelProto:
    model = relu()
    model.graph.input[0].type.tensor_type.elem_type = 4711
    return model


def hidden_in_a_subgraph() -> onnx.ModelProto:
    """The tensor that points out of the folder is not in the graph, but in a branch of an If."""
    tensor = outside("../secret").graph.initializer[0]
    branch = helper.make_graph([helper.make_node("Constant", [], ["b"], value=tensor)], "b", [], [])
    branch.output.append(helper.make_tensor_value_info("b", TensorProto.FLOAT, [2]))
    model = relu()
    model.graph.node.append(helper.make_node("If", ["c"], ["z"], then_branch=branch, else_branch=branch))
    return model


def write(model: onnx.ModelProto) -> Callable[[Path], Path]:
    def put(folder: Path) -> Path:
        path = folder / "model.onnx"
        path.write_bytes(model.SerializeToString())
        return path

    return put


def raw(data: bytes) -> Callable[[Path], Path]:
    def put(folder: Path) -> Path:
        path = folder / "model.onnx"
        path.write_bytes(data)
        return path

    return put


def cut(folder: Path) -> Path:
    whole = relu().SerializeToString()
    return raw(whole[: len(whole) - 7])(folder)


def linked_out(folder: Path) -> Path:
    (folder / "weights.bin").symlink_to("/etc/hostname")
    return write(outside("weights.bin"))(folder)


def short_weights(folder: Path) -> Path:
    (folder / "weights.bin").write_bytes(b"1234")
    return write(outside("weights.bin"))(folder)


def unreadable(folder: Path) -> Path:
    os.mkfifo(folder / "model.onnx")
    return folder / "model.onnx"


FILES: dict[str, tuple[Callable[[Path], Path], str]] = {
    "not a protobuf": (raw(b"\xff\xfeThis is a text, no model. " * 9), "is not an ONNX model, or is truncated"),
    "truncated": (cut, "is not an ONNX model, or is truncated"),
    "empty": (raw(b""), "model.onnx is empty; get the file again"),
    "folder": (lambda folder: folder, "is a folder; give the path of the .onnx file in it"),
    "missing": (lambda folder: folder / "none.onnx", "none.onnx does not exist; check the path"),
    "not a plain file": (unreadable, "is not a plain file; give the path of an .onnx file"),
    "no graph": (raw(onnx.ModelProto(ir_version=8).SerializeToString()), "holds no graph; export the model again"),
    "no outputs": (write(no_outputs()), "has a graph without outputs; export the model again"),
    "sequence": (write(sequence_input()), "'x' is of type sequence_type; only tensors can be given"),
    "unknown element type": (write(odd_type()), "'x' has the unknown element type 4711; export it again"),
    "missing weights": (
        write(outside("weights.bin")),
        "'weights.bin', which does not exist; put that file beside the model",
    ),
    "weights outside": (
        write(outside("../../etc/passwd")),
        "outside the model's folder; put the file beside the model",
    ),
    "weights at a root": (write(outside("/etc/hostname")), "outside the model's folder; put the file beside the model"),
    "weights in a subgraph": (write(hidden_in_a_subgraph()), "'../secret', outside the model's folder"),
    "weights by a link": (linked_out, "outside the model's folder"),
    "weights too short": (short_weights, "at 0 + 8 bytes, but that file has 4; get the file again"),
    "weights without a place": (write(outside("")), "outside the model's folder"),
}


PATHS: dict[str, str] = {
    "a NUL": "mo\0del.onnx",
    "too long": "m" * 5000,
    "a user whom nobody knows": "~nobody-of-that-name/model.onnx",
    "no UTF-8": "mod\udcffel.onnx",
    "a link to itself": "itself.onnx",
}


@pytest.mark.parametrize("what", PATHS)
def test_path(what: str, tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "itself.onnx").symlink_to("itself.onnx")
    for read in (read_model, engines.get("onnxruntime").load, engines.isolated("onnxruntime").load, graph.facts):
        with pytest.raises(BadInput) as caught:
            read(PATHS[what])
        assert "\n" not in str(caught.value)
        assert len(str(caught.value)) < 400


@pytest.mark.parametrize("location", ["w\0", "w" * 5000, "~nobody-of-that-name", "loop"])
def test_location(location: str, tmp_path: Path):
    (tmp_path / "loop").symlink_to("loop")
    path = write(outside(location))(tmp_path)
    with pytest.raises(BadInput) as caught:
        read_model(path)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 600


def test_a_linked_model_is_opened_where_it_is_checked(tmp_path: Path):
    """The folder of the link holds a file out of which nothing may be read; that of the model holds the weights."""
    real, other = tmp_path / "real", tmp_path / "other"
    real.mkdir()
    other.mkdir()
    np.array([1, 2], np.float32).tofile(real / "weights.bin")
    (tmp_path / "secret").write_bytes(np.array([7, 7], np.float32).tobytes())
    (other / "weights.bin").symlink_to(tmp_path / "secret")
    (other / "model.onnx").symlink_to(write(outside("weights.bin"))(real))
    for name in ("onnxruntime", "tract-wheel", "kyanite", "reference"):
        with engines.isolated(name) as engine:
            if engine.availability():
                with engine.load(other / "model.onnx") as session:
                    assert session.run({"x": np.ones(2, np.float32)})["y"].tolist() == [2, 3]


def test_weights_that_hide(tmp_path: Path):
    """In a sparse attribute, and in the default of a function's attribute."""
    tensor = outside("../secret").graph.initializer[0]
    sparse = TensorProto(name="p", data_type=7, dims=[2], int64_data=[0, 1])
    node = helper.make_node("Constant", [], ["b"])
    node.attribute.add(name="sparse_value", type=onnx.AttributeProto.SPARSE_TENSOR).sparse_tensor.CopyFrom(
        onnx.SparseTensorProto(values=tensor, indices=sparse, dims=[2])
    )
    hidden, default = relu(), relu()
    hidden.graph.node.append(node)
    function = default.functions.add(name="f", domain="d")
    function.attribute_proto.add(name="a", type=onnx.AttributeProto.TENSOR).t.CopyFrom(tensor)
    for model in (hidden, default):
        with pytest.raises(BadInput, match=r"'\.\./secret', outside the model's folder"):
            read_model(write(model)(tmp_path))


def test_more_axes_than_numpy_has(tmp_path: Path):
    model = relu()
    model.graph.input[0].CopyFrom(helper.make_tensor_value_info("x", TensorProto.FLOAT, [1] * 65))
    with pytest.raises(BadInput, match="'x' has 65 dimensions, and numpy at most 64; export the model again"):
        read_model(write(model)(tmp_path))


@pytest.mark.parametrize("what", FILES)
def test_file(what: str, tmp_path: Path):
    make, said = FILES[what]
    path = make(tmp_path)
    with pytest.raises(BadInput, match=re.escape(said)) as caught:
        read_model(path)
    assert "\n" not in str(caught.value)
    for name in ("onnxruntime", "tract-wheel", "reference"):  # no engine sees it
        with pytest.raises(BadInput, match=re.escape(said)):
            engines.get(name).load(path)


@pytest.mark.parametrize("what", FILES)
def test_file_on_the_command_line(what: str, tmp_path: Path):
    make, said = FILES[what]
    if what in ("weights by a link", "weights too short", "sequence", "unknown element type"):
        pytest.skip("as its neighbours; each start of the command takes a second")
    done = subprocess.run(
        [sys.executable, "-m", "helpers.cli", "compare", str(make(tmp_path))],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert said in done.stderr
    assert done.stderr.startswith("onnx-lab: ")
    assert done.stderr.count("\n") == 1


def test_weights_beside_the_model(tmp_path: Path, isolated):
    np.array([1, 2], np.float32).tofile(tmp_path / "weights.bin")
    path = write(outside("weights.bin"))(tmp_path)
    for name in ("onnxruntime", "tract-wheel", "openvino", "reference"):
        if isolated[name].availability():
            with isolated[name].load(path) as session:
                assert session.run({"x": np.ones(2, np.float32)})["y"].tolist() == [2, 3]
    with pytest.raises(BadInput, match="give the model's path instead of its bytes"):
        read_model(path.read_bytes())


def picture(**changes: object) -> np.ndarray:
    return np.zeros(**{"shape": (1, 1, 28, 28), "dtype": np.float32, **changes})


INPUTS: dict[str, tuple[object, str]] = {
    "wrong name": ({"x": picture()}, "the model has no input 'x'; its inputs: Input3: float32[1, 1, 28, 28]"),
    "one too many": ({"Input3": picture(), "y": picture()}, "the model has no input 'y'"),
    "none": ({}, "input 'Input3' is missing; give an array for it: Input3: float32[1, 1, 28, 28]"),
    "wrong dtype": (
        {"Input3": picture(dtype=np.float64)},
        "has dtype float64; give float32, e.g. by .astype('float32')",
    ),
    "other byte order": ({"Input3": picture(dtype=">f4")}, "has dtype >f4; give float32"),
    "objects": ({"Input3": picture(dtype=object)}, "has dtype object; give float32"),
    "text": ({"Input3": np.array(["7"])}, "has dtype <U1; give float32"),
    "wrong rank": ({"Input3": picture(shape=(28, 28))}, "has 2 dimensions, [28, 28]; give 4: [1, 1, 28, 28]"),
    "wrong size": (
        {"Input3": picture(shape=(1, 1, 32, 32))},
        "has shape [1, 1, 32, 32]; give [1, 1, 28, 28] (dimension 2 ",
    ),
    "a list": ({"Input3": [[0.0] * 28] * 28}, "is list; give a numpy array"),
    "no dict": (picture(), "inputs are ndarray; give a dict of arrays by name: Input3: "),
}


@pytest.mark.parametrize("what", INPUTS)
def test_input(what: str, mnist: Path, isolated, blank):
    given, said = INPUTS[what]
    for session in (engines.get("onnxruntime").load(mnist), isolated["tract-wheel"].load(mnist)):
        with session:
            with pytest.raises(BadInput, match=re.escape(said)) as caught:
                session.run(given)
            assert "\n" not in str(caught.value)
            assert session.run({"Input3": blank})["Plus214_Output_0"].shape == (1, 10)  # alive


def test_closed_session(mnist: Path, blank):
    session = engines.get("onnxruntime").load(mnist)
    session.close()
    with pytest.raises(BadInput, match="the session of onnxruntime is closed; load the model again"):
        session.run({"Input3": blank})


@pytest.mark.parametrize("model", [None, 7, ["a"]])
def test_model_of_another_kind(model: object):
    with pytest.raises(BadInput, match="a model is a path or bytes, not "):
        read_model(model)


ARRAYS: dict[str, tuple[dict[str, np.ndarray] | bytes, str]] = {
    "wrong name": ({"x": picture()}, "the model has no input 'x'; its inputs: Input3: "),
    "not stacked": ({"Input3": picture()[0, 0]}, "sample 0: input 'Input3' has 1 dimensions"),
    "wrong dtype": ({"Input3": picture()[None].astype("int64")}, "has dtype int64; give float32"),
    "NaN": (
        {"Input3": picture()[None] * np.nan},
        "holds 784 NaN, the first at [0, 0, 0, 0]; replace them, or say --allow-nan",
    ),
    "objects": ({"Input3": np.array([{}, {}], object)}, "holds an object array; save plain numbers"),
    "no samples": (
        {"Input3": picture(shape=(0, 1, 1, 28, 28))},
        "samples on the first axis differ or are none (Input3 0)",
    ),
    "nothing": ({}, "no array for the input Input3"),
    "no npz": (b"PK\x03\x04 and then nothing", "is not an .npz file, or is truncated"),
    "text": (b"hello", "is not an .npz file, or is truncated"),
    "empty": (b"", "is not an .npz file, or is truncated"),
}


@pytest.mark.parametrize("what", ARRAYS)
def test_inputs_file(what: str, tmp_path: Path, mnist: Path):
    given, said = ARRAYS[what]
    path = tmp_path / "inputs.npz"
    if isinstance(given, bytes):
        path.write_bytes(given)
    else:
        np.savez(path, **given)
    with pytest.raises(BadInput, match=re.escape(said)) as caught:
        compare(mnist, inputs=path, engines="onnxruntime")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_damaged_inputs_files(method: int, tmp_path: Path, mnist: Path):
    """Whatever numpy, zipfile, zlib or lzma raise is one line."""
    path, rng = tmp_path / "inputs.npz", np.random.default_rng(method)
    with zipfile.ZipFile(path, "w", method) as packed, packed.open("Input3.npy", "w") as member:
        np.lib.format.write_array(member, picture()[None])
    whole = path.read_bytes()
    for _ in range(150):
        damaged = bytearray(whole)
        for place in rng.integers(0, len(whole), rng.integers(1, 6)):
            damaged[place] = int(rng.integers(256))
        path.write_bytes(damaged)
        said = ""
        try:
            load_inputs(path, read_model(mnist).inputs)
        except BadInput as error:
            said = str(error)
        assert "\n" not in said


def test_inputs_that_unpack_to_more_than_is_taken(tmp_path: Path, mnist: Path):
    path = tmp_path / "bomb.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed, packed.open("Input3.npy", "w") as member:
        for _ in range(1100):
            member.write(bytes(2**20))
    assert path.stat().st_size < 2 * 2**20
    with pytest.raises(BadInput, match=r"bomb.npz unpacks to 1.1 GiB, and 1 GiB is taken; give fewer or smaller"):
        compare(mnist, inputs=path)
    header = tmp_path / "header.npz"
    with zipfile.ZipFile(header, "w") as packed, packed.open("Input3.npy", "w") as member:
        np.lib.format.write_array_header_1_0(member, {"descr": "<f4", "fortran_order": False, "shape": (2**40,)})
    with pytest.raises(BadInput, match=r"is not an \.npz file, or is truncated"):
        compare(mnist, inputs=header)


def test_npy_instead_of_npz(tmp_path: Path, mnist: Path):
    np.save(tmp_path / "inputs.npy", picture())
    with pytest.raises(BadInput, match="holds one unnamed array; save with numpy"):
        compare(mnist, inputs=tmp_path / "inputs.npy")


def test_nan_is_carried_where_asked(tmp_path: Path):
    (tmp_path / "m.onnx").write_bytes(relu().SerializeToString())
    np.savez(tmp_path / "i.npz", x=np.array([[np.nan, 1]], np.float32))
    found = compare(tmp_path / "m.onnx", inputs=tmp_path / "i.npz", engines="onnxruntime", allow_nan=True)
    assert found.rows[0].error == 0
    assert found.rows[0].outcome == ("disputed" if found.outputs[0].disputed else "right")  # OpenVINO gives 0 for NaN
