"""Pictures of a drawing: in the saved notebook, for readers without a kernel, and in files."""

from __future__ import annotations

import base64
import secrets
from pathlib import Path
from typing import Any

from helpers.errors import BadInput

MOST = 500  # nodes of a graph whose picture is kept; of more it would be too large to read, and to store
_LARGEST = 2_000_000  # bytes: a notebook with more is slow to open
_ENDINGS = (".svg", ".png")
_EMPTY = {"text/html": '<span class="onnx-lab-picture"></span>', "text/plain": ""}


def show(bundle: Any, text: str, *pictures: Picture) -> None:
    """Show a widget, and after it the places of its pictures."""
    from IPython.display import display

    data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
    display({**data, "text/plain": text}, metadata=metadata, raw=True)
    for picture in pictures:
        picture.shown = display(_EMPTY, raw=True, display_id=True)


class Picture:
    """An output after the widget's: empty, until the page has drawn and sent a picture.

    While the widget lives, its style sheet hides this output.
    """

    shown: Any = None  # the output, once there is one

    def update(self, png: bytes, text: str) -> None:
        """Put a picture there."""
        if self.shown is not None and len(png) <= _LARGEST:
            self.shown.update({"image/png": base64.b64encode(png).decode(), "text/plain": text}, raw=True)


class Files:
    """The files that were asked for. The page knows them by a number only, so it can write no others."""

    def __init__(self) -> None:
        self._asked: dict[str, Path] = {}

    def ask(self, path: Path | str) -> tuple[Path, dict[str, Any]]:
        """Where the file will be, and the message to the page."""
        wanted, asked = _target(path), secrets.token_hex(8)
        self._asked[asked] = wanted
        return wanted, {"kind": "picture", "asked": asked, "as": wanted.suffix[1:], "scale": 2}

    def take(self, asked: str, data: bytes) -> str:
        """Write what the page sent; what to say about it."""
        path = self._asked.pop(asked, None)
        if path is None:
            return ""
        path.write_bytes(data)
        return f"saved {path.name}"


def _target(path: Path | str) -> Path:
    """Where a picture goes, or BadInput.

    >>> _target("mnist.gif")
    Traceback (most recent call last):
    helpers.errors.BadInput: mnist.gif: a drawing is saved as .svg or .png; give one of these endings
    """
    wanted = Path(path).expanduser()
    if wanted.suffix not in _ENDINGS:
        raise BadInput(f"{path}: a drawing is saved as .svg or .png; give one of these endings")
    if not wanted.resolve().parent.is_dir():
        raise BadInput(f"{path}: there is no folder {wanted.parent}; make it first")
    return wanted.resolve()
