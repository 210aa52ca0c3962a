"""What commands print: whole in a pipe, fitting in a narrow terminal, and never an order to the terminal."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

import onnx
import onnx.parser
import pytest

from tests.conftest import ROOT

LAB = [sys.executable, "-m", "helpers.cli"]
COMPARE = [*LAB, "compare", "models/mnist.onnx", "--engines", "onnxruntime,tract-wheel", "--limit", "2"]
BENCH = [*LAB, "bench", "models/mnist.onnx", "--engines", "onnxruntime:intra_threads=2,onnxruntime"]
BENCH += ["--processes", "3", "--seconds", "0.01"]
FACTS = [*LAB, "facts", "models/mnist.onnx", "--nodes"]


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The command that shows a measurement again."""
    folder = tmp_path_factory.mktemp("measured")
    in_a_pipe([*BENCH, "--out", str(folder / "r.json")], folder)
    return [*LAB, "bench", str(folder / "r.json")]


def in_a_pipe(command: list[str], tmp_path: Path, **more: str) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    environment |= {"XDG_CACHE_HOME": str(tmp_path), "NO_COLOR": "1", **more}
    encoding = more.get("PYTHONIOENCODING", "utf-8")
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, encoding=encoding, timeout=300)
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


def in_a_terminal(command: list[str], tmp_path: Path, columns: int, *, both: bool = False) -> str:
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    environment |= {"XDG_CACHE_HOME": str(tmp_path), "NO_COLOR": "1", "TERM": "xterm"}
    err = follower if both else subprocess.DEVNULL
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdin=follower, stdout=follower, stderr=err)
    os.close(follower)
    found = b""
    while True:
        try:
            part = os.read(leader, 65536)
        except OSError:  # how a terminal says that nobody writes any more
            break
        if not part:
            break
        found += part
    os.close(leader)
    assert process.wait(timeout=60) in (0, 1)
    return re.sub("\x1b\\[[0-9;]*m", "", found.decode())  # without colours


def test_nothing_is_cut_or_folded_in_a_pipe(measured: list[str], tmp_path: Path):
    said = in_a_pipe(measured, tmp_path)
    assert "…" not in said
    lines = said.splitlines()
    head = next(line for line in lines if line.startswith("engine") and "verdict" in line)
    assert head.split() == ["engine", "outcome", "p50", "95", "%", "interval", "ratio", "verdict", "first"]
    rows = [line for line in lines if line.startswith(("onnxruntime:intra_threads=2 ", "onnxruntime "))]
    assert len(rows) >= 8  # four tables of two rows, each row on one line
    assert any("fastest" in row for row in rows)
    said = in_a_pipe(COMPARE, tmp_path)
    assert "…" not in said
    assert sum(line.startswith(("onnxruntime", "tract-wheel")) for line in said.splitlines()) == 2


@pytest.mark.parametrize("columns", [60, 40])
def test_a_narrow_terminal_has_more_tables_and_whole_words(columns: int, measured: list[str], tmp_path: Path):
    said = in_a_terminal(measured, tmp_path, columns).replace("\r", "")
    assert "…" not in said
    assert all(len(line) <= columns for line in said.splitlines())
    rows = [line for line in said.splitlines() if line.startswith("onnxruntime:intra_threads=2")]
    assert len(rows) >= 6
    assert "fastest" in said
    assert said.count("engine ") >= 6


@pytest.mark.parametrize("command", [COMPARE, FACTS], ids=["compare", "facts"])
def test_a_pipe_that_is_to_have_colours_is_still_a_pipe(command: list[str], tmp_path: Path):
    """As CI systems set it; rich then takes a pipe for a terminal of 80 columns."""
    coloured = in_a_pipe(command, tmp_path, NO_COLOR="", FORCE_COLOR="1")
    assert "\x1b[" in coloured
    plain = re.sub("\x1b\\[[0-9;]*m", "", coloured)
    if command == FACTS:
        assert plain == in_a_pipe(command, tmp_path)
    else:
        rows = [line for line in plain.splitlines() if line.startswith("onnxruntime  ")]
        assert len(rows) == 1
        assert rows[0].split()[1] == "right"
        assert rows[0].endswith("s")  # its p50, on the same line


def test_facts_breaks_no_name_that_fits(tmp_path: Path):
    said = in_a_terminal(FACTS, tmp_path, 60).replace("\r", "")
    names = ["Pooling160_Output_0_reshape0_shape", "Convolution110_Output_0", "Parameter193_reshape1_shape"]
    assert all(any(line.startswith(name) for line in said.splitlines()) for name in names)
    assert all(len(line.rstrip()) <= 60 for line in said.splitlines())


