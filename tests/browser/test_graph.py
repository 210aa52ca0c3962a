"""Netron's drawing in a real JupyterLab: it comes, it is linked to Python both ways, and nothing of a model is code."""

from __future__ import annotations

import subprocess
import sys

import onnx
import pytest
from nbconvert import HTMLExporter
from onnx import TensorProto, helper

from helpers.paths import MNIST

SHOW = f"from helpers import graph\nview = graph.show({str(MNIST)!r})\nview"
NODE, FILTERS = "Convolution28_Output_0", "Parameter5"
EVIL = "<img src=x onerror='window.top.pwned=1;window.pwned=1'>"


class Drawing:
    """A view in the page, and the frame inside it."""

    def __init__(self, notebook, index=0):
        self.notebook, self.page = notebook, notebook.page
        self.root = self.page.locator(".onnx-lab-graph").nth(index)
        self.frame = self.root.locator(".graph-frame iframe").content_frame
        self.page.wait_for_function("(i) => document.querySelectorAll('.onnx-lab-graph')[i]?.dataset.drawn", arg=index)

    def click(self, selector, index=0):
        self.frame.locator(selector).nth(index).click()

    def node(self, operator, index=0):
        return self.frame.locator(".graph-node").filter(has_text=operator).nth(index)

    def badges(self):
        return self.frame.locator(".lab-badge").all_text_contents()

    def selected(self):
        return self.root.locator("tr[aria-selected=true]").all_text_contents()


@pytest.fixture
def mnist(open_notebook):
    notebook = open_notebook(SHOW)
    notebook.run(0)
    return Drawing(notebook)


def names(notebook, view="view"):
    return notebook.value(f"[(each['kind'], each['name']) for each in {view}.selection]")


def chosen(notebook, kind, name):
    notebook.wait("[(each['kind'], each['name']) for each in view.selection]", lambda found: found == [[kind, name]])


def test_the_drawing_comes_in_both_themes(mnist, shot):
    assert mnist.frame.locator(".graph-node").count() == 12
    assert mnist.frame.locator("#message").is_hidden()  # no consent box, no word on its age
    mnist.notebook.theme("JupyterLab Light")
    mnist.frame.locator("html[style*='light']").wait_for(state="attached")
    light = mnist.frame.locator("body").evaluate("(body) => getComputedStyle(body).backgroundColor")
    shot(mnist.root, "graph")
    mnist.notebook.theme("JupyterLab Dark")
    try:
        mnist.frame.locator("body").evaluate(
            """async (body, light) => {
                while (getComputedStyle(body).backgroundColor === light) await new Promise(requestAnimationFrame);
            }""",
            light,
        )
        shot(mnist.root, "graph-dark")
    finally:
        mnist.notebook.theme("JupyterLab Light")  # the lab remembers it, for the tests that follow


def test_the_saved_notebook_keeps_a_picture(mnist, lab, request):
    picture = mnist.page.locator(".jp-OutputArea-child .jp-RenderedImage")
    picture.first.wait_for(state="attached")
    assert picture.count() == 1
    assert picture.first.is_hidden()  # while the drawing lives it would say the same again
    widget, kept = mnist.notebook.outputs(0)
    assert "Conv makes Convolution28_Output_0" in "".join(widget["data"]["text/plain"])
    assert len(kept["data"]["image/png"]) > 10_000
    mnist.page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    published, _ = HTMLExporter().from_filename(str(lab.root / f"{request.node.name}.ipynb"))
    assert kept["data"]["image/png"][:10_000] in published.replace("\n", "")
    assert "Conv makes Convolution28_Output_0" in published


