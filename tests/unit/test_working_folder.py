"""Nothing is imported from the folder in which a command is called, or from that of the model."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from helpers import engines

COMMAND = Path(sys.executable).with_name("onnx-lab")
BOARD = """
import sys
from helpers import bench, digits, graph, rewrite, engines
board = digits.board(engines="onnxruntime,reference")
board.close()
print(bench.run(bench.plan("mnist.onnx", engines="onnxruntime", processes=1, seconds=0.01)).rows[0].outcome)
print(graph.facts("mnist.onnx").parameters, len(rewrite.portable("mnist.onnx").steps), len(engines.table()))
"""


def modules() -> list[str]:
    """In a child: all that it has imported."""
    return sorted({name.partition(".")[0] for name in sys.modules})


@pytest.fixture(scope="module")
def trap(tmp_path_factory, request) -> Path:
    """A folder with a model, and beside it a module of each name that a process of the suite imports."""
    folder = tmp_path_factory.mktemp("trap")
    shutil.copy("models/mnist.onnx", folder)
    code = f"open({str(folder / 'sprung')!r}, 'a').write(__name__ + '\\n')\n"
    names = {
        "helpers",
        "sitecustomize",
        "usercustomize",
        "openvino",
        "tract",
        "wonnx",
        "pandas",
        "netron",
        "jupyterlab",
    }
    for name in ("onnxruntime", "reference"):
        with engines.isolated(name) as engine:
            engine.load("models/mnist.onnx")
            names |= set(engine.call(20, modules))
    for name in names - {"__main__", "tests"}:
        (folder / f"{name}.py").write_text(code)
    (folder / "helpers").mkdir()
    (folder / "helpers" / "__init__.py").write_text(code)
    return folder


@pytest.mark.parametrize(
    "arguments",
    [
        ["engines"],
        ["facts", "mnist.onnx"],
        ["compare", "mnist.onnx", "--engines", "onnxruntime,tract-wheel", "--limit", "2"],
        ["bench", "mnist.onnx", "--engines", "onnxruntime", "--processes", "1", "--seconds", "0.01"],
        ["build"],
        ["lab", "--version"],
    ],
    ids=lambda arguments: arguments[0],
)
@pytest.mark.parametrize("path", [None, "."], ids=["", "PYTHONPATH"])
def test_commands(trap: Path, arguments: list[str], path: str | None, tmp_path: Path):
    """With PYTHONPATH=. the command itself looks there, since its user says so; what it starts does not."""
    _refuse_nothing(trap, [str(COMMAND), *arguments], path, tmp_path)


def test_board_bench_and_rewriting(trap: Path, tmp_path: Path):
    _refuse_nothing(trap, [sys.executable, "-P", "-c", BOARD], None, tmp_path)


def _refuse_nothing(trap: Path, command: list[str], path: str | None, cache: Path) -> None:
    sprung = trap / "sprung"
    sprung.unlink(missing_ok=True)
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache)}
    environment.pop("PYTHONPATH", None)
    if path is not None:
        # Python itself would look there at once, so the variable is set by one that has started already.
        code = "import os, sys; os.environ['PYTHONPATH'] = '.'; del sys.argv[0]; from helpers.cli import main; main()"
        command = [sys.executable, "-P", "-c", code, *command]
    done = subprocess.run(command, cwd=trap, env=environment, capture_output=True, text=True, timeout=300)
    assert not sprung.exists(), sprung.read_text()
    assert done.returncode == 0, done.stderr
