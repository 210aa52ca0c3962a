"""Standard output and standard error as they are: some do not know every sign, some take nothing."""

from __future__ import annotations

import codecs
import errno
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_PLAIN = {
    **{"–": "-", "—": "-", "…": "...", "×": "x", "±": "+/-", "≤": "<=", "≥": ">=", "→": "->"},
    **{"µ": "u", "✓": "ok", "✗": "not ok", "\u0336": "", "\u202f": " ", "\u00a0": " "},
}
_SIGNS = str.maketrans(_PLAIN)
_TAKES_NOTHING = {errno.EPIPE, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}


def _plain(error: UnicodeError) -> tuple[str, int]:
    """What stands in for signs that an encoding lacks (a codec's error handler)."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lost = error.object[error.start : error.end]
    return lost.translate(_SIGNS).encode("ascii", "backslashreplace").decode("ascii"), error.end


codecs.register_error("onnx-lab", _plain)


@contextmanager
def told() -> Iterator[None]:
    """Print whatever the streams' encoding, and end in one line where standard output takes nothing more.

    A finished measurement is not to end in a UnicodeEncodeError (an ascii locale, a Windows console), nor in a
    traceback because the disk behind ``>`` is full.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="onnx-lab")
    try:
        try:
            yield
        finally:
            sys.stdout.flush()
    except OSError as error:
        if error.filename is not None or error.errno not in _TAKES_NOTHING:  # whatever else writes names its file
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python tries once more at its end
        if error.errno != errno.EPIPE:  # whoever reads a pipe may stop reading
            print(f"onnx-lab: the output cannot be written ({error.strerror}); send it elsewhere", file=sys.stderr)
        sys.exit(1)
