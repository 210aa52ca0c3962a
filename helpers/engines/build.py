"""Builds the engines that are Rust crates, one after the other, and tells every process how far it is.

What is built already is skipped, and cargo goes on where an interrupted build stopped. One process builds at a
time; others follow it. The state lies in a file, so that a notebook's kernel sees a build that runs elsewhere.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

import psutil
from filelock import FileLock, Timeout

from helpers.engines import _cargo
from helpers.engines._crates import HERE, Built, Workspace, write_built
from helpers.errors import BadInput

_LOOK = 0.5  # seconds between looks at a build that another process runs
State = Literal["waiting", "building", "built", "failed"]


@dataclass(frozen=True)
class Progress:
    """How far the build of an engine is."""

    engine: str
    state: State
    done: int = 0  # crates
    total: int = 0  # crates, 0 while that is not known
    why: str = ""
    remedy: str = ""

    @property
    def share(self) -> float:
        """From 0 to 1."""
        return self.done / self.total if self.total else float(self.state == "built")


Report = Callable[[Progress], None]  # called with each change


def build(
    engines: Sequence[str] | None = None,
    *,
    workspace: Workspace = HERE,
    report: Report = lambda progress: None,
) -> dict[str, Progress]:
    """Build crates that are missing or whose sources have changed; a failure does not stop the others.

    Parameters
    ----------
    engines
        Names; all by default. They are built in the order of cost.
    report
        Called with each change.

    Raises
    ------
    BadInput
        There is no such crate, or there are no sources.
    """
    wanted = _in_order(engines, workspace)
    state = {name: Progress(name, "built" if workspace.built(name) else "waiting") for name in wanted}
    with lock(workspace.native, lambda: _follow(wanted, workspace, report)):
        try:
            for name in wanted:
                _build_one(name, state, workspace, report)
        finally:
            _write_state(state, workspace, over=True)  # interrupted in a notebook, this process lives on
    return state


def running(workspace: Workspace = HERE) -> dict[str, Progress]:
    """How far a build is that runs now, in this process or another; empty where none does."""
    told = _read_state(workspace)
    return told if any(p.state in ("waiting", "building") for p in told.values()) and _alive(workspace) else {}


def last(workspace: Workspace, engine: str) -> Progress | None:
    """What the last build that dealt with an engine told of it."""
    return _read_state(workspace).get(engine)


def missing(workspace: Workspace = HERE) -> list[str]:
    """The crates that are not built, or whose sources have changed since.

    >>> set(missing()) <= set(HERE.order)
    True
    """
    return [name for name in workspace.order if not workspace.built(name)]


@contextmanager
def lock(folder: Path, waiting: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Only one process at a time runs cargo to fill a folder; whoever waits may say so, every half second."""
    held = FileLock(folder / ".lock")
    while True:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            held.acquire(timeout=_LOOK)
            break
        except Timeout:
            waiting()
        except OSError as error:
            said = f"{folder} cannot be written to ({error.strerror}); what is built goes there"
            raise BadInput(said) from None
    try:
        yield
    finally:
        held.release()


def install(artifact: _cargo.Artifact, key: str, place: Path) -> None:
    """Put a library at its place, with its facts and the source that its build script generated beside it.

    The folder of the place is whole or not there, whatever happens meanwhile.
    """
    folder, name = place.parent, place.name
    folder.parent.mkdir(parents=True, exist_ok=True)
    for left in folder.parent.glob(".*-*"):  # by a process that was killed; only who holds the lock is here
        shutil.rmtree(left, ignore_errors=True)
    made = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    made.chmod(0o755)  # on a hub another user may run what was built
    try:
        library = made / name
        shutil.copyfile(artifact.library, library)
        if artifact.out_dir and (artifact.out_dir / "model" / "model.rs").is_file():
            shutil.copyfile(artifact.out_dir / "model" / "model.rs", made / "model.rs")
        write_built(made, Built(key, artifact.rustc, artifact.seconds, library.stat().st_size))
        if folder.exists():
            os.replace(folder, f"{made}.old")  # a loaded library stays loaded when its file goes
        os.replace(made, folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)
        shutil.rmtree(f"{made}.old", ignore_errors=True)


def _build_one(name: str, state: dict[str, Progress], workspace: Workspace, report: Report) -> None:
    def tell(progress: Progress) -> None:
        state[name] = progress
        report(progress)
        _write_state(state, workspace)

    if workspace.built(name):  # maybe by another process, which this one waited for
        return tell(Progress(name, "built"))
    tell(Progress(name, "building"))
    try:
        key = workspace.key(name)
        artifact = _cargo.build(
            workspace.crates, name, report=lambda done, total: tell(Progress(name, "building", done, total))
        )
        install(artifact, key, workspace.library(name))
    except _cargo.BuildFailed as error:
        tell(Progress(name, "failed", why=error.why, remedy=error.remedy))
    except OSError as error:
        remedy = f"check the space and the permissions of {workspace.native}"
        tell(Progress(name, "failed", why=f"{error.strerror or error}", remedy=remedy))
    else:
        tell(replace(state[name], state="built", done=state[name].total))


def _in_order(engines: Sequence[str] | None, workspace: Workspace) -> list[str]:
    if not workspace.crates.is_dir():
        raise BadInput(f"{workspace.crates} does not exist; run from a clone of the repository (pip install -e .)")
    unknown = [name for name in engines or () if name not in workspace.order]
    if unknown:
        raise BadInput(f"there is no crate of an engine {unknown[0]!r}; give some of {', '.join(workspace.order)}")
    return [name for name in workspace.order if not engines or name in engines]


def _follow(wanted: list[str], workspace: Workspace, report: Report) -> None:
    """Tell how far the build of another process is."""
    for name, progress in running(workspace).items():
        if name in wanted:
            report(progress)


def _write_state(state: dict[str, Progress], workspace: Workspace, *, over: bool = False) -> None:
    process = psutil.Process()
    earlier = {name: p for name, p in _read_state(workspace).items() if p.state in ("built", "failed")}
    text = json.dumps(
        {
            "builder": None if over else [process.pid, process.create_time()],
            "engines": [asdict(p) for p in {**earlier, **state}.values()],
        }
    )
    with suppress(OSError):  # on a full disk it is the build itself that tells so
        handle, name = tempfile.mkstemp(prefix=".state-", dir=workspace.native)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(name, workspace.native / "state.json")


def _read_state(workspace: Workspace) -> dict[str, Progress]:
    try:
        told = json.loads((workspace.native / "state.json").read_text(encoding="utf-8"))
        return {p["engine"]: Progress(**p) for p in told["engines"]}
    except (OSError, ValueError, TypeError, KeyError):
        return {}


def _alive(workspace: Workspace) -> bool:
    """Whether the process that wrote the state still runs."""
    try:
        pid, created = json.loads((workspace.native / "state.json").read_text(encoding="utf-8"))["builder"]
        return abs(psutil.Process(pid).create_time() - created) < 1
    except (OSError, ValueError, TypeError, KeyError, psutil.Error):
        return False
