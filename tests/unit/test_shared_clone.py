"""A clone that belongs to somebody else, as on a hub: what is built lies where it may, and what is damaged is seen."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from helpers import engines
from helpers.engines import _cargo, build
from helpers.engines._crates import HERE, Workspace
from helpers.engines.native import Native
from tests import powerless
from tests.unit.test_build import FINE, crate, workspace, write_members

needs_cargo = pytest.mark.skipif(_cargo.find_cargo() is None, reason=_cargo.INSTALL_RUST)

GREEDY = """fn main() {
    let mut kept: Vec<Vec<u8>> = vec![];
    for _ in 0..64 { kept.push(vec![1; 64 << 20]); }
    println!("cargo::warning={}", kept.len());
}"""


class Some(Native):
    """A crate of a test."""

    card = engines.get("rten").card.__class__(**{**vars(engines.get("rten").card), "name": "good"})


@needs_cargo
@pytest.mark.parametrize("left", [b"", b"half of it"])
def test_a_damaged_library_is_seen_and_built_again(tmp_path: Path, monkeypatch, left: bytes):
    space = workspace(tmp_path, good=FINE)
    monkeypatch.setattr(Some, "workspace", space)
    build.build(workspace=space)
    size = space.library("good").stat().st_size
    assert Some().missing() is None
    space.library("good").write_bytes(left)
    lacking = Some().missing()
    assert lacking is not None
    assert lacking.why == f"its library is damaged ({len(left):,} bytes of {size:,})"
    assert lacking.remedy == "onnx-lab build good"
    assert build.missing(space) == ["good"]
    assert build.build(workspace=space)["good"].state == "built"
    assert space.library("good").stat().st_size == size
    assert Some().missing() is None


def test_a_variable_says_where_the_built_crates_lie(tmp_path: Path):
    script = "from helpers.engines._crates import HERE\nprint(HERE.native)\nprint(HERE.library('rten').parent)"
    environment = {**os.environ, "ONNX_LAB_NATIVE": "some where"}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=environment, cwd=tmp_path)
    assert done.stdout.splitlines() == [str(tmp_path / "some where"), str(tmp_path / "some where" / "rten")], (
        done.stderr
    )
    assert Workspace(tmp_path).native == tmp_path / "native"


@needs_cargo
@pytest.mark.timeout(300)
def test_a_read_only_clone_builds_elsewhere(tmp_path: Path):
    """cargo works in the user's cache folder; without a place for what is built that is said in one line."""
    shared = tmp_path / "shared"
    shared.mkdir()
    space = workspace(shared, good=FINE)
    subprocess.run([str(_cargo.find_cargo()), "generate-lockfile"], cwd=space.crates, check=True, capture_output=True)
    powerless.read_only(shared)
    script = (
        "from pathlib import Path\nfrom helpers.engines import build\nfrom helpers.engines._crates import Workspace\n"
        "from helpers.errors import BadInput\n"
        f"shared, mine = Path({str(shared)!r}), Path({str(tmp_path / 'mine')!r})\n"
        "try:\n    build.build(workspace=Workspace(shared, ('good',)))\nexcept BadInput as error:\n    print(error)\n"
        "done = build.build(workspace=Workspace(shared, ('good',), mine))['good']\nprint(done.state, done.why)\n"
        "print(Workspace(shared, ('good',), mine).built('good').size > 1000)\n"
    )
    try:
        done = powerless.run(script, XDG_CACHE_HOME=str(tmp_path / "cache"), CARGO_TARGET_DIR="")
    finally:
        powerless.writable(shared)
    refused, *rest = done.stdout.splitlines()
    assert refused == f"{shared / 'native'} cannot be written to (Permission denied); what is built goes there"
    assert rest == ["built ", "True"], done.stderr
    assert (tmp_path / "cache" / "onnx-engine-lab" / "target").is_dir()
    assert not (shared / "crates" / "target").exists()


@needs_cargo
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a thread watches")
def test_a_build_script_that_takes_all_memory_is_ended(tmp_path: Path):
    crate(tmp_path, "greedy", FINE, GREEDY)
    write_members(tmp_path, ["greedy"])
    with pytest.raises(_cargo.BuildFailed) as caught:
        _cargo.build(tmp_path / "crates", "greedy", memory=2**30)
    assert _cargo.OUT_OF_MEMORY in caught.value.why
    assert caught.value.remedy.startswith("free some memory")


def test_the_clone_of_these_tests_is_whole():
    for name in HERE.order:
        built = HERE.built(name)
        assert built is None or HERE.library(name).stat().st_size == built.size
