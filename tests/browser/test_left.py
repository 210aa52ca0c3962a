"""What a saved lesson shows where its widgets were, once it is opened again without their kernel."""

from __future__ import annotations

import pytest

MAKE = "from helpers import digits\nmade = "
CELLS = {
    "board": ("digits.board(engines='onnxruntime,reference')", "Two engines answer 7"),
    "pad": ("digits.Pad()", "What was drawn."),
    "walk": ("digits.walk()", "The network answers 7"),
}


def test_a_page_that_is_loaded_again_keeps_its_widgets(open_notebook):
    notebook = open_notebook(f"{MAKE}digits.Pad()\nmade")
    notebook.run(0)
    notebook.page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    notebook.page.reload()
    notebook.page.locator(".jp-Notebook canvas").first.wait_for(timeout=60_000)


@pytest.mark.parametrize("what", CELLS)
def test_a_saved_notebook_tells_what_was_there(what: str, open_notebook, shot):
    cell, said = CELLS[what]
    notebook = open_notebook(f"{MAKE}{cell}\nmade")
    notebook.run(0)
    pad = "made" if what == "pad" else "made.pad"
    notebook.do(f"{pad}.show(digits.digits().images[0])")
    left = notebook.page.locator(".onnx-lab-left", has_text=said)
    left.wait_for(state="attached")
    assert left.is_hidden()  # while the widget lives it would say the same again
    panel = "window.jupyterapp.shell.currentWidget"
    notebook.page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    notebook.page.evaluate(f"() => {panel}.context.sessionContext.shutdown()")
    notebook.page.reload()
    left.wait_for(state="visible", timeout=60_000)
    assert "Run this cell again to draw." in left.inner_text()
    notebook.page.wait_for_function(f"() => {panel}.context.sessionContext.session?.kernel?.status === 'idle'")
    assert notebook.page.locator(".jp-Notebook", has_text="Error displaying widget").count() == 0
    assert notebook.page.locator(".jp-Notebook", has_text="model not found").count() == 0
    assert left.locator("img").evaluate("(img) => img.naturalWidth") == 112
    shot(notebook.page.locator(".jp-Notebook").first, f"left-{what}")


def test_a_bar_is_gone_when_it_is_done(open_notebook):
    """It shows how far the work is, and leaves nothing: in the page, in the saved notebook, in a page loaded again."""
    notebook = open_notebook(
        "import time\nfrom helpers._progress import progress\n"
        "with progress() as report:\n    for n in range(5):\n        report('<b>work</b>', n, 5)\n"
        "        time.sleep(0.4)"
    )
    page = notebook.page
    page.evaluate("() => void window.jupyterapp.commands.execute('notebook:run-cell')")
    bar = page.locator(".jp-Notebook progress")
    bar.wait_for()
    assert page.locator(".jp-Notebook label").inner_text().startswith("<b>work</b>")
    assert bar.evaluate("(bar) => [bar.max, bar.value < 5]") == [5, True]
    bar.wait_for(state="detached")
    notebook.wait_idle()
    assert [output["data"]["text/html"] for output in notebook.outputs(0)] == [""]
    page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    page.reload()
    page.locator(".jp-Notebook .jp-InputArea").first.wait_for()
    page.wait_for_timeout(1000)
    assert page.locator(".jp-Notebook", has_text="Error displaying widget").count() == 0
