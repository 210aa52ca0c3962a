"""The memory that another process and those that it starts may take, each for itself."""

from __future__ import annotations

import sys
import threading
import time
from contextlib import suppress

import psutil

from helpers.process.serve import lower_limit

_LOOK = 0.2  # seconds between looks, where the system cannot limit it itself


def limit_memory(pid: int, most: int) -> None:
    """On Linux the system refuses memory over the limit; elsewhere a thread watches, and ends who goes over it."""
    if sys.platform != "linux":
        threading.Thread(target=_watch, args=[pid, most], daemon=True).start()
        return
    with suppress(OSError, ValueError):  # it has ended already
        lower_limit(pid, most)


def _watch(pid: int, most: int) -> None:
    with suppress(psutil.Error):
        parent = psutil.Process(pid)
        while parent.is_running() and parent.status() != psutil.STATUS_ZOMBIE:
            for process in (parent, *parent.children(recursive=True)):
                with suppress(psutil.Error):
                    if process.memory_info().rss > most:
                        process.kill()
            time.sleep(_LOOK)
