"""``onnx-lab portable``: a file that more engines run, what was changed, and errors in one line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import onnx.parser
import pytest

from helpers.engines.worker import Isolated


def command(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "helpers.cli", "portable", *map(str, arguments)]
    return subprocess.run(words, capture_output=True, text=True, env={**os.environ, **environment})


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "m.onnx"
    weights = "float[1,1,3,3] w = {1,2,3,4,5,6,7,8,9}"
    text = f"g (float[n,1,8,8] x) => (float[n,1,6,6] y) <{weights}> {{ y = Conv(x, w) }}"
    path.write_bytes(onnx.parser.parse_model(f'<ir_version: 8, opset_import: ["": 17]> {text}').SerializeToString())
    return path


def test_a_file_that_kyanite_refuses(model: Path, isolated: dict[str, Isolated]):
    if not (can := isolated["kyanite"].availability()):
        pytest.skip(f"{can.why}; {can.remedy}")
    out = model.with_name("portable.onnx")
    done = command(model, "-o", out)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[1:] == ["write defaults out  attributes of 1 Conv", f"Written to {out}."]
    onnx.checker.check_model(onnx.load(out), full_check=True)
    with isolated["kyanite"].load(out) as session:
        found = session.run({"x": np.ones((2, 1, 8, 8), np.float32)})["y"]
    assert found.tolist() == np.full((2, 1, 6, 6), 45).tolist()


def test_sizes_can_be_fixed_at_once(model: Path):
    out = model.with_name("portable.onnx")
    done = command(model, "--out", out, "--dim", "n=4", "--json")
    assert done.returncode == 0, done.stderr
    assert [step["step"] for step in json.loads(done.stdout)] == ["write defaults out"]
    dims = onnx.load(out).graph.output[0].type.tensor_type.shape.dim
    assert [dim.dim_value for dim in dims] == [4, 1, 6, 6]
    assert sorted(path.name for path in model.parent.iterdir()) == ["m.onnx", "portable.onnx"]


def test_what_is_asked_is_checked_before_the_work(model: Path):
    for arguments, said in (
        ((model, "-o", model), f"{model} is what is read; give another name"),
        ((model, "-o", model.parent), f"{model.parent} is a folder; give a file in it"),
        (
            (model, "-o", model.parent / "no" / "m.onnx"),
            "make it, or give another file",
        ),
        ((model, "-o", model.parent / "p.onnx", "--dim", "k=2"), "has no dimension 'k'; its named dimensions: n"),
        ((model.parent / "none.onnx", "-o", model.parent / "p.onnx"), "none.onnx does not exist; check the path"),
    ):
        done = command(*arguments)
        assert done.returncode == 2
        assert done.stderr.startswith("onnx-lab: ")
        assert len(done.stderr.splitlines()) == 1
        assert said in done.stderr
    assert [path.name for path in model.parent.iterdir()] == ["m.onnx"]


def test_a_disk_that_fills_up_leaves_what_was_there(model: Path):
    pytest.importorskip("resource")
    out = model.with_name("portable.onnx")
    out.write_bytes(b"before")
    script = (
        "import resource, sys\nresource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))\n"
        "import signal\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "from pathlib import Path\nfrom helpers.files import replace\n"
        f"try:\n    replace(Path({str(out)!r}), bytes(1000))\nexcept ValueError as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert "cannot be written (File too large); give a file" in done.stdout, done.stderr
    assert out.read_bytes() == b"before"
    assert sorted(path.name for path in out.parent.iterdir()) == ["m.onnx", "portable.onnx"]
