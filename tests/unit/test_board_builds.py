"""Rows of the board whose engine is not there yet: they say how far its build is, and come alive without a restart."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import onnx
import pytest

from helpers.digits import board, digits
from helpers.engines import _cargo
from helpers.engines._crates import HERE, Workspace
from helpers.engines.burn import Burn
from helpers.engines.rten import Rten

pytestmark = pytest.mark.skipif(_cargo.find_cargo() is None, reason=_cargo.INSTALL_RUST)
SEVEN = digits().images[0]
BUILD = """
import sys
from pathlib import Path
from helpers.engines import build
from helpers.engines._crates import Workspace
build.build(workspace=Workspace(Path(sys.argv[1]), ("rten",)))
"""


def wait(until: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


@pytest.fixture
def space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """In place of rten's crate a small one, which takes some seconds to build; nothing of it is built."""
    folder = tmp_path / "crates" / "rten"
    (folder / "src").mkdir(parents=True)
    (tmp_path / "crates" / "Cargo.toml").write_text('[workspace]\nresolver = "3"\nmembers = ["rten"]\n')
    (folder / "Cargo.toml").write_text(
        '[package]\nname = "engine-rten"\nversion = "0.1.0"\nedition = "2024"\n[lib]\ncrate-type = ["cdylib"]\n'
    )
    (folder / "src" / "lib.rs").touch()
    (folder / "build.rs").write_text("fn main() { std::thread::sleep(std::time::Duration::from_secs(4)); }\n")
    made = Workspace(tmp_path, ("rten",))
    monkeypatch.setattr(Rten, "workspace", made)
    return made


def test_a_row_comes_alive_when_its_crate_is_built(space: Workspace):
    if HERE.built("rten") is None:  # whose process will answer: it knows nothing of the small crate
        pytest.skip("rten is not built: onnx-lab build rten")
    made = board(engines="rten")
    try:
        made.pad.show(SEVEN)
        wait(lambda: made.rows and made.rows[0]["state"] == "unavailable")
        assert made.rows[0]["text"] == "it is not built"
        assert made.rows[0]["remedy"] == "onnx-lab build rten"
        with subprocess.Popen([sys.executable, "-c", BUILD, str(space.root)]) as process:
            wait(lambda: made.rows[0]["state"] == "building")
            assert 0 <= made.rows[0]["progress"] < 1
        assert process.returncode == 0
        wait(lambda: made.rows[0]["state"] == "answered")
        assert made.rows[0]["answer"] == 7
    finally:
        made.close()


def test_a_row_says_how_to_get_the_toolchain(space: Workspace, tmp_path: Path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    made = board(engines="rten")
    try:
        wait(lambda: made.rows and made.rows[0]["state"] == "unavailable")
        assert made.rows[0]["text"] == "it is not built, and there is no Rust on this machine"
        assert made.rows[0]["remedy"].startswith("install Rust from https://rustup.rs")
    finally:
        made.close()


def test_a_model_that_burn_compiles(tmp_path: Path, mnist: Path, monkeypatch):
    if HERE.built("burn") is None:
        pytest.skip("burn is not built: onnx-lab build burn")
    (tmp_path / "native").mkdir()
    for name in ("crates", "models", "native/burn"):
        (tmp_path / name).symlink_to(HERE.root / name)
    monkeypatch.setattr(Burn, "workspace", Workspace(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))  # here nothing is compiled yet
    other = onnx.load(mnist)
    other.doc_string = "the same network, another file"
    made = board(engines="burn", model=other.SerializeToString())
    try:
        made.pad.show(SEVEN)
        wait(lambda: made.rows and made.rows[0]["state"] == "building")
        assert made.rows[0]["text"] in ("compiling the model", "waiting for another build")
        wait(lambda: made.rows[0]["state"] == "answered", 120)
        assert made.rows[0]["answer"] == 7
    finally:
        made.close()
