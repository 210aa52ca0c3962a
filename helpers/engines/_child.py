"""The other side of the worker: what runs in an engine's own process."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing import connection, parent_process
from multiprocessing.connection import Connection

import numpy as np

from helpers.engines.base import Options, Session
from helpers.engines.errors import one_line
from helpers.engines.model import TensorInfo
from helpers.engines.registry import get

_POLL = 0.05  # seconds between looks at the memory, where the system cannot limit it itself
OUT_OF_MEMORY = 86  # exit status of a process that went over its limit

_sessions: dict[str, Session] = {}


@dataclass(frozen=True)
class Loaded:
    """What a load tells."""

    inputs: tuple[TensorInfo, ...]
    outputs: tuple[TensorInfo, ...]
    seconds: float
    pid: int


@dataclass(frozen=True)
class Ran:
    """What a run gives; ``seconds`` is the time of the call itself, without the way between the processes."""

    outputs: dict[str, np.ndarray]
    seconds: float


def serve(pipe: Connection, memory: int, log: str) -> None:
    """Answer calls until the other side closes the pipe: (function, arguments) in, (fine, value or error) out."""
    set_up(memory, log)
    pipe.send((True, os.getpid()))
    while True:
        try:
            function, arguments = pipe.recv()
        except EOFError:
            return
        try:
            reply = (True, function(*arguments))
        except BaseException as error:  # a Rust panic is no Exception
            reply = (False, error.with_traceback(None))
        try:
            pipe.send(reply)
        except Exception:  # what cannot cross over is told in words
            pipe.send((False, RuntimeError(f"{type(reply[1]).__name__}: {one_line(str(reply[1]))}")))


def set_up(memory: int, log: str) -> None:
    """Send what the engine prints into a file, limit the memory, and end when the parent does."""
    os.environ["HELPERS_IN_WORKER"] = "1"
    os.environ["RUST_BACKTRACE"] = "0"
    out = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    for stream in (1, 2):
        os.dup2(out, stream)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal reaches every process; the parent deals with it
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _limit_memory(memory)


def in_worker() -> bool:
    """Whether this process is an engine's own."""
    return os.environ.get("HELPERS_IN_WORKER") == "1"


def how_it_ended(status: int | None, memory: int) -> str:
    """The exit status of such a process in words, seen from the other side.

    >>> how_it_ended(-6, 2**30)
    'its process ended by signal 6 (SIGABRT)'
    """
    if status == OUT_OF_MEMORY:
        return f"it went over its memory limit of {memory / 2**30:g} GiB"
    if status is not None and status < 0:
        return f"its process ended by signal {-status} ({signal.Signals(-status).name})"
    return f"its process ended with status {status}"


def ping() -> int:
    """The process id: answers once the process is up."""
    return os.getpid()


def load(token: str, engine: str, model: str | bytes, options: Options) -> Loaded:
    """Load a model under a token."""
    start = time.perf_counter()
    session = get(engine).load(model, options)
    seconds = time.perf_counter() - start
    _sessions[token] = session
    return Loaded(session.inputs, session.outputs, seconds, os.getpid())


def run(token: str, inputs: Mapping[str, np.ndarray]) -> Ran | None:
    """Run the session of a token; None where this process does not know it (it took the place of one that ended)."""
    session = _sessions.get(token)
    if session is None:
        return None
    start = time.perf_counter_ns()
    outputs = session.run(inputs)
    return Ran(outputs, (time.perf_counter_ns() - start) / 1e9)


def step_back() -> None:
    """Leave the cores to others when they want them (on Unix)."""
    if hasattr(os, "nice"):
        os.nice(max(0, 10 - os.nice(0)))  # once, however many boards ask


def close(token: str) -> None:
    """Let go of a session."""
    session = _sessions.pop(token, None)
    if session is not None:
        session.close()


def _end_with_parent() -> None:
    """A kernel that is killed cannot end its workers, and one in an endless loop would live on."""
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def _limit_memory(limit: int) -> None:
    """On Linux the system refuses memory over the limit; elsewhere a thread watches and ends the process."""
    if sys.platform == "linux":
        import resource

        # RLIMIT_DATA counts private memory; RLIMIT_AS would also count the files that GPU drivers map.
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    else:
        threading.Thread(target=_watch_memory, args=[limit], daemon=True).start()


def _watch_memory(limit: int) -> None:
    import psutil

    process = psutil.Process()
    while process.memory_info().rss <= limit:
        time.sleep(_POLL)
    os._exit(OUT_OF_MEMORY)
