"""What a pad, a board or a walk leaves in the saved notebook: the picture, what was said of it, and how to go on.

A widget's own output is nothing without its kernel ("Error displaying widget: model not found").
"""

from __future__ import annotations

import base64
import struct
import threading
import zlib
from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np

_Told = tuple[np.ndarray, str, Sequence[Sequence[str]]]

AGAIN = "Run this cell again to draw."
_MOMENT = 0.5  # seconds
_EMPTY = '<span class="onnx-lab-left"></span>'  # hidden while the widget lives, see pad.css


class Left:
    """An output after the widget's, brought up to date while the widget lives.

    ``update`` is called for each picture while the pen moves, so it only takes note; what is left is made, and sent,
    once a moment, and not at all for a pad that nobody displayed by itself.
    """

    def __init__(self) -> None:
        self._shown: Any = None  # once there is one
        self._lock = threading.Lock()
        self._newest: _Told | None = None
        self._due = False  # whether a thread waits to write the newest

    def show(self, widget: Any) -> None:
        """Show the widget, and after it the place of what it leaves."""
        from IPython.display import display

        data, metadata = widget if isinstance(widget := widget._repr_mimebundle_(), tuple) else (widget, {})
        display(data, metadata=metadata or {}, raw=True)
        with self._lock:
            bundle = {"text/html": _EMPTY, "text/plain": ""} if self._newest is None else _bundle(*self._newest)
            self._shown = display(bundle, raw=True, display_id=True)

    def update(self, picture: np.ndarray, words: str, rows: Sequence[Sequence[str]] = ()) -> None:
        """Leave a picture (uint8, height × width), what was said of it, and a table."""
        with self._lock:
            self._newest = (picture, words, rows)
            if self._shown is None or self._due:
                return
            self._due = True
        timer = threading.Timer(_MOMENT, self._write)
        timer.daemon = True
        timer.start()

    def _write(self) -> None:
        with self._lock:
            self._due, newest, shown = False, self._newest, self._shown
        if newest is not None:
            shown.update(_bundle(*newest), raw=True)


def _bundle(picture: np.ndarray, words: str, rows: Sequence[Sequence[str]]) -> dict[str, str]:
    cells = ("".join(f"<td>{escape(cell)}</td>" for cell in row) for row in rows)
    table = f"<table>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>" if rows else ""
    image = f'<img alt="the drawing" width="112" src="data:image/png;base64,{_png(picture)}">'
    html = f'<div class="onnx-lab-left">{image}<p>{escape(words)} {AGAIN}</p>{table}</div>'
    return {"text/html": html, "text/plain": f"{words} {AGAIN}"}


def _png(picture: np.ndarray) -> str:
    """A grey picture as a PNG in base64; https://www.w3.org/TR/png-3/#5DataRep."""
    height, width = picture.shape
    lines = b"".join(b"\0" + row.tobytes() for row in picture)
    parts = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)), (b"IDAT", zlib.compress(lines, 9))]
    packed = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in (*parts, (b"IEND", b""))
    )
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + packed).decode()
