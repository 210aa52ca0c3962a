"""The figures of docs/latency.md, from a measurement: ``python benchmarks/pictures.py today.json``.

Without a file it measures first. A real browser draws them, light and dark.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from helpers import bench, plots
from helpers.digits import MNIST
from helpers.paths import ROOT
from tests.browser.install import find

FIGURES = ("ecdf", "ratios", "warm_up", "phases", "run_order")
THEMES = {"": "#ffffff", "-dark": "#111111"}


def main() -> None:
    """Draw and write docs/latency-<figure>[-dark].png."""
    result = bench.load(sys.argv[1]) if len(sys.argv) > 1 else bench.run(bench.plan(MNIST))
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=find(), args=["--no-sandbox"])
        for name in FIGURES:
            figure = getattr(plots, name)(result).figure
            size = {"width": figure.layout.width, "height": figure.layout.height}
            text = figure.to_html(include_plotlyjs=True, config={"displayModeBar": False})
            for suffix, paper in THEMES.items():
                page = browser.new_page(viewport=size)
                path = Path(folder, "figure.html")
                path.write_text(text.replace("<body>", f'<body style="background:{paper};margin:0">'), encoding="utf-8")
                page.goto(path.as_uri())
                page.wait_for_selector(".main-svg")
                page.wait_for_timeout(300)
                page.screenshot(path=ROOT / "docs" / f"latency-{name}{suffix}.png")
                page.close()
        browser.close()


if __name__ == "__main__":
    main()
