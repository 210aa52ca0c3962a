"""What runs in a child: it answers calls until the other side closes the connection, or ends."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time

from helpers.errors import one_line
from helpers.process.channel import Channel
from helpers.process.wire import Damaged

_POLL = 0.05  # seconds between looks at the memory, where the system cannot limit it itself
OUT_OF_MEMORY = 86  # exit status of a process that went over its limit


def main(end: str, memory: int) -> None:
    """Set the process up and answer: (function, arguments) in, (fine, value or error) out.

    Parameters
    ----------
    end
        The number of the connection's file; "" where it comes by standard input instead (on Windows).
    memory
        Bytes.
    """
    channel = Channel(_connection(end), trusted=True)
    set_up(memory)
    channel.send((True, os.getpid()))
    while True:
        try:
            function, arguments = channel.receive()
        except (EOFError, ConnectionError):
            return
        except Damaged as error:  # a function that no module here has, say
            channel.send((False, TypeError(f"what was sent cannot be read here: {error}")))
            continue
        try:
            reply = (True, function(*arguments))
        except BaseException as error:  # a Rust panic is not an Exception
            reply = (False, error.with_traceback(None))
        try:
            channel.send(reply)
        except ConnectionError:
            return
        except Exception as error:  # what cannot cross over is told in words
            channel.send((False, RuntimeError(f"{type(error).__name__}: {one_line(str(error))}")))


def _connection(end: str) -> socket.socket:
    if end:
        return socket.socket(fileno=int(end))
    size = int.from_bytes(sys.stdin.buffer.read(4), "little")
    return socket.fromshare(sys.stdin.buffer.read(size))  # type: ignore[attr-defined]  # Windows


def set_up(memory: int) -> None:
    """Limit the memory, and end when the parent does."""
    os.environ["HELPERS_IN_WORKER"] = "1"
    os.environ["RUST_BACKTRACE"] = "0"
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal reaches every process; the parent deals with it
    threading.Thread(target=_end_with_parent, args=[os.dup(0)], daemon=True).start()
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    limit_memory(memory)


def in_child() -> bool:
    """Whether this process is such a child."""
    return os.environ.get("HELPERS_IN_WORKER") == "1"


def how_it_ended(status: int | None, memory: int) -> str:
    """The exit status of such a process in words, seen from the other side.

    >>> how_it_ended(-6, 2**30)
    'its process ended by signal 6 (SIGABRT)'
    """
    if status == OUT_OF_MEMORY:
        return f"it went over its memory limit of {memory / 2**30:g} GiB"
    if status is not None and status < 0:
        return f"its process ended by signal {-status} ({_signal(-status)})"
    return f"its process ended with status {status}"


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # a real-time signal
        return "which has no name"


def ping() -> int:
    """The process id: answers once the process is up."""
    return os.getpid()


def step_back() -> None:
    """Leave the cores to others when they want them (on Unix)."""
    if hasattr(os, "nice"):
        os.nice(max(0, 10 - os.nice(0)))  # once, however many ask


def _end_with_parent(standard_input: int) -> None:
    """A kernel that is killed cannot end its children, and one in an endless loop would live on.

    The parent alone holds the other end of this process's standard input, and never writes to it.
    """
    try:
        while os.read(standard_input, 1):
            pass
    finally:
        os._exit(1)


def limit_memory(limit: int) -> None:
    """On Linux the system refuses memory over the limit; elsewhere a thread watches and ends the process."""
    if sys.platform == "linux":
        lower_limit(os.getpid(), limit)
    else:
        threading.Thread(target=watch_memory, args=[limit], daemon=True).start()


def lower_limit(pid: int, most: int) -> None:
    """Have Linux refuse a process, and those that it starts from now on, more memory than this many bytes each."""
    import resource

    # RLIMIT_DATA counts private memory; RLIMIT_AS would also count the files that GPU drivers map.
    _, hard = resource.prlimit(pid, resource.RLIMIT_DATA)
    lesser = most if hard == resource.RLIM_INFINITY else min(most, hard)  # a limit may be lowered, never raised
    resource.prlimit(pid, resource.RLIMIT_DATA, (lesser, lesser))


def watch_memory(limit: int) -> None:
    """End the process once it holds more than this many bytes."""
    import psutil

    process = psutil.Process()
    while process.memory_info().rss <= limit:
        time.sleep(_POLL)
    os._exit(OUT_OF_MEMORY)
