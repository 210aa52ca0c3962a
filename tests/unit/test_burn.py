"""The models that burn's compiler has seen: compiled once, whole or not there, and told in words where that fails."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import onnx
import onnx.parser
import pytest

from helpers import engines
from helpers.engines import EngineTimedOut, EngineUnavailable, ModelRejected, _burn, _cargo, build
from helpers.engines._crates import HERE, Workspace
from helpers.engines.burn import Burn
from tests.small_models import CASES

pytestmark = pytest.mark.skipif(_cargo.find_cargo() is None, reason=_cargo.INSTALL_RUST)
BURN = engines.get("burn")


@pytest.fixture
def space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """The crates of this clone, and a cache of its own."""
    if HERE.built("burn") is None:
        pytest.skip("burn is not built: onnx-lab build burn")
    made = Workspace(tmp_path)
    made.native.mkdir()
    for name in ("crates", "models", "native/burn"):
        (tmp_path / name).symlink_to(HERE.root / name)
    monkeypatch.setattr(Burn, "workspace", made)
    return made


def add(number: float) -> bytes:
    """A model that adds a number: each is another to the compiler."""
    text = f"g (float[2] x) => (float[2] y) <float n = {{{number}}}> {{ y = Add(x, n) }}"
    return onnx.parser.parse_model(f'<ir_version: 8, opset_import: ["": 17]> {text}').SerializeToString()


def plus(model: bytes | Path) -> float:
    """What the compiled model adds."""
    with BURN.load(model) as session:
        return float(session.run({"x": np.zeros(2, np.float32)})["y"][1])


def entries(space: Workspace) -> list[Path]:
    return sorted((space.native / "burn-models").glob("*"))


def without_cargo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))


def test_compiled_once_then_found_again_without_cargo(space: Workspace, tmp_path: Path, monkeypatch):
    told: list[str] = []
    known = engines.base.Engine.prepare  # the hook's default says nothing
    assert known is not Burn.prepare
    from helpers.engines.model import read_model

    BURN.prepare(read_model(add(1)), lambda text, share: told.append(text))
    assert set(told) == {"compiling the model"}
    (entry,) = entries(space)
    assert {file.name for file in entry.iterdir()} == {space.library("burn").name, "model.rs", "built.json"}
    without_cargo(tmp_path, monkeypatch)
    BURN.prepare(read_model(add(1)), lambda text, share: pytest.fail(text))
    assert plus(add(1)) == 1
    assert "pub fn forward" in BURN.generated(add(1))
    with pytest.raises(EngineUnavailable) as caught:
        BURN.load(add(2))
    assert "it compiles each model, and there is no cargo on this machine; install Rust" in str(caught.value)
    assert entries(space) == [entry]


def test_mnist_came_with_the_crate(space: Workspace, mnist: Path, tmp_path: Path, monkeypatch):
    without_cargo(tmp_path, monkeypatch)
    assert BURN.load(mnist).outputs[0].shape == (1, 10)
    assert entries(space) == []


def test_another_mnist_is_another_crate(tmp_path: Path):
    """The model is compiled into the crate: trained again, it must not be answered for by the old one."""
    (tmp_path / "crates").symlink_to(HERE.crates)
    (tmp_path / "models").mkdir()
    keys = set()
    for content in (b"a", b"b"):
        (tmp_path / "models" / "mnist.onnx").write_bytes(content)
        keys.add(Workspace(tmp_path).key("burn"))
    assert len(keys) == 2


def test_loads_at_the_same_time_compile_once(space: Workspace):
    told: list[str] = []
    found: list[float] = []

    def work() -> None:
        from helpers.engines.model import read_model

        BURN.prepare(read_model(add(3)), lambda text, share: told.append(f"{threading.get_ident()} {text}"))
        found.append(plus(add(3)))

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [3, 3, 3]
    assert len({line for line in told if line.endswith("compiling the model")}) == 1
    assert len(entries(space)) == 1


SCRIPT = """
import sys
from pathlib import Path
from helpers.engines import _burn
from helpers.engines._crates import Workspace
from helpers.engines.model import read_model
report = lambda text, share: print(text, flush=True)
_burn.compiled(read_model(Path(sys.argv[2])), Workspace(Path(sys.argv[1])), report)
"""


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_compile_leaves_no_entry(space: Workspace, tmp_path: Path, ending: signal.Signals):
    model = tmp_path / "m.onnx"
    model.write_bytes(add(4))
    command = [sys.executable, "-c", SCRIPT, str(space.root), str(model)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == b"compiling the model"
        process.send_signal(ending)
    assert process.returncode != 0
    assert entries(space) == []
    assert plus(model) == 4


@pytest.mark.parametrize("lost", ["built.json", "engine"])
def test_an_entry_that_lost_a_file_is_made_again(space: Workspace, lost: str):
    assert plus(add(5)) == 5
    (entry,) = entries(space)
    file = next(file for file in entry.iterdir() if file.name.startswith(lost))
    file.unlink()
    assert "pub fn forward" in BURN.generated(add(5))
    assert file.is_file()


def test_weights_beside_the_model(space: Workspace, tmp_path: Path):
    path = tmp_path / "m.onnx"
    weights = onnx.numpy_helper.from_array(np.array([6, 7], np.float32), "n")
    proto = onnx.load_from_string(add(0))
    proto.graph.initializer[0].CopyFrom(weights)
    onnx.save(proto, path, save_as_external_data=True, location="weights.bin", size_threshold=0)
    assert plus(path) == 7
    with (tmp_path / "weights.bin").open("r+b") as file:
        file.seek(4)
        file.write(np.float32(8).tobytes())
    assert plus(path) == 8


def test_a_model_that_burn_cannot_take(space: Workspace):
    with pytest.raises(ModelRejected, match="burn cannot load the model: .*NoSuchOperator") as caught:
        BURN.load(CASES["unknown operator"].model)
    assert str(Path(os.sep, "tmp")) not in str(caught.value)
    assert entries(space) == []


def test_a_compile_that_takes_too_long(space: Workspace, monkeypatch):
    monkeypatch.setattr(_burn, "_LIMIT", 0.2)
    with pytest.raises(EngineTimedOut, match="did not end within 0.2 s; try a smaller model"):
        BURN.load(add(9))
    assert entries(space) == []


def test_not_built(space: Workspace):
    (space.native / "burn").unlink()
    with pytest.raises(EngineUnavailable, match="it is not built; onnx-lab build burn"):
        BURN.load(add(1))


def test_those_not_used_for_longest_go(tmp_path: Path):
    for number in range(40):
        (tmp_path / f"{number}").mkdir()
        os.utime(tmp_path / f"{number}", (1000 - number, 1000 - number))
    _burn._forget_old(tmp_path)
    assert {int(entry.name) for entry in tmp_path.iterdir()} == set(range(32))


def test_a_disk_that_is_full_leaves_no_entry(tmp_path: Path):
    """A limit for the size of files does what a full disk does: the write fails."""
    library = tmp_path / "made.so"
    library.write_bytes(b"x" * 100_000)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, before[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            build.install(_cargo.Artifact(library, None, "1", 1.0), "key", tmp_path / "models" / "abc" / "made.so")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list((tmp_path / "models").iterdir()) == []
