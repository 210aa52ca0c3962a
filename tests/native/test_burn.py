"""burn compiles each model once: what is kept, what is not, and what happens when that goes wrong."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import onnx.parser
import pytest

from helpers import engines
from helpers.engines import EngineTimedOut, EngineUnavailable, ModelRejected, _burn, build
from helpers.engines._cargo import Artifact
from helpers.engines._crates import HERE, Workspace
from helpers.engines.burn import Burn
from helpers.modelfile.model import read_model
from tests import powerless

pytestmark = [pytest.mark.timeout(600), pytest.mark.alone]


def model(number: float) -> bytes:
    """A model that no other test has."""
    text = f"g (float[2] x) => (float[2] y) <float[1] c = {{{number}}}> {{ y = Add(x, c) }}"
    return onnx.parser.parse_model(f'<ir_version: 8, opset_import: ["": 17]> {text}').SerializeToString()


@pytest.fixture
def burn(tmp_path: Path, monkeypatch) -> Burn:
    """burn with a cache of its own, over the crate as it was built."""
    if not (can := engines.get("burn").availability()):
        pytest.skip(f"{can.why}; {can.remedy}")
    (tmp_path / "native").mkdir()
    for name in ("crates", "models"):
        (tmp_path / name).symlink_to(HERE.root / name)
    (tmp_path / "native" / "burn").symlink_to(HERE.native / "burn")
    monkeypatch.setattr(Burn, "workspace", Workspace(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return Burn()


def entries(burn: Burn) -> list[Path]:
    folder = burn.workspace.models
    return sorted(p for p in folder.iterdir() if not p.name.startswith(".")) if folder.is_dir() else []


def run(engine: Burn, data: bytes | Path) -> list[float]:
    with engine.load(data) as session:
        return session.run({"x": np.array([1, 2], np.float32)})["y"].tolist()


def test_mnist_was_compiled_when_the_crate_was_built(burn: Burn, mnist: Path, blank):
    told: list[str] = []
    burn.prepare(read_model(mnist), lambda text, share: told.append(text))
    assert burn.load(mnist).run({"Input3": blank})["Plus214_Output_0"].shape == (1, 10)
    assert told == []
    assert entries(burn) == []


def test_a_model_is_compiled_once_with_progress_and_its_rust_can_be_read(burn: Burn):
    told: list[tuple[str, float | None]] = []
    known = read_model(model(2.5))
    burn.prepare(known, lambda text, share: told.append((text, share)))
    assert ("compiling the model", None) in told
    assert run(burn, model(2.5)) == [3.5, 4.5]
    assert len(entries(burn)) == 1
    told.clear()
    start = time.perf_counter()
    burn.prepare(known, lambda text, share: told.append((text, share)))
    assert told == []
    assert time.perf_counter() - start < 1  # it takes milliseconds; a compile takes seconds
    text = burn.generated(model(2.5))
    assert "pub fn forward(&self, x: Tensor<1>) -> Tensor<1>" in text
    assert run(burn, model(3.5)) == [4.5, 5.5]
    assert len(entries(burn)) == 2


def test_loads_at_the_same_time_give_one_entry(burn: Burn):
    found: list[list[float]] = []
    threads = [threading.Thread(target=lambda: found.append(run(burn, model(4.25)))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [[5.25, 6.25]] * 3
    assert len(entries(burn)) == 1


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_compile_leaves_no_entry(burn: Burn, ending: signal.Signals):
    script = (
        "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"  # ignored below a shell's &
        "from pathlib import Path\nfrom helpers.engines.burn import Burn\n"
        "from helpers.engines._crates import Workspace\n"
        f"Burn.workspace = Workspace(Path({str(burn.workspace.root)!r}))\n"
        "from helpers.modelfile.model import read_model\n"
        f"Burn().prepare(read_model({model(5.75)!r}), lambda text, share: print(text, flush=True))\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"compiling the model\n"
        time.sleep(1)
        process.send_signal(ending)
        assert process.wait(30) != 0
    finally:
        process.kill()
        process.wait()
    assert entries(burn) == []
    assert run(burn, model(5.75)) == [6.75, 7.75]


def test_a_file_that_cannot_be_written_whole_is_no_entry(tmp_path: Path):
    library = tmp_path / "libengine_x.so"
    library.write_bytes(b"x" * 2_000_000)
    script = (
        "import resource, signal\nfrom pathlib import Path\nfrom helpers.engines import build\n"
        "from helpers.engines._cargo import Artifact\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))\n"  # as a disk that fills up
        f"place = Path({str(tmp_path)!r}, 'cache', 'key', 'engine_x.so')\n"
        f"try:\n    build.install(Artifact(Path({str(library)!r}), None, '', 1.0), 'key', place)\n"
        "except OSError as error:\n    print('told:', error.strerror)\n"
    )
    pytest.importorskip("resource")
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout == "told: File too large\n"
    assert list((tmp_path / "cache").iterdir()) == []
    build.install(Artifact(library, None, "", 1.0), "key", tmp_path / "cache" / "key" / "engine_x.so")
    assert [p.name for p in (tmp_path / "cache").iterdir()] == ["key"]


def test_an_entry_that_is_broken_is_made_again(burn: Burn):
    assert run(burn, model(6.5)) == [7.5, 8.5]
    (entry,) = entries(burn)
    (entry / "built.json").write_text("{")
    assert run(burn, model(6.5)) == [7.5, 8.5]
    burn.library(read_model(model(6.5))).unlink()
    assert burn.library(read_model(model(6.5))).is_file()


def test_a_library_that_is_damaged_is_made_again(burn: Burn):
    assert run(burn, model(6.75)) == [7.75, 8.75]
    (entry,) = entries(burn)
    (library,) = entry.glob("engine_burn.*")
    size = library.stat().st_size
    library.unlink()  # not written over: this process has it loaded
    library.touch()
    assert burn.library(read_model(model(6.75))).stat().st_size == size


SHARED = """
from pathlib import Path
from helpers.engines._crates import Workspace
from helpers.engines.burn import Burn
import numpy as np
Burn.workspace = Workspace(Path({root!r}))
with Burn().load({model!r}) as session:
    print(session.run({{"x": np.array([1, 2], np.float32)}})["y"].tolist())