def test_clicks_reach_python(mnist, shot):
    mnist.node("Conv").locator(".node-item-type").click()
    chosen(mnist.notebook, "node", NODE)
    details = mnist.root.locator(".graph-details")
    for said in ("kernel_shape", "[5, 5]", "Stride along each spatial axis", "8, 28, 28"):
        assert said in details.inner_text()
    mnist.node("Conv").locator(".node-argument").click()
    chosen(mnist.notebook, "initializer", FILTERS)
    assert "8 pictures of 5 × 5" in details.locator("canvas").get_attribute("aria-label")
    shot(mnist.root, "graph-filters")
    mnist.click(".graph-item-input")
    chosen(mnist.notebook, "input", "Input3")
    edge = mnist.frame.locator("#edge-paths-hit-test path").nth(0)
    edge.dispatch_event("click")
    mnist.notebook.wait("view.selection[0]['kind']", lambda kind: kind == "tensor")
    mnist.click(".graph-item-output")
    chosen(mnist.notebook, "output", "Plus214_Output_0")


def test_python_reaches_the_drawing(mnist, shot):
    mnist.notebook.do(f"view.highlight(['{NODE}', 'ReLU32_Output_0'])")
    mnist.frame.locator(".graph-node.select").nth(1).wait_for()
    assert len(mnist.selected()) == 2
    mnist.notebook.do(f"view.open({FILTERS!r})")
    mnist.frame.locator("#sidebar-title", has_text="Tensor Properties").wait_for()
    assert "Parameter5" in mnist.root.locator(".graph-details h3").inner_text()
    mnist.notebook.do("view.highlight([])")
    mnist.frame.locator(".graph-node.select").first.wait_for(state="detached")
    mnist.frame.locator("#sidebar-closebutton").click()
    assert names(mnist.notebook) == []


def test_the_list_is_for_keys(mnist):
    rows = mnist.root.locator("tbody tr")
    rows.nth(0).focus()
    mnist.page.keyboard.press("ArrowDown")
    chosen(mnist.notebook, "node", NODE)
    assert mnist.frame.locator(".graph-node.select").count() == 1
    mnist.page.keyboard.press("End")
    chosen(mnist.notebook, "node", "Plus214_Output_0")
    assert rows.nth(11).evaluate("(row) => row === document.activeElement")
    assert mnist.notebook.active() == 0  # JupyterLab kept its cell
    assert mnist.root.locator("iframe").get_attribute("title")


def test_overlays_are_painted_and_said(mnist, shot):
    mnist.notebook.do("view.overlay('macs')")
    mnist.frame.locator(".lab-badge").first.wait_for()
    assert sorted(mnist.badges()) == ["156,800", "2,560", "627,200"]
    fill = mnist.node("Conv", 1).locator(".node-item-type path").evaluate("(path) => getComputedStyle(path).fill")
    assert fill == "rgb(254, 232, 56)"
    assert "Convolution110_Output_0 (627,200)" in mnist.root.locator(".graph-legend").inner_text()
    mnist.root.get_by_role("button", name="Show the whole graph").click()
    shot(mnist.root, "graph-overlay")
    paint = mnist.root.get_by_label("Paint on each node")
    assert paint.input_value() == "macs"
    paint.select_option("dtype")
    mnist.frame.locator(".lab-badge", has_text="float32").first.wait_for()
    assert len(mnist.badges()) == 12
    paint.select_option("time:onnxruntime")
    mnist.notebook.wait("view.values.unit", lambda unit: unit == "s")
    assert "onnxruntime" in mnist.root.locator(".graph-legend").inner_text()
    paint.select_option("")
    mnist.frame.locator(".lab-badge").first.wait_for(state="detached")


