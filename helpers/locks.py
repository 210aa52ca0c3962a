"""Locks between processes of one user, in a folder that nobody else can write to."""

from __future__ import annotations

import os
import tempfile
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import platformdirs
from filelock import FileLock


def lock(name: str, *, blocking: bool = True, poll: float = 0.05) -> AbstractContextManager[Any]:
    """A lock of that name; none where this user has no folder to keep it in (a home that is read-only, say).

    ``filelock.Timeout`` where ``blocking`` is off and another process holds it.

    >>> with lock("example"):
    ...     pass
    """
    folder = _folder()
    if folder is None:
        return nullcontext()
    return FileLock(folder / f"{name}.lock", blocking=blocking, poll_interval=poll)


def _folder() -> Path | None:
    """The user's cache, or a folder of the user's own in the one for temporary files.

    In the shared folder itself another user could put a folder or a link in the lock's place, and hold up everybody.
    """
    cache = platformdirs.user_cache_path("onnx-engine-lab", appauthor=False) / "locks"
    shared = Path(tempfile.gettempdir(), f"onnx-lab-{os.getuid() if hasattr(os, 'getuid') else 'user'}")
    return next((folder for folder in (cache, shared) if _ours(folder)), None)


def _ours(folder: Path) -> bool:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        about = folder.lstat()
    except OSError:
        return False
    if folder.is_symlink() or not os.access(folder, os.W_OK):
        return False
    return not hasattr(os, "getuid") or about.st_uid == os.getuid()
