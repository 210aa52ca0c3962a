"""The pad in a real JupyterLab: every way to draw arrives in Python, and nothing drawn is lost."""

from __future__ import annotations

import re

import numpy as np
import pytest

from helpers.digits.brush import SIDE, draw
from helpers.samples import digits

PAD = "from helpers.digits.pad import Pad\npad = Pad()\npad"
READ = """(canvas, side) => {
    const small = new OffscreenCanvas(side, side).getContext("2d");
    small.imageSmoothingQuality = "high";
    small.drawImage(canvas, 0, 0, side, side);
    return Array.from(small.getImageData(0, 0, side, side).data.filter((_, i) => i % 4 === 0));
}"""
SEVEN = [(0.3, 0.25), (0.72, 0.25), (0.62, 0.5), (0.45, 0.8)]  # fractions of the pad's side


class Surface:
    """A pad's canvas in the page."""

    def __init__(self, notebook, index=0):
        self.notebook, self.page = notebook, notebook.page
        self.canvas = self.page.locator("canvas.pad-surface").nth(index)
        self.canvas.wait_for()
        self.canvas.scroll_into_view_if_needed()
        self.root = self.page.locator(".onnx-lab-pad").nth(index)

    def at(self, points):
        """Fractions of the pad's side as whole pixels of the page, and the fractions that these are."""
        box = self.canvas.bounding_box()
        pixels = [(round(box["x"] + x * box["width"]), round(box["y"] + y * box["height"])) for x, y in points]
        return pixels, [((x - box["x"]) / box["width"], (y - box["y"]) / box["height"]) for x, y in pixels]

    def mouse(self, points, lift=True):
        pixels, exact = self.at(points)
        self.page.mouse.move(*pixels[0])
        self.page.mouse.down()
        for x, y in pixels[1:]:
            self.page.mouse.move(x, y)
        if lift:
            self.page.mouse.up()
        return exact

    def seq(self):
        return int(self.canvas.get_attribute("data-seq"))

    def settled(self, least=1):
        """The picture in Python once it has the number that the page shows."""
        seq = self.notebook.wait("pad.seq", lambda seq: seq == self.seq() >= least)
        assert seq >= least
        return np.array(self.notebook.value("pad.picture.tolist()"), np.uint8)

    def shown(self):
        """What the page shows, in the size that Python has."""
        return np.array(self.canvas.evaluate(READ, SIDE), float).reshape(SIDE, SIDE)

    def wait_caption(self, start):
        self.root.locator(".pad-caption", has_text=re.compile("^" + re.escape(start))).wait_for()

    def wait_note(self, start):
        self.root.locator(".pad-note", has_text=re.compile("^" + re.escape(start))).wait_for()

    def button(self, name):
        return self.root.get_by_role("button", name=name, exact=True)


def difference(a, b):
    return np.abs(np.asarray(a, float) - np.asarray(b, float)).mean() / 255


@pytest.fixture
def pad(open_notebook):
    notebook = open_notebook(PAD)
    notebook.run_all()
    return Surface(notebook)


def test_mouse_draws_what_the_brush_draws(pad):
    exact = pad.mouse(SEVEN)
    picture = pad.settled()
    expected = draw([exact])
    assert difference(picture, expected) < 0.02
    assert abs(picture.sum(dtype=int) / expected.sum(dtype=int) - 1) < 0.03
    assert difference(picture, pad.shown()) < 0.02  # what is sent is what is seen
    assert pad.notebook.value("int(pad.stages.centred.max())") > 200
    seen = pad.root.locator(".pad-seen").evaluate(READ, 28)
    assert difference(seen, pad.notebook.value("pad.stages.centred.ravel().tolist()")) < 0.005
    assert "20-pixel box" in pad.root.locator(".pad-caption").inner_text()
    cursor = pad.root.locator(".pad-cursor")
    assert not cursor.is_visible()  # it is the keyboard's
    pad.page.keyboard.press("ArrowUp")
    assert cursor.is_visible()


def test_a_dot_is_round(pad):
    exact = pad.mouse([(0.5, 0.5)])
    assert difference(pad.settled(), draw([exact])) < 0.001


def test_touch_draws(open_notebook, new_page):
    page = new_page(has_touch=True, viewport={"width": 900, "height": 900})
    notebook = open_notebook(PAD, page=page)
    notebook.run_all()
    pad = Surface(notebook)
    pixels, exact = pad.at(SEVEN)
    touch = page.context.new_cdp_session(page)
    scrolled = pad.canvas.bounding_box()["y"]
    for i, (x, y) in enumerate(pixels):
        kind = "touchMove" if i else "touchStart"
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert difference(pad.settled(), draw([exact])) < 0.02
    assert pad.canvas.bounding_box()["y"] == scrolled  # the page did not scroll under the finger