def test_the_drawing_is_saved(mnist, tmp_path):
    mnist.notebook.do("view.overlay('parameters')")
    mnist.frame.locator(".lab-badge").first.wait_for()
    for ending in ("svg", "png"):
        with mnist.page.expect_download() as started:
            mnist.root.get_by_role("button", name=f"Save the drawing as {ending.upper()}").click()
        assert started.value.suggested_filename == f"mnist.{ending}"
        started.value.save_as(tmp_path / f"button.{ending}")
        asked = tmp_path / f"python.{ending}"
        mnist.notebook.do(f"view.save({str(asked)!r})")
        mnist.notebook.wait("view.status", lambda status, ending=ending: status == f"saved python.{ending}")
    for name in ("button", "python"):
        svg = (tmp_path / f"{name}.svg").read_text()
        assert all(said in svg for said in ("MaxPool", "3,200", "#fee838"))
        assert "<script" not in svg
        assert (tmp_path / f"{name}.png").read_bytes().startswith(b"\x89PNG")


def test_two_models_side_by_side(open_notebook, shot):
    notebook = open_notebook(
        f"from helpers import graph, rewrite\nbefore = {str(MNIST)!r}\n"
        "pair = graph.side_by_side(before, rewrite.portable(before).model)\npair"
    )
    notebook.run(0)
    before, after = Drawing(notebook, 0), Drawing(notebook, 1)
    before.frame.locator(".lab-badge", has_text="removed").wait_for()
    assert set(after.badges()) == {"changed"}
    pictures = notebook.page.locator(".jp-OutputArea-child .jp-RenderedImage")
    pictures.nth(1).wait_for(state="attached")
    assert not any(picture.is_visible() for picture in pictures.all())
    shot(notebook.page.locator(".jp-OutputArea-output").first, "graph-pair")
    after.node("Relu").locator(".node-item-type").click()
    notebook.wait("[each['name'] for each in pair.before.selection]", lambda found: found == ["ReLU32_Output_0"])
    before.frame.locator(".graph-node.select").wait_for()


def test_two_views_of_two_models_do_not_mix(open_notebook):
    low = SHOW.replace(")", ", height=300)")  # both are to be in sight: a frame that is not gets no time
    notebook = open_notebook(low, f"import onnx\nother = graph.show(onnx.parser.parse_model('''{NEG}'''))\nother")
    notebook.run(0)
    notebook.run(1)
    first, second = Drawing(notebook, 0), Drawing(notebook, 1)
    assert (first.frame.locator(".graph-node").count(), second.frame.locator(".graph-node").count()) == (12, 1)
    second.node("Neg").locator(".node-item-type").click()
    notebook.wait("[each['name'] for each in other.selection]", lambda found: found == ["y"])
    assert names(notebook) == []


def hostile():
    """A model in which every name and text wants to be HTML, or a script."""
    node = helper.make_node("Evil" + EVIL, [EVIL], ["t"], name=EVIL, domain=EVIL, doc_string=EVIL, s=EVIL, many=[EVIL])
    call = helper.make_node("F", ["t"], ["y"], name=f"call {EVIL}", domain="f", doc_string=EVIL)
    inside = [helper.make_node("Relu", ["a"], ["b"], name=EVIL)]
    function = helper.make_function("f", "F", ["a"], ["b"], inside, [helper.make_opsetid("", 17)])
    function.doc_string = f"{EVIL}\n\n<script>window.top.pwned=1</script> [x](javascript:alert(1))"
    ends = [[helper.make_tensor_value_info(name, TensorProto.FLOAT, [2, EVIL])] for name in (EVIL, "y")]
    graph = helper.make_graph(
        [node, call], f"</script><script>window.top.pwned=1</script>{EVIL}", *ends, doc_string=EVIL
    )
    opsets = [helper.make_opsetid(domain, 17) for domain in ("", "f", EVIL)]
    return helper.make_model(graph, opset_imports=opsets, functions=[function], producer_name=EVIL, doc_string=EVIL)


