"""All of a measurement but its single calls, as plain values: the head of its file."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from helpers.bench.gate import Verdict
from helpers.bench.noise import noise_floor
from helpers.bench.record import Record
from helpers.bench.rows import rows

SCHEMA = 1
KIND = "onnx-lab bench"


def head(record: Record) -> dict[str, Any]:
    """The head; rows and noise floor only of a measurement that is finished."""
    floor = noise_floor(record) if record.finished else None
    return {
        **{"kind": KIND, "schema_version": SCHEMA, "finished": record.finished},
        **{"machines": record.machines, "model": record.plan["model"], "plan": record.plan},
        "rows": [row.to_json() for row in rows(record)] if record.finished else None,
        "noise_floor": asdict(floor) if floor else None,
        "reference": record.reference,
        "verdicts": {name: _verdict(verdict) for name, verdict in record.verdicts.items()},
        "memory": record.memory,
        "instrument": record.instrument.to_json() if record.instrument else None,
        "load": {"before": record.load_before, "after": record.load_after},
        "note": record.note,
    }


def _verdict(verdict: Verdict) -> dict[str, Any]:
    """As plain values; an infinite error is the word "inf"."""
    found = asdict(verdict)
    for key in ("error", "tolerance"):
        if found[key] is not None and not abs(found[key]) < float("inf"):
            found[key] = str(found[key])
    return found
