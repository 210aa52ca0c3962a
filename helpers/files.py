"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from helpers.errors import BadInput


def refuse_unwritable(path: Path, sources: Iterable[Path] = ()) -> None:
    """Raise BadInput where a file could not be written, or is one of its own sources, before any work is done for it.

    >>> refuse_unwritable(Path("none/a.json"))
    Traceback (most recent call last):
    helpers.errors.BadInput: none/a.json: there is no folder none; make it, or give another file
    """
    try:
        if path.is_dir():
            raise BadInput(f"{path} is a folder; give a file in it")
        if not path.parent.is_dir():
            raise BadInput(f"{path}: there is no folder {path.parent}; make it, or give another file")
        if path.exists() and any(source.exists() and path.samefile(source) for source in sources):
            raise BadInput(f"{path} is what is read; give another name, or it would be lost")
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name[:20]}-"):
            pass
    except (OSError, ValueError) as error:
        if isinstance(error, BadInput):
            raise
        raise _unwritable(path, error) from None


def replace(path: Path, what: str | bytes) -> None:
    """Write beside a file, then put that in its place: a reader finds the old one or the new one, never a part.

    Raises
    ------
    BadInput
        It cannot be written; what was there stays as it was, and nothing is left beside it.
    """
    name = ""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:20]}-")
        with os.fdopen(handle, "wb") as file:
            file.write(what.encode("utf-8", "replace") if isinstance(what, str) else what)
        os.chmod(name, 0o644)  # mkstemp's file is for its owner only
        os.replace(name, path)
    except (OSError, ValueError) as error:
        if name:
            Path(name).unlink(missing_ok=True)
        raise _unwritable(path, error) from None


def _unwritable(path: Path, error: Exception) -> BadInput:
    why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return BadInput(f"{path} cannot be written ({why}); give a file in a folder of yours with room for it")
