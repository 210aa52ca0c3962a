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
