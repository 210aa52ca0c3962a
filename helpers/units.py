"""Numbers as a person reads them."""

from __future__ import annotations

import math
from collections.abc import Sequence


def seconds(value: float | None) -> str:
    """A time with a fitting unit, two or three digits.

    >>> seconds(2.4e-05), seconds(0.00138), seconds(2.5), seconds(None)
    ('24 µs', '1.4 ms', '2.5 s', '')
    """
    if value is None:
        return ""
    scaled, unit = _fitting(value)
    return f"{scaled:.1f} {unit}" if 0 < scaled < 10 else f"{scaled:.0f} {unit}"


def span(low: float, high: float) -> str:
    """Two times with three digits, and one unit where that will do.

    >>> span(4.17e-05, 4.224e-05), span(9.8e-05, 0.0012)
    ('41.7 – 42.2 µs', '98.0 µs – 1.20 ms')
    """
    first, last = precise(low), precise(high)
    same = first.split()[-1:] == last.split()[-1:]
    return f"{first.split()[0] if same else first} – {last}"


def precise(value: float | None) -> str:
    """A time with a fitting unit and three digits.

    >>> precise(4.17e-05), precise(0.1234), precise(None)
    ('41.7 µs', '123 ms', '')
    """
    if value is None:
        return ""
    scaled, unit = _fitting(value)
    return f"{scaled:.{max(0, 3 - len(str(int(scaled + 0.05))))}f} {unit}" if scaled else f"0 {unit}"


def _fitting(value: float) -> tuple[float, str]:
    """A time in the largest unit of which it has one; what is less than a nanosecond is none."""
    for unit, scale in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6), ("ns", 1e-9)):
        if value >= scale * 0.9995:
            return value / scale, unit
    return 0.0, "ns"


def times(value: float) -> str:
    """A ratio with three digits.

    >>> times(1.2), times(19.04), times(347.2), times(1234.0)
    ('1.20', '19.0', '347', '1234')
    """
    return f"{value:.{max(0, 3 - len(str(int(value + 0.005))))}f}"


def many(count: int, what: str) -> str:
    """A count and its noun.

    >>> many(1, "node"), many(1200, "parameter")
    ('1 node', '1,200 parameters')
    """
    return f"{count:,} {what}{'s' * (count != 1)}"


def some(names: Sequence[str], most: int) -> str:
    """Names in one line, only the first of them where there are more than ``most``.

    >>> some(["a", "b"], 2), some("abcd", 2)
    ('a, b', 'a, b and 2 more')
    """
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def number(value: float | None) -> str:
    """An error: one digit and a power of ten.

    >>> number(4.9e-07), number(0.0), number(float("inf"))
    ('5e-07', '0', 'inf')
    """
    if value is None:
        return ""
    return "0" if value == 0 else "inf" if math.isinf(value) else f"{value:.0e}"


def visible(text: str) -> str:
    """A text from elsewhere for a terminal: signs that would steer it, or break the line, are spelled out.

    >>> print(visible("a\\x1b[2Jb"))
    a\\x1b[2Jb
    """
    return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in text)


def listed(names: Sequence[str]) -> str:
    """Names as in a sentence.

    >>> listed(["Add"]), listed(["Add", "Relu"]), listed(["Mul", "Add", "Relu"])
    ('Add', 'Add and Relu', 'Mul, Add and Relu')
    """
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
