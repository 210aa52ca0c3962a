"""The command ``onnx-lab portable``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from helpers._options import Dims, Json, dims


def portable(
    model: Annotated[Path, typer.Argument(help="An .onnx file.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Where the portable form goes.")],
    dim: Dims = None,
    as_json: Json = False,
) -> None:
    """Write a form of a model that more engines run, and say what was changed (see lesson 03)."""
    from helpers import _terminal
    from helpers.rewrite.save import save_portable

    form = save_portable(model, out, dims=dims(dim))
    if as_json:
        print(json.dumps([{"step": name, "changed": changed} for name, changed in form.steps], indent=2))
    else:
        _terminal.print_steps(form.steps, out)
