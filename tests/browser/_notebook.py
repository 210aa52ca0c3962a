"""One notebook in a page of JupyterLab: run its cells, read their outputs, ask its kernel."""

from __future__ import annotations

import ast
import json
import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page

from tests.browser._lab import Lab

_PATIENCE = 90  # seconds; a small machine may be busy with other things
_LESSON = 300  # seconds for all cells of a lesson
_PANEL = "window.jupyterapp.shell.currentWidget"


class Notebook:
    """An open notebook whose kernel is idle."""

    def __init__(self, page: Page, lab: Lab, name: str) -> None:
        self.page = page
        page.set_default_timeout(_PATIENCE * 1000)
        page.goto(f"{lab.url}/lab/tree/{name}?reset", wait_until="domcontentloaded")
        page.wait_for_selector(".jp-Notebook")
        self.wait_idle()

    def wait_idle(self, patience: float = _PATIENCE) -> None:
        self.page.wait_for_function(
            f"() => window.jupyterapp && {_PANEL}?.context?.sessionContext.session?.kernel?.status === 'idle'",
            timeout=patience * 1000,
        )

    def run(self, index: int) -> None:
        """Run one cell and wait for its end."""
        self.page.evaluate(
            f"""async (i) => {{
                {_PANEL}.content.activeCellIndex = i;
                await window.jupyterapp.commands.execute('notebook:run-cell');
            }}""",
            index,
        )
        self.wait_idle()

    def run_all(self) -> None:
        """Run every cell, and fail on the first that ends in an error."""
        self.page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
        self.wait_idle(_LESSON)
        self.assert_no_error()

    def outputs(self, index: int) -> list[dict[str, Any]]:
        """A cell's outputs, as the notebook file would hold them."""
        return self.page.evaluate(f"(i) => {_PANEL}.content.widgets[i].model.outputs?.toJSON() ?? []", index)

    def cells(self) -> int:
        return self.page.evaluate(f"() => {_PANEL}.content.widgets.length")

    def active(self) -> int:
        """The index of the selected cell."""
        return self.page.evaluate(f"() => {_PANEL}.content.activeCellIndex")

    def assert_no_error(self) -> None:
        for i in range(self.cells()):
            for output in self.outputs(i):
                assert output["output_type"] != "error", f"cell {i}: {output['ename']}: {output['evalue']}"

    def value(self, expression: str) -> Any:
        """An expression's value in the kernel; it must be one that JSON can hold."""
        reply = self.page.evaluate(
            f"""async (expression) => {{
                const kernel = {_PANEL}.context.sessionContext.session.kernel;
                const request = {{ code: "", store_history: false, user_expressions: {{ value: expression }} }};
                return (await kernel.requestExecute(request).done).content.user_expressions.value;
            }}""",
            f"__import__('json').dumps({expression})",
        )
        assert reply["status"] == "ok", f"{expression}: {reply.get('ename')}: {reply.get('evalue')}"
        return json.loads(ast.literal_eval(reply["data"]["text/plain"]))

    def do(self, code: str) -> None:
        """Run code in the kernel, outside any cell."""
        reply = self.page.evaluate(
            f"""async (code) => {{
                const kernel = {_PANEL}.context.sessionContext.session.kernel;
                return (await kernel.requestExecute({{ code, store_history: false }}).done).content;
            }}""",
            code,
        )
        assert reply["status"] == "ok", f"{reply.get('ename')}: {reply.get('evalue')}"

    def wait(self, expression: str, accept: Callable[[Any], bool] = bool) -> Any:
        """Ask the kernel until the value is accepted; the value comes back."""
        until = time.monotonic() + _PATIENCE
        while not accept(value := self.value(expression)):
            assert time.monotonic() < until, f"{expression} is still {value!r}"
            self.page.wait_for_timeout(100)
        return value

    def settle(self, locator: Locator) -> None:
        """Wait until a part stands still: a swipe goes on for a while after the finger is gone."""
        locator.evaluate(
            """async (part) => {
                const frame = () => new Promise(requestAnimationFrame);
                for (let still = 0, last; still < 20; await frame()) {
                    const { x, y, height } = part.getBoundingClientRect(), now = [x, y, height].join();
                    still = now === last ? still + 1 : 0;
                    last = now;
                }
            }"""
        )

    def theme(self, name: str) -> None:
        """Change the theme: "JupyterLab Light" or "JupyterLab Dark"."""
        self.page.evaluate("(theme) => window.jupyterapp.commands.execute('apputils:change-theme', { theme })", name)
        self.page.wait_for_function("(name) => document.body.dataset.jpThemeName === name", arg=name)
        self.page.wait_for_timeout(300)  # its style sheet comes after its name
