"""A lab, a browser, and pages that fail a test for what they complain about or for what they ask of the network."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.browser.install import find

SCREENSHOTS = Path(__file__).parent / "screenshots"
_QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
    "--no-proxy-server",  # everything is on this machine
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(item.fspath).parent == Path(__file__).parent:
            item.add_marker("browser")


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory, browser: Any) -> Iterator[Any]:
    """A JupyterLab for all tests of the session; ``lab.write(name, cells)`` makes a notebook in it."""
    from tests.browser._lab import serve

    with serve(tmp_path_factory.mktemp("lab"), base="/user/learner/") as running:  # as a JupyterHub would have it
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """The system's Chromium; the tests download none."""
    path = find()
    if path is None:
        pytest.skip("no browser: install chromium, or name one in ONNX_LAB_CHROMIUM")
    sync_api = pytest.importorskip("playwright.sync_api", reason="no playwright: pip install playwright")
    root = hasattr(os, "geteuid") and os.geteuid() == 0  # Chromium's sandbox refuses root
    with sync_api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=[*_QUIET, *["--no-sandbox"] * root])
        yield running
        running.close()


@pytest.fixture
def new_page(browser: Any) -> Iterator[Callable[..., Any]]:
    """Makes a page; options are those of a browser context, as ``has_touch=True``."""
    contexts: list[Any] = []
    complaints: list[str] = []

    def make(**options: Any) -> Any:
        context = browser.new_context(**{"viewport": {"width": 1300, "height": 1000}, **options})
        contexts.append(context)
        page = context.new_page()
        context.on("request", lambda request: _judge(request.url, complaints))
        page.on("websocket", lambda socket: _judge(socket.url, complaints))
        page.on("pageerror", lambda error: complaints.append(f"page error: {error}"))
        page.on("console", lambda said: complaints.append(f"console: {said.text}") if said.type == "error" else None)
        return page

    yield make
    for context in contexts:
        context.close()
    assert not complaints, "\n".join(complaints)


@pytest.fixture
def page(new_page: Callable[..., Any]) -> Any:
    """A page as a desk has it."""
    return new_page()


@pytest.fixture
def open_notebook(lab: Any, page: Any, request: pytest.FixtureRequest) -> Iterator[Callable[..., Any]]:
    """Writes a notebook of the given cells and opens it, in ``page`` or another; its kernel ends with the test."""
    from tests.browser._notebook import Notebook

    def open_(*cells: str, page: Any = page) -> Notebook:
        return Notebook(page, lab, lab.write(request.node.name.replace("[", "-").rstrip("]"), cells))

    yield open_
    lab.end_kernels()


@pytest.fixture
def shot() -> Callable[[Any, str], None]:
    """Keeps a picture of a page's part under tests/browser/screenshots, to be looked at."""

    def take(locator: Any, name: str) -> None:
        SCREENSHOTS.mkdir(exist_ok=True)
        locator.screenshot(path=SCREENSHOTS / f"{name}.png")

    return take


def _judge(url: str, complaints: list[str]) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("data", "blob") and parts.hostname not in ("127.0.0.1", "localhost"):
        complaints.append(f"a request left this machine: {url}")
