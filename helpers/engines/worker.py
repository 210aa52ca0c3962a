"""An engine in its own process: a crash, a hang or a runaway of memory ends that process, never the kernel.

>>> from helpers import engines
>>> with engines.isolated("onnxruntime") as engine:
...     session = engine.load("models/mnist.onnx")
...     session.run({"Input3": np.zeros((1, 1, 28, 28), "float32")})["Plus214_Output_0"].shape
(1, 10)
"""

from __future__ import annotations

import multiprocessing
import os
import tempfile
import threading
import uuid
import weakref
from collections.abc import Callable, Mapping
from concurrent.futures import TimeoutError as FutureTimeout
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from pebble import ProcessExpired, ProcessPool

from helpers.engines import _child
from helpers.engines.base import DEFAULT, Availability, Card, Engine, Options
from helpers.engines.errors import EngineCrashed, EngineTimedOut, EngineUnavailable, LabError, ModelRejected, one_line
from helpers.engines.session import check_inputs

GIB = 2**30


@dataclass(frozen=True)
class Limits:
    """How long an engine may take, and how much memory it may hold.

    >>> Limits(run=2.5).load
    60.0
    """

    start: float = 60.0  # seconds until the process is up
    load: float = 60.0  # seconds for a load
    run: float = 20.0  # seconds for a run
    memory: int = 8 * GIB  # bytes


class Isolated:
    """An engine in its own process; the same face as an engine."""

    def __init__(self, engine: Engine, *, limits: Limits = Limits()) -> None:
        self.engine, self.limits = engine, limits
        self._lock = threading.Lock()  # one call at a time: there is one process
        self._pool: ProcessPool | None = None
        handle, log = tempfile.mkstemp(prefix=f"onnx-lab-{engine.name}-", suffix=".log")
        os.close(handle)
        self._log = Path(log)
        self._finalizer = weakref.finalize(self, self._log.unlink, missing_ok=True)

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

    def load(self, model: Path | str | bytes, options: Options = DEFAULT) -> RemoteSession:
        """Load a model in the engine's process; see :meth:`Engine.load` for what it may raise.

        Further errors: EngineCrashed, EngineTimedOut.
        """
        self.engine.refuse_options(options)
        try:
            return RemoteSession(self, str(model) if isinstance(model, Path) else model, options)
        except (ModelRejected, EngineCrashed):
            if found := self.engine.availability():  # it is the model, not the machine
                raise
            raise EngineUnavailable(self.name, f"{found.why}; {found.remedy}") from None

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._end()
        self._finalizer()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def call(self, limit: float, function: Callable[..., Any], *arguments: Any) -> Any:
        """Call a function (one that a module holds) in the process, within so many seconds.

        A process that ended is replaced at the next call.
        """
        with self._lock:
            pool = self._pool or self._start()
            try:
                return pool.schedule(function, args=arguments, timeout=limit).result()
            except FutureTimeout:
                raise EngineTimedOut(
                    self.name, f"no answer within {limit:g} s, so its process was ended; the next call starts a new one"
                ) from None
            except ProcessExpired as error:
                self._end()
                raise EngineCrashed(self.name, self._last_words(error.exitcode)) from None
            except (BrokenProcessPool, RuntimeError) as error:  # the latter from a pool that has seen it already
                if isinstance(error, RuntimeError) and pool.active:
                    raise
                self._end()
                raise EngineCrashed(
                    self.name, "its process was ended between two calls; the next call starts a new one"
                ) from None
            except EngineCrashed:  # a panic: the process lives, but nobody knows in what state
                self._end()
                raise
            except LabError as error:
                raise error.with_traceback(None) from None
            except BaseException:  # Ctrl-C in the kernel, or a result that cannot be sent: nobody waits any more
                self._end()
                raise

    def _start(self) -> ProcessPool:
        self._log.write_bytes(b"")
        pool = ProcessPool(
            max_workers=1,
            context=multiprocessing.get_context("spawn"),
            initializer=_child.set_up,
            initargs=[self.limits.memory, str(self._log)],
        )
        try:
            pool.schedule(_child.ping).result(timeout=self.limits.start)
        except (ProcessExpired, BrokenProcessPool, FutureTimeout) as error:
            pool.stop()
            raise EngineUnavailable(
                self.name,
                f"its process did not start ({type(error).__name__}, {self._said() or 'no message'}); in a script, "
                "put the calls under if __name__ == '__main__':",
            ) from None
        self._pool = pool
        return pool

    def _end(self) -> None:
        if self._pool is not None:
            self._pool.stop()
            self._pool.join()
            self._pool = None

    def _said(self) -> str:
        try:
            lines = self._log.read_text(errors="replace").strip().splitlines()
        except OSError:
            return ""
        return one_line(lines[-1]) if lines else ""

    def _last_words(self, status: int | None) -> str:
        how, words = _child.how_it_ended(status, self.limits.memory), self._said()
        return f"{how}{f', saying: {words}' if words else ''}; the next call starts a new one"

    def __repr__(self) -> str:
        return f"<{self.engine!r} in its own process>"


class RemoteSession:
    """A model loaded in an engine's own process; loaded again there when that process had to be replaced."""

    def __init__(self, engine: Isolated, model: str | bytes, options: Options) -> None:
        self._engine, self._model, self._options = engine, model, options
        self._token = uuid.uuid4().hex
        self._load()

    def _load(self) -> None:
        limit = self._engine.limits.load
        told: _child.Loaded = self._engine.call(
            limit, _child.load, self._token, self._engine.name, self._model, self._options
        )
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
        if self._engine._pool is not None:  # else the process has ended, and the model with it
            self._engine.call(self._engine.limits.run, _child.close, self._token)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        ins, outs = ", ".join(map(str, self.inputs)), ", ".join(map(str, self.outputs))
        return f"<session of {self._engine.name} in its own process: {ins} → {outs}>"
