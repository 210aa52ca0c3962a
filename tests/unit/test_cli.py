"""The command as a terminal and a script see it: what it prints, where, and its exit status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from helpers import cli, engines, lab
from helpers.engines import BadInput
from helpers.process.command import module
from tests.conftest import ROOT
from tests.small_models import CASES


def onnx_lab(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "helpers.cli", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "1000", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )


@pytest.fixture(scope="module")
def described() -> list[dict]:
    done = onnx_lab("engines", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def test_engines_as_json(described: list[dict]):
    assert [row["name"] for row in described] == engines.names()
    for row in described:
        assert list(row) == ["name", "binding", "version", "available", "why", "remedy", "building"]
        assert row["binding"] == engines.get(row["name"]).card.binding
        assert row["version"] == (engines.get(row["name"]).card.version or None)
        assert isinstance(row["available"], bool)
        assert row["available"] == (row["why"] == "") == (row["remedy"] == "")


def test_engines_as_a_table(described: list[dict]):
    done = onnx_lab("engines")
    head, *lines = done.stdout.splitlines()
    assert (done.returncode, done.stderr) == (0, "")
    assert head.split() == ["engine", "version", "binding", "available"]
    assert len(lines) == len(described)
    for line, row in zip(lines, described, strict=True):
        no = row["why"] if row["building"] is not None else f"no: {row['why']}. To do: {row['remedy']}"
        can = "yes" if row["available"] else no
        assert " ".join(line.split()) == f"{row['name']} {row['version'] or '–'} {row['binding']} {can}"


RIGHT = ("--engines", "onnxruntime,reference", "--limit", "3")


def test_compare_as_json(mnist: Path):
    done = onnx_lab("compare", mnist, *RIGHT, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert list(found) == ["schema_version", "model", "n", "reference", "witnesses", "note", "outputs", "rows"]
    assert (found["model"], found["n"], found["reference"]) == (str(mnist), 3, "reference")
    for row, name in zip(found["rows"], ("onnxruntime", "reference"), strict=True):
        assert list(row) == [
            *("engine", "outcome", "error", "precision", "flips", "tolerance", "load_s", "first_s", "p50_s", "message"),
        ]
        assert (row["engine"], row["outcome"], row["precision"], row["flips"]) == (name, "right", "f32", 0)


def test_compare_as_a_table(tmp_path: Path):
    model = tmp_path / "m.onnx"
    model.write_bytes(CASES["batch 7"].model)
    done = onnx_lab("compare", model, *RIGHT, "--dim", "n=5")
    assert (done.returncode, done.stderr) == (0, "")
    head, first, second, *rest = done.stdout.splitlines()
    assert head.split() == ["engine", "outcome", "error", "precision", "flips", "load", "first", "call", "p50"]
    assert first.split()[:5] == ["onnxruntime", "right", "0", "f32", "0"]
    assert second.split()[:5] == ["reference", "right", "0", "f32", "0"]
    said = " ".join(rest)
    assert said.startswith(f"3 samples through {model}, measured against reference")
    assert "Right by y: error up to 1e-05 (at least 1e-05 is allowed)." in said


def test_not_right_is_told_by_the_status_and_without_markup(tmp_path: Path):
    """Square brackets of a file's name and of an engine's words are shown, not taken for colours."""
    model = tmp_path / "[red]x[/red].onnx"  # a folder "[red]x[" and in it "red].onnx"
    model.parent.mkdir()
    model.write_bytes(CASES["unknown operator"].model)
    done = onnx_lab("compare", model, "--engines", "onnxruntime")
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.splitlines()[1].split() == ["onnxruntime", "cannot", "load"]
    assert "onnxruntime: [ONNXRuntimeError] : " in done.stdout
    assert f"10 samples through {model}, measured against none." in done.stdout
    assert "reference cannot load the model: No registered schema for operator 'NoSuchOperator'" in done.stdout
    assert "So there is nothing to compare with." in done.stdout


def test_bad_file_named_with_markup(tmp_path: Path):
    done = onnx_lab("compare", tmp_path / "[bold]no[/bold].onnx")
    assert done.returncode == 2
    assert done.stderr.startswith(f"onnx-lab: {tmp_path / '[bold]no[/bold].onnx'} does not exist; ")


OURS = {
    "unknown engine": (("--engines", "nope"), "there is no engine 'nope'; give one of onnxruntime, "),
    "no engine": (("--engines", ","), "no engine is named in ','; give some of onnxruntime, "),
    "a dimension without a size": (("--dim", "batch"), "--dim 'batch': give NAME=SIZE with a whole number"),
    "a dimension with a bad size": (("--dim", "batch=-1"), "--dim 'batch=-1': give NAME=SIZE"),
    "a dimension that is not there": (("--dim", "batch=2"), "the model has no symbolic dimension 'batch'; "),
    "inputs that are not there": (("--inputs", "no.npz"), "no.npz is not a file; give an .npz"),
    "inputs that are not .npz": (("--inputs", "README.md"), "README.md is not an .npz file, or is truncated"),
    "a tolerance that is not a number": (("--tolerance", "nan"), "tolerance=nan: give a number from 0"),
}


def refused(arguments: tuple, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    """What the command says where it refuses: one line, on the error stream, with status 2."""
    monkeypatch.setattr(sys, "argv", ["onnx-lab", *map(str, arguments)])
    with pytest.raises(SystemExit) as caught:
        cli.main()
    said = capsys.readouterr()
    assert (caught.value.code, said.out, said.err.count("\n")) == (2, "", 1)
    return said.err


@pytest.mark.parametrize(("options", "said"), OURS.values(), ids=OURS)
def test_bad_usage_in_one_line(mnist: Path, options: tuple, said: str, monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    assert refused(("compare", mnist, *options), monkeypatch, capsys).startswith(f"onnx-lab: {said}")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("no.onnx",), "no.onnx does not exist; "),
        (("README.md",), "README.md is not an ONNX model"),
        (("models/mnist.onnx", "--engines", "nope"), "there is no engine 'nope'; "),
        (("models/mnist.onnx", "--dim", "batch"), "--dim 'batch': give NAME=SIZE"),
    ],
)
def test_bad_usage_from_a_shell(arguments: tuple, said: str):
    done = onnx_lab("compare", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"onnx-lab: {said}")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["compare"], "Missing argument"),
        (["compare", "x.onnx", "--limit", "0"], "--limit"),
        (["compare", "x.onnx", "--tolerance", "much"], "--tolerance"),
        (["compare", "x.onnx", "--nope"], "--nope"),
        (["nope"], "nope"),
    ],
)
def test_bad_usage_that_typer_tells(arguments: list[str], said: str):
    done = CliRunner().invoke(cli.app, arguments)
    assert done.exit_code == 2
    assert said in done.output


def test_inputs_from_a_file(tmp_path: Path, monkeypatch, capsys):
    """Two samples of a symbolic batch; one holds a NaN, which must be allowed."""
    model, inputs = tmp_path / "m.onnx", tmp_path / "x.npz"
    model.write_bytes(CASES["batch 7"].model)
    x = np.arange(42, dtype=np.float32).reshape(2, 7, 3)
    x[1, 0, 2] = np.nan
    np.savez(inputs, x=x)
    arguments = ("compare", model, "--inputs", inputs, "--engines", "onnxruntime")
    said = refused(arguments, monkeypatch, capsys)
    assert said.startswith(f"onnx-lab: {inputs}, sample 1: input 'x' holds 1 NaN, the first at [0, 2]; ")
    done = onnx_lab(*arguments, "--allow-nan", "--json")
    found = json.loads(done.stdout)
    row = found["rows"][0]
    assert (found["n"], row["error"]) == (2, 0)
    # OpenVINO gives 0 for Relu(NaN), of which the standard says nothing: then nobody is called right.
    assert (done.returncode, row["outcome"]) == ((1, "disputed") if found["outputs"][0]["disputed"] else (0, "right"))


class Started:
    """A process that was started: waiting for it is interrupted so many times, then it has ended with status 3."""

    commands: list[list[str]] = []  # noqa: RUF012  # emptied for each test
    interrupts = 0

    def __init__(self, command: list[str], **_: object) -> None:
        self.commands.append(command)

    def wait(self) -> int:
        if self.interrupts:
            type(self).interrupts -= 1
            raise KeyboardInterrupt
        return 3

    def terminate(self) -> None:
        self.commands.append(["terminated"])


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands that would have been run; nothing is to be built."""
    monkeypatch.setattr(lab.subprocess, "Popen", Started)
    monkeypatch.setattr(lab.build, "missing", list)
    monkeypatch.setattr(lab.signal, "signal", lambda *_: None)
    Started.commands, Started.interrupts = [], 0
    return Started.commands


