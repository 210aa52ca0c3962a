"""The engines that are Rust crates, through one bridge: ``crates/`` holds sources, ``native/`` what is built."""

from __future__ import annotations

import importlib.util
from functools import cache
from importlib.machinery import ExtensionFileLoader
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, ClassVar

from helpers.engines import _cargo
from helpers.engines._crates import HERE, Workspace, read_built, whole
from helpers.engines.base import Availability, Engine, Options, Run
from helpers.engines.steps import Step, Watched

if TYPE_CHECKING:  # a card needs no numpy, which is slow to import
    from collections.abc import Mapping

    import numpy as np

    from helpers.modelfile.model import Model

_SOON = "wait: it will be there without a restart"


class Native(Engine):
    """An engine behind the bridge: a subclass adds its card, and what it needs beyond a model."""

    workspace: ClassVar[Workspace] = HERE
    remedy = "onnx-lab build"

    def probe(self) -> None:
        load_module(self.name, self.workspace.library(self.name))

    def missing(self) -> Availability | None:
        from helpers.engines import build  # only where it is asked: a card needs none of it

        name, space = self.name, self.workspace
        if space.built(name):
            return None
        if not space.crates.is_dir():
            return Availability(
                False, "its sources are not here", "work in a clone of the repository (pip install -e .)"
            )
        at = build.running(space).get(name)
        if at and at.state == "building":
            return Availability(False, f"building, {100 * at.share:.0f} %", _SOON, building=at.share)
        if at and at.state == "waiting":
            return Availability(False, "building, it waits for its turn", _SOON, building=0.0)
        if _cargo.find_cargo() is None:
            return Availability(False, "it is not built, and there is no Rust on this machine", _cargo.INSTALL_RUST)
        at = build.last(space, name)
        if at and at.state == "failed":
            return Availability(False, f"its build failed: {at.why}", at.remedy)
        return Availability(False, _why_not(space, name), f"onnx-lab build {name}")

    def bind(self, model: Model) -> None:
        load_module(self.name, self.library(model))

    def open(self, model: Model, options: Options) -> Run:
        return self.session(model, options).run

    def watch(self, model: Model, options: Options, inputs: Mapping[str, np.ndarray], calls: int) -> list[Watched]:
        session = self.session(model, options)
        told = [session.profile(inputs) for _ in range(calls)]
        return [(whole, [Step(*step) for step in steps]) for whole, steps in told]

    def session(self, model: Model, options: Options) -> Any:
        """The Rust session: ``run(inputs)`` gives arrays, ``time(inputs, n)`` nanoseconds by the native clock, and
        ``profile(inputs)`` the seconds of a call and of its steps, where the engine has such."""
        return load_module(self.name, self.library(model)).Session(
            model.data,
            path=None if model.path is None else str(model.path),
            library=self.shared_library(),
            intra_threads=options.intra_threads,
            inter_threads=options.inter_threads,
            optimisation=options.optimisation,
        )

    @property
    def example(self) -> Path:
        """The four steps in plain Rust, without the bridge."""
        return self.workspace.crates / self.name / "examples" / "four_steps.rs"

    def library(self, model: Model) -> Path:
        """The module for a model; the same for all models, but for burn."""
        return self.workspace.library(self.name)

    def shared_library(self) -> str | None:
        """The path of the library in which the engine lives, where it is not part of the module."""
        return None


def _why_not(space: Workspace, name: str) -> str:
    library, built = space.library(name), read_built(space.library(name).parent)
    if not library.is_file():
        return "it is not built"
    if built and not whole(library, built):
        return f"its library is damaged ({library.stat().st_size:,} bytes of {built.size:,})"
    return "it is built from sources that have changed since"


@cache
def load_module(engine: str, library: Path) -> ModuleType:
    """The Python module of an engine, from the file where its build put it."""
    name = f"engine_{engine}"
    loader = ExtensionFileLoader(name, str(library))
    spec = importlib.util.spec_from_file_location(name, library, loader=loader)
    assert spec is not None  # it is None only where no loader is given
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module
