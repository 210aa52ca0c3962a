"""Nothing of the suite reaches for the network, nor leaves ids behind, also while it idles.

Each program runs in a network namespace of its own that has no way out; ``make lessons`` runs the lessons in one.
"""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.without_network import possible, run

IDLE = 45  # seconds; ONNX Runtime's telemetry, left on, asks for its collector within 25
_KERNEL = f"""
import time, helpers, onnxruntime
session = onnxruntime.InferenceSession("models/mnist.onnx")
try:
    import openvino
except ImportError:
    pass
time.sleep({IDLE})
"""
_BOARD = f"""
import time
from helpers.digits import board, digits
made = board()
made.pad.show(digits().images[0])
time.sleep({IDLE})
assert [row["answer"] for row in made.rows if row["engine"] == "onnxruntime"] == [7], made.rows
made.close()
"""
_LAB = (sys.executable, "-m", "helpers.cli")
IDLING = {
    "a kernel that imports an engine itself": (sys.executable, "-c", _KERNEL),
    "a board": (sys.executable, "-c", _BOARD),
}
PROGRAMS = {
    "a comparison": (*_LAB, "compare", "models/mnist.onnx", "--limit", "2"),
    "a measurement": (*_LAB, "bench", "models/mnist.onnx", "--processes", "2", "--engines", "onnxruntime,openvino"),
}


needs_a_namespace = pytest.mark.skipif(not possible(), reason="no network namespace here (Linux, as root)")


def tried(command: tuple[str, ...], home: Path) -> dict[str, int]:
    """What a program tried to send: the counters of the system that are not zero."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ORT_")}
    environment |= {"HOME": str(home), "XDG_CACHE_HOME": str(home / ".cache")}
    done, counts = run(list(command), cwd=ROOT, env=environment, capture_output=True)
    assert "Traceback" not in done.stderr, done.stderr
    return counts


@needs_a_namespace
@pytest.mark.parametrize("name", PROGRAMS)
def test_nothing_is_sent(name: str, tmp_path: Path):
    refuse_traces(PROGRAMS[name], tmp_path)


@needs_a_namespace
def test_nothing_is_sent_while_it_idles(tmp_path: Path):
    """Both at once: they only wait."""
    homes = [tmp_path / str(number) for number in range(len(IDLING))]
    with ThreadPoolExecutor() as pool:
        list(pool.map(refuse_traces, IDLING.values(), homes))


def refuse_traces(command: tuple[str, ...], home: Path) -> None:
    """Nothing was sent, and nothing that tells people apart was left in the home."""
    home.mkdir(exist_ok=True)
    assert tried(command, home) == {}
    left = {path.relative_to(home).parts[0] for path in home.rglob("*")}
    assert not left & {"intel", ".ses"}
    assert not (home / ".cache" / "Microsoft").exists()


@needs_a_namespace
def test_this_test_would_see_it(tmp_path: Path):
    ask = "import socket\ntry:\n    socket.getaddrinfo('example.org', 80)\nexcept OSError:\n    pass"
    assert tried((sys.executable, "-c", ask), tmp_path)
