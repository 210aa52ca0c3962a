"""What a time belongs to: the machine, the versions, and what else ran meanwhile."""

from __future__ import annotations

import hashlib
import json
import os
import platform
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil

from helpers.engines.registry import get, names

# Of all that a CPU can do, what engines choose their kernels by.
_FLAGS = ("avx2", "fma", "f16c", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16", "amx_int8", "asimd", "sve")


@cache
def facts() -> dict[str, Any]:
    """The machine as two groups of facts, hardware and software, with nothing that names it or its owner.

    >>> sorted(facts())
    ['governor', 'hardware', 'software']
    """
    cpu = _cpuinfo()
    return {
        "hardware": {
            "cpu": cpu.get("model name") or platform.processor() or platform.machine(),
            "architecture": platform.machine(),
            "cores": psutil.cpu_count(logical=False),
            "threads": os.cpu_count(),
            "memory_gib": round(psutil.virtual_memory().total / 2**30),
            "flags": [flag for flag in _FLAGS if flag in (cpu.get("flags") or cpu.get("Features") or "").split()],
        },
        "software": {
            "system": f"{platform.system()} {platform.release()}",
            "python": platform.python_version(),
            "numpy": version("numpy"),
            "engines": {name: get(name).card.version for name in names()},
            "telemetry": "off" if os.environ.get("ORT_DISABLE_TELEMETRY") == "1" else "on",  # of ONNX Runtime
        },
        "governor": _read("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
    }


def identity(found: dict[str, Any] | None = None) -> str:
    """A short name for machines that are alike in hardware and software; times of unlike ones are never pooled.

    >>> identity() == identity(facts())
    True
    """
    found = found or facts()
    said = json.dumps([found["hardware"], found["software"]], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:12]


def summary(found: dict[str, Any]) -> str:
    """A machine in one line."""
    hardware, software = found["hardware"], found["software"]
    return f"{hardware['cpu']}, {hardware['threads']} threads, {software['system']}, Python {software['python']}"


def load() -> list[float] | None:
    """The load averages over 1, 5 and 15 minutes; None where the system has none."""
    return [round(value, 2) for value in os.getloadavg()] if hasattr(os, "getloadavg") else None


def busy_seconds() -> float:
    """CPU seconds that all processes have used since the machine started; a virtual machine's stolen time too."""
    times = psutil.cpu_times()
    kinds = ("user", "nice", "system", "irq", "softirq", "steal")
    return sum(getattr(times, kind, 0.0) for kind in kinds)


def _cpuinfo() -> dict[str, str]:
    lines = (_read("/proc/cpuinfo") or "").partition("\n\n")[0].splitlines()
    return {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}


def _read(path: str) -> str | None:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError:
        return None
