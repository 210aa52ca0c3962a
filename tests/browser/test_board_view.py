"""The board's table in a real JupyterLab: every state, no markup executed, rows kept in place."""

from __future__ import annotations

import pytest

EVIL = "<img src=x onerror=\"document.body.dataset.hacked='yes'\"><b>bold</b>"
SETUP = """
from helpers.digits._view import BoardView
from helpers.palette import colour

def row(engine, detail, state="answered", **more):
    return {"engine": engine, "detail": detail, "colour": colour(engine), "state": state, **more}

def seven(top=0.95, seq=3, **more):
    chances = [.001, .002, .004, .02, .003, .002, .001, top, .004, .963 - top]
    return {"answer": 7, "probabilities": chances, "seq": seq, "odd": False, **more}

rows = [
    row("onnxruntime", "wheel · C++", **seven(seconds=24e-6, error=0.0)),
    row("ort", "crate · binding", **seven(seconds=23e-6, error=0.0)),
    row("tract-wheel", "wheel · Rust", **seven(seconds=82e-6, error=5e-7)),
    row("rten", "crate · Rust", **seven(seconds=4.2e-6, error=8.4e-7)),
    row("burn", "crate · Rust, generated", **{**seven(), "answer": 2, "odd": True,
        "probabilities": [.01, .02, .61, .2, .05, .01, 0, .1, 0, 0]}, seconds=117e-6, error=0.35),
    row("kyanite", "crate · Rust", "idle"),
    row("wonnx", "wheel · Rust, GPU", "unavailable", text="no GPU found that Vulkan or Metal reach",
        remedy="on Linux: apt install mesa-vulkan-drivers"),
    row("candle", "crate · Rust", "failed", text="cannot load: unsupported auto_pad SAME_UPPER",
        remedy='make it portable: rewrite.portable(model)'),
    row("openvino", "wheel · C++", "crashed", text="its process ended with signal 11 (segmentation fault)",
        remedy="it starts again with the next picture"),
    row("tract", "crate · Rust", "building", progress=0.57, text="about 2 min"),
    row("reference", "wheel · Python", "starting"),
]
view = BoardView(rows=rows, reference="onnxruntime",
                 sentence="Four engines answer 7, with 95.0 %. burn answers 2, with 61.0 %.")
"""


@pytest.fixture
def board(open_notebook):
    notebook = open_notebook(SETUP + "\nview")
    notebook.run_all()
    notebook.page.locator(".onnx-lab-board tbody tr").nth(10).wait_for()
    return notebook


def row(board, engine):
    return board.page.locator(f'tr[data-engine="{engine}"]')


def test_every_state_says_what_it_is(board):
    def cells(engine):
        return " ".join(row(board, engine).inner_text().split())

    assert cells("onnxruntime") == "onnxruntime wheel · C++ 7 95.0 % 24 µs 0"
    assert cells("rten").endswith("4.2 µs 8e-7")
    assert cells("burn") == "burn differs crate · Rust, generated 2 61.0 % 117 µs 0.35"
    assert cells("kyanite") == "kyanite crate · Rust –"
    assert "unavailable no GPU found" in cells("wonnx")
    assert "apt install mesa-vulkan-drivers" in cells("wonnx")
    assert "– cannot load: unsupported auto_pad" in cells("candle")
    assert "crashed its process ended" in cells("openvino")
    assert "building 57 % · about 2 min" in cells("tract")
    assert "starting…" in cells("reference")
    assert row(board, "tract").locator("progress").evaluate("p => p.value") == pytest.approx(0.57)
    assert row(board, "burn").locator(".board-bars").get_attribute("aria-label") == "2: 61.0 %, 3: 20.0 %, 7: 10.0 %"
    assert row(board, "burn").locator(".board-bars i").nth(2).get_attribute("class") == "board-top"
    data = row(board, "onnxruntime").evaluate("tr => ({ ...tr.dataset })")
    assert data == {"engine": "onnxruntime", "state": "answered", "answer": "7", "seq": "3", "odd": "false"}
    sentence = board.page.locator(".onnx-lab-board [aria-live=polite]")
    assert sentence.inner_text().startswith("Four engines answer 7")
    assert "onnxruntime" in board.page.locator("thead .board-error").get_attribute("title")
    row(board, "burn").locator(".board-bars i").nth(9).hover()
    assert row(board, "burn").locator(".board-bars i").nth(9).get_attribute("title") == "9: 0.0 %"
    assert board.page.get_by_role("rowheader", name="onnxruntime").count() == 1


