"""The pad: draw a digit in the browser, have it in Python.

The drawing happens in the browser (``_picture.js``, ``pad.js``); what comes here is 112×112 bytes of ink, at most one
message in flight, so that a slow engine never lags behind the pen. What the network sees of it goes back.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import anywidget
import numpy as np
import traitlets
from ipywidgets.widgets.trait_types import CByteMemoryView

from helpers.digits import drawings
from helpers.digits._left import Left
from helpers.digits.brush import SIDE
from helpers.digits.preprocess import FRAME, Stages, preprocess
from helpers.errors import BadInput, one_line
from helpers.script import joined

_HERE = Path(__file__).parent
NOTHING = "nothing drawn"
SEES = "what the network sees: 20-pixel box, centred by its mass"


class Pad(anywidget.AnyWidget):
    """A square to draw on: by mouse, touch, pen or keyboard.

    Its handlers run in a thread of their own, also while a cell runs. Every picture has a number, ``seq``; whoever
    observes ``seq`` finds :attr:`stages` up to date.

    >>> pad = Pad()
    >>> pad
    Pad(nothing drawn)
    >>> pad.show(np.full((28, 28), 255, np.uint8))
    >>> pad.tensor.shape, pad.seq
    ((1, 1, 28, 28), 1)
    """

    _esm = joined(_HERE / "_picture.js", _HERE / "pad.js")
    _css = _HERE / "pad.css"

    # traitlets.Bytes would fail silently. No echoes: they would double the traffic, and pad and pen agree by ``seq``
    # where they could drift apart (https://github.com/jupyter-widgets/ipywidgets/issues/3111).
    pixels = CByteMemoryView(bytes(SIDE * SIDE)).tag(sync=True, echo_update=False)  # the ink, row by row
    seq = traitlets.Int(0).tag(sync=True, echo_update=False)  # the picture's number
    seen = CByteMemoryView(bytes(FRAME * FRAME)).tag(sync=True)  # what the network sees
    caption = traitlets.Unicode(NOTHING).tag(sync=True)  # the line beside it
    note = traitlets.Unicode("").tag(sync=True)  # what became of Save, at the button
    live = traitlets.Bool(True).tag(sync=True)  # whether pictures come while the pen moves, or after each stroke

    _looked: tuple[memoryview, Stages] | None = None  # the last picture and what preprocess made of it
    _counted: tuple[memoryview | None, int] = (None, 0)  # the last picture that was announced, and its number

    def __init__(self, **traits: Any) -> None:
        self._lock = threading.Lock()
        self._next_sample = [0] * 10
        self._left = Left()
        super().__init__(**traits)
        self.on_msg(self._asked)

    @property
    def stages(self) -> Stages:
        """Every stage between this picture and the network; worked out once a picture."""
        pixels = self.pixels
        with self._lock:
            if self._looked is None or self._looked[0] is not pixels:
                self._looked = (pixels, preprocess(_array(pixels)))
            return self._looked[1]

    @property
    def tensor(self) -> np.ndarray:
        """The network's input: float32, shape (1, 1, 28, 28), 0 to 255."""
        return self.stages.tensor

    @property
    def empty(self) -> bool:
        """Whether nothing is drawn."""
        return self.stages.empty

    @property
    def picture(self) -> np.ndarray:
        """A copy of the drawing: uint8, shape (112, 112), white ink on black."""
        return _array(self.pixels)

    def show(self, image: np.ndarray) -> None:
        """Put a picture on the pad, as if it had been drawn.

        Parameters
        ----------
        image : array of numbers from 0 (paper) to 255 (ink), shape (28, 28) or (112, 112)

        Raises
        ------
        BadInput
            When the shape, the type or a value does not fit.
        """
        data = _fitted(image).tobytes()
        if data == bytes(self.pixels):
            self.seq += 1  # traitlets sees no change, but it is a new picture
        else:
            self.pixels = data

    def clear(self) -> None:
        """Wipe the pad."""
        self.show(np.zeros((SIDE, SIDE), np.uint8))

    def save(self, label: int) -> Path:
        """Keep the drawing under ``data/drawings``; see :func:`helpers.digits.drawings.save`."""
        path = drawings.save(self.picture, label)
        self.note = f"saved as {path.parent.name}/{path.name}"
        return path

    def _ipython_display_(self) -> None:
        self._left.show(self)

    def __repr__(self) -> str:
        if self.empty:
            return f"Pad({NOTHING})"
        return f"Pad(picture {self.seq}, {np.count_nonzero(self.picture > 127) / SIDE**2:.1%} ink)"

    @traitlets.validate("pixels")
    def _fits(self, proposal: Any) -> memoryview:
        if proposal["value"].nbytes != SIDE * SIDE:
            raise BadInput(f"pixels holds {proposal['value'].nbytes} bytes, expected {SIDE * SIDE}: use show(image)")
        return proposal["value"]

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take what the browser sends; what goes wrong is shown, because nobody sees a handler's traceback."""
        try:
            super().set_state(sync_data)
        except Exception as error:
            self.caption = one_line(error)

    def notify_change(self, change: Any) -> None:
        """Tell observers and the browser, after the picture has been looked at."""
        if change["name"] in ("pixels", "seq"):
            self._announce()
        super().notify_change(change)

    def _announce(self) -> None:
        """Number a new picture and show what the network sees of it; the browser numbers its own."""
        pixels = self.pixels
        with self._lock:
            known, counted = self._counted
            ours = pixels is not known and self.seq == counted
            if pixels is known and self.seq == counted:
                return
            number = counted + 1 if ours else self.seq
            self._counted = (pixels, number)
        if ours:
            self.seq = number  # before the picture leaves: see arrived() in _picture.js
        try:
            self.seen = np.rint(self.stages.centred).astype(np.uint8).tobytes()
            self.caption, self.note = NOTHING if self.empty else SEES, ""
            self._left.update(self.picture, "Nothing was drawn." if self.empty else "What was drawn.")
        except Exception as error:
            self.caption = one_line(error)

    def _asked(self, _: Any, content: Any, buffers: Any) -> None:
        """A button of the pad."""
        try:
            label = content["label"]
            if content["kind"] == "sample":
                self.show(self._sample(label))
            elif content["kind"] == "save":
                self.set_state({"pixels": buffers[0], "seq": content["seq"]})  # the drawing may still be on its way
                self.save(label)
        except Exception as error:
            self.note = one_line(error)

    def _sample(self, label: int) -> np.ndarray:
        from helpers.samples import digits  # read when first asked for

        known = digits()
        of_label = np.flatnonzero(known.labels == label)
        index = of_label[self._next_sample[label] % len(of_label)]
        self._next_sample[label] += 1
        return known.images[index]


