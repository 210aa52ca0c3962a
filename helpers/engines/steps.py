"""What an engine tells of the steps of a call."""

from __future__ import annotations

from dataclasses import dataclass

from helpers.process.wire import crosses


@crosses
@dataclass(frozen=True)
class Step:
    """What an engine does at one place of its plan."""

    name: str  # the engine's own, made of the node's name in the file; "" where the engine has none
    operator: str  # the engine's word for what it does
    seconds: float
    gives: str = ""  # the tensor that it makes, where the engine tells


Watched = tuple[float, list[Step]]  # the seconds of a whole call, and its steps in their order
