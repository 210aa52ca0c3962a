"""What an engine's process needs to start: an environment, and a parent that may have children."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

GUARD = "in a script, put the calls under if __name__ == '__main__':"
DAEMON = (
    "it needs a process of its own, and this one is a daemon, which may start none; for dask's workers set "
    "distributed.worker.daemon to False"
)
_THREADS = "OPENBLAS_NUM_THREADS"
_environment = threading.Lock()


@contextmanager
def one_thread_for_numpy() -> Iterator[None]:
    """OpenBLAS starts a thread for each core when numpy is imported: a third of the time that a process needs to start.

    A child takes over the environment of the moment in which it is made, and multiprocessing has no other way to give
    it one. Who needs more threads later can still have them (see the reference).
    """
    with _environment:
        chosen = os.environ.get(_THREADS)
        os.environ[_THREADS] = chosen or "1"
        try:
            yield
        finally:
            if chosen is None:
                del os.environ[_THREADS]
