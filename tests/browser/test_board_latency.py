"""The benchmark's p50 on the board, in a real JupyterLab: measured there, shown beside the time of a call."""

from __future__ import annotations

# The measurement is kept apart from what the person at this machine measured.
MEASURE = """
import platformdirs, pathlib, tempfile
cache = pathlib.Path(tempfile.mkdtemp())
platformdirs.user_cache_path = lambda *_, **__: cache
from helpers import bench, digits
"""
RUN = """
plan = bench.plan(digits.MNIST, engines="onnxruntime,tract-wheel", processes=1, seconds=0.01, twin=False)
result = bench.run(plan, report=lambda *_: None)
"""
BOARD = """
board = digits.board(engines="onnxruntime,tract-wheel,reference")
board.pad.show(digits.digits().images[0])
board
"""


def test_p50_beside_the_time_of_the_call(open_notebook, shot):
    notebook = open_notebook(MEASURE, BOARD, RUN, BOARD)
    page = notebook.page
    notebook.run(0)
    notebook.run(1)
    note = page.locator(".board-note")
    note.wait_for()
    assert note.inner_text() == (
        "No p50 yet for this machine and these versions: lesson 04 (notebooks/04_latency.ipynb) "
        "or onnx-lab bench models/mnist.onnx measures it."
    )
    assert page.get_by_role("columnheader", name="p50").count() == 0
    output = page.locator(".jp-OutputArea-output")
    shot(output.first, "board-latency-none-light")

    notebook.run(2)
    notebook.run(3)  # a new board finds what is remembered
    page.locator(".board-note", has_text="one engine at a time").wait_for()
    page.get_by_role("columnheader", name="p50").wait_for()
    expected = notebook.value("{row.engine: row.p50_s for row in result.rows}")
    assert notebook.value("{row['engine']: row['p50'] for row in board.rows}") == {**expected, "reference": None}
    shown = page.locator(".onnx-lab-board", has_text="one engine at a time")
    for engine, seconds in expected.items():
        shown.locator(f"tr[data-engine='{engine}'][data-state='answered']").wait_for()
        cell = shown.locator(f"tr[data-engine='{engine}']").get_by_role("cell", name="in the benchmark: median")
        value, unit = cell.inner_text().split()
        assert abs(float(value) * {"µs": 1e-6, "ms": 1e-3}[unit] / seconds - 1) < 0.03  # rounded
        before = cell.locator("xpath=preceding-sibling::td[1]").inner_text()
        assert before.split()[1] in ("µs", "ms", "s")
    assert shown.locator("tr[data-engine='reference'] .board-p50").inner_text() == ""

    last = output.filter(has=page.locator(".onnx-lab-board")).last
    last.scroll_into_view_if_needed()
    shot(last, "board-latency-light")
    try:
        notebook.theme("JupyterLab Dark")
        shot(last, "board-latency-dark")
    finally:
        notebook.theme("JupyterLab Light")
