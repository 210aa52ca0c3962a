"""The errors of the suite, for the person at the keyboard: what was wrong, and what to do, in one line.

LabError
├── BadInput            what was given does not fit: a path, an array, an option (also a ValueError)
└── EngineError         an engine did not do what was asked; ``.engine`` is its name
    ├── EngineUnavailable   it cannot run on this machine, or not yet
    ├── ModelRejected       it cannot load the model
    ├── RunFailed           it loaded the model and failed to run it
    ├── EngineCrashed       its process ended, or it panicked
    └── EngineTimedOut      it did not answer in time; its process was ended
"""

from __future__ import annotations

from helpers.units import visible

_LONGEST = 300  # characters of an engine's own words that still help a reader


class LabError(Exception):
    """The root of the tree."""


class BadInput(LabError, ValueError):
    """What was given does not fit; the message carries the name, the value and the remedy."""


class EngineError(LabError):
    """An engine did not do what was asked.

    >>> str(RunFailed("tract-wheel", "shape mismatch"))
    'tract-wheel failed to run the model: shape mismatch'
    """

    says = "{engine}: {why}"

    def __init__(self, engine: str, why: str) -> None:
        self.engine = engine
        self.why = why
        super().__init__(engine, why)  # both in args, so that the error survives the way between processes

    def __str__(self) -> str:
        return self.says.format(engine=self.engine, why=self.why)


class EngineUnavailable(EngineError):
    """The engine cannot run on this machine, or not yet; the message says how to change that."""

    says = "{engine} is unavailable: {why}"


class ModelRejected(EngineError):
    """The engine cannot load the model."""

    says = "{engine} cannot load the model: {why}"


class RunFailed(EngineError):
    """The engine loaded the model and failed to run it."""

    says = "{engine} failed to run the model: {why}"


class EngineCrashed(EngineError):
    """The engine's process ended, or the engine panicked."""

    says = "{engine} crashed: {why}"


class EngineTimedOut(EngineError):
    """The engine did not answer in time, and its process was ended."""

    says = "{engine} did not answer: {why}"


def one_line(error: BaseException | str) -> str:
    """The first telling line of an engine's own words, without the backtraces that Rust engines attach.

    They may quote a name of the file, so signs that would steer a terminal are spelled out.

    >>> one_line("No GPU found\\n\\nStack backtrace:\\n 0: main")
    'No GPU found'
    """
    text = str(error).split("Stack backtrace")[0].split("stack backtrace")[0]
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    line = visible(" · ".join(lines)) or (type(error).__name__ if isinstance(error, BaseException) else "no message")
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def with_type(error: BaseException) -> str:
    """The type and the first telling line, for an error that nobody foresaw.

    >>> with_type(ValueError("shape mismatch"))
    'ValueError: shape mismatch'
    """
    return f"{type(error).__name__}: {one_line(error)}"


def translate(engine: str, error: BaseException, kind: type[EngineError]) -> LabError:
    """What an engine raised, as one of ours; Ctrl-C and the like pass through.

    >>> translate("tract-wheel", ValueError("shape mismatch"), RunFailed)
    RunFailed('tract-wheel', 'shape mismatch')
    """
    if isinstance(error, EngineError):
        return error
    # PanicException is a BaseException: https://github.com/PyO3/pyo3/issues/2880; our bridge raises Panicked.
    if type(error).__name__ in ("PanicException", "Panicked"):
        return EngineCrashed(engine, f"it panicked: {one_line(error)}")
    if not isinstance(error, Exception):
        raise error
    if type(error).__name__ == "Unfit":  # our bridge: an option or an input, neither the model nor the engine
        return BadInput(f"{engine}: {one_line(error)}")
    if isinstance(error, MemoryError):
        return kind(engine, f"it ran out of memory ({one_line(error)}); use a smaller model or raise the memory limit")
    return kind(engine, one_line(error))
