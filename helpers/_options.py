"""What commands have in common: their options, and how these are read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from helpers.errors import BadInput

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Inputs = Annotated[
    Path | None, typer.Option(help="An .npz: one array per graph input, samples stacked on a new first axis.")
]
Dims = Annotated[list[str] | None, typer.Option("--dim", help="Size of a symbolic dimension, e.g. batch=4.")]
Shapes = Annotated[list[str] | None, typer.Option("--shape", help="The whole shape of an input, e.g. x=1,3,48,192.")]
Tolerance = Annotated[
    float | None, typer.Option(help="Largest error that counts as right, instead of the model's own limit.")
]
Engines = Annotated[str | None, typer.Option("--engines", help="Engines by name, e.g. onnxruntime,tract-wheel.")]


def dims(given: list[str] | None) -> dict[str, int]:
    """Sizes by the names of dimensions.

    >>> dims(["batch=4"])
    {'batch': 4}
    """
    found = {}
    for text in given or []:
        name, _, size = text.rpartition("=")
        if not name or not size.isdecimal():
            raise BadInput(f"--dim {text!r}: give NAME=SIZE with a whole number, e.g. batch=4")
        found[name] = int(size)
    return found


def shapes(given: list[str] | None) -> dict[str, list[int]]:
    """Shapes by the names of inputs.

    >>> shapes(["x=1,3,48,192"])
    {'x': [1, 3, 48, 192]}
    """
    found = {}
    for text in given or []:
        name, _, sizes = text.rpartition("=")
        if not name or not all(size.strip().isdecimal() for size in sizes.split(",")):
            raise BadInput(f"--shape {text!r}: give INPUT=SIZE,SIZE,… with whole numbers, e.g. x=1,3,48,192")
        found[name] = [int(size) for size in sizes.split(",")]
    return found
