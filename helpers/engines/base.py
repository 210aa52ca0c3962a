"""What every engine offers: the interface that notebooks, board, bench and tests know, and nothing more.

An engine is one file with a :class:`Card`, a ``probe`` and an ``open``; :class:`Engine` does the rest the same
way for all of them: refuses what does not fit, reads the model once, turns an engine's own errors into ours.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal, Protocol

from helpers.engines._crates import pinned
from helpers.engines.options import DEFAULT, Options
from helpers.errors import (
    BadInput,
    EngineUnavailable,
    ModelRejected,
    one_line,
    translate,
)

if TYPE_CHECKING:  # numpy and onnx are slow to import; a card needs neither
    import numpy as np

    from helpers.engines.steps import Watched
    from helpers.modelfile.model import Model, TensorInfo

Preparing = Callable[[str, float | None], None]
Run = Callable[[Mapping[str, "np.ndarray"]], Sequence["np.ndarray"]]  # inputs by name, outputs in the graph's order


@dataclass(frozen=True)
class Card:
    """The facts of an engine, as a learner needs them to choose."""

    name: str  # the engine's id, as the command line takes it
    title: str  # as its authors write it
    package: str  # the distribution or crate whose version counts
    binding: Literal["wheel", "crate"]  # how Python reaches it
    language: str
    licence: str
    does: Literal["inference", "inference and training"]
    threads: str  # what thread control there is
    devices: str  # what it computes on, as used here
    source: str  # where its code lives
    options: tuple[str, ...] = ()  # the names of Options that it honours
    precisions: tuple[str, ...] = ("file",)  # the values of Options.precision that it honours
    narrows: tuple[tuple[str, str], ...] = ()  # an element type, and the smaller one in which it is computed
    good_to_know: str = ""
    released: str = ""  # when this version came out, as far as that is known: "2026-10"

    @property
    def version(self) -> str:
        """The installed version, or that of the crate; "" where there is none."""
        if self.binding == "crate":
            return pinned(self.name, self.package)
        try:
            return version(self.package)
        except PackageNotFoundError:
            return ""


@dataclass(frozen=True)
class Availability:
    """Whether an engine can run here; if not, why, and what to do about it."""

    available: bool
    why: str = ""
    remedy: str = ""
    building: float | None = None  # how far its build is, from 0 to 1, where one runs that will make it available

    def __bool__(self) -> bool:
        return self.available


class Session(Protocol):
    """One model loaded in one engine; also a context manager."""

    inputs: tuple[TensorInfo, ...]
    outputs: tuple[TensorInfo, ...]

    def run(self, inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Tensors by name in, tensors by name out."""

    def close(self) -> None:
        """Let go of the model."""


class Engine(ABC):
    """A runtime that executes ONNX.

    A new engine is one file: a subclass with a ``card``, ``remedy``, ``probe`` and ``open``,
    and its name in :mod:`helpers.engines.registry`.
    """

    card: ClassVar[Card]
    remedy: ClassVar[str]  # what to do where it is unavailable
    modules: ClassVar[tuple[str, ...]] = ()  # what its binding is called in Python
    isolated_only: ClassVar[bool] = False  # True: it may end the process it runs in, so it never runs in the kernel
    fixed_sizes: ClassVar[bool] = False  # True: it may refuse a file with open sizes, and run it once they are fixed
    profiles: ClassVar[bool] = False  # True: it tells how long each of its steps takes, by ``watch``

    @abstractmethod
    def probe(self) -> None:
        """Raise (or crash) where the engine cannot run on this machine; called in a process of its own."""

    @abstractmethod
    def open(self, model: Model, options: Options) -> Run:
        """Load the model; the function that comes back runs it."""

    def missing(self) -> Availability | None:
        """Why the engine cannot be here, as far as that can be told at once; None where a probe must tell."""
        if self.card.version:
            return None
        return Availability(False, f"the package {self.card.package!r} is not installed", self.remedy)

    def prepare(  # noqa: B027  # most engines need none, so it is not an abstract method
        self, model: Model, report: Preparing = lambda text, share: None
    ) -> None:
        """What a model needs before it can be loaded, such as a compiler's work; in the caller's own process.

        ``report`` is told in words what is done, and the share that is done, or None where that is not known.
        """

    def bind(self, model: Model) -> None:
        """Import the engine's binding; ``open`` does that too, so this is for whoever tells the two times apart."""
        for name in self.modules:
            import_module(name)

    def watch(self, model: Model, options: Options, inputs: Mapping[str, np.ndarray], calls: int) -> list[Watched]:
        """Load the model, run it so often, and tell each call as the engine's own profile does (see ``profiles``)."""
        raise NotImplementedError

    def availability(self) -> Availability:
        """Whether the engine can run here. Never raises and never takes the kernel down."""
        from helpers.engines.availability import check

        return check(self)

    def load(self, model: Path | str | bytes, options: Options = DEFAULT) -> Session:
        """Load a model in this process (for one in a process of its own: ``engines.isolated``).

        Parameters
        ----------
        model
            A path, or the bytes of an ONNX file.
        options
            Threads, optimisation, precision.

        Raises
        ------
        BadInput
            The path or an option does not fit.
        EngineUnavailable
            The engine is not installed, or cannot run on this machine.
        ModelRejected
            The file is not an ONNX model, or this engine cannot load it.

        >>> from helpers import engines
        >>> session = engines.get("reference").load("models/mnist.onnx")
        >>> session.outputs[0].shape
        (1, 10)
        """
        from helpers.engines.session import LocalSession
        from helpers.modelfile.model import read_model
        from helpers.process.serve import in_child

        if self.isolated_only and not in_child():
            raise EngineUnavailable(
                self.card.name, f'it may end the process it runs in; use engines.isolated("{self.card.name}").load(…)'
            )
        self.refuse_options(options)
        known = read_model(model)
        if (lacking := self.missing()) is not None:
            raise EngineUnavailable(self.card.name, f"{lacking.why}; {lacking.remedy}")
        self.prepare(known)
        try:
            run = self.open(known, options)
        except ImportError as error:
            raise EngineUnavailable(self.card.name, f"{one_line(error)}; {self.remedy}") from None
        except BaseException as error:  # a Rust panic is not an Exception
            raise translate(self.card.name, error, ModelRejected) from None
        return LocalSession(self.card.name, known.inputs, known.outputs, run)

    def refuse_options(self, options: Options) -> None:
        """Raise BadInput for the first option that this engine cannot honour."""
        for name, value in options.changed().items():
            if name not in self.card.options:
                honoured = ", ".join(self.card.options) or "none"
                raise BadInput(f"{self.card.name} cannot honour {name}={value!r}; options that it honours: {honoured}")
            if name == "precision" and value not in self.card.precisions:
                honoured = ", ".join(self.card.precisions)
                raise BadInput(f"{self.card.name} cannot honour {name}={value!r}; give one of {honoured}")

    @cached_property
    def name(self) -> str:
        """The engine's id."""
        return self.card.name

    def __repr__(self) -> str:
        return f"<engine {self.card.name} {self.card.version or '(not installed)'}>"