@pytest.mark.parametrize("command", ["bench", "facts"])
def test_where_two_columns_do_not_fit_each_value_has_a_line(command: str, measured: list[str], tmp_path: Path):
    said = in_a_terminal(measured if command == "bench" else FACTS, tmp_path, 30).replace("\r", "")
    lines = [line.rstrip() for line in said.splitlines()]
    assert all(len(line) <= 30 for line in lines)
    if command == "bench":
        assert any(line.startswith("  verdict: ") for line in lines)
        assert lines.count("onnxruntime:intra_threads=2") >= 4
    else:
        assert "  multiply-adds: 627,200" in lines


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1"])
def test_an_output_that_lacks_signs(encoding: str, measured: list[str], tmp_path: Path):
    """A Windows console, a log in ascii: signs are spelled another way, and nothing is lost."""
    for command in (COMPARE, measured, [*LAB, "engines"]):
        said = in_a_pipe(command, tmp_path, PYTHONIOENCODING=encoding, PYTHONUTF8="0")
        assert "onnxruntime" in said
        assert "\\u" not in said


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("command", [[*LAB, "engines", "--json"], FACTS, COMPARE], ids=["engines", "facts", "compare"])
def test_an_output_that_takes_nothing(command: list[str]):
    with open("/dev/full", "wb") as full:
        done = subprocess.run(command, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True, timeout=300)
    assert done.returncode == 1
    assert done.stderr == "onnx-lab: the output cannot be written (No space left on device); send it elsewhere\n"


def test_a_reader_that_stops_reading():
    command = f"{sys.executable} -m helpers.cli facts models/mnist.onnx --nodes | head -1"
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.stderr == ""


def hostile(folder: Path) -> Path:
    """A model whose names would clear the screen, set the title, begin a new line, and turn the reading round."""
    proto = onnx.parser.parse_model(
        '<ir_version: 8, opset_import: ["": 17]> g (float[n,2] x) => (float[n,2] y) { y = Relu(x) }'
    )
    bad = "a\x1b[2J\x1b]0;owned\x07\nb\u202ec[bold red]"
    proto.graph.node[0].input[0] = proto.graph.input[0].name = bad
    proto.graph.node[0].output[0] = proto.graph.output[0].name = bad + "y"
    proto.graph.node[0].op_type = "NoSuch\x1b[31mOperator\n" if folder.name == "refused" else "Relu"
    folder.mkdir(exist_ok=True)
    path = folder / "model.onnx"
    path.write_bytes(proto.SerializeToString())
    return path


@pytest.mark.parametrize("kind", ["fine", "refused"])
@pytest.mark.parametrize("command", ["compare", "bench", "facts"])
def test_names_are_no_orders(command: str, kind: str, tmp_path: Path):
    path = hostile(tmp_path / kind)
    arguments = [*LAB, command, str(path)]
    if command != "facts":
        arguments += ["--engines", "onnxruntime,tract-wheel,rten"]
    if command == "bench":
        arguments += ["--processes", "1", "--seconds", "0.01"]
    for more in ([], ["--dim", "q\x1b[2J=1"]) if command != "facts" else ([],):
        done = subprocess.run([*arguments, *more], cwd=ROOT, capture_output=True, text=True, timeout=300)
        for said in (done.stdout, done.stderr):
            assert all(sign.isprintable() or sign == "\n" for sign in said), repr(said)
        assert done.stdout or done.stderr
    if command == "facts":
        assert r"\x1b[2J" in done.stdout
        assert "[bold red]" in done.stdout


def test_version():
    done = subprocess.run([*LAB, "--version"], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == "onnx-lab 0.1.0\n"


_SLOW = """
import time
from helpers import engines
from helpers.engines.onnxruntime import OnnxRuntime
class Slow(OnnxRuntime):
    def prepare(self, model, report=lambda text, share: None):
        for share in (None, 0.25, 0.75):
            report("compiling the model", share)
            time.sleep(0.25)
with engines.isolated(Slow()) as process:
    process.load("models/mnist.onnx").close()
print("loaded")
"""


def test_an_engine_that_compiles_shows_a_bar(tmp_path: Path):
    """Also where nothing else does: burn takes half a minute."""
    said = in_a_terminal([sys.executable, "-c", _SLOW], tmp_path, 100, both=True)
    assert "onnxruntime: compiling the model" in said
    assert "75/100" in said
    assert said.rstrip().endswith("loaded")
    done = subprocess.run([sys.executable, "-c", _SLOW], cwd=ROOT, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("loaded\n", "")


def test_a_bar_below_a_bar_is_the_same_bar():
    from helpers._progress import preparing, progress

    heard: list[tuple[str, int, int]] = []
    with progress(lambda *told: heard.append(told)), preparing("burn") as report:
        report("compiling the model", 0.5)
    assert heard == [("burn: compiling the model", 50, 100)]
