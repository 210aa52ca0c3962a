"""An engine in its own process: a crash, a hang or a runaway of memory ends that process, never the kernel.

>>> from helpers import engines
>>> with engines.isolated("onnxruntime") as engine:
...     session = engine.load("models/mnist.onnx")
...     session.run({"Input3": np.zeros((1, 1, 28, 28), "float32")})["Plus214_Output_0"].shape
(1, 10)
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

import numpy as np

from helpers.engines import _child
from helpers.engines.base import DEFAULT, Availability, Card, Engine, Options, Preparing
from helpers.engines.session import check_inputs
from helpers.errors import EngineCrashed, EngineTimedOut, EngineUnavailable, ModelRejected
from helpers.modelfile.external import SHOWN
from helpers.modelfile.model import Model, gate, read_model
from helpers.process.child import GRACE, Child, Ended, NotStarted, TimedOut
from helpers.process.limits import Limits


class Isolated:
    """An engine in its own process; the same face as an engine."""

    def __init__(self, engine: Engine, *, limits: Limits = Limits()) -> None:
        self.engine, self.limits = engine, limits
        self._process = Child(memory=limits.memory, start=limits.start)

    @property
    def card(self) -> Card:
        """The engine's card."""
        return self.engine.card

    @property
    def name(self) -> str:
        """The engine's id."""
        return self.engine.name

    def availability(self) -> Availability:
        """Whether the engine can run here."""
        return self.engine.availability()

    def load(
        self,
        model: Path | str | bytes,
        options: Options = DEFAULT,
        *,
        report: Preparing | None = None,
    ) -> RemoteSession:
        """Load a model in the engine's process; see :meth:`Engine.load` for what it may raise.

        ``report`` is told how an engine prepares the model, where it has to (see :meth:`Engine.prepare`); by default a
        bar shows it. That is done in this process, so that it counts neither as load nor against the limits.

        Further errors: EngineCrashed, EngineTimedOut.
        """
        self.engine.refuse_options(options)
        try:
            if type(self.engine).prepare is not Engine.prepare:
                self._prepare(read_model(model), report)
            return RemoteSession(self, _absolute(model), options)
        except (ModelRejected, EngineCrashed) as error:
            if isinstance(error.__cause__, NotStarted):  # no process at all, so it says nothing of the engine
                raise
            if found := self.engine.availability():  # it is the model, not the machine
                raise
            raise EngineUnavailable(self.name, f"{found.why}; {found.remedy}") from None

    def _prepare(self, model: Model, report: Preparing | None) -> None:
        if report is not None:
            self.engine.prepare(model, report)
            return
        from helpers._progress import preparing  # rich is slow to import

        with preparing(self.name) as told:
            self.engine.prepare(model, told)

    def close(self, *, grace: float = GRACE) -> None:
        """End the process; it gets this many seconds to end by itself."""
        self._process.end(grace=grace)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def call(self, limit: float, function: Callable[..., Any], *arguments: Any) -> Any:
        """Call a function (one that a module holds) in the process, within this many seconds.

        A process that ended is replaced at the next call.
        """
        try:
            return self._process.call(limit, function, *arguments, most=self.limits.answer)
        except TimedOut as error:
            raise EngineTimedOut(self.name, str(error)) from None
        except Ended as error:
            raise EngineCrashed(self.name, str(error)) from None
        except NotStarted as error:
            raise EngineCrashed(self.name, str(error)) from error
        except EngineCrashed:  # a panic: the process lives, but nobody knows in what state
            self._process.end()
            raise

    @property
    def pid(self) -> int | None:
        """The id of the process; None where there is none now."""
        return self._process.pid

    def __repr__(self) -> str:
        return f"<{self.engine!r} in its own process>"


class RemoteSession:
    """A model loaded in an engine's own process; loaded again there when that process had to be replaced."""

    def __init__(self, engine: Isolated, model: str | bytes, options: Options) -> None:
        self._engine, self._model, self._options = engine, model, options
        self._token = uuid.uuid4().hex
        self._load()

    def _load(self) -> None:
        arguments = (self._token, self._engine.name, self._model, self._options)
        told: _child.Loaded = self._engine.call(self._engine.limits.load, _child.load, *arguments)
        self.inputs, self.outputs = told.inputs, told.outputs
        self.load_seconds, self.pid = told.seconds, told.pid

    def run(self, inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Tensors by name in, tensors by name out. Further errors: EngineCrashed, EngineTimedOut."""
        return self.timed(inputs).outputs

    def timed(self, inputs: Mapping[str, np.ndarray]) -> _child.Ran:
        """As ``run``, with the seconds that the call itself took in the engine's process."""
        given = check_inputs(self.inputs, inputs)  # here, so that what does not fit never crosses over
        limit = self._engine.limits.run
        ran = self._engine.call(limit, _child.run, self._token, given)
        if ran is None:
            self._load()
            ran = self._engine.call(limit, _child.run, self._token, given)
        return ran

    def close(self) -> None:
        """Let go of the model."""
        if self._engine.pid is not None:  # else the process has ended, and the model with it
            self._engine.call(self._engine.limits.run, _child.close, self._token)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        ins, outs = ", ".join(map(str, self.inputs)), ", ".join(map(str, self.outputs))
        return f"<session of {self._engine.name} in its own process: {ins} → {outs}>"


def _absolute(model: Path | str | bytes) -> str | bytes:
    """A path as the engine's process understands it, which may have started in another folder."""
    if not isinstance(model, str | Path):
        return model
    with gate(f"{str(model)[:SHOWN]!r}"):
        return str(Path(model).expanduser().resolve())