@pytest.mark.parametrize(("user", "extra"), [(0, ["--allow-root"]), (1000, [])])
def test_lab(called: list, monkeypatch: pytest.MonkeyPatch, user: int, extra: list[str]):
    monkeypatch.setattr(os, "geteuid", lambda: user, raising=False)
    assert lab.start(["--no-browser"]) == 3
    (command,) = called
    begin = module("jupyterlab", str(ROOT / "notebooks" / "00_draw_a_digit.ipynb"))
    assert command[: len(begin)] == begin
    assert {
        f"--ServerApp.root_dir={ROOT}",
        "--LabApp.news_url=",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    } <= set(command)
    assert command.count("--allow-root") == len(extra)
    assert command[-1 - len(extra) :] == [*extra, "--no-browser"]


def test_lab_hands_on_what_follows(called: list):
    done = CliRunner().invoke(cli.app, ["lab", "--no-browser", "--port=1", "x"])
    assert done.exit_code == 3
    assert called[0][-3:] == ["--no-browser", "--port=1", "x"]


def test_lab_leaves_ctrl_c_to_jupyterlab(called: list):
    Started.interrupts = 2  # "Shut down this server?" was answered by no, and the second time by yes
    assert lab.start() == 3
    assert len(called) == 1


def test_lab_builds_behind_what_is_missing(called: list, monkeypatch: pytest.MonkeyPatch, capsys):
    monkeypatch.setattr(lab.build, "missing", lambda: ["rten"])
    monkeypatch.setattr(lab._cargo, "find_cargo", lambda: "cargo")
    assert lab.start() == 3
    assert called[0] == module("helpers.cli", "build")
    assert called[-1] == ["terminated"]
    assert capsys.readouterr().out.startswith("The engines that are Rust crates build meanwhile")
    called.clear()
    monkeypatch.setattr(lab._cargo, "find_cargo", lambda: None)
    lab.start()
    assert len(called) == 1  # without Rust there is nothing to build with


def test_lab_without_the_notebooks(called: list, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(lab, "ROOT", tmp_path)
    with pytest.raises(BadInput, match="does not exist; run from a clone of the repository"):
        lab.start()
    assert called == []
