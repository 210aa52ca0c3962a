"""Messages over a socket, each within a time limit: for sending, for waiting and for receiving together."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from helpers.process.wire import Buffer, Damaged, pack, unpack

_HEAD = struct.Struct("<QQ")  # bytes of the JSON, number of buffers; then the size of each buffer
_SMALL = 2**16  # bytes that one call of the system takes
_MOST_BUFFERS = 2**20


class Oversized(Exception):
    """A message larger than the receiver takes; ``size`` in bytes."""

    def __init__(self, size: int) -> None:
        super().__init__(f"a message of {size} bytes")
        self.size = size


class Channel:
    """One end of a connection on which the two sides take turns.

    ``trusted`` is an end that believes the other (see :mod:`helpers.process.wire`).
    """

    def __init__(self, end: socket.socket, *, trusted: bool = False) -> None:
        self._socket, self._trusted = end, trusted
        self._left = memoryview(b"")  # received already

    def send(self, value: Any, *, until: float | None = None) -> None:
        """Send a value. ``until`` is a moment of ``time.monotonic``; after it: TimeoutError."""
        tree, buffers = pack(value)
        sizes = struct.pack(f"<{len(buffers)}Q", *(each.size for each in buffers))
        first = _HEAD.pack(len(tree), len(buffers)) + sizes + tree
        parts: Sequence[Any] = [first, *buffers]
        if len(first) + sum(each.size for each in buffers) <= _SMALL:
            parts = [b"".join(parts)]
        for part in parts:
            self._wait(until)
            self._socket.sendall(part)

    def receive(self, *, until: float | None = None, most: int | None = None) -> Any:
        """Wait for a value and receive it.

        Raises
        ------
        TimeoutError, EOFError, Damaged, Oversized
            Not in time; the other side has ended; no such message; one of more than ``most`` bytes.
        """
        length, count = _HEAD.unpack(self._passing(_HEAD.size, until))
        if count > _MOST_BUFFERS:
            raise Damaged(f"{count} buffers")
        sizes = struct.unpack(f"<{count}Q", self._passing(8 * count, until))
        if most is not None and (total := length + sum(sizes)) > most:
            raise Oversized(total)
        tree = bytes(self._passing(length, until))
        buffers = [self._take(size, until) for size in sizes]
        return unpack(tree, buffers, trusted=self._trusted)

    def close(self) -> None:
        """Close this end, which the other side sees as the end of the connection."""
        self._socket.close()

    def _passing(self, size: int, until: float | None) -> memoryview:
        """So many bytes that are looked at once."""
        if len(self._left) < size:
            return self._take(size, until).data
        found, self._left = self._left[:size], self._left[size:]
        return found

    def _take(self, size: int, until: float | None) -> Buffer:
        """So many bytes, in memory of their own so that arrays in it are aligned."""
        found = np.empty(size, np.uint8)
        target = found.data
        while target:
            if not self._left and len(target) < _SMALL:  # and what follows, in one call of the system
                self._wait(until)
                self._left = memoryview(self._socket.recv(_SMALL))
                if not self._left:
                    raise EOFError
            if self._left:
                n = min(len(self._left), len(target))
                target[:n] = self._left[:n]
                self._left, target = self._left[n:], target[n:]
                continue
            self._wait(until)
            n = self._socket.recv_into(target)
            if not n:
                raise EOFError
            target = target[n:]
        return found

    def _wait(self, until: float | None) -> None:
        """Set how long the next call of the system may take."""
        if until is None:
            self._socket.settimeout(None)
            return
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._socket.settimeout(left)
