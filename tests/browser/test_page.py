"""The page of a measurement in a real Chromium: it draws, fits, asks for nothing, and runs only its own script."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from helpers import bench
from helpers.bench import store
from helpers.report import page as pages

EVIL = "</script></title><script>window.owned = 1</script><img src=x onerror='window.owned = 2'>"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A result file from elsewhere, with markup wherever it has a text, as a page."""
    folder = tmp_path_factory.mktemp("page")
    plan = bench.plan("models/mnist.onnx", engines="onnxruntime,tract-wheel,reference", processes=3, seconds=0.02)
    bench.run(plan, out=folder / "r.json", report=lambda *_: None)
    text = (folder / "r.json").read_text(encoding="utf-8")
    found = json.loads(text.replace('"tract-wheel"', json.dumps(EVIL)))
    found["model"]["title"] = found["plan"]["model"]["title"] = EVIL
    found["note"] = found["reference"] = EVIL
    for machine in found["machines"].values():
        machine["hardware"]["cpu"] = machine["software"]["system"] = EVIL
    for verdict in found["verdicts"].values():
        verdict["message"] = EVIL
    (folder / "evil.json").write_text(json.dumps(found), encoding="utf-8")
    result = store.load(folder / "evil.json")
    pages.write(result, folder / "evil.html")
    return folder / "evil.html"


@pytest.fixture
def opened(browser: Browser, hostile: Path) -> Iterator[tuple[Page, list[str]]]:
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    page, asked = context.new_page(), list[str]()
    page.on("request", lambda request: asked.append(request.url))
    page.goto(hostile.as_uri())
    page.wait_for_function("document.querySelectorAll('.drawn .main-svg').length >= 10", timeout=60_000)
    yield page, asked
    context.close()


def test_it_draws_and_runs_nothing_else(opened: tuple[Page, list[str]], hostile: Path):
    page, asked = opened
    assert page.evaluate("window.owned") is None
    assert page.locator("img").count() == 0
    assert asked == [hostile.as_uri()]
    assert page.locator("figure").count() == 5
    assert "window.owned" in page.inner_text("main")  # shown, as the text that it is


def test_the_policy_stops_what_slips_through(opened: tuple[Page, list[str]]):
    page, _ = opened
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.owned = 3\">')")
    page.evaluate(
        "const s = document.createElement('script'); s.textContent = 'window.owned = 4'; document.body.append(s)"
    )
    page.wait_for_timeout(300)
    assert page.evaluate("window.owned") is None


def test_it_is_small(hostile: Path):
    assert hostile.stat().st_size < 2.2 * 2**20


@pytest.mark.parametrize("width", [1366, 820, 400])
def test_nothing_runs_out_of_the_page(opened: tuple[Page, list[str]], width: int):
    page, _ = opened
    page.set_viewport_size({"width": width, "height": 768})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if width == 1366:
        Path("tests/browser/screenshots").mkdir(exist_ok=True)
        page.screenshot(path="tests/browser/screenshots/page.png", full_page=True)
