"""What costs no result: a label, a full disk, a home that is read-only; and results that come from elsewhere."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from helpers import bench
from helpers.bench import store
from helpers.bench.baseline import against
from helpers.engines import BadInput
from tests.conftest import ROOT

SHORT = ["--processes", "1", "--seconds", "0.01"]


def onnx_lab(*arguments: object, cache: Path, **more: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "helpers.cli", "bench", *map(str, arguments)]
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache), "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, **more)


def test_options_that_equal_the_defaults(tmp_path: Path):
    """Of a crate: the label of an entry is not an engine's name."""
    if not bench.plan("models/mnist.onnx", engines="ort").entries[0].engine.availability():
        pytest.skip("ort is not built")
    done = onnx_lab("models/mnist.onnx", "--engines", "ort:intra_threads=1,ort:intra_threads=2", *SHORT, cache=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "ort:intra_threads=1" in done.stdout
    assert "From Python to a crate and back, which is in the times: ort " in done.stdout


def test_nothing_that_could_be_measured(tmp_path: Path):
    (tmp_path / "m.onnx").write_bytes(unknown_operator())
    out = tmp_path / "r.json"
    done = onnx_lab(tmp_path / "m.onnx", "--engines", "onnxruntime,tract-wheel", *SHORT, "--out", out, cache=tmp_path)
    assert done.returncode == 1
    assert done.stdout.count("cannot load") >= 2
    assert "No engine gave correct answers, so none is ranked." in done.stdout
    result = bench.load(out)
    assert list(result.table()["outcome"]) == ["cannot load", "cannot load"]
    with pytest.raises(BadInput, match="the baseline was measured on another machine \\(no machine\\)"):
        against(result, result)
    assert onnx_lab(out, cache=tmp_path).returncode == 1


def unknown_operator() -> bytes:
    import onnx.parser

    return onnx.parser.parse_model(
        '<ir_version: 8, opset_import: ["": 17]> g (float[2] x) => (float[2] y) { y = NoSuchOperator(x) }'
    ).SerializeToString()


def small_files() -> None:
    """In a child: a file may have 2 KiB, as on a disk that is nearly full."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (2048, 2048))
    import signal

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


def test_a_full_disk_costs_the_file_only(tmp_path: Path):
    out, html = tmp_path / "r.json", tmp_path / "r.html"
    html.write_text("an old page")
    arguments = ("models/mnist.onnx", "--engines", "onnxruntime", *SHORT, "--out", out, "--html", html)
    done = onnx_lab(*arguments, cache=tmp_path / "cache", preexec_fn=small_files)
    assert "fastest" in done.stdout
    assert done.returncode in (1, 2)
    assert "Traceback" not in done.stderr
    assert "cannot be written" in done.stderr
    assert html.read_text() == "an old page"
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_a_home_that_is_no_folder_costs_the_memory_only(tmp_path: Path):
    (tmp_path / "cache").write_text("")
    done = onnx_lab("models/mnist.onnx", "--engines", "onnxruntime", *SHORT, cache=tmp_path / "cache")
    assert "fastest" in done.stdout
    assert "Traceback" not in done.stderr
    assert "It is not remembered for the board" in done.stderr
    assert done.returncode == 0  # nobody asked for that


@pytest.mark.parametrize("option", ["--html", "--out"])
@pytest.mark.parametrize("where", ["no/such/folder/r.json", "."])
def test_what_is_asked_for_is_looked_at_before_the_clock(option: str, where: str, tmp_path: Path):
    done = onnx_lab("models/mnist.onnx", option, where, cache=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("m.onnx", "--html", "m.onnx"), "m.onnx is what is read; give another name, or it would be lost"),
        (("m.onnx", "--out", "m.onnx"), "m.onnx is what is read; give another name, or it would be lost"),
        (("m.onnx", "--inputs", "x.npz", "--out", "x.npz"), "x.npz is what is read"),
        (("m.onnx", "--html", "other.onnx"), "--html other.onnx: give a name that ends in .html"),
        (("m.onnx", "--out", "r.txt"), "--out r.txt: give a name that ends in .json"),
    ],
)
def test_no_source_is_written_over(arguments: tuple[str, ...], said: str, tmp_path: Path):
    for name in ("m.onnx", "x.npz", "other.onnx"):
        shutil.copy(ROOT / "models" / "mnist.onnx", tmp_path / name)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    command = [sys.executable, "-m", "helpers.cli", "bench", *arguments, "--engines", "onnxruntime", *SHORT]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


class _Failing(Executor):
    """A fleet that loses a machine: what is of the second round never comes."""

    def submit(self, work, /, *arguments, **named):
        found: Future = Future()
        if arguments[2] == 1:
            found.set_exception(ConnectionError("the machine is gone"))
        else:
            found.set_result(work(*arguments, **named))
        return found


def test_an_error_late_in_a_run_keeps_what_was_measured(tmp_path: Path):
    plan = bench.plan("models/mnist.onnx", engines="onnxruntime", processes=2, seconds=0.01, twin=False)
    result = bench.run(plan, out=tmp_path / "r.json", executor=_Failing(), report=lambda *_: None)
    assert (result.finished, result.stopped) == (False, "ConnectionError: the machine is gone")
    assert len(result.processes) == len(store.load(tmp_path / "r.json").processes) == 1
    assert "It was stopped by an error: ConnectionError: the machine is gone." in result.remarks
    again = bench.run(plan, out=tmp_path / "r.json", report=lambda *_: None)
    assert (again.finished, len(again.processes) >= 2) == (True, True)


@pytest.fixture(scope="module")
def text(tmp_path_factory) -> str:
    path = tmp_path_factory.mktemp("kept") / "r.json"
    plan = bench.plan("models/mnist.onnx", engines="onnxruntime,tract-wheel", processes=2, seconds=0.01)
    bench.run(plan, out=path, report=lambda *_: None)
    return path.read_text()


VALUES = [None, True, -1, 0, 2**70, 1.5, "x", "\x1b[2J", [], {}, [[]], "<script>", "inf", [None] * 3, {"a": {}}]


def test_a_result_from_elsewhere_is_no_traceback(text: str, tmp_path: Path):
    """Any value of another type anywhere: refused in one line, or shown by every table, figure and page."""
    rng, path = np.random.default_rng(5), tmp_path / "r.json"
    refusals: list[str] = []
    for _ in range(400):
        found = json.loads(text)
        places: list[tuple[Any, Any]] = []
        collect(found, places)
        holder, key = places[int(rng.integers(len(places)))]
        if rng.random() < 0.2 and isinstance(holder, dict):
            del holder[key]
        else:
            holder[key] = VALUES[int(rng.integers(len(VALUES)))]
        path.write_text(json.dumps(found))
        try:
            result = store.load(path)
        except BadInput as error:
            refusals.append(str(error))
            continue
        shown = [str(result), str(result.table()), str(result.remarks), str(result.to_json()), str(result.instrument)]
        assert all(shown)
        against(result, result)
    assert 200 < len(refusals) < 400
    assert all(said.isprintable() and len(said) < 700 for said in refusals)


def collect(value: Any, places: list[tuple[Any, Any]]) -> None:
    items = value.items() if isinstance(value, dict) else enumerate(value[:4])
    for key, inner in items:
        if key in ("rows", "noise_floor"):
            continue
        places.append((value, key))
        if isinstance(inner, dict | list):
            collect(inner, places)


@pytest.mark.parametrize(
    "given",
    ["[" * 100_000, '{"kind": "onnx-lab bench", "schema_version": NaN}', "\udcff", '{"kind": ' + "9" * 10_000 + "}"],
    ids=["deep", "not a number", "no UTF-8", "long number"],
)
def test_what_is_hardly_json(given: str, tmp_path: Path):
    path = tmp_path / "r.json"
    path.write_bytes(given.encode(errors="surrogateescape"))
    with pytest.raises(BadInput) as refused:
        store.load(path)
    assert "\n" not in str(refused.value)


def test_a_file_of_a_gigabyte(tmp_path: Path):
    path = tmp_path / "r.json"
    with path.open("wb") as file:
        file.truncate(2**30)
    with pytest.raises(BadInput, match="has 1073741824 bytes; a measurement has at most"):
        store.load(path)


_LOAD = """
import resource, sys
from helpers.bench import store
from helpers.errors import BadInput
try:
    store.load(sys.argv[1])
except BadInput as error:
    assert len(str(error)) < 700
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def fullest(filled: str, text: str) -> str:
    """A file as large as one may be, of the parts that cost most memory for their bytes."""
    found, most = json.loads(text), store.MOST_BYTES
    if filled == "objects":
        found["rows"], fill = "FILL", "[" + ",".join(["{}"] * (most // 3 - 10_000)) + "]"
    elif filled == "numbers":
        found["rows"], fill = "FILL", "[" + ",".join(["257"] * (most // 4 - 10_000)) + "]"
    elif filled == "names":
        found["memory"], fill = "FILL", "{" + ",".join(f'"{n:x}":1' for n in range(most // 12)) + "}"
    else:
        calls = "[" + ",".join(["257"] * 1_000_000) + "]"
        one = json.dumps({**found["raw"][0], "calls_ns": "CALLS"}).replace('"CALLS"', calls)
        found["raw"], fill = "FILL", "[" + ",".join([one] * (most // 4_010_000)) + "]"
    return json.dumps(found).replace('"FILL"', fill)


@pytest.mark.parametrize("filled", ["objects", "numbers", "names", "calls"])
def test_what_a_file_takes_is_bounded(filled: str, text: str, tmp_path: Path):
    path = tmp_path / "r.json"
    path.write_text(fullest(filled, text))
    assert 0.8 * store.MOST_BYTES < path.stat().st_size <= store.MOST_BYTES
    done = subprocess.run([sys.executable, "-c", _LOAD, str(path)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 4 * 2**20  # KiB


def test_something_in_the_place_of_a_lock(tmp_path: Path, monkeypatch):
    from helpers.locks import lock

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    (tmp_path / "onnx-engine-lab" / "locks" / "measuring.lock").mkdir(parents=True)
    with pytest.raises(BadInput, match=r"measuring.lock is in the way .*delete it"), lock("measuring"):
        pass


def test_the_lock_is_not_in_a_folder_that_all_share(tmp_path: Path, monkeypatch):
    """Another user's folder in its place would hold up everybody; then there is a place of one's own."""
    from helpers.locks import _folder, lock

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with lock("measuring"):
        assert (tmp_path / "cache" / "onnx-engine-lab" / "locks" / "measuring.lock").exists()
    (tmp_path / "no").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "no"))
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    (tmp_path / f"onnx-lab-{os.getuid()}").symlink_to(tmp_path)
    assert _folder() is None
    with lock("measuring"):
        pass