def test_names_never_run_as_code(open_notebook, tmp_path, shot):
    path = tmp_path / "evil.onnx"
    onnx.save(hostile(), path)
    notebook = open_notebook(f"from helpers import graph\nview = graph.show({str(path)!r})\nview")
    notebook.run(0)
    drawing = Drawing(notebook)
    for name in (EVIL, "t", "y"):
        notebook.do(f"view.open({name!r})")
        drawing.frame.locator("#sidebar-title", has_text="Properties").wait_for()
        more = drawing.frame.locator(".sidebar-item-value-expander", has_text="+")
        more.evaluate_all("(all) => all.forEach((each) => each.click())")
    notebook.do("view.overlay({'y': '<b onclick=1>'})")
    drawing.frame.locator(".lab-badge", has_text="<b onclick=1>").wait_for()
    shot(drawing.root, "graph-hostile")
    drawing.frame.locator(".sidebar-item-value-expander").first.click()  # into the function
    drawing.node("Relu").wait_for()
    notebook.page.wait_for_timeout(300)
    assert notebook.page.evaluate("() => window.pwned ?? null") is None
    assert drawing.frame.locator("body").evaluate("() => window.pwned ?? null") is None
    assert drawing.root.locator("img, script").count() == 0


NEG = """<ir_version: 8, opset_import: ["": 17]> g (float[2] x) => (float[2] y) { y = Neg(x) }"""
IF = """<ir_version: 8, opset_import: ["": 17]> g (float[2] x, bool c) => (float[2] y) {
    y = If(c) <then_branch = a () => (float[2] p) { p = Neg(x) }, else_branch = b () => (float[2] q) { q = Abs(x) }>
}"""
LOOP = """<ir_version: 8, opset_import: ["": 17]> g (int64 n, bool c, float[2] x) => (float[2] y) {
    y = Loop(n, c, x) <body = b (int64 i, bool k, float[2] v) => (bool l, float[2] w) { l = Identity(k) w = Neg(v) }>
}"""
SCAN = """<ir_version: 8, opset_import: ["": 17]> g (float[2] s, float[3, 2] x) => (float[2] t, float[3, 2] y) {
    t, y = Scan <num_scan_inputs = 1, body = b (float[2] a, float[2] e) => (float[2] o, float[2] u) {
        o = Add(a, e) u = Identity(o) }> (s, x)
}"""
FUNCTION = """<ir_version: 8, opset_import: ["": 17, "f": 1]> g (float[2] x) => (float[2] y) { y = f.Twice(x) }
<domain: "f", opset_import: ["": 17]> Twice (a) => (b) { b = Add(a, a) }"""
EMPTY = """<ir_version: 8, opset_import: ["": 17]> g (float[2] x) => (float[2] x) { }"""


@pytest.mark.parametrize(
    ("text", "drawn"),
    [(IF, 1), (LOOP, 1), (SCAN, 1), (FUNCTION, 1), (EMPTY, 0)],
    ids=["if", "loop", "scan", "function", "empty"],
)
def test_every_kind_of_graph_is_drawn(open_notebook, shot, text, drawn):
    notebook = open_notebook(
        f"import onnx\nfrom helpers import graph\nview = graph.show(onnx.parser.parse_model('''{text}'''))\nview"
    )
    notebook.run(0)
    drawing = Drawing(notebook)
    assert drawing.frame.locator("#origin > .nodes > .graph-node, .graph-node").count() >= drawn
    assert notebook.value("view.status") == ""
    shot(drawing.root, f"graph-{notebook.page.url.rsplit('-', 1)[-1].split('.')[0]}")


def test_a_large_model_is_drawn_without_its_weights(open_notebook, tmp_path):
    path = tmp_path / "large.onnx"
    make = f"""
import numpy as np, onnx
from onnx import helper, numpy_helper
weights = numpy_helper.from_array(np.zeros((2000, 25_000), np.float32), "w")
ends = [helper.make_tensor_value_info(n, 1, s) for n, s in (("x", [1, 2000]), ("y", [1, 25_000]))]
graph = helper.make_graph([helper.make_node("MatMul", ["x", "w"], ["y"])], "g", ends[:1], ends[1:], [weights])
onnx.save(helper.make_model(graph), {str(path)!r})"""
    notebook = open_notebook(make, f"from helpers import graph\nview = graph.show({str(path)!r})\nview")
    notebook.run(0)
    notebook.run(1)
    drawing = Drawing(notebook)
    assert path.stat().st_size > 199_000_000
    assert notebook.value("len(view._bytes)") < 1000
    drawing.node("MatMul").locator(".node-argument").click()
    chosen(notebook, "initializer", "w")
    assert "50,000,000 numbers" in drawing.root.locator(".graph-details").inner_text()


