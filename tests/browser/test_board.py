"""The board in a real JupyterLab: draw, and see every available engine's answer in the page."""

from __future__ import annotations

import json

import pytest

from helpers import engines

# One stroke each, in shares of the pad: a digit that cannot be taken for another.
ONE = [(0.5, 0.15), (0.5, 0.5), (0.5, 0.85)]
SEVEN = [(0.25, 0.2), (0.5, 0.2), (0.75, 0.2), (0.62, 0.5), (0.5, 0.85)]
READY = """() => [...document.querySelectorAll('.onnx-lab-board tbody tr')]
    .every(row => !['starting', 'building'].includes(row.dataset.state))"""
ROW = ".onnx-lab-board tr[data-engine='{}']"
BOARD = "from helpers import digits\nboard = digits.board()\nboard"


class Board:
    """A board that is up: every engine is ready, or says why not."""

    def __init__(self, notebook):
        self.notebook, self.page = notebook, notebook.page
        notebook.run(0)
        self.available = [name for name in engines.names() if engines.get(name).availability()]
        self.page.wait_for_selector(".onnx-lab-board tbody tr")
        self.page.wait_for_function(READY)
        self.canvas = self.page.locator(".onnx-lab-pad canvas[tabindex]").first

    def at(self, points):
        box = self.canvas.bounding_box()
        return [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]

    def draw(self, points):
        first, *rest = self.at(points)
        self.page.mouse.move(*first)
        self.page.mouse.down()
        for point in rest:
            self.page.mouse.move(*point, steps=6)
        self.page.mouse.up()

    def row(self, name):
        return self.page.locator(ROW.format(name))

    def answers(self):
        """What the page shows, once every available engine has answered the newest picture."""
        drawn = int(self.canvas.get_attribute("data-seq"))  # the last strokes may still be on their way to the kernel
        seq = self.notebook.wait("board.pad.seq", lambda arrived: arrived >= drawn)
        self.page.wait_for_function(
            """([names, seq]) => names.every(name => {
                const row = document.querySelector(`.onnx-lab-board tr[data-engine='${name}']`);
                return row.dataset.state === 'answered' && Number(row.dataset.seq) >= seq;
            })""",
            arg=[self.available, seq],
        )
        return {name: self.row(name).get_attribute("data-answer") for name in self.available}


@pytest.fixture
def board(open_notebook):
    return Board(open_notebook(BOARD))


def test_mouse(board, shot):
    board.draw(SEVEN)
    assert board.answers() == dict.fromkeys(board.available, "7")
    board.notebook.wait("board.sentence", lambda said: "answer 7, with" in said)
    for name in board.available:
        row = board.row(name)
        assert row.locator(".board-digit").inner_text() == "7"
        assert row.locator(".board-time").inner_text().split()[1] in ("µs", "ms", "s")
        assert row.locator(".board-error").inner_text() != ""
        assert "7: " in row.locator(".board-bars").get_attribute("aria-label")
    board.page.locator(".board-note", has_text="p50").wait_for()  # comes once the engines are up
    shot(board.page.locator(".jp-OutputArea-output").first, "board-mouse-light")
    board.notebook.theme("JupyterLab Dark")
    shot(board.page.locator(".jp-OutputArea-output").first, "board-mouse-dark")


def test_touch(open_notebook, new_page, shot):
    page = new_page(has_touch=True, viewport={"width": 1100, "height": 900})
    board = Board(open_notebook(BOARD, page=page))
    session = page.context.new_cdp_session(page)
    points = [{"x": x, "y": y} for x, y in board.at([(0.5, y / 20) for y in range(3, 18)])]
    session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": points[:1]})
    for point in points[1:]:
        session.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert board.answers() == dict.fromkeys(board.available, "1")
    shot(page, "board-touch")


def test_keyboard(board, shot):
    board.canvas.focus()
    for key in ["ArrowUp"] * 10:
        board.page.keyboard.press(key)
    for key in ["ArrowDown"] * 20:
        board.page.keyboard.press(f"Shift+{key}")
    assert board.answers() == dict.fromkeys(board.available, "1")
    shot(board.page.locator(".jp-OutputArea-output").first, "board-keyboard")


