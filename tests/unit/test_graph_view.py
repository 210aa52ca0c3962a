"""The drawing's Python side: what is sent to the page, what is refused, and what is told when Netron has changed."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from helpers import graph, rewrite
from helpers.errors import BadInput
from helpers.graph.drawing import _netron
from helpers.graph.drawing._contents import Contents
from helpers.graph.drawing._details import details
from helpers.graph.drawing._frame import MOST
from helpers.graph.drawing._paint import paint
from helpers.graph.values import Values
from helpers.modelfile.nodes import read
from helpers.paths import MNIST

CONV, RELU, FILTERS = "Convolution28_Output_0", "ReLU32_Output_0", "Parameter5"


@pytest.fixture(scope="module")
def view():
    return graph.show(MNIST)


def model(text: str) -> onnx.ModelProto:
    return onnx.parser.parse_model(f'<ir_version: 8, opset_import: ["": 17]> {text}')


def test_the_page_asks_for_nothing():
    page = _netron.page(frozenset({("ai.onnx", "Conv")}), token="t")
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1]
    assert policy.startswith("default-src 'none'; script-src 'nonce-")
    assert "unsafe-eval" not in policy
    assert "script-src 'unsafe-inline'" not in policy
    nonce = re.search(r"nonce-(\w+)", policy)[1]
    assert re.findall(r"<script[^>]*>", page) == [f'<script nonce="{nonce}">']
    assert not re.search(r"<(link|iframe|object|embed)\b|src=[\"']?(https?:)?//", page)


def test_each_page_has_its_own_nonce():
    pages = [_netron.page(frozenset(), token="t") for _ in range(2)]
    first, second = (re.search(r"nonce-(\w+)", page)[1] for page in pages)
    assert first != second


@pytest.fixture
def netron(tmp_path, monkeypatch):
    """A copy of the installed package that a test may change."""
    source = Path(str(_netron._files()))
    for name in (*(f"{module}.js" for module in _netron._MODULES), "index.html", "grapher.css", "onnx-metadata.json"):
        shutil.copy(source / name, tmp_path / name)
    cached = (_netron._bundle, _netron._document, _netron._catalogue)
    for each in cached:
        each.cache_clear()
    monkeypatch.setattr(_netron, "_files", lambda: tmp_path)
    yield tmp_path
    for each in cached:
        each.cache_clear()


@pytest.mark.parametrize(("name", "needed"), [(n, each) for n, all_ in _netron._NEEDS.items() for each in all_])
def test_what_netron_no_longer_has_is_named(netron, name, needed):
    path = netron / name
    path.write_text(path.read_text("utf-8").replace(needed, "gone"), "utf-8")
    with pytest.raises(_netron.NetronChanged, match=re.escape(f"{name} no longer holds {needed!r}")):
        _netron.page(frozenset(), token="t")


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("view.js", lambda s: f"import {{ x }} from './new.js';\n{s}", "import { x }"),
        ("onnx.js", lambda s: s + "\nexport default 1;\n", "export default 1;"),
        ("index.html", lambda s: s.replace("</head>", '<link rel="stylesheet" href="new.css">\n</head>'), "new.css"),
    ],
)
def test_what_is_new_in_netron_is_named(netron, name, change, said):
    path = netron / name
    path.write_text(change(path.read_text("utf-8")), "utf-8")
    with pytest.raises(_netron.NetronChanged, match=re.escape(said)):
        _netron.page(frozenset(), token="t")


def test_without_a_drawing_the_rest_works(netron, monkeypatch):
    monkeypatch.setenv("HELPERS_IN_WORKER", "1")  # as in the reader, which knows nothing of this test
    (netron / "dagre.js").unlink()
    view = graph.show(MNIST, overlay="macs")
    assert "it has no dagre.js" in view.status
    assert "graph.describe(model)" in view.status
    assert len(view.nodes) == 12
    assert "627,200" in view.sentence
    with pytest.raises(BadInput, match="nothing is drawn"):
        view.save("mnist.svg")


def test_what_is_no_node_has_a_line_of_its_own():
    painted = paint(Values("time", "s", {"y": 2e-06}, others={"ReorderOutput": 3e-06}))
    assert painted["beside"] == [["ReorderOutput", "3.00 µs"]]
    assert set(painted["items"]) == {"y"}


def test_highlight_by_any_name(view):
    view.highlight(["Convolution28", FILTERS, "Input3", "Plus214_Output_0"])  # a node's own name, and others
    assert [(each["kind"], each["name"]) for each in view.selection] == [
        ("node", CONV),
        ("initializer", FILTERS),
        ("input", "Input3"),
        ("node", "Plus214_Output_0"),
    ]
    view.highlight(RELU)
    assert view.selection == [{"kind": "node", "name": RELU, "operator": "Relu", "where": ""}]
    assert "selected: ReLU32_Output_0" in repr(view)
    view.highlight([])
    assert view.selection == []


@pytest.mark.parametrize(("name", "said"), [("Parameter55", "did you mean 'Parameter5'"), ("zzz", "see view.nodes")])
def test_an_unknown_name_is_refused_and_nothing_is_lost(view, name, said):
    view.highlight(RELU)
    with pytest.raises(BadInput, match=said):
        view.highlight([CONV, name])
    assert view.selection[0]["name"] == RELU


def test_a_selection_of_the_page_is_explained(view):
    view.selection = [{"kind": "initializer", "name": FILTERS}]
    assert view.detail["tiles"]["of"] == 8
    view.selection = [{"kind": "node", "name": CONV, "operator": "Conv"}]
    assert [section["title"] for section in view.detail["sections"]] == ["Attributes", "Inputs", "Outputs"]
    view.selection = [{"kind": "node", "name": "nobody's"}]
    assert "nobody's" in view.status
    view.selection = []
    assert view.detail == {}


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("colour", "cannot be painted; give one of shape, dtype"),
        ({"nowhere": 1}, "no node and no tensor 'nowhere'"),
        ({CONV: [1]}, "give a number, a word or None"),
        ("time:rten", "has no profile"),
    ],
)
def test_what_cannot_be_painted(view, what, said):
    view.overlay("dtype")
    with pytest.raises(BadInput, match=said):
        view.overlay(what)
    assert view.painting == "dtype"  # as before


@pytest.mark.parametrize("kind", ["shape", "dtype", "parameters", "macs", "time", "share", "error"])
def test_every_kind_is_painted(view, kind):
    values = view.overlay(kind)
    assert set(values.by_node) == {row["name"] for row in view.nodes}
    assert view.sentence.startswith(values.title)
    assert view.overlay(None) is None
    assert view.painted == {}


def test_the_page_may_ask_for_paint_and_selection_and_hears_of_mistakes(view):
    view._told(None, {"kind": "paint", "what": "parameters"}, [])
    assert view.painting == "parameters"
    view._told(None, {"kind": "open", "name": RELU}, [])
    assert view.selection[0]["name"] == RELU
    view._told(None, {"kind": "paint", "what": "time:nobody"}, [])
    assert "nobody" in view.status
    view._told(None, {"kind": "paint", "what": ""}, [])
    assert view.values is None


def test_the_page_writes_no_file_that_nobody_asked_for(view, tmp_path):
    view._told(None, {"kind": "picture", "asked": str(tmp_path / "evil.svg"), "as": "svg"}, [b"x"])
    assert not list(tmp_path.iterdir())
    sent = []
    view.send = sent.append
    assert view.save(tmp_path / "mnist.svg") == tmp_path / "mnist.svg"
    view._told(None, {"kind": "picture", "asked": sent[0]["asked"], "as": "svg"}, [b"<svg/>"])
    assert (tmp_path / "mnist.svg").read_bytes() == b"<svg/>"
    del view.send


@pytest.mark.parametrize(("path", "said"), [("a.gif", "give one of these endings"), ("no/where.svg", "no folder no")])
def test_where_a_drawing_cannot_be_saved(view, path, said):
    with pytest.raises(BadInput, match=said):
        view.save(path)


def test_colours_follow_the_values():
    painted = paint(Values("macs", "count", {"a": 100, "b": 50, "c": 0, "d": None}))
    assert painted["items"]["a"] == {"text": "100", "fill": "#fee838", "ink": "#000000"}
    assert painted["items"]["b"]["fill"] == "#7d7c78"
    assert painted["items"]["c"] == {"text": "0", "quiet": True}
    assert painted["items"]["d"] == {"text": ""}
    assert painted["sentence"] == "macs, 4 nodes: most in a (100) and b (50); none known for 1."


def test_errors_are_painted_on_a_logarithmic_scale():
    painted = paint(Values("error", "error", {"a": 1e-1, "b": 1e-4, "c": 0.0}))
    assert painted["items"]["b"]["fill"] == "#7d7c78"  # half of the six decades
    assert painted["items"]["c"] == {"text": "0", "quiet": False}
    assert (painted["low"], painted["high"]) == ("1e-07", "1e-01")


def test_words_are_painted_by_colour_while_they_are_few():
    few = paint(Values("dtype", "", {"a": "float32", "b": "int64", "c": "float32"}))
    assert few["items"]["a"]["fill"] == few["items"]["c"]["fill"] != few["items"]["b"]["fill"]
    assert few["sentence"] == "dtype: 2 float32, 1 int64."
    many = paint(Values("shape", "", {str(i): f"[{i}]" for i in range(9)}))
    assert many["words"] == []
    assert many["sentence"] == "shape: 9 different ones."


IF = model(
    "g (float[2] x, bool c) => (float[2] y) { y = If(c) <then_branch = a () => (float[2] p) { p = Neg(x) },"
    " else_branch = b () => (float[2] q) { q = Abs(x) }> }"
)
EMPTY = model("g (float[2] x) => (float[2] x) { }")
CONSTANT = model("g (float[2] x) => (float[2] y) { c = Constant <value = float[2] {1, 2}> () y = Add(x, c) }")


def test_nodes_in_branches_are_listed():
    view = graph.show(IF)
    assert [(row["name"], row["where"]) for row in view.nodes] == [
        ("y", ""),
        ("p", "y/then_branch"),
        ("q", "y/else_branch"),
    ]
    view.highlight("q")
    assert view.detail["title"] == "Abs"


@pytest.mark.parametrize(("proto", "count"), [(EMPTY, 0), (CONSTANT, 2)])
def test_small_graphs(proto, count):
    view = graph.show(proto, overlay="macs")
    assert len(view.nodes) == count
    assert view._page


def test_a_constant_is_a_weight():
    contents = Contents.of(read(CONSTANT))
    assert details(contents, contents.find("c", "initializer"))["histogram"]["label"].startswith("2 numbers")


def test_more_nodes_than_can_be_drawn():
    nodes = [helper.make_node("Neg", [f"t{i}"], [f"t{i + 1}"]) for i in range(MOST + 1)]
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in ("t0", f"t{MOST + 1}")]
    view = graph.show(helper.make_model(helper.make_graph(nodes, "g", ends[:1], ends[1:])))
    assert view._page == ""
    assert view.status == "5,001 nodes are too many to draw (at most 5,000); the list holds them all."


@pytest.fixture
def external(tmp_path):
    weights = numpy_helper.from_array(np.arange(10_000, dtype=np.float32).reshape(100, 100), "w")
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 100]) for name in "xy"]
    proto = helper.make_model(
        helper.make_graph([helper.make_node("MatMul", ["x", "w"], ["y"])], "g", ends[:1], ends[1:], [weights])
    )
    onnx.save(proto, tmp_path / "m.onnx", save_as_external_data=True, location="w.bin", size_threshold=0)
    return tmp_path


def test_weights_beside_the_model_are_read_when_they_are_looked_at(external):
    view = graph.show(external / "m.onnx")
    assert len(view._bytes) < 500
    view.highlight("w")
    assert view.detail["histogram"]["label"].startswith("10,000 numbers, from 0 to 9,999")


def test_weights_that_are_missing_are_told_and_the_rest_is_drawn(external):
    (external / "w.bin").unlink()
    view = graph.show(external / "m.onnx")
    assert view._page
    view.highlight("w")
    assert view.detail["histogram"]["label"].startswith("its numbers cannot be shown")


def test_weights_outside_the_folder_are_not_read(external, tmp_path_factory):
    secret = tmp_path_factory.mktemp("elsewhere") / "secret.bin"
    secret.write_bytes(bytes(40_000))
    proto = onnx.load(external / "m.onnx", load_external_data=False)
    for entry in proto.graph.initializer[0].external_data:
        if entry.key == "location":
            entry.value = f"../{secret.parent.name}/secret.bin"
    onnx.save(proto, external / "m.onnx")
    view = graph.show(external / "m.onnx")
    view.highlight("w")
    assert view.detail["histogram"]["label"].startswith("its numbers cannot be shown")


@pytest.mark.parametrize("broken", [b"", b"no model", MNIST.read_bytes()[:-5], Path("nowhere.onnx")])
def test_what_is_no_model_is_refused_in_one_line(broken):
    with pytest.raises(BadInput) as told:
        graph.show(broken)
    assert "\n" not in str(told.value)


def test_two_models_follow_each_other():
    pair = graph.side_by_side(MNIST, rewrite.portable(MNIST).model)
    assert pair.before.painted["items"]["Parameter193_reshape1"]["text"] == "removed"
    assert pair.after.painted["items"][CONV]["text"] == "changed"
    pair.after.highlight(CONV)
    assert pair.before.selection[0]["name"] == CONV
    pair.before.highlight("Parameter193_reshape1")
    assert [each["name"] for each in pair.after.selection] in ([], ["Parameter193_reshape1"])
    pair.before.highlight([])
    assert pair.after.selection == []


def test_the_output_says_the_graph_without_a_page(view, monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, **more: shown.append(data))
    view._ipython_display_()
    assert "Conv makes Convolution28_Output_0" in shown[0]["text/plain"]
    assert "application/vnd.jupyter.widget-view+json" in shown[0]