def test_rows_change_in_place(board):
    row(board, "rten").evaluate("tr => { tr.kept = true; }")
    board.do("view.rows = [row('rten', 'crate · Rust', **seven(seq=9)), row('new', '', 'starting'), *rows[:1]]")
    board.page.wait_for_selector('tr[data-engine="rten"][data-seq="9"]')
    names = board.page.locator(".onnx-lab-board tbody tr").evaluate_all("rows => rows.map((tr) => tr.dataset.engine)")
    assert names == ["rten", "new", "onnxruntime"]
    assert row(board, "rten").evaluate("tr => tr.kept")
    board.do(
        "view.rows = [row('rten', '', 'answered', answer=1, probabilities=[float('nan')] * 10, error=float('inf'))]"
    )
    board.page.wait_for_selector('tr[data-engine="rten"][data-answer="1"]')
    assert "inf" in row(board, "rten").inner_text()


def test_many_updates_are_cheap_and_the_last_one_stays(board):
    board.do(
        "import time\n"
        "for seq in range(1, 301):\n"
        "    now = seven(0.5 + seq / 1000, seq, state='answered', seconds=seq * 1e-6)\n"
        "    view.rows = [{**r, **now} for r in rows]\n"
        "    time.sleep(0.005)"
    )
    board.page.wait_for_selector('tr[data-engine="reference"][data-seq="300"]')
    assert "300 µs" in row(board, "reference").inner_text()
    heads = board.page.locator(".onnx-lab-board thead th")
    before = heads.evaluate_all("all => all.map((th) => th.getBoundingClientRect().x)")
    board.do("view.rows = [{**r, 'seconds': 1234.5, 'error': 1.2e-7} for r in view.rows]")
    board.page.wait_for_function("() => document.querySelector('td.board-time span').textContent === '1235 s'")
    assert heads.evaluate_all("all => all.map((th) => th.getBoundingClientRect().x)") == before


def test_markup_is_text(board):
    board.do(
        f"evil = {EVIL!r}\n"
        "view.rows = [{'engine': evil, 'detail': evil, 'colour': 'red; background: url(http://example.org/)',\n"
        "              'state': s, 'text': evil, 'remedy': evil} for s in ['failed']]\n"
        "view.sentence = evil\nview.reference = evil"
    )
    board.page.locator(".board-name", has_text="onerror").wait_for()
    board.page.wait_for_timeout(500)
    assert board.page.evaluate("() => document.body.dataset.hacked") is None
    assert board.page.locator(".onnx-lab-board img, .onnx-lab-board tbody b b").count() == 0
    assert board.page.locator(".board-sentence").inner_text() == EVIL
    assert board.page.locator(".board-why").inner_text() == EVIL


P50 = """
view.rows = [{**r, "p50": p50} for r, p50 in zip(rows, [22e-6, 21.4e-6, 82e-6, None, 9.5e-3, 61e-6] + [5e-5] * 5)]
from helpers.digits._latency import _DIFFERENCE
view.note = _DIFFERENCE
"""


