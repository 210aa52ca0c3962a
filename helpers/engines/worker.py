"""An engine in its own process: a crash, a hang or a runaway of memory ends that process, never the kernel.

The caller's thread itself waits at the pipe. A process pool (concurrent.futures, pebble) puts two or three threads
in between, and each costs a wait for the interpreter's lock: on a busy board some milliseconds a picture.

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
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Self

import numpy as np

from helpers.engines import _child
from helpers.engines._spawn import DAEMON, bare_child
from helpers.engines.base import DEFAULT, Availability, Card, Engine, Options, Preparing
from helpers.engines.errors import EngineCrashed, EngineTimedOut, EngineUnavailable, ModelRejected, one_line
from helpers.engines.limits import Limits
from helpers.engines.model import read_model
from helpers.engines.session import check_inputs

_GRACE = 0.2  # seconds until a process that is ending has ended, so that its own exit status is told


class Isolated:
    """An engine in its own process; the same face as an engine."""

    def __init__(self, engine: Engine, *, limits: Limits = Limits()) -> None:
        self.engine, self.limits = engine, limits
        self._lock = threading.Lock()  # one call at a time: there is one process
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None
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

    def load(
        self,
        model: Path | str | bytes,
        options: Options = DEFAULT,
        *,
        report: Preparing = lambda text, share: None,
    ) -> RemoteSession:
        """Load a model in the engine's process; see :meth:`Engine.load` for what it may raise.

        ``report`` is told how an engine prepares the model, where it has to (see :meth:`Engine.prepare`); that is
        done in this process, so that it counts neither as load nor against the limits.

        Further errors: EngineCrashed, EngineTimedOut.
        """
        self.engine.refuse_options(options)
        try:
            if type(self.engine).prepare is not Engine.prepare:
                self.engine.prepare(read_model(model), report)
            return RemoteSession(self, str(model) if isinstance(model, Path) else model, options)
        except (ModelRejected, EngineCrashed):
            if found := self.engine.availability():  # it is the model, not the machine
                raise
            raise EngineUnavailable(self.name, f"{found.why}; {found.remedy}") from None

    def close(self, *, grace: float = _GRACE) -> None:
        """End the process; it has so many seconds to end by itself."""
        with self._lock:
            self._end(grace)
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
            pipe = self._pipe or self._start()
            try:
                pipe.send((function, arguments))
                if not pipe.poll(limit):
                    raise EngineTimedOut(
                        self.name,
                        f"no answer within {limit:g} s, so its process was ended; the next call starts a new one",
                    )
                fine, value = pipe.recv()
            except (EOFError, ConnectionError):
                raise EngineCrashed(self.name, self._last_words(self._end())) from None
            except BaseException:  # the time-out above, or Ctrl-C in the kernel: nobody waits for the answer any more
                self._end()
                raise
            if isinstance(value, EngineCrashed):  # a panic: the process lives, but nobody knows in what state
                self._end()
        if fine:
            return value
        raise value

    def _start(self) -> Connection:
        if multiprocessing.current_process().daemon:
            raise EngineUnavailable(self.name, DAEMON)
        self._log.write_bytes(b"")
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(
            target=_child.serve, args=(theirs, self.limits.memory, str(self._log)), name=self.name, daemon=True
        )
        try:
            with bare_child():
                self._process.start()
            theirs.close()  # so that the end of the process is the end of the pipe
            if not self._pipe.poll(self.limits.start):
                raise EOFError
            self._pipe.recv()
        except (EOFError, OSError, RuntimeError) as error:
            status = self._end()
            said = self._said() or one_line(error)
            raise EngineUnavailable(self.name, f"its process did not start (status {status}, {said})") from None
        return self._pipe

    def _end(self, grace: float = _GRACE) -> int | None:
        """End the process, if it has not ended itself; its exit status."""
        process, pipe, self._process, self._pipe = self._process, self._pipe, None, None
        if pipe is not None:
            pipe.close()
        if process is None or process.pid is None:  # it never came to be
            return None
        process.join(grace)  # one that closed its end of the pipe is about to end
        process.kill()  # at once: a native loop heeds no SIGTERM handler
        process.join()
        return process.exitcode

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
        if self._engine._pipe is not None:  # else the process has ended, and the model with it
            self._engine.call(self._engine.limits.run, _child.close, self._token)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        ins, outs = ", ".join(map(str, self.inputs)), ", ".join(map(str, self.outputs))
        return f"<session of {self._engine.name} in its own process: {ins} → {outs}>"
