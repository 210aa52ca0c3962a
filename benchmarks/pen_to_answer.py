"""From a pointer event to the painted answers, in a real JupyterLab in a real Chromium.

Writes results/pen_to_answer.md.

The page itself keeps the times. A sample starts at the time stamp of the pointer event and ends after the frame in
which the answers to the picture with that event's ink were painted. Run from the repository's root:
``python benchmarks/pen_to_answer.py``.
"""

from __future__ import annotations

import math
import os
import sys
import tempfile
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from playwright.sync_api import Page, sync_playwright

from benchmarks._report import table, write
from tests.browser._lab import serve
from tests.browser._notebook import Notebook
from tests.browser.install import find

SAMPLES, SPACING = 200, 120  # pointer events, and milliseconds between two
FAST = ("onnxruntime", "tract-wheel")
BOARD = "from helpers import digits\nboard = digits.board({})\nboard"
# The floor: no engine and no process, the kernel answers each picture as soon as it hears of it.
FLOOR = """
import ipywidgets
from helpers.digits import Pad
from helpers.digits._view import BoardView
pad, view = Pad(), BoardView()
answer = {"engine": "nothing", "state": "answered", "answer": 0, "probabilities": [0.1] * 10}
view.rows = [{**answer, "seq": 0}]
pad.observe(lambda change: view.set_trait("rows", [{**answer, "seq": change["new"]}]), names=["seq"])
ipywidgets.HBox([pad, view])
"""
CELLS = {
    "none: the kernel answers at once": FLOOR,
    "the two alone": BOARD.format(f"engines={','.join(FAST)!r}"),
    "all engines": BOARD.format(""),
}
READY = """() => [...document.querySelectorAll('.onnx-lab-board tbody tr')]
    .every(row => !['starting', 'building'].includes(row.dataset.state))"""
# Which event a picture holds: the newest before it was sent. When it was painted: in the frame after the row changed.
WATCH = """
() => {
  const canvas = document.querySelector('.onnx-lab-pad canvas[tabindex]');
  const seen = window.seen = { sent: {}, painted: {} };
  let newest = 0;
  canvas.addEventListener('pointermove', (event) => { newest = event.timeStamp; }, { capture: true });
  new MutationObserver(() => { seen.sent[canvas.dataset.seq] = newest; })
    .observe(canvas, { attributeFilter: ['data-seq'] });
  for (const row of document.querySelectorAll('.onnx-lab-board tbody tr')) {
    const { engine } = row.dataset;
    seen.painted[engine] = {};
    new MutationObserver(() => {
      const { seq, state } = row.dataset;
      // The board writes in a callback of the frame, before that frame is painted; a task set from there runs after.
      setTimeout(() => {
        if (state === 'answered') seen.painted[engine][seq] ??= performance.now();
      });
    }).observe(row, { attributeFilter: ['data-seq'] });
  }
}
"""


def circle(box: dict[str, float], number: int) -> tuple[float, float]:
    """A point on a slow circle on the pad."""
    angle = 2 * math.pi * number / 90
    return box["x"] + box["width"] * (0.5 + 0.3 * math.cos(angle)), box["y"] + box["height"] * (
        0.5 + 0.3 * math.sin(angle)
    )


def measure(page: Page, notebook: Notebook, spacing: int) -> dict[str, np.ndarray]:
    """Milliseconds from event to paint, by engine, for every picture that an engine answered."""
    page.wait_for_function(READY)
    page.evaluate(WATCH)
    box = page.locator(".onnx-lab-pad canvas[tabindex]").first.bounding_box()
    assert box is not None
    page.mouse.move(*circle(box, 0))
    page.mouse.down()
    for number in range(1, SAMPLES + 1):
        page.mouse.move(*circle(box, number))
        page.wait_for_timeout(spacing)
    page.mouse.up()
    page.wait_for_timeout(2000)
    seen = page.evaluate("() => window.seen")
    return {
        engine: np.array([at - seen["sent"][seq] for seq, at in painted.items() if seen["sent"].get(seq)])
        for engine, painted in seen["painted"].items()
    }


def rows(found: dict[str, np.ndarray], board: str, pen: str) -> list[list[object]]:
    """A row an engine."""
    return [
        [
            board,
            pen,
            engine,
            len(times),
            *(f"{np.percentile(times, q):.0f} ms" for q in (50, 95)),
            f"{np.mean(times <= 50):.0%}".replace("%", " %"),
        ]
        for engine, times in found.items()
        if len(times)
    ]


def main() -> None:
    """Measure two boards, with the pen stopping after each event and moving on, and write the table."""
    lines: list[list[object]] = []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright, serve(Path(folder)) as lab:
        root = hasattr(os, "geteuid") and os.geteuid() == 0
        args = ["--disable-background-networking", "--no-proxy-server", *["--no-sandbox"] * root]
        browser = playwright.chromium.launch(executable_path=find(), args=args)
        for board, cell in CELLS.items():
            for pen, spacing in ((f"every {SPACING} ms", SPACING), ("as fast as it can", 0)):
                page = browser.new_page(viewport={"width": 1300, "height": 1000})
                notebook = Notebook(page, lab, lab.write("bench", [cell]))
                notebook.run(0)
                lines += rows(measure(page, notebook, spacing), board, pen)
                page.close()
                lab.end_kernels()
        browser.close()
    header = ["engines on the board", "pointer events", "engine", "pictures answered", "p50", "p95", "within 50 ms"]
    write(
        "pen_to_answer",
        "From a pointer event to the painted answer",
        "python benchmarks/pen_to_answer.py",
        f"{table(header, lines)}\n\nWanted: 95 of 100 within 50 ms for {' and '.join(FAST)}. {SAMPLES} pointer events "
        "each, headless Chromium, JupyterLab and all engines on the same machine. Where events come faster than an "
        "engine answers, it works on the newest picture only, so it answers fewer.",
    )


if __name__ == "__main__":
    main()