def test_p50_stands_beside_the_call(board):
    assert board.page.get_by_role("columnheader", name="p50").count() == 0
    board.do(P50)
    head = board.page.get_by_role("columnheader", name="p50")
    head.wait_for()
    assert head.get_attribute("title") == "median that the benchmark measured"
    assert " ".join(row(board, "onnxruntime").inner_text().split()).endswith("24 µs 22 µs 0")
    cell = row(board, "burn").get_by_role("cell", name="in the benchmark: median 9.5 ms")
    assert (cell.inner_text(), cell.get_attribute("title")) == ("9.5 ms", "in the benchmark: median 9.5 ms")
    time = row(board, "burn").locator(".board-time").bounding_box()
    assert cell.bounding_box()["x"] == pytest.approx(time["x"] + time["width"], abs=1)
    assert row(board, "rten").locator(".board-p50").inner_text() == ""
    assert row(board, "rten").locator(".board-p50").get_attribute("title") == ""
    assert row(board, "kyanite").locator(".board-p50").inner_text() == "61 µs"  # before there is an answer, too
    assert not row(board, "openvino").locator(".board-p50").is_visible()  # the message has its room
    ends = "all => all.map((td) => Math.round(td.getBoundingClientRect().right))"
    assert len(set(board.page.locator(".onnx-lab-board tr").evaluate_all(ends))) == 1
    assert board.page.locator(".onnx-lab-board thead th").evaluate_all(f"all => ({ends})(all.slice(-1))") == (
        board.page.locator("td.board-message").evaluate_all(f"all => ({ends})(all.slice(-1))")
    )
    board.do("view.rows = [{**r, 'p50': float('nan')} for r in rows]")
    head.wait_for(state="detached")
    assert row(board, "burn").inner_text().split()[-2:] == ["µs", "0.35"]


def test_the_note_is_text_with_code(board):
    note = board.page.locator(".board-note")
    assert not note.is_visible()
    board.do("view.note = 'No p50 yet: `onnx-lab bench <b>x</b>` measures it.'")
    note.wait_for()
    assert note.inner_text() == "No p50 yet: onnx-lab bench <b>x</b> measures it."
    assert note.locator("code").inner_text() == "onnx-lab bench <b>x</b>"
    assert note.locator("b").count() == 0


def test_looks_with_p50(board, shot):
    view = board.page.locator(".onnx-lab-board")
    board.do(P50)
    board.page.set_viewport_size({"width": 1500, "height": 1100})
    for width in (780, 721, 720, 621, 620, 560, 541, 540, 500, 372, 360, 300):
        _narrow(board, view, width)
        # p50 once: in a column, or below the time of the call
        column = row(board, "onnxruntime").locator("td.board-p50").evaluate("td => td.clientWidth > 0")
        assert row(board, "onnxruntime").locator(".board-under").is_visible() is not column
        assert column is (width > 540)
        broken = "all => all.filter((name) => name.getClientRects().length > 1).map((name) => name.textContent)"
        assert view.locator(".board-name").evaluate_all(broken) == []
        if width in (780, 560, 540, 372, 300):
            shot(view, f"board-p50-{width}-light")
    try:
        board.theme("JupyterLab Dark")
        for width in (780, 560, 372, 300):
            _narrow(board, view, width)
            shot(view, f"board-p50-{width}-dark")
    finally:
        board.theme("JupyterLab Light")


def test_looks(board, shot):
    view = board.page.locator(".onnx-lab-board")
    shot(view, "board-light")
    try:
        board.theme("JupyterLab Dark")
        shot(view, "board-dark")
        board.page.set_viewport_size({"width": 380, "height": 900})
        board.page.evaluate("() => { jupyterapp.shell.collapseLeft(); jupyterapp.shell.collapseRight(); }")
        view.scroll_into_view_if_needed()
        board.page.wait_for_timeout(500)
        shot(board.page, "board-phone-page")
        _fits(view)
        board.page.set_viewport_size({"width": 900, "height": 1000})
        _narrow(board, view, 372)
        shot(view, "board-372-dark")
    finally:
        board.theme("JupyterLab Light")
    _narrow(board, view, 300)
    shot(view, "board-300-light")
    _narrow(board, view, 560)
    shot(view, "board-560-light")


def _narrow(board, view, width):
    """The view in so many pixels, as beside a pad or on a phone that shows nothing else."""
    view.evaluate("(el, width) => { el.style.cssText += `width: ${width}px; flex: none`; }", width)
    board.page.wait_for_timeout(200)
    _fits(view)


def _fits(view):
    """Nothing may be cut off."""
    assert view.evaluate("el => el.scrollWidth <= el.clientWidth")
    wide = "els => els.filter((el) => el.clientWidth && el.scrollWidth > el.clientWidth + 1).map((el) => el.className)"
    assert view.locator("th, td").evaluate_all(wide) == []
