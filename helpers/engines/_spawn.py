"""What an engine's process needs to start: an environment, and as little of its parent as can be."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

DAEMON = (
    "it needs a process of its own, and this one is a daemon, which may start none; for dask's workers set "
    "distributed.worker.daemon to False"
)
_THREADS = "OPENBLAS_NUM_THREADS"
_spawning = threading.Lock()


@contextmanager
def bare_child() -> Iterator[None]:
    """While this lasts, a child that is started imports what it is asked for, and nothing else.

    Two things are kept from it. The script that the parent runs: multiprocessing has each child run that again, with
    all that it imports. And the threads that OpenBLAS starts for each core when numpy is imported, a third of the time
    that a process needs to start; who needs more threads later can still have them (see the reference). A child takes
    over what is there at the moment in which it is made, and multiprocessing has no other way to tell it.
    """
    main = sys.modules["__main__"]
    with _spawning:
        threads, spec = os.environ.get(_THREADS), main.__spec__
        file = main.__dict__.pop("__file__", None)
        main.__spec__ = None
        os.environ[_THREADS] = threads or "1"
        try:
            yield
        finally:
            main.__spec__ = spec
            if file is not None:
                main.__file__ = file
            if threads is None:
                del os.environ[_THREADS]