def test_nothing_drawn(board):
    assert "Nothing drawn" in board.notebook.wait("board.sentence")
    board.draw(ONE)
    board.answers()
    board.page.get_by_role("button", name="Clear").click()
    board.notebook.wait("board.sentence", lambda said: said.startswith("Nothing drawn"))
    board.page.wait_for_function(
        "(names) => names.every(n => document.querySelector(`tr[data-engine='${n}']`).dataset.state === 'idle')",
        arg=board.available,
    )
    assert board.page.locator(".board-sentence").inner_text().startswith("Nothing drawn")


def test_a_crash_is_shown_and_comes_back(board, shot):
    board.draw(ONE)
    board.answers()
    board.notebook.do(
        "import os, signal\nfrom helpers.digits import _lane\nfrom helpers.engines import _child\n"
        "os.kill(_lane._processes['tract-wheel'].call(20, _child.ping), signal.SIGKILL)"
    )
    seen = board.page.evaluate_handle(
        """() => { const states = []; const row = document.querySelector("tr[data-engine='tract-wheel']");
            const watch = new MutationObserver(() => states.push(row.dataset.state));
            watch.observe(row, { attributeFilter: ["data-state"] });
            return states; }"""
    )
    board.draw(SEVEN)  # over the one: what it means does not matter here
    board.answers()
    assert "crashed" in seen.json_value()
    assert seen.json_value()[-1] == "answered"
    board.notebook.wait("board.sentence", lambda said: "tract-wheel crashed once and came back" in said)


def test_a_slow_engine_holds_up_nobody(open_notebook):
    """The reference is stopped; the others answer all the same, and it catches up with the newest picture alone."""
    board = Board(open_notebook(BOARD))
    board.notebook.do(
        "import os, signal\nfrom helpers.digits import _lane\nfrom helpers.engines import _child\n"
        "slow = _lane._processes['reference'].call(20, _child.ping)\nos.kill(slow, signal.SIGSTOP)"
    )
    everyone = board.available
    board.available = [name for name in everyone if name != "reference"]
    board.draw(SEVEN)
    assert board.answers() == dict.fromkeys(board.available, "7")
    assert board.row("reference").get_attribute("data-state") == "idle"
    board.notebook.do("os.kill(slow, signal.SIGCONT)")
    board.available = everyone
    assert board.answers() == dict.fromkeys(everyone, "7")


def test_engines_that_cannot_run(open_notebook, shot):
    """A model that only some engines can load, and names in it that hold HTML: shown, never executed."""
    html = "<img src=x onerror=\"document.title='pwned'\">"
    code = f"""
import onnx
from helpers import digits
model = onnx.load(digits.MNIST)
odd = {json.dumps(html)}
model.graph.node.append(onnx.helper.make_node("NoSuchOperator", ["Plus214_Output_0"], ["odd"], name=odd))
model.graph.node[-1].output[0] = odd
model.graph.output[0].name = odd
model.graph.name = odd
board = digits.board(model=model.SerializeToString())
board
"""
    board = Board(open_notebook(code))
    rows = board.notebook.value("board.rows")
    assert {row["state"] for row in rows} <= {"failed", "unavailable"}
    assert any(html in row["text"] for row in rows)  # an engine's own words carry the name
    board.draw(ONE)
    assert board.page.locator(".onnx-lab-board img").count() == 0
    assert board.page.title() != "pwned"
    shot(board.page.locator(".jp-OutputArea-output").first, "board-html")


def test_bad_model(open_notebook):
    notebook = open_notebook(
        "from helpers import digits, engines\ntry:\n    digits.board(model='/nowhere.onnx')\n"
        "except engines.BadInput as error:\n    print(error)",
        "1 + 1",
    )
    notebook.run(0)
    notebook.run(1)
    assert "/nowhere.onnx does not exist" in notebook.outputs(0)[0]["text"]
    assert notebook.outputs(1)[0]["data"]["text/plain"] == "2"  # the kernel is alive


def test_running_the_cell_again_starts_no_more_processes(board):
    count = "len([p for p in __import__('psutil').Process().children(recursive=True)])"
    before = board.notebook.value(count)
    board.notebook.run(0)
    board.page.wait_for_function(READY)
    assert board.notebook.value(count) == before
    board.draw(ONE)
    assert set(board.answers().values()) == {"1"}
