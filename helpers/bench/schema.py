"""What a result file must look like: types, ranges and sizes. It may come from anywhere, as a model may.

Checked by pydantic, whose parser is compiled: a file of a million calls takes a moment.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer, ValidationError

from helpers.bench.head import SCHEMA
from helpers.compare.verdict import Outcome
from helpers.errors import BadInput
from helpers.units import visible

MOST_BYTES = 128 * 2**20
_MOST_PARTS = 5_000_000  # objects, lists and names: each takes many times the bytes that it has in the file
_LONGEST = 20_000  # characters of a message
_NAME = 200

Text = Annotated[str, Field(max_length=_LONGEST)]
Name = Annotated[str, Field(max_length=_NAME)]
Count = Annotated[int, Field(ge=0, le=2**62)]
Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Error = Annotated[float, Field(ge=0, allow_inf_nan=False)] | Literal["inf"] | None


# As an array at once: a list of a million numbers takes four times as much, and there may be thousands.
_Calls = Annotated[
    list[Count],
    Field(max_length=1_000_000),
    AfterValidator(lambda calls: np.array(calls, np.int64)),
    PlainSerializer(lambda calls: calls),
]


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")


class _Options(BaseModel):
    model_config = ConfigDict(strict=True, extra="allow")
    intra_threads: Annotated[int, Field(ge=1, le=4096)]


class _Entry(_Part):
    name: Name
    engine: Name
    options: _Options


class _Model(_Part):
    title: Text
    bytes: Count
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Inputs(_Part):
    samples: Count
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Plan(_Part):
    model: _Model
    inputs: _Inputs
    entries: Annotated[list[_Entry], Field(min_length=1, max_length=200)]
    processes: Annotated[int, Field(ge=1, le=1000)]
    seconds: Annotated[float, Field(ge=0, le=3600, allow_inf_nan=False)]
    most_calls: Annotated[int, Field(ge=1, le=1_000_000)]
    seed: int
    portable: bool
    tolerance: Seconds | None
    limits: dict[Name, float]


class _Verdict(_Part):
    outcome: Outcome
    form: Literal["file", "portable"]
    error: Error
    precision: Name | None
    flips: Count | None
    tolerance: Error
    message: Text
    allowed: Annotated[float, Field(ge=0, allow_inf_nan=False)]


class _Hardware(_Part):
    cpu: Name
    architecture: Name
    cores: Count | None
    threads: Count | None
    memory_gib: Count
    flags: list[Name]


class _Software(BaseModel):
    model_config = ConfigDict(strict=True, extra="allow")
    system: Name
    python: Name
    numpy: Name
    engines: dict[Name, Name]


class _Machine(_Part):
    hardware: _Hardware
    software: _Software
    governor: Name | None


class _Process(_Part):
    entry: Name
    round: Count
    started: Seconds
    machine: Name
    import_ns: Count
    load_ns: Count
    calls_ns: _Calls
    work_ns: Annotated[list[Count], Field(min_length=2, max_length=2)]
    cores: Seconds
    other_cores: Seconds
    error: Error
    checked: Count
    outcome: Outcome | Literal["measured"]
    failed: Text


class _Instrument(_Part):
    timer_s: Seconds
    session_s: Annotated[float, Field(allow_inf_nan=False)] | None
    worker_s: Annotated[float, Field(allow_inf_nan=False)] | None
    profile_ratio: Seconds | None
    binding_s: dict[Name, Annotated[float, Field(allow_inf_nan=False)]]


class _Load(_Part):
    before: list[Seconds] | None
    after: list[Seconds] | None


class File(_Part):
    """The whole file; what is worked out from the rest (``rows``, ``noise_floor``, ``model``) is not believed."""

    kind: Literal["onnx-lab bench"]
    schema_version: Literal[1]
    finished: bool
    machines: dict[Name, _Machine]
    model: _Model
    plan: _Plan
    rows: Any
    noise_floor: Any
    reference: Name
    verdicts: dict[Name, _Verdict]
    memory: dict[Name, Count]
    instrument: _Instrument | None
    load: _Load
    note: Text
    raw: Annotated[list[_Process], Field(max_length=400_000)]


def check(data: bytes, path: Path) -> dict[str, Any]:
    """The plain values of a file.

    Raises
    ------
    BadInput
        It is something else, cut, or garbled; the message names the first part that is not as it should be.
    """
    if (parts := sum(map(data.count, (b"{", b"[", b'":')))) > _MOST_PARTS:
        raise BadInput(f"{path} has {parts:,} parts; a measurement has at most {_MOST_PARTS:,}, so this is none")
    try:
        return File.model_validate_json(data).model_dump()
    except ValidationError as error:
        raise BadInput(f"{path} {_why(error)}") from None
    except Exception as error:  # a parser of files that nobody vouches for
        raise BadInput(
            f"{path} is not a measurement that can be read ({type(error).__name__}); measure again"
        ) from None


def _why(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    if first["type"] == "json_invalid":
        return "is not valid JSON, or is truncated; measure again into another file"
    if first["loc"][:1] in ((), ("kind",)):
        return "is not a measurement of this suite; give a file that onnx-lab bench --out wrote"
    if first["loc"] == ("schema_version",):
        return f"has schema_version {visible(repr(first['input']))[:_NAME]}, this suite reads {SCHEMA}; measure again"
    where = visible(".".join(map(str, first["loc"])))[:_NAME]
    return f"lacks or garbles a part ({where}: {visible(first['msg'])[:_NAME]}); measure again"