def test_pen_draws(pad):
    pixels, exact = pad.at(SEVEN)
    pen = pad.page.context.new_cdp_session(pad.page)
    pad.canvas.evaluate("c => c.addEventListener('pointerdown', (e) => { c.dataset.kind = e.pointerType; })")

    def send(kind, x, y, buttons):
        event = {"type": kind, "x": x, "y": y, "button": "left", "buttons": buttons, "pointerType": "pen", "force": 0.5}
        pen.send("Input.dispatchMouseEvent", {**event, "clickCount": 1})

    send("mousePressed", *pixels[0], 1)
    for x, y in pixels[1:]:
        send("mouseMoved", x, y, 1)
    send("mouseReleased", *pixels[-1], 0)
    assert difference(pad.settled(), draw([exact])) < 0.02
    assert pad.canvas.get_attribute("data-kind") == "pen"


def test_keyboard_draws_and_leaves_jupyterlab_alone(pad):
    cells, active = pad.notebook.cells(), pad.notebook.active()
    pad.canvas.focus()
    middle = (14.5 / 28, 14.5 / 28)
    pad.page.keyboard.press(" ")
    assert difference(pad.settled(), draw([[middle]])) < 0.001
    pad.page.keyboard.press("Backspace")
    assert not pad.settled(2).any()
    pad.page.keyboard.press("ArrowUp")
    pad.page.keyboard.press("ArrowUp")
    pad.page.keyboard.down("Shift")
    for _ in range(5):
        pad.page.keyboard.press("ArrowRight")
    pad.page.keyboard.up("Shift")
    row = 12.5 / 28
    expected = draw([[(14.5 / 28, row), (19.5 / 28, row)]])
    assert difference(pad.settled(3), expected) < 0.002
    pad.page.keyboard.press("ArrowDown")
    pad.page.keyboard.press("Enter")  # a line from the last ink
    assert pad.settled(4).sum(dtype=int) > expected.sum(dtype=int)
    pad.page.keyboard.press("Control+z")
    pad.page.keyboard.press("Control+z")
    assert not pad.settled(5).any()
    for key in ("d", "d", "a", "b", "x", "j", "ArrowDown", "Escape", "z"):
        pad.page.keyboard.press(key)
    pad.page.keyboard.press("3")
    pad.notebook.wait("bool(pad.picture.any())")
    pad.page.keyboard.press("Delete")
    assert not pad.settled(6).any()
    assert (pad.notebook.cells(), pad.notebook.active()) == (cells, active)
    pad.page.keyboard.press("Tab")
    assert not pad.canvas.evaluate("c => c === document.activeElement")
    pad.page.keyboard.press("Shift+Tab")
    assert pad.canvas.evaluate("c => c === document.activeElement && getComputedStyle(c).outlineStyle") == "solid"


def test_undo_goes_back_through_strokes_samples_and_clear(pad):
    pad.mouse([(0.2, 0.2), (0.8, 0.2)])
    one = pad.settled()
    pad.mouse([(0.2, 0.6), (0.8, 0.6)])
    two = pad.settled(pad.notebook.value("pad.seq"))
    assert two.sum(dtype=int) > one.sum(dtype=int)
    seq = pad.seq()
    pad.button("Sample 4").click()
    sample = _after(pad, seq)
    pad.button("Clear").click()
    assert not pad.settled().any()
    assert pad.root.locator(".pad-caption").inner_text() == "nothing drawn"
    for expected in (sample, two, one, np.zeros((SIDE, SIDE))):
        before = pad.seq()
        pad.button("Undo").click()
        assert difference(pad.settled(before + 1), expected) == 0
    pad.button("Undo").click(force=True)  # nothing left: no new picture
    assert pad.settled().sum() == 0
    assert pad.seq() == before + 1


def test_samples_differ_and_have_their_label(pad):
    pictures = []
    for seq in range(3):
        pad.button("Sample 5").click()
        pictures.append(_after(pad, seq))
    assert difference(pictures[0], pictures[1]) > 0.01
    assert difference(pictures[1], pictures[2]) > 0.01
    known = digits()
    for picture in pictures:
        distance = np.abs(known.images.astype(int) - picture[::4, ::4]).sum((1, 2))
        assert distance.min() == 0
        assert known.labels[distance.argmin()] == 5
    assert difference(pad.shown(), pictures[-1]) < 0.05