"""


def test_a_clone_of_somebody_else(burn: Burn, tmp_path: Path):
    """What one user compiles is that user's: the clone is only read, and another's cache is not touched."""
    powerless.read_only(tmp_path / "native")
    script = SHARED.format(root=str(tmp_path), model=model(7.25))
    try:
        done = powerless.run(script, XDG_CACHE_HOME=str(tmp_path / "mine"))
        assert done.stdout == "[8.25, 9.25]\n", done.stderr
        (tmp_path / "theirs").mkdir(mode=0o500)
        done = powerless.run(script, XDG_CACHE_HOME=str(tmp_path / "theirs"))
    finally:
        powerless.writable(tmp_path / "native")
    said = done.stderr.splitlines()[-1]
    assert said.startswith("helpers.errors.EngineUnavailable: burn is unavailable: it compiles each model, and ")
    assert "cannot be written to (Permission denied)" in said
    assert [p.name for p in (tmp_path / "native").iterdir()] == ["burn"]


def test_a_compile_that_takes_too_much_memory(burn: Burn, monkeypatch):
    monkeypatch.setattr(_burn, "_MEMORY", 2**28)
    proto = onnx.load_model_from_string(model(0))
    weights = np.zeros((48 * 2**20, 1), np.float32)  # 192 MiB, of which burn-onnx makes copies
    proto.graph.initializer[0].CopyFrom(onnx.numpy_helper.from_array(weights, "c"))
    proto.graph.output[0].type.tensor_type.shape.dim.add(dim_value=2)
    with pytest.raises(ModelRejected, match=r"compiling it takes more than 0\.25 GiB of memory; try a smaller model"):
        burn.load(proto.SerializeToString())
    assert entries(burn) == []


FEATURES = {  # operators for which burn-onnx writes code that needs a feature of burn
    "linalg": ("g (float[2,2] x) => (float[1] y) <int64[1] s = {1}> { d = Det(x) y = Reshape(d, s) }", [-2]),
    "signal": ("g (float[4] x) => (float[4] y) <int64 n = {4}> { w = HannWindow(n) y = Mul(w, x) }", [0, 1, 3, 2]),
    "vision": (
        "g (float[1,3,4] x, float[1,1,3] s) => (int64[n,3] y) <int64 most = {3}, float iou = {0.5}> "
        "{ y = NonMaxSuppression(x, s, most, iou) }",
        [[0, 0, 2], [0, 0, 0]],
    ),
}
GIVEN = {
    "linalg": {"x": np.array([[1, 2], [3, 4]], np.float32)},
    "signal": {"x": np.array([1, 2, 3, 4], np.float32)},
    "vision": {  # the second box lies on the first, and has a lower score
        "x": np.array([[[0, 0, 1, 1], [0, 0, 1, 1], [5, 5, 6, 6]]], np.float32),
        "s": np.array([[[0.5, 0.4, 0.9]]], np.float32),
    },
}


@pytest.mark.parametrize("feature", FEATURES)
def test_generated_code_finds_the_features_that_it_needs(burn: Burn, feature: str):
    text, right = FEATURES[feature]
    data = onnx.parser.parse_model(f'<ir_version: 8, opset_import: ["": 17]> {text}').SerializeToString()
    with burn.load(data) as session:
        np.testing.assert_allclose(session.run(GIVEN[feature])["y"], right, rtol=1e-5, atol=1e-6)


def test_a_model_that_burn_cannot_take(burn: Burn):
    text = "g (float[2] x) => (float[2] y) { y = NoSuchOperator(x) }"
    data = onnx.parser.parse_model(f'<ir_version: 8, opset_import: ["": 17]> {text}').SerializeToString()
    with pytest.raises(ModelRejected, match="NoSuchOperator used by 1 node") as caught:
        burn.load(data)
    assert "onnx-lab-burn-" not in str(caught.value)  # no path of a temporary file
    assert entries(burn) == []


def test_without_cargo_what_is_compiled_still_loads(burn: Burn, mnist: Path, blank, monkeypatch, tmp_path: Path):
    assert run(burn, model(7.5)) == [8.5, 9.5]
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert run(burn, model(7.5)) == [8.5, 9.5]
    assert burn.load(mnist).run({"Input3": blank})
    with pytest.raises(EngineUnavailable) as caught:
        burn.load(model(8.5))
    assert "it compiles each model, and there is no cargo on this machine; install Rust" in str(caught.value)


def test_weights_beside_the_model_are_part_of_it(burn: Burn, tmp_path: Path):
    proto = onnx.load_model_from_string(model(0))
    proto.graph.initializer[0].CopyFrom(onnx.numpy_helper.from_array(np.array([10], np.float32), "c"))
    onnx.save(proto, tmp_path / "m.onnx", save_as_external_data=True, size_threshold=0, location="w.bin")
    assert run(burn, tmp_path / "m.onnx") == [11, 12]
    (tmp_path / "w.bin").write_bytes(np.float32(20).tobytes())
    assert run(burn, tmp_path / "m.onnx") == [21, 22]


def test_a_compile_that_takes_too_long(burn: Burn, monkeypatch):
    monkeypatch.setattr(_burn, "_LIMIT", 0.2)
    with pytest.raises(EngineTimedOut, match=r"did not end within 0\.2 s; try a smaller model"):
        burn.load(model(9.5))
    assert entries(burn) == []


def test_a_crate_that_was_never_built(burn: Burn):
    (burn.workspace.native / "burn").unlink()
    with pytest.raises(EngineUnavailable, match="it is not built; onnx-lab build burn"):
        burn.load(model(1.5))


def test_another_mnist_is_another_crate(tmp_path: Path):
    """The model is compiled into the crate: the crate of an older one must not answer for it."""
    (tmp_path / "crates").symlink_to(HERE.crates)
    (tmp_path / "models").mkdir()
    keys = set()
    for content in (b"before", b"trained again"):
        (tmp_path / "models" / "mnist.onnx").write_bytes(content)
        keys.add(Workspace(tmp_path).key("burn"))
    assert len(keys) == 2


def test_old_entries_go(tmp_path: Path):
    for i in range(40):
        (tmp_path / f"{i:02}").mkdir()
        os.utime(tmp_path / f"{i:02}", (1000 + i, 1000 + i))
    _burn._forget_old(tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == [f"{i:02}" for i in range(8, 40)]
