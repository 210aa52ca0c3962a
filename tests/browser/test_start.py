"""The first start of a learner: the lab asks nothing."""

from __future__ import annotations


def test_nobody_is_asked_about_news(open_notebook):
    notebook = open_notebook("1 + 1")
    notebook.run(0)
    notebook.page.wait_for_timeout(3000)  # the question came within one
    assert notebook.page.get_by_text("official Jupyter news").count() == 0
    assert notebook.page.locator(".Toastify__toast, .jp-toast-button").count() == 0
    asks = "() => window.jupyterapp.serviceManager.settings.fetch('@jupyterlab/apputils-extension:notification')"
    assert notebook.page.evaluate(asks)["schema"]["properties"]["fetchNews"]["default"] == "false"
