"""The walk in a real JupyterLab: draw, and see the picture after every node."""

from __future__ import annotations

import pytest

from tests.browser.test_pad import SEVEN, Surface

WALK = "from helpers import digits\npad = digits.Pad()\nwalk = digits.walk(pad)\nwalk"
PICTURES = """() => Object.fromEntries([...document.querySelectorAll('.onnx-lab-walk li')].map((li) => {
    const canvas = li.querySelector('canvas');
    return [li.dataset.node, { url: canvas.toDataURL(), label: canvas.ariaLabel ?? canvas.getAttribute('aria-label'),
        role: canvas.getAttribute('role'), width: canvas.width, height: canvas.height }];
}))"""
CONV, RELU = "Convolution28_Output_0", "ReLU32_Output_0"


class Way:
    """A walk in the page, and its pad."""

    def __init__(self, notebook):
        notebook.run_all()
        self.notebook, self.page, self.pad = notebook, notebook.page, Surface(notebook)
        self.root = self.page.locator(".onnx-lab-walk")

    def pictures(self):
        """What the page shows once it shows the newest picture's way."""
        self.pad.settled()
        self.notebook.value("len(walk.layers)")  # waits for the engine
        answer = self.notebook.value("str(int(walk.layers['Plus214_Output_0'].argmax()))")
        self.root.locator(".walk-top b", has_text=answer).wait_for()
        self.page.wait_for_timeout(300)
        return self.page.evaluate(PICTURES)

    def colours(self, node):
        """How many pixels of a picture are blue, and how many orange."""
        return self.page.evaluate(
            """(node) => {
                const canvas = document.querySelector(`.onnx-lab-walk li[data-node="${node}"] canvas`);
                const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
                const count = { blue: 0, orange: 0 };
                for (let i = 0; i < data.length; i += 4) {
                    if (data[i + 3] > 60 && data[i + 2] > data[i] + 40) count.blue++;
                    if (data[i + 3] > 60 && data[i] > data[i + 2] + 40) count.orange++;
                }
                return count;
            }""",
            node,
        )


@pytest.fixture
def way(open_notebook):
    return Way(open_notebook(WALK))


def test_pictures_appear_and_change(way, shot):
    way.page.locator(".walk-sentence", has_text="Nothing drawn").wait_for()
    assert all(picture["width"] == 1 for picture in way.page.evaluate(PICTURES).values())
    way.pad.mouse(SEVEN)
    seven = way.pictures()
    assert len(seven) == 13
    assert all(picture["role"] == "img" for picture in seven.values())
    assert seven[CONV]["label"].startswith(f"Conv, {CONV}: 8 pictures of 28 × 28, from −")
    assert seven[RELU]["label"].startswith(f"Relu, {RELU}: 8 pictures of 28 × 28, from 0 to ")
    assert way.colours(CONV)["blue"] > 0
    relu = way.colours(RELU)
    assert (relu["blue"], relu["orange"] > 0) == (0, True)
    way.page.locator(".walk-sentence", has_text="The network answers 7, with").wait_for()
    assert way.page.locator(".walk-sentence").get_attribute("aria-live") == "polite"
    assert "7: " in way.page.locator(".walk-scores").get_attribute("aria-label")
    shot(way.page.locator(".jp-OutputArea-output").first, "walk-light")

    way.pad.mouse([(0.3, 0.85), (0.75, 0.85)])
    more = way.pictures()
    same = [name for name in seven if seven[name]["url"] == more[name]["url"]]
    assert same == ["Parameter193_reshape1"]  # made of weights alone

    before = way.page.evaluate(PICTURES)[CONV]["url"]
    way.notebook.theme("JupyterLab Dark")
    try:
        way.page.wait_for_timeout(500)
        assert way.page.evaluate(PICTURES)[CONV]["url"] != before  # lighter colours
        shot(way.page.locator(".jp-OutputArea-output").first, "walk-dark")
    finally:
        way.notebook.theme("JupyterLab Light")

    way.pad.button("Clear").click()
    way.page.locator(".walk-sentence", has_text="Nothing drawn").wait_for()
    assert all(picture["width"] == 1 for picture in way.page.evaluate(PICTURES).values())


def test_pictures_come_while_the_pen_is_down(way):
    way.pad.mouse(SEVEN, lift=False)
    way.page.wait_for_function(
        "(node) => document.querySelector(`.onnx-lab-walk li[data-node='${node}'] canvas`).width > 100", arg=CONV
    )
    way.page.mouse.up()


def test_a_narrow_page(open_notebook, new_page, shot):
    notebook = open_notebook(WALK, page=new_page(viewport={"width": 560, "height": 900}))
    way = Way(notebook)
    way.notebook.do("walk.pad.show(digits.digits().images[400])")
    assert way.pictures()[CONV]["width"] > 200
    wide = way.page.evaluate(
        "() => { const box = document.querySelector('.onnx-lab-walk'); return box.scrollWidth <= box.clientWidth + 1; }"
    )
    assert wide
    shot(way.root, "walk-narrow")


def test_an_error_is_one_line(open_notebook, shot):
    notebook = open_notebook(WALK.replace("walk(pad)", "walk(pad, engine='candle')"))
    notebook.run_all()
    notebook.do("walk.pad.show(digits.digits().images[0])")
    notebook.page.locator(".walk-note", has_text="candle").wait_for()
    shot(notebook.page.locator(".onnx-lab-walk"), "walk-error")
