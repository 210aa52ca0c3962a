"""The four steps in plain Rust, as the lesson shows them: compiled, run, and compared with Python."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest

from helpers import engines, rewrite
from helpers.digits import digits
from helpers.engines import _cargo
from helpers.engines._cargo_env import environment
from helpers.engines._crates import HERE


@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", HERE.order)
def test_four_steps(name: str, mnist: Path, tmp_path: Path):
    if not (can := engines.get(name).availability()):
        pytest.skip(f"{can.why}; {can.remedy}")
    model = tmp_path / "portable.onnx"
    model.write_bytes(rewrite.portable(mnist).model.SerializeToString())
    for index in (3, 300, 777):
        picture = tmp_path / "digit.pgm"
        picture.write_bytes(b"P5 28 28 255\n" + digits().images[index].astype(np.uint8).tobytes())
        said = four_steps(name, model, picture)
        digit, scores = said.splitlines()
        assert int(digit) == digits().labels[index]
        with engines.get("onnxruntime").load(mnist) as session:
            right = session.run({"Input3": digits().tensor(index)})["Plus214_Output_0"][0]
        found = np.array(json.loads(scores))
        assert np.abs(found - right).max() <= 2e-6 * np.abs(right).max()


def four_steps(name: str, model: Path, picture: Path) -> str:
    cargo = _cargo.find_cargo()
    assert cargo is not None
    command = [cargo, "run", "--release", "--quiet", "--package", f"engine-{name}", "--example", "four_steps"]
    variables = environment(cargo, HERE.crates) | {"ORT_DYLIB_PATH": engines.get("ort").shared_library() or ""}
    variables.pop("CARGO_TERM_PROGRESS_WHEN")
    done = subprocess.run(
        [*command, "--", model, picture],
        cwd=HERE.crates,
        env=variables,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.mark.parametrize("name", HERE.order)
def test_the_examples_are_short_and_name_the_steps(name: str):
    text = (HERE.crates / name / "examples" / "four_steps.rs").read_text()
    places = [text.index(step) for step in ("// 1 picture → tensor", "// 2 load", "// 3 run", "// 4 extract")]
    assert places == sorted(places)
    assert len(text.splitlines()) <= 42
