"""How a session is to run."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

from helpers.errors import BadInput


@dataclass(frozen=True)
class Options:
    """How a session is to run; an engine that cannot honour a value other than the default refuses it by name.

    >>> Options(intra_threads=2).changed()
    {'intra_threads': 2}
    """

    intra_threads: int = 1  # threads inside one operator
    inter_threads: int = 1  # operators at the same time
    optimisation: Literal["all", "none"] = "all"  # what the engine does to the graph before it runs it
    # the dtypes that the file says, what the engine likes best, or float64 wherever the file says a smaller float
    precision: Literal["file", "fastest", "float64"] = "file"

    def __post_init__(self) -> None:
        for name in ("intra_threads", "inter_threads"):
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 1024:
                raise BadInput(f"{name}={value!r}: give a whole number from 1 to 1024")
        for name, known in (("optimisation", ("all", "none")), ("precision", ("file", "fastest", "float64"))):
            if getattr(self, name) not in known:
                raise BadInput(f"{name}={getattr(self, name)!r}: give one of {', '.join(known)}")

    def changed(self) -> dict[str, object]:
        """The options that are not at their default."""
        return {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name) != f.default}


DEFAULT = Options()
