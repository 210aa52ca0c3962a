"""The models that burn's compiler has seen: one folder each, found again by content and versions."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.engines import _cargo
from helpers.engines._crates import Workspace, read_built, whole
from helpers.engines.base import Preparing
from helpers.errors import BadInput, EngineTimedOut, EngineUnavailable, ModelRejected, one_line
from helpers.paths import MNIST
from helpers.process.limits import GIB

if TYPE_CHECKING:
    from helpers.modelfile.model import Model

_KEPT = 32  # models; those not used for longest go
_LIMIT = 300.0  # seconds for one model
_MEMORY = 8 * GIB  # bytes for each process that it takes: cargo, burn-onnx, the compiler, the linker


def compiled(model: Model, workspace: Workspace, report: Preparing = lambda text, share: None) -> Path:
    """The module for a model: from the folder where it was put before, or compiled now.

    Raises
    ------
    ModelRejected
        burn-onnx cannot write the model as Rust, or what it wrote does not compile.
    EngineUnavailable
        The model must be compiled, and that cannot be done here.
    EngineTimedOut
        The compiler took too long.
    """
    data = in_one_piece(model)
    if MNIST.is_file() and data == MNIST.read_bytes():
        return workspace.library("burn")  # compiled when the crate was built
    key = hashlib.sha256(workspace.key("burn").encode() + data).hexdigest()
    folder = workspace.models / key[:24]
    library = folder / workspace.library("burn").name
    if not _ready(folder, library):
        from helpers.engines import build

        try:
            with build.lock(_place(workspace), lambda: report("waiting for another build", None)):
                if not _ready(folder, library):  # whoever held the lock may have compiled it
                    _compile(data, library, key, workspace, report)
                    _forget_old(folder.parent)
        except (BadInput, OSError) as error:  # this engine's trouble, whatever the others can do
            raise EngineUnavailable("burn", f"it compiles each model, and {one_line(error)}") from None
    with suppress(OSError):
        os.utime(folder)  # used now
    return library


def _place(workspace: Workspace) -> Path:
    """Whose lock is taken: that of the crates' own builds, or one's own where the clone belongs to somebody else."""
    return workspace.native if os.access(workspace.native, os.W_OK) else workspace.models


def in_one_piece(model: Model) -> bytes:
    """The model with the weights that lie in files beside it, if there are such."""
    if model.path is None:
        return model.data
    from helpers.modelfile.whole import whole

    try:
        return whole(model).SerializeToString()
    except Exception as error:  # of protobuf, where it is larger than 2 GiB; of the system
        said = f"it takes a model in one piece, which this one cannot be: {one_line(error)}"
        raise ModelRejected("burn", said) from None


def _ready(folder: Path, library: Path) -> bool:
    found = read_built(folder)
    return found is not None and whole(library, found)


def _compile(data: bytes, library: Path, key: str, workspace: Workspace, report: Preparing) -> None:
    from helpers.engines import build

    def count(done: int, total: int) -> None:
        report("compiling the model", done / total if total else None)

    report("compiling the model", None)
    try:
        with tempfile.TemporaryDirectory(prefix="onnx-lab-burn-") as place:
            source = Path(place, "model.onnx")
            source.write_bytes(data)
            extra = {"ONNX_LAB_BURN_MODEL": str(source)}
            artifact = _cargo.build(workspace.crates, "burn", report=count, extra=extra, limit=_LIMIT, memory=_MEMORY)
            build.install(artifact, key, library)
    except TimeoutError as error:
        raise EngineTimedOut("burn", f"{error}; try a smaller model") from None
    except OSError as error:
        said = f"the model could not be compiled: {error.strerror or error}; look at {workspace.models}"
        raise EngineUnavailable("burn", said) from None
    except _cargo.BuildFailed as error:
        if _cargo.OUT_OF_MEMORY in error.why:
            said = f"compiling it takes more than {_MEMORY / GIB:g} GiB of memory; try a smaller model"
            raise ModelRejected("burn", said) from None
        if error.why.startswith("burn-onnx: "):
            raise ModelRejected("burn", error.why.removeprefix("burn-onnx: ").replace(str(source), "…")) from None
        if error.why.startswith("error[") or "could not compile `engine-burn`" in error.why:
            raise ModelRejected("burn", f"the Rust that burn-onnx wrote does not compile: {error.why}") from None
        raise EngineUnavailable("burn", f"it compiles each model, and {error.why}; {error.remedy}") from None


def _forget_old(folder: Path) -> None:
    entries = sorted((e for e in folder.iterdir() if not e.name.startswith(".")), key=lambda e: e.stat().st_mtime)
    for entry in entries[:-_KEPT]:
        shutil.rmtree(entry, ignore_errors=True)
