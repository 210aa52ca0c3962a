"""What is measured: an engine with its options. Light to import, since every fresh process does."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from helpers.engines.base import DEFAULT, Engine, Options
from helpers.engines.registry import get
from helpers.errors import BadInput

AGAIN = " (again)"  # the second name of the engine that is measured twice


@dataclass(frozen=True)
class Entry:
    """One line of the table to come: an engine with its options, under a name that no other has.

    >>> str(Entry.parse("onnxruntime:intra_threads=2"))
    'onnxruntime:intra_threads=2'
    """

    name: str
    engine: Engine
    options: Options = DEFAULT

    def __post_init__(self) -> None:
        kind = type(self.engine)
        if kind.__module__ == "__main__":
            raise BadInput(
                f"{kind.__name__} is defined in this script or notebook; fresh processes need it in a module"
            )

    @classmethod
    def parse(cls, text: str) -> Entry:
        """An entry from ``name`` or ``name:option=value:option=value``, as on the command line."""
        name, *settings = text.strip().split(":")
        engine = get(name)
        chosen: dict[str, Any] = {}
        for setting in settings:
            key, _, value = setting.partition("=")
            if key not in {f.name for f in fields(Options)}:
                known = ", ".join(f.name for f in fields(Options))
                raise BadInput(f"{text!r}: there is no option {key!r}; give one of {known}")
            chosen[key] = int(value) if value.isdecimal() else value
        options = Options(**chosen)
        engine.refuse_options(options)
        return cls(text.strip(), engine, options)

    def __str__(self) -> str:
        return self.name
