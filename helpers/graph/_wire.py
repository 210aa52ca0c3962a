"""A model file byte by byte: protobuf's wire format read by hand, with names from the format's description."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

import onnx
import pandas as pd

from helpers.errors import BadInput
from helpers.modelfile.model import read_bytes
from helpers.modelfile.nodes import Source
from helpers.process.reader import reads

_DEEPEST = 100  # messages in messages: protobuf's own limit
_LONGEST = 60  # characters of a text
_FEW = 8  # numbers of a packed list that are shown
_FIXED = {1: 8, 5: 4}  # bytes, by wire type
_WIRE = {0: "varint", 1: "64 bits", 2: "length", 3: "group", 4: "end of group", 5: "32 bits"}


class Row(NamedTuple):
    """A field of the file, or where it breaks."""

    offset: int  # of the field's tag, in bytes from the start of the file
    depth: int
    path: str
    number: int | None
    wire: str
    length: int | None  # bytes of the value, without tag and length
    value: str


class _Broken(Exception):
    """The bytes stop making sense: where, and why."""

    def __init__(self, offset: int, why: str) -> None:
        super().__init__(offset, why)
        self.offset, self.why = offset, why


@reads()
def fields(model: Source, *, limit: int = 200) -> pd.DataFrame:
    """The file as protobuf writes it: each field after the one before it, messages followed by what is in them.

    A field is a tag (its number and how its value is written), for some a length, then the value; names are not in
    the file. A damaged file is shown up to the damage, and the last row says where that is.

    Parameters
    ----------
    limit
        Rows at most. ``attrs["complete"]`` tells whether that was all, ``attrs["bytes"]`` the size of the file.

    Returns
    -------
    DataFrame
        ``offset`` (bytes), ``depth``, ``path``, ``number``, ``wire`` (type), ``length`` (bytes), ``value``.

    Raises
    ------
    BadInput
        No file, or a limit below 1.

    >>> found = fields("models/mnist.onnx", limit=3)
    >>> found[["offset", "path", "value"]].values.tolist()[:2]
    [[0, 'ir_version', '3'], [2, 'producer_name', 'onnx-engine-lab']]
    >>> found.attrs["complete"]
    False
    """
    if limit < 1:
        raise BadInput(f"limit={limit}: give the most rows to show, at least 1")
    data = model.SerializeToString() if isinstance(model, onnx.ModelProto) else read_bytes(model)[1]
    rows = list(islice(_whole(memoryview(data)), limit + 1))
    table = pd.DataFrame(rows[:limit], columns=list(Row._fields))
    for name in ("number", "length"):
        table[name] = table[name].astype("Int64")
    table.attrs |= {"complete": len(rows) <= limit, "bytes": len(data)}
    return table


def _whole(data: memoryview) -> Iterator[Row]:
    try:
        yield from _message(data, 0, len(data), onnx.ModelProto.DESCRIPTOR, "", 0)
    except _Broken as broken:
        yield Row(broken.offset, 0, "", None, "", None, f"the file breaks here: {broken.why}")


def _message(data: memoryview, start: int, end: int, kind: Any, path: str, depth: int) -> Iterator[Row]:
    if depth > _DEEPEST:
        raise _Broken(start, f"more than {_DEEPEST} messages lie in each other")
    counts: dict[int, int] = {}
    while start < end:
        offset = start
        tag, start = _varint(data, start, end)
        number, wire = tag >> 3, tag & 7
        if not number:
            raise _Broken(offset, "a field has the number 0, which protobuf does not use")
        field = kind.fields_by_number.get(number)
        name = field.name if field is not None else f"unknown_{number}"
        if field is not None and _repeated(field):
            name = f"{name}[{counts.get(number, 0)}]"
            counts[number] = counts.get(number, 0) + 1
        here = f"{path}.{name}" if path else name
        if wire == 0:
            found, after = _varint(data, start, end)
            yield Row(offset, depth, here, number, _WIRE[0], after - start, _whole_number(found, field))
        elif wire in _FIXED:
            after = _within(offset, start + _FIXED[wire], end, f"{here} needs {_FIXED[wire]} bytes")
            yield Row(offset, depth, here, number, _WIRE[wire], _FIXED[wire], _fixed(data[start:after], field))
        elif wire == 2:
            length, start = _varint(data, start, end)
            whole = f"{here} says it has {length:,} bytes"
            known = start + length <= end and field is not None and field.message_type is not None
            if not known:
                after = _within(offset, start + length, end, whole)
                yield Row(offset, depth, here, number, _WIRE[2], length, _bytes(data[start:after], field))
            else:
                after = start + length
                yield Row(offset, depth, here, number, _WIRE[2], length, str(field.message_type.name))
                yield from _message(data, start, after, field.message_type, here, depth + 1)
        else:
            raise _Broken(
                offset, f"{here} is of the wire type {wire} ({_WIRE.get(wire, 'none')}), which ONNX does not use"
            )
        start = after


def _varint(data: memoryview, start: int, end: int) -> tuple[int, int]:
    """Seven bits a byte, the lowest first; a byte below 128 is the last."""
    found = 0
    for place in range(start, min(end, start + 10)):
        found |= (data[place] & 127) << 7 * (place - start)
        if data[place] < 128:
            return found, place + 1
    raise _Broken(
        start,
        "a number does not end" if end - start >= 10 else f"{end - start} bytes are left, and a number does not end",
    )


def _within(offset: int, after: int, end: int, what: str) -> int:
    if after > end:
        raise _Broken(offset, f"{what}, which is {after - end:,} more than are left")
    return after


def _repeated(field: Any) -> bool:
    return bool(field.is_repeated if hasattr(field, "is_repeated") else field.label == field.LABEL_REPEATED)


def _whole_number(found: int, field: Any) -> str:
    signed = found - 2**64 if found >= 2**63 else found
    if field is None:
        return str(signed)
    if field.enum_type is not None and signed in field.enum_type.values_by_number:
        return f"{signed} ({field.enum_type.values_by_number[signed].name})"
    if field.name in ("data_type", "elem_type") and signed in onnx.TensorProto.DataType.values():
        return f"{signed} ({onnx.TensorProto.DataType.Name(signed)})"
    return str(found if field.type in (field.TYPE_UINT64, field.TYPE_UINT32) else signed)


def _fixed(data: memoryview, field: Any) -> str:
    floats = field is None or field.type in (field.TYPE_FLOAT, field.TYPE_DOUBLE)
    code = {(4, True): "<f", (8, True): "<d", (4, False): "<i", (8, False): "<q"}[len(data), floats]
    return f"{struct.unpack(code, data)[0]:.7g}"


def _bytes(data: memoryview, field: Any) -> str:
    if field is not None and field.type == field.TYPE_STRING:
        text = str(data[: 4 * _LONGEST], "utf-8", "replace")
        return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    if field is None or field.type == field.TYPE_BYTES:
        short = bytes(data[: _LONGEST + 1])  # an attribute's text is bytes too; the numbers of a weight seldom look so
        said = f": {short.decode()}" if 0 < len(short) <= _LONGEST and short.isascii() and _printable(short) else ""
        return f"{len(data):,} bytes{said}"
    size = {field.TYPE_FLOAT: 4, field.TYPE_DOUBLE: 8}.get(field.type)
    if size is not None:  # packed: the numbers one after the other, without tags
        shown = [_fixed(data[i : i + size], field) for i in range(0, min(len(data) // size, _FEW) * size, size)]
        return _list(shown, len(data) // size > _FEW, f"{len(data) // size:,}")
    shown, start = [], 0
    while start < len(data) and len(shown) < _FEW:
        try:
            found, start = _varint(data, start, len(data))
        except _Broken:
            return f"{len(data):,} bytes that are not numbers"
        shown.append(_whole_number(found, field))
    return _list(shown, start < len(data), f"{len(data):,} bytes of")


def _printable(text: bytes) -> bool:
    return text.decode("ascii").isprintable()


def _list(shown: list[str], more: bool, count: str) -> str:
    return f"[{', '.join(shown)}{f', … ({count} numbers)' if more else ''}]"