@pytest.fixture(scope="module", params=["netron==9.0.0", "netron>=9,<10"], ids=["oldest", "newest"])
def netron(request, tmp_path_factory):
    """A folder with another Netron."""
    folder = tmp_path_factory.mktemp("netron")
    install = [
        sys.executable,
        "-m",
        "uv",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--target",
        str(folder),
        request.param,
    ]
    if subprocess.run(install, capture_output=True).returncode:
        pytest.skip(f"{request.param} cannot be installed here: no network")
    return folder


def test_the_oldest_and_the_newest_netron(open_notebook, netron, shot):
    notebook = open_notebook(f"import sys\nsys.path.insert(0, {str(netron)!r})\n{SHOW}")
    notebook.run(0)
    drawing = Drawing(notebook)
    assert notebook.value("__import__('netron').__file__").startswith(str(netron))
    drawing.node("Conv").locator(".node-item-type").click()
    chosen(notebook, "node", NODE)
    notebook.do("view.overlay('macs')")
    drawing.frame.locator(".lab-badge").first.wait_for()
    notebook.do("view.highlight('Parameter5')")
    drawing.frame.locator(".node-argument.select").wait_for()


def test_a_netron_of_another_build_is_told(open_notebook, tmp_path, shot):
    (tmp_path / "netron").mkdir()
    (tmp_path / "netron" / "__init__.py").touch()
    there = "import os\nos.environ['HELPERS_IN_WORKER'] = '1'"  # as in the reader, which knows nothing of this test
    notebook = open_notebook(f"{there}\nimport sys\nsys.path.insert(0, {str(tmp_path)!r})\n{SHOW}")
    notebook.run(0)
    notebook.page.locator(".onnx-lab-graph tbody tr").nth(11).wait_for()
    assert notebook.page.locator(".graph-frame").count() == 0
    said = notebook.page.locator(".onnx-lab-graph .graph-said").inner_text()
    assert said.startswith("netron ")
    assert "graph.describe" in said
    notebook.page.locator(".onnx-lab-graph tbody tr").nth(1).click()
    chosen(notebook, "node", NODE)


def test_it_opens_readable_from_its_start(mnist, shot):
    assert mnist.node("Reshape").first.is_visible()
    text = mnist.node("Conv").locator(".node-item-type text").first
    assert text.bounding_box()["height"] >= 8  # pixels: as small print, and no smaller
    assert mnist.frame.locator("#zoom-in-button").is_hidden()  # ours stand around the frame
    assert mnist.frame.locator("#zoom-out-button").is_hidden()
    shot(mnist.root, "graph-opened")


def test_the_toggles_say_their_state(mnist):
    states = {}
    for name in ("Attributes", "Weights", "Names", "Sideways"):
        toggle = mnist.root.get_by_role("button", name=f"Show {name.lower()}")
        states[name] = toggle.get_attribute("aria-pressed")
    assert states == {"Attributes": "false", "Weights": "true", "Names": "false", "Sideways": "false"}
    toggle = mnist.root.get_by_role("button", name="Show attributes")
    toggle.click()
    mnist.page.wait_for_function("(b) => b.getAttribute('aria-pressed') === 'true'", arg=toggle.element_handle())


