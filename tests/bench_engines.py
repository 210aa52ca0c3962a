"""Engines that answer at once and then spin until a known time has passed: what a measurement of them must say.

Fresh processes import this module, so it imports little.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from helpers.engines.base import Card, Engine, Options, Run
from helpers.modelfile.model import Model

BEFORE = 2  # processes of an engine before its first timed one: the gate's, and the one whose memory is looked at
_CARD = Card(
    name="fake",
    title="Fake",
    package="numpy",
    binding="wheel",
    language="Python",
    licence="MIT",
    does="inference",
    threads="none",
    devices="CPU",
    source="",
)


@dataclass(frozen=True)
class Fake(Engine):
    """Relu that takes ``seconds`` a call. Subclasses say what is odd about them, by process and call.

    With a ``folder`` its processes are numbered in the order in which they load: the timed ones from 0, those
    before them -2 and -1. Without one each is number 0.
    """

    seconds: float = 1e-3
    folder: Path | None = None
    importing: float = 0.0  # seconds
    loading: float = 0.0
    holding: int = 0  # bytes

    card = _CARD
    remedy = "choose another"

    def probe(self) -> None:
        pass

    def bind(self, model: Model) -> None:
        spin(time.perf_counter_ns(), self.importing)

    def open(self, model: Model, options: Options) -> Run:
        start, process, calls, clock = time.perf_counter_ns(), self._number(), 0, time.perf_counter_ns
        held = np.ones(self.holding, np.uint8)

        def run(inputs: Mapping[str, np.ndarray]) -> list[np.ndarray]:
            nonlocal calls
            start, call = clock(), calls
            calls += 1
            outputs = self.answer(inputs["x"], process, call)
            spin(start, self.takes(process, call))
            return outputs if held is not None else []

        spin(start, self.loading)
        return run

    def answer(self, x: np.ndarray, process: int, call: int) -> list[np.ndarray]:
        return [np.maximum(x, 0)]

    def takes(self, process: int, call: int) -> float:
        return self.seconds

    def _number(self) -> int:
        if self.folder is None:
            return 0
        self.folder.mkdir(parents=True, exist_ok=True)
        for number in range(10_000):
            with suppress(FileExistsError):
                (self.folder / str(number)).touch(exist_ok=False)  # by whoever is first
                return number - BEFORE
        raise RuntimeError(f"{self.folder} is full")


def spin(start: int, seconds: float) -> None:
    """Wait by the clock; a sleep would be some 0.1 ms longer than it was told."""
    end, clock = start + int(1e9 * seconds), time.perf_counter_ns
    while clock() < end:
        pass


@dataclass(frozen=True)
class Spread(Fake):
    """Each five processes take 96, 98, 100, 102 and 104 % of ``seconds``."""

    def takes(self, process: int, call: int) -> float:
        return self.seconds * (1 + 0.02 * (process % 5 - 2))


@dataclass(frozen=True)
class TwoModes(Fake):
    """Every other process takes half as long again."""

    def takes(self, process: int, call: int) -> float:
        return self.seconds * (1 + 0.5 * (process % 2))


@dataclass(frozen=True)
class SlowStart(Fake):
    """The first 50 calls of a process take five times as long."""

    def takes(self, process: int, call: int) -> float:
        return self.seconds * (5 if call < 50 else 1)


@dataclass(frozen=True)
class Drifts(Fake):
    """Each call takes a little longer than the one before: half as long again after ``calls``."""

    calls: int = 1000

    def takes(self, process: int, call: int) -> float:
        return self.seconds * (1 + 0.5 * call / self.calls)


@dataclass(frozen=True)
class Rare(Fake):
    """The last of every so many calls takes ten times as long."""

    every: int = 100

    def takes(self, process: int, call: int) -> float:
        return self.seconds * (10 if call % self.every == self.every - 1 else 1)


@dataclass(frozen=True)
class Wrong(Fake):
    """Its answers are off by one from some process on; from the first by default."""

    since: int = -BEFORE

    def answer(self, x: np.ndarray, process: int, call: int) -> list[np.ndarray]:
        return [np.maximum(x, 0) + np.float32(process >= self.since)]


@dataclass(frozen=True)
class Crashes(Fake):
    """Ends its process in the tenth call of some processes."""

    at: tuple[int, ...] = ()

    def answer(self, x: np.ndarray, process: int, call: int) -> list[np.ndarray]:
        if process in self.at and call == 9:
            os._exit(3)
        return super().answer(x, process, call)


@dataclass(frozen=True)
class Hangs(Fake):
    """Never comes back from the second call of some processes."""

    at: tuple[int, ...] = ()

    def answer(self, x: np.ndarray, process: int, call: int) -> list[np.ndarray]:
        while process in self.at and call == 1:
            pass
        return super().answer(x, process, call)


@dataclass(frozen=True)
class CannotLoad(Fake):
    """Refuses every model."""

    def open(self, model: Model, options: Options) -> Run:
        raise ValueError("operator Relu is not supported")


@dataclass(frozen=True)
class NotInstalled(Fake):
    """Its package is nowhere."""

    card = replace(_CARD, name="nowhere", package="no-such-package")
    remedy = "pip install no-such-package"
