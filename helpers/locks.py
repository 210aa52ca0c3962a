"""Locks between processes of one user, in a folder that nobody else can write to."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import platformdirs
from filelock import FileLock, Timeout

from helpers.errors import BadInput


@contextmanager
def lock(name: str, *, blocking: bool = True, poll: float = 0.05) -> Iterator[None]:
    """Hold a lock of that name; none where this user has no folder to keep it in (a home that is read-only, say).

    ``filelock.Timeout`` where ``blocking`` is off and another process holds it, ``BadInput`` where something else
    lies in its place.

    >>> with lock("example"):
    ...     pass
    """
    folder = _folder()
    if folder is None:
        yield
        return
    path = folder / f"{name}.lock"
    held = FileLock(path, poll_interval=poll)
    try:
        held.acquire(blocking=blocking)
    except Timeout:
        raise
    except OSError as error:
        raise BadInput(f"{path} is in the way ({error.strerror}); delete it") from None
    try:
        yield
    finally:
        held.release()


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