def test_the_wheel_is_the_page_s_until_one_clicks_into_the_drawing(open_notebook):
    notebook = open_notebook(f"{SHOW}", *["'more below'\n" * 12] * 6)
    notebook.run(0)
    drawing = Drawing(notebook)
    box = drawing.root.locator("iframe").bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    scrolled = "() => document.querySelector('.graph-frame').getBoundingClientRect().top"
    inside = "() => document.getElementById('target').scrollTop"
    before, start = notebook.page.evaluate(scrolled), drawing.frame.locator("body").evaluate(inside)
    notebook.page.mouse.move(*middle)
    notebook.page.mouse.wheel(0, 120)
    notebook.page.wait_for_function(f"(before) => ({scrolled})() < before", arg=before)
    assert drawing.frame.locator("body").evaluate(inside) == start
    drawing.node("Conv").locator(".node-item-type").click()
    before = notebook.page.evaluate(scrolled)
    notebook.page.mouse.wheel(0, 60)
    drawing.frame.locator("body").evaluate(
        """async (body, start) => {
            while (document.getElementById('target').scrollTop === start) await new Promise(requestAnimationFrame);
        }""",
        start,
    )
    assert notebook.page.evaluate(scrolled) == before


def test_a_finger_is_the_page_s_until_one_taps_the_drawing(open_notebook, new_page):
    page = new_page(viewport={"width": 820, "height": 1180}, has_touch=True, is_mobile=True)
    notebook = open_notebook(SHOW, *["'more below'\n" * 12] * 8, page=page)
    notebook.run(0)
    drawing = Drawing(notebook)
    body = drawing.frame.locator("body")
    box = drawing.root.locator("iframe").bounding_box()
    x, y = box["x"] + 20, box["y"] + box["height"] - 60
    top = "() => document.querySelector('.graph-frame').getBoundingClientRect().top"
    inside = "() => document.getElementById('target').scrollTop"

    def swipe() -> None:
        touch = page.context.new_cdp_session(page)
        touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
        for moved in range(0, 160, 10):
            touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x, "y": y - moved}]})
            page.wait_for_timeout(16)
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    before, start = page.evaluate(top), body.evaluate(inside)
    swipe()
    page.wait_for_function(f"(before) => ({top})() < before - 50", arg=before)
    assert body.evaluate(inside) == start

    notebook.settle(drawing.root.locator("iframe"))
    shown = drawing.node("Conv").locator(".node-item-type").bounding_box()
    page.touchscreen.tap(shown["x"] + shown["width"] / 2, shown["y"] + shown["height"] / 2)
    notebook.wait(
        "view.selection[0]['operator'] if view.selection else ''", lambda told: told == "Conv"
    )  # the first tap
    page.locator(".graph-cover").wait_for(state="hidden")
    page.touchscreen.tap(10, 400)
    page.locator(".graph-cover").wait_for(state="visible")


def test_mnist_is_seen_whole_and_can_be_read(mnist):
    last = mnist.node("Add", 2)
    frame = mnist.root.locator("iframe").bounding_box()
    for place in (mnist.node("Reshape").bounding_box(), last.bounding_box()):
        assert frame["y"] <= place["y"]
        assert place["y"] + place["height"] <= frame["y"] + frame["height"]
    assert mnist.node("Conv").locator(".node-item-type text").first.bounding_box()["height"] >= 8


def test_a_height_that_is_asked_for_is_kept(open_notebook):
    notebook = open_notebook(SHOW.replace(")", ", height=300)"))
    notebook.run(0)
    assert abs(Drawing(notebook).root.locator(".graph-frame").bounding_box()["height"] - 300) <= 2


def test_one_tab_crosses_the_frame(mnist):
    mnist.root.get_by_role("button", name="Save the drawing as PNG").focus()
    where = []
    for _ in range(2):
        mnist.page.keyboard.press("Tab")
        where.append(mnist.page.evaluate("() => document.activeElement.tagName"))
    assert where == ["IFRAME", "TR"]