def _array(pixels: memoryview) -> np.ndarray:
    return np.frombuffer(pixels, np.uint8).reshape(SIDE, SIDE).copy()  # the message that it came in is not ours


def _fitted(image: np.ndarray) -> np.ndarray:
    """The image as uint8 (112, 112)."""
    array = np.asarray(image)
    if array.shape not in ((FRAME, FRAME), (SIDE, SIDE)):
        raise BadInput(f"the image has the shape {array.shape}, expected ({FRAME}, {FRAME}) or ({SIDE}, {SIDE})")
    if array.dtype.kind not in "uif":
        raise BadInput(f"the image holds {array.dtype}, expected numbers from 0 (paper) to 255 (ink)")
    if not (array.min() >= 0 and array.max() <= 255):  # also false for NaN
        raise BadInput(f"the image holds values from {array.min()} to {array.max()}, expected 0 (paper) to 255 (ink)")
    if array.dtype.kind == "f" and 0 < array.max() <= 1:
        raise BadInput("the image holds values from 0 to 1, expected 0 (paper) to 255 (ink): multiply it by 255")
    # Whole pixels, not smoothed: the way back to 28x28 then gives the very same picture.
    whole = np.rint(array).astype(np.uint8)
    return whole.repeat(SIDE // len(whole), 0).repeat(SIDE // len(whole), 1)
