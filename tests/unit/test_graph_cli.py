"""``onnx-lab facts`` as a terminal and a script see it."""

from __future__ import annotations

import json
from pathlib import Path

import onnx
import pytest
from typer.testing import CliRunner

from helpers import cli, graph
from tests.conftest import ROOT
from tests.small_models import CASES
from tests.unit.test_cli import onnx_lab, refused


def test_facts_as_json(mnist: Path):
    done = onnx_lab("facts", mnist, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == graph.facts(mnist).to_json()


def test_facts_as_tables(mnist: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", "200")
    done = CliRunner().invoke(cli.app, ["facts", str(mnist)])
    assert done.exit_code == 0
    lines = [" ".join(line.split()) for line in done.output.splitlines()]
    assert f"file size {mnist.stat().st_size:,}" in lines
    assert "Input3 float32 [1, 1, 28, 28]" in lines
    assert "Conv 2 1 22 onnx" in lines
    assert lines[-1] == str(graph.facts(mnist))
    assert "nodes" not in lines
    assert "odd" not in lines


def test_facts_with_nodes(mnist: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", "200")
    done = CliRunner().invoke(cli.app, ["facts", str(mnist), "--nodes"])
    lines = [" ".join(line.split()) for line in done.output.splitlines()]
    assert "node operator dtype shape parameters multiply-adds" in lines
    assert "Convolution110_Output_0 Conv float32 [1, 16, 14, 14] 3,200 627,200" in lines
    assert "Parameter87 float32 [16, 8, 5, 5] 3,200 12,800 in the file" in lines


def test_names_are_no_markup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", "200")
    made = onnx.load_model_from_string(CASES["unknown operator"].model)
    made.graph.node[0].op_type = made.graph.name = "[bold red]x[/bold red] [/]"
    made.doc_string = "\x1b[2Jgone"
    path = tmp_path / "m.onnx"
    onnx.save(made, path)
    done = CliRunner().invoke(cli.app, ["facts", str(path), "--nodes"])
    assert done.exit_code == 0
    assert done.output.count("[bold red]x[/bold red] [/]") >= 4
    assert "\x1b[2J" not in done.output
    assert "operators that onnx does not define" in done.output


@pytest.mark.parametrize(
    ("name", "said"), [("no.onnx", "no.onnx does not exist; "), ("README.md", "README.md is not an ONNX model")]
)
def test_bad_file(name: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.chdir(ROOT)
    assert refused(("facts", name), monkeypatch, capsys).startswith(f"onnx-lab: {said}")
