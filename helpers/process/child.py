"""A Python process that answers calls, seen from the side that asks.

The caller's thread itself waits at the socket. A process pool (concurrent.futures, pebble) puts two or three threads
in between, and each costs a wait for the interpreter's lock: on a busy board some milliseconds a picture.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
import threading
import time
import weakref
from collections.abc import Callable
from typing import IO, Any

from helpers.errors import one_line
from helpers.process.channel import Channel, Oversized
from helpers.process.command import command, environment
from helpers.process.serve import how_it_ended
from helpers.process.wire import Damaged

GRACE = 0.2  # seconds until a process that is ending has ended, so that its own exit status is told
_LARGEST = 2 * 2**30  # bytes that may come back at once
_BOOT = "from helpers.process.serve import main; main(sys.argv[1], int(sys.argv[2]))"


class Ended(Exception):
    """The process ended, or sent what is not an answer; the message says how."""


class NotStarted(Exception):
    """The process did not start; the message says why."""


class TimedOut(Exception):
    """No answer in time; the process was ended."""


class Child:
    """A process that starts at the first call, and again after it ended.

    Parameters
    ----------
    memory
        Bytes that it may hold.
    start
        Seconds until it must be up.

    >>> from helpers.process.serve import ping
    >>> with Child(memory=2**30) as child:
    ...     child.call(20, ping) == child.pid
    True
    """

    def __init__(self, *, memory: int, start: float = 60.0) -> None:
        self.memory, self._patience = memory, start
        self._lock = threading.Lock()  # one call at a time: there is one process
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: Channel | None = None
        self._log: IO[bytes] | None = None
        self._up = False
        self._finalizer: Callable[[], object] = lambda: None

    @property
    def pid(self) -> int | None:
        """The id of the process; None where there is none now."""
        return None if self._process is None else self._process.pid

    def start(self) -> None:
        """Start the process, without waiting until it is up."""
        with self._lock:
            self._begin()

    def call(self, seconds: float, function: Callable[..., Any], *arguments: Any, most: int = _LARGEST) -> Any:
        """Call a function (one that a module holds) in the process.

        Parameters
        ----------
        seconds
            Until the answer must be here: for sending the arguments, the call, and receiving what it gives.
        most
            Bytes of an answer.

        Raises
        ------
        NotStarted, TimedOut, Ended
            What became of the process; the next call starts another.
        TypeError
            An argument does not cross between processes (see :mod:`helpers.process.wire`).
        Exception
            What the function raised.
        """
        with self._lock:
            try:
                channel = self._ready()
                until = time.monotonic() + seconds
                channel.send((function, arguments), until=until)
                fine, value = channel.receive(until=until, most=most)
            except TypeError:  # it was never sent
                raise
            except TimeoutError:
                self._end()
                raise TimedOut(
                    f"no answer within {seconds:g} s, so its process was ended; the next call starts a new one"
                ) from None
            except (EOFError, ConnectionError):
                raise Ended(self._last_words(self._end())) from None
            except Oversized as error:
                self._end()
                raise Ended(
                    f"its answer of {error.size / 2**30:.1f} GiB is more than the {most / 2**30:g} GiB that are taken "
                    "at once; give smaller inputs"
                ) from None
            except (Damaged, ValueError) as error:
                self._end()
                raise Ended(f"its answer is none ({one_line(error)}); the next call starts a new one") from None
            except BaseException:  # Ctrl-C in the kernel: nobody waits for the answer any more
                self._end()
                raise
        if fine:
            return value
        raise value

    def end(self, *, grace: float = GRACE) -> int | None:
        """End the process; it gets this many seconds to end by itself. Its exit status, None where there was none."""
        with self._lock:
            return self._end(grace)

    def __enter__(self) -> Child:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def _begin(self) -> None:
        if self._process is not None:
            return
        ours, theirs = socket.socketpair()
        windows = sys.platform == "win32"
        try:
            self._log = tempfile.TemporaryFile()  # noqa: SIM115  # without a name: it goes with the last who has it open
        except OSError:  # a full disk, say: then its last words are lost
            self._log = None
        try:
            self._process = subprocess.Popen(
                command(_BOOT, "" if windows else str(theirs.fileno()), str(self.memory)),
                stdin=subprocess.PIPE,  # whose end tells the child that this process has ended
                stdout=self._log or subprocess.DEVNULL,
                stderr=self._log or subprocess.DEVNULL,
                env=environment(threads="1"),
                pass_fds=() if windows else (theirs.fileno(),),
            )
            if windows:
                shared = theirs.share(self._process.pid)  # type: ignore[attr-defined]
                assert self._process.stdin is not None
                self._process.stdin.write(len(shared).to_bytes(4, "little") + shared)
                self._process.stdin.flush()
        except OSError as error:
            ours.close()
            self._end()
            raise NotStarted(f"its process did not start ({one_line(error)})") from None
        finally:
            theirs.close()  # so that the end of the process is the end of the connection
        self._channel, self._up = Channel(ours), False
        self._finalizer = weakref.finalize(self, _kill, self._process)

    def _ready(self) -> Channel:
        self._begin()
        assert self._channel is not None
        if not self._up:
            try:
                self._channel.receive(until=time.monotonic() + self._patience, most=2**16)
            except (EOFError, OSError, Damaged, Oversized):  # TimeoutError is an OSError
                log = self._log
                status = self._end()
                said = _said(log) or "no word of why"
                raise NotStarted(f"its process did not start (status {status}, {said})") from None
            self._up = True
        return self._channel

    def _end(self, grace: float = GRACE) -> int | None:
        process, channel, self._process, self._channel = self._process, self._channel, None, None
        if channel is not None:
            channel.close()
        if process is None:
            return None
        try:
            process.wait(grace)  # one that closed its end of the connection is about to end
        except subprocess.TimeoutExpired:
            process.kill()  # at once: a native loop heeds no SIGTERM handler
        _kill(process)
        return process.returncode

    def _last_words(self, status: int | None) -> str:
        how, words = how_it_ended(status, self.memory), _said(self._log)
        return f"{how}{f', saying: {words}' if words else ''}; the next call starts a new one"


def _said(log: IO[bytes] | None) -> str:
    """The last line that a process printed; only after its end, since it writes where this reads."""
    if log is None:
        return ""
    try:
        log.seek(max(0, log.seek(0, 2) - 2**16))
        lines = log.read().decode(errors="replace").strip().splitlines()
    except (OSError, ValueError):
        return ""
    return one_line(lines[-1]) if lines else ""


def _kill(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    if process.stdin is not None:
        process.stdin.close()
