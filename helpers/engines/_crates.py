"""Where the crates' sources lie, and what has been built from them."""

from __future__ import annotations

import hashlib
import importlib.machinery
import json
import os
import tomllib
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import platformdirs

from helpers.paths import ROOT

ORDER = ("ort", "rten", "kyanite", "candle", "burn", "tract")  # by what a build costs, the cheapest first
_SUFFIX = ".pyd" if importlib.machinery.EXTENSION_SUFFIXES[-1].endswith(".pyd") else ".so"


@dataclass(frozen=True)
class Built:
    """What is known of a built crate."""

    key: str  # of the sources it was built from
    rustc: str  # the compiler's version
    seconds: float  # that the build took
    size: int  # bytes of the library


@dataclass(frozen=True)
class Workspace:
    """The crates of a clone, and the folder for what is built."""

    root: Path
    order: tuple[str, ...] = ORDER
    elsewhere: Path | None = None  # where what is built lies, if not in the clone

    @property
    def crates(self) -> Path:
        """The Cargo workspace."""
        return self.root / "crates"

    @property
    def native(self) -> Path:
        """What was built; not under version control."""
        return self.elsewhere or self.root / "native"

    @property
    def models(self) -> Path:
        """The models that burn's compiler has made modules of: a user's own, since a clone may be shared."""
        return platformdirs.user_cache_path("onnx-engine-lab", appauthor=False) / "burn-models"

    def library(self, engine: str) -> Path:
        """An engine's Python module."""
        return self.native / engine / f"engine_{engine}{_SUFFIX}"

    def key(self, engine: str) -> str:
        """A hash of the sources of an engine's crate."""
        digest = hashlib.sha256()
        if engine == "burn" and (mnist := self.root / "models" / "mnist.onnx").is_file():
            digest.update(mnist.read_bytes())  # this model is compiled into the crate
        folders = (self.crates / "bridge", self.crates / engine)
        files = [self.crates / "Cargo.toml", *(f for folder in folders for f in sorted(folder.rglob("*")))]
        for file in files:
            if file.suffix in (".rs", ".toml") and "examples" not in file.parts:
                digest.update(f"{file.relative_to(self.crates).as_posix()}\n".encode() + file.read_bytes())
        return digest.hexdigest()

    def built(self, engine: str) -> Built | None:
        """What was built of an engine; None where nothing was, or where its sources have changed since."""
        found = read_built(self.library(engine).parent)
        return found if found and found.key == self.key(engine) and whole(self.library(engine), found) else None


def _elsewhere() -> Path | None:
    """Where the variable ONNX_LAB_NATIVE says that the built crates lie."""
    told = os.environ.get("ONNX_LAB_NATIVE")
    return Path(os.path.abspath(told)) if told else None


HERE = Workspace(ROOT, elsewhere=_elsewhere())


def whole(library: Path, built: Built) -> bool:
    """Whether a library is there in the size that it was built in."""
    try:
        return library.stat().st_size == built.size
    except OSError:
        return False


def read_built(folder: Path) -> Built | None:
    """The facts beside a library, or None where they cannot be read."""
    try:
        return Built(**json.loads((folder / "built.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def write_built(folder: Path, built: Built) -> None:
    """Put the facts beside a library."""
    (folder / "built.json").write_text(json.dumps(asdict(built)), encoding="utf-8")


@cache
def pinned(engine: str, crate: str) -> str:
    """The version to which an engine's crate pins a dependency, or "" without sources.

    >>> pinned("rten", "rten")
    '0.27.0'
    """
    try:
        manifest = tomllib.loads((HERE.crates / engine / "Cargo.toml").read_text(encoding="utf-8"))
    except OSError:
        return ""
    wanted = manifest["dependencies"][crate]
    return (wanted if isinstance(wanted, str) else wanted["version"]).removeprefix("=")