def test_save_keeps_the_last_stroke(pad, tmp_path):
    pad.notebook.do(f"import os; os.environ['ONNX_LAB_DRAWINGS'] = {str(tmp_path / 'mine')!r}")
    digit = pad.root.get_by_role("combobox")
    digit.select_option("3")
    pad.button("Save").click()
    pad.wait_note("nothing drawn: draw a digit")
    pad.notebook.do("import time; pad.observe(lambda _: time.sleep(0.5), names=['seq'])")  # so that pictures wait
    pad.mouse(SEVEN)
    pad.mouse([(0.1, 0.9), (0.4, 0.9)])
    pad.button("Save").click()  # a 7 is not kept as whatever the choice stands at
    pad.wait_note("Choose the digit that you meant, then save.")
    assert not (tmp_path / "mine").exists()
    assert digit.evaluate("e => e === document.activeElement")
    digit.select_option("7")
    pad.button("Save").click()
    pad.wait_note("saved as mine/7-")
    assert digit.input_value() == ""
    (path,) = (tmp_path / "mine").iterdir()
    with np.load(path) as saved:
        assert saved["label"] == 7
        assert difference(saved["pixels"], pad.shown()) < 0.02
        assert saved["pixels"][100, 20] == 255  # the second stroke, which was still on its way


def test_views_of_one_pad_stay_in_step(open_notebook):
    notebook = open_notebook(PAD, "pad")
    notebook.run_all()
    first, second = Surface(notebook), Surface(notebook, 1)
    second.mouse(SEVEN)
    first.mouse([(0.1, 0.9), (0.4, 0.9)])
    first.settled()
    images = [view.canvas.evaluate("c => c.toDataURL()") for view in (first, second)]
    assert images[0] == images[1]
    assert first.seq() == second.seq()
    notebook.do("pad.clear()")
    assert not first.settled().any()
    assert not first.shown().any()
    assert not second.shown().any()


def test_a_picture_of_pythons_during_a_stroke_is_not_lost(pad):
    pad.mouse([(0.1, 0.1), (0.9, 0.1)], lift=False)
    pad.notebook.wait("bool(pad.picture.any())")
    pad.notebook.do("import numpy as np; a = np.zeros((112, 112), 'uint8'); a[80:100, 80:100] = 255; pad.show(a)")
    pad.page.mouse.move(*pad.at([(0.9, 0.3)])[0][0])
    pad.page.mouse.up()
    picture = pad.settled()
    assert picture[90, 90] == 255
    assert picture[11, 50] == 255
    assert difference(picture, pad.shown()) < 0.02


def test_page_and_python_agree_after_pictures_crossed(pad):
    pad.notebook.do(
        "import threading, time\n"
        "def slow(_):\n"
        "    if threading.current_thread() is not threading.main_thread(): time.sleep(1.5)\n"
        "pad.observe(slow, names=['seq'])"
    )
    pad.mouse([(0.1, 0.1), (0.9, 0.1)])
    pad.mouse([(0.1, 0.3), (0.9, 0.3)])
    pad.notebook.do("a = pad.picture * 0; a[80:100, 80:100] = 255; pad.show(a)")  # the second stroke is on its way
    assert pad.notebook.value("pad.seq") < pad.seq()
    pad.page.wait_for_timeout(6000)
    picture = pad.settled()
    assert picture[90, 90] == 255
    assert difference(picture, pad.shown()) < 0.02


def test_not_live_sends_a_stroke_once(pad):
    pad.notebook.do("pad.live = False")
    pad.page.wait_for_timeout(300)
    pad.mouse(SEVEN * 10)
    pad.settled()
    assert pad.seq() == 1


def test_an_error_in_a_handler_is_shown(pad):
    pad.notebook.do("def broken(_): raise ValueError('the observer broke')\npad.observe(broken, names=['seq'])")
    pad.button("Sample 1").click()
    pad.root.locator(".pad-note", has_text="the observer broke").wait_for()  # at the buttons, since one was pressed
    pad.mouse([(0.3, 0.3), (0.6, 0.6)])
    pad.wait_caption("the observer broke")


def test_looks(pad, shot):
    shot(pad.root, "pad-empty-light")
    pad.mouse([(0.3, 0.25), (0.5, 0.24), (0.72, 0.27), (0.66, 0.4), (0.55, 0.6), (0.47, 0.82)])
    pad.settled()
    shot(pad.root, "pad-light")
    try:
        pad.notebook.theme("JupyterLab Dark")
        shot(pad.root, "pad-dark")
        pad.canvas.focus()
        pad.page.keyboard.press("ArrowRight")
        shot(pad.root, "pad-keyboard-dark")
        shot(pad.page, "pad-page-dark")
    finally:
        pad.notebook.theme("JupyterLab Light")


def _after(pad, seq):
    """The picture after the one with the number `seq`."""
    pad.notebook.wait("pad.seq", lambda now: now > seq and now == pad.seq())
    return np.array(pad.notebook.value("pad.picture.tolist()"), np.uint8)
