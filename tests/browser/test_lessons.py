"""The lessons as a learner has them: opened in JupyterLab, run from top to bottom, nothing amiss in the page."""

from __future__ import annotations

import shutil

import pytest

from tests.browser._notebook import Notebook
from tests.conftest import ROOT

LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.mark.timeout(400)
@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_run_all(path, lab, page, shot):
    shutil.copy(path, lab.root / path.name)
    notebook = Notebook(page, lab, path.name)
    page.wait_for_timeout(1500)  # the kernel has told its language by then
    # Else a lesson would ask to be saved when it is closed, though nothing was done.
    assert not page.evaluate("() => window.jupyterapp.shell.currentWidget.context.model.dirty")
    notebook.run_all()  # fails on a cell that ends in an error; the page fixture on any console error
    try:
        for index in range(notebook.cells()):
            if any("application/vnd.plotly.v1+json" in o.get("data", {}) for o in notebook.outputs(index)):
                page.evaluate("(i) => window.jupyterapp.shell.currentWidget.content.scrollToItem(i)", index)
                page.wait_for_selector(".jp-Notebook .js-plotly-plot .main-svg")  # drawn, not only stored
        assert page.locator(".jp-Notebook .js-plotly-plot").count() > 0
        for number, theme in enumerate(("JupyterLab Light", "JupyterLab Dark")):
            notebook.theme(theme)
            for place in range(0, notebook.cells(), 8):
                page.evaluate("(i) => window.jupyterapp.shell.currentWidget.content.scrollToItem(i, 'start')", place)
                page.wait_for_timeout(300)
                shot(page.locator(".jp-NotebookPanel-notebook"), f"{path.stem}-{number}-{place:02}")
    finally:
        lab.end_kernels()
