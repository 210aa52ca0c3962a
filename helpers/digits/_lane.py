"""One engine's place on the board: a thread that hands the newest picture to the engine's process.

Lanes know nothing of each other, so a slow engine never holds up a fast one; a picture that came and went while the
engine was busy is never worked on.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from helpers import engines
from helpers.compare.voices import REFERENCE
from helpers.digits._turns import Turns
from helpers.digits._view import State
from helpers.engines import DEFAULT, Options, _child
from helpers.engines.worker import Isolated, RemoteSession
from helpers.errors import (
    EngineCrashed,
    EngineError,
    EngineTimedOut,
    EngineUnavailable,
    LabError,
    ModelRejected,
    RunFailed,
    with_type,
)
from helpers.modelfile.model import read_model
from helpers.process.limits import Limits
from helpers.rewrite.remote import portable_bytes

# Seconds. Whoever takes longer for a call gives way to the others, the kernel and the page, which on a laptop's few
# cores would wait for it: it starts a little later, and on the newest picture then.
_SLOW, _PAUSE = 0.005, 0.03
_CLASSES = 10
_LARGEST = 2**24  # bytes of an answer: far more than ten scores, and little enough to be told what it is instead
_LOOK = 1.0  # seconds between looks at a build

_processes: dict[str, Isolated] = {}  # one an engine for all boards, so that running a cell again costs no process
_processes_lock = threading.Lock()


@dataclass(frozen=True)
class News:
    """What happened in a lane."""

    engine: str
    state: State
    seq: int = 0  # the picture's number
    scores: np.ndarray | None = None  # the network's ten numbers
    seconds: float | None = None  # of the call itself
    text: str = ""
    remedy: str = ""
    portable: bool = False  # the engine runs a portable form of the model
    progress: float | None = None  # of a build, from 0 to 1


class Lane:
    """Runs one engine on the newest picture; everything that happens is told to ``tell``."""

    def __init__(
        self, name: str, model: Path | bytes, limits: Limits, turns: Turns, tell: Callable[[News], None]
    ) -> None:
        self.name, self.model, self.limits, self.tell = name, model, replace(limits, answer=_LARGEST), tell
        self._turns = turns
        self._form, self._crashes = "", 0  # what a reader should know about this engine's answers
        self._pause = 0.0  # seconds before it takes a picture
        self._next: tuple[int, np.ndarray] | None = None
        self._changed = threading.Condition()
        self._closed = False
        threading.Thread(target=self._work, name=f"board-{name}", daemon=True).start()

    def show(self, seq: int, tensor: np.ndarray) -> None:
        """Take a picture, in place of one that waits."""
        with self._changed:
            self._next = (seq, tensor)
            self._changed.notify()

    def close(self) -> None:
        """End the thread after what it is at."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    def _work(self) -> None:
        try:
            session = self._start() if self._is_there() else None
            while session is not None and (picture := self._wait()) is not None:
                self._run(session, *picture)
            if session is not None:
                session.close()  # the process serves other boards too
        except LabError as error:
            self.tell(News(self.name, "failed", text=str(error)))
        except Exception as error:  # a thread's exception would vanish, and the row would wait for ever
            self.tell(News(self.name, "failed", text=with_type(error)))

    def _is_there(self) -> bool:
        """Wait until the engine is built, if it has to be; the row says how far that is. False: closed meanwhile."""
        told = None
        while (found := engines.get(self.name).missing()) is not None:
            if found.building is None:
                news = News(self.name, "unavailable", text=found.why, remedy=found.remedy)
            else:
                text = "" if found.building else "waits for its turn"
                news = News(self.name, "building", text=text, remedy=found.remedy, progress=found.building)
            if news != told:
                self.tell(news)
                told = news
            with self._changed:
                if self._changed.wait_for(lambda: self._closed, timeout=_LOOK):
                    return False
        return True

    def _prepare(self, text: str, share: float | None) -> None:
        self.tell(News(self.name, "building", text=text, progress=share))

    def _start(self) -> RemoteSession | None:
        with self._turns.take(self.name):
            return None if self._closed else self._load()

    def _load(self) -> RemoteSession | None:
        self.tell(News(self.name, "starting"))
        process = _process(self.name, self.limits)
        try:
            try:
                session = process.load(self.model, _options(self.name), report=self._prepare)
                _warm(session)
            except (ModelRejected, RunFailed) as error:  # candle finds out only when it runs
                session = self._load_portable(process, error)
            if _warm(session) > _SLOW:
                self._pause = _PAUSE
                process.call(self.limits.run, _child.step_back)
        except EngineUnavailable as error:
            why, _, remedy = error.why.partition("; ")
            self.tell(News(self.name, "unavailable", text=why, remedy=remedy))
        except (EngineCrashed, EngineTimedOut) as error:
            self.tell(News(self.name, "crashed", text=error.why))
        except RunFailed as error:
            self.tell(News(self.name, "failed", text=f"cannot run: {error.why}"))
        except ModelRejected as error:
            self.tell(News(self.name, "failed", text=f"cannot load: {error.why}"))
        else:
            self.tell(self._about("idle"))
            return session
        return None

    def _load_portable(self, process: Isolated, error: ModelRejected | RunFailed) -> RemoteSession:
        """Try a form of the model that asks less of an engine; where that fails too, its first words count."""
        cannot = "load" if isinstance(error, ModelRejected) else "run"
        self.tell(News(self.name, "starting", text=f"cannot {cannot} this file; trying a portable form of it"))
        source = self.model if isinstance(self.model, bytes) else str(self.model)
        try:
            name = read_model(source).inputs[0].name
            sizes = {name: (1, 1, 28, 28)} if process.engine.fixed_sizes else None
            portable = portable_bytes(source, sizes)
            session = process.load(portable, report=self._prepare)
            _warm(session)
        except Exception:
            raise error from None
        self._form = f"runs a portable form of the model, since it cannot {cannot} the file as it stands ({error.why})"
        return session

    def _about(self, state: State, **more: Any) -> News:
        """News of an engine that works, with what a reader should know about its answers."""
        times = "once" if self._crashes == 1 else f"{self._crashes} times"
        known = [self._form] * bool(self._form) + [f"crashed {times} and came back"] * bool(self._crashes)
        return News(self.name, state, text="; ".join(known), portable=bool(self._form), **more)

    def _wait(self) -> tuple[int, np.ndarray] | None:
        with self._changed:
            while self._next is None and not self._closed:
                self._changed.wait()
        time.sleep(self._pause)
        with self._changed:
            picture, self._next = self._next, None
            return None if self._closed else picture

    def _run(self, session: RemoteSession, seq: int, tensor: np.ndarray) -> None:
        inputs = {session.inputs[0].name: tensor}
        for attempt in (1, 2):  # a process that ended is started again at once, and asked again once
            try:
                ran = session.timed(inputs)
            except (EngineCrashed, EngineTimedOut) as error:
                again = "starting again" if attempt == 1 else "draw on to try again"
                self.tell(News(self.name, "crashed", seq, text=f"{error.why.partition('; the next')[0]}; {again}"))
                self._crashes += 1
            except EngineError as error:
                self.tell(News(self.name, "failed", seq, text=f"cannot run: {error.why}"))
                return
            else:
                scores = next(iter(ran.outputs.values()))
                if scores.size != _CLASSES:
                    text = f"gives {list(scores.shape)} where a network for digits gives ten scores"
                    self.tell(News(self.name, "failed", seq, text=text))
                    return
                self.tell(self._about("answered", seq=seq, scores=scores, seconds=ran.seconds))
                return


def _options(name: str) -> Options:
    """The reference is what errors are measured against, so it computes in float64."""
    return Options(precision="float64") if name == REFERENCE else DEFAULT


def _warm(session: RemoteSession) -> float:
    """Once for nothing: the first call of a session also pays for memory and shaders, and would mislead."""
    return session.timed({session.inputs[0].name: np.zeros((1, 1, 28, 28), np.float32)}).seconds


def _process(name: str, limits: Limits) -> Isolated:
    with _processes_lock:
        if name not in _processes:
            _processes[name] = engines.isolated(name, limits=limits)
        return _processes[name]
