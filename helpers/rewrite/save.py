"""The portable form of a file, written to another: whole, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from helpers.errors import BadInput
from helpers.files import refuse_unwritable, replace
from helpers.modelfile.model import Model, read_model
from helpers.rewrite.remote import Form, Shapes, portable_form


def save_portable(model: Path, out: Path, *, dims: Mapping[str, int] | None = None) -> Form:
    """Write the portable form of a model, with the sizes of named dimensions fixed where they are given.

    Raises
    ------
    BadInput
        The model cannot be read or rewritten, the place cannot be written to, or there is no such dimension.
    """
    known = read_model(model)
    shapes = _shapes(known, dims or {})
    refuse_unwritable(out, [model])
    source = known.data if known.path is None else str(known.path)
    form = portable_form(source, shapes)
    replace(out, form.data)
    return form


def _shapes(known: Model, dims: Mapping[str, int]) -> Shapes | None:
    named = {dim for info in known.inputs for dim in info.shape or () if isinstance(dim, str)}
    for name in dims:
        if name not in named:
            there = f"its named dimensions: {', '.join(sorted(named))}" if named else "it has none that is named"
            raise BadInput(f"the model has no dimension {name!r}; {there}")
    shapes = {
        info.name: [dims.get(d, d) if isinstance(d, str) else d for d in info.shape or ()] for info in known.inputs
    }
    return {info.name: shapes[info.name] for info in known.inputs if info.shape is not None} if dims else None
