"""How long a graph takes to be drawn in the notebook, from the cell's output on, in a real browser.

Writes results/drawing.md. Each drawing is in a page of its own, freshly loaded. The page itself keeps the time: from
the widget's first line to the moment when Netron has laid the graph out and drawn it. Requests that leave the machine
are counted. Run from the repository's root: ``python benchmarks/drawing.py``.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import onnx
from onnx import TensorProto, helper

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from playwright.sync_api import Browser, sync_playwright

from benchmarks._report import table, write
from helpers import graph
from helpers.paths import MNIST
from tests.browser._lab import Lab, serve
from tests.browser._notebook import Notebook
from tests.browser.install import find

REPEATS = 10
CELL = "from helpers import graph\nview = graph.show({!r})\nview"


def chain(nodes: int, *, around: bool) -> onnx.ModelProto:
    """A network of so many nodes, every third a convolution; perhaps with a way around eight of nine nodes."""
    made, last, start = [], "x", "x"
    for i in range(nodes):
        name = f"t{i}"
        if around and i % 9 == 8:
            made.append(helper.make_node("Add", [last, start], [name]))
            start = name
        elif i % 3 == 0:
            made.append(helper.make_node("Conv", [last, "w"], [name], pads=[1, 1, 1, 1]))
        else:
            made.append(helper.make_node("Relu", [last], [name]))
        last = name
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 4, 8, 8]) for name in ("x", last)]
    weight = helper.make_tensor("w", TensorProto.FLOAT, [4, 4, 3, 3], np.zeros(144))
    return helper.make_model(helper.make_graph(made, "chain", ends[:1], ends[1:], [weight]))


def draw(browser: Browser, lab: Lab, path: Path) -> tuple[float, list[str]]:
    """Milliseconds until the drawing was there, and what was asked of other machines."""
    page = browser.new_page(viewport={"width": 1300, "height": 1000})
    left: list[str] = []
    page.on("request", lambda request: _outside(request.url) and left.append(request.url))
    notebook = Notebook(page, lab, lab.write(path.stem, [CELL.format(str(path))]))
    notebook.run(0)
    page.wait_for_function("() => document.querySelector('.onnx-lab-graph')?.dataset.drawn")
    taken = float(page.locator(".onnx-lab-graph").get_attribute("data-drawn") or "nan")
    page.close()
    lab.end_kernels()
    return taken, left


def _outside(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme not in ("data", "blob", "about") and parts.hostname != "127.0.0.1"


def main() -> None:
    """Draw each model ten times."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0  # Chromium's sandbox refuses root
    flags = ["--no-proxy-server", *["--no-sandbox"] * root]
    with tempfile.TemporaryDirectory() as folder, serve(Path(folder, "lab")) as lab, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=flags)
        models = {"mnist.onnx, 12 nodes": MNIST}
        for nodes, around in ((500, True), (2000, False), (2000, True)):
            path = Path(folder, f"chain{nodes}{around}.onnx")
            onnx.save(chain(nodes, around=around), path)
            models[f"{nodes:,} nodes, {'with ways around every eight' if around else 'one after the other'}"] = path
        rows: list[list[object]] = []
        for name, path in models.items():
            found = [draw(browser, lab, path) for _ in range(REPEATS)]
            taken = np.array([milliseconds for milliseconds, _ in found]) / 1000
            size = len(graph.show(path)._page) // 1000
            asked = sum(len(left) for _, left in found)
            middle, worst = np.median(taken), taken.max()
            rows.append([name, f"{middle:.2f} s", f"{taken.min():.2f} to {worst:.2f} s", f"{size} kB", asked])
        browser.close()
    header = ["model", "median", f"range of {REPEATS}", "page", "requests to other machines"]
    note = "The page is Netron with the documentation of the model's operators, compressed; the model comes beside it."
    title = "Drawing a graph, from the cell's output to the picture"
    write("drawing", title, "python benchmarks/drawing.py", f"{table(header, rows)}\n\n{note}")


if __name__ == "__main__":
    main()
