"""Which models the board can show."""

from __future__ import annotations

from pathlib import Path

from helpers.compare.inputs import is_mnist
from helpers.errors import BadInput
from helpers.modelfile.model import Model, read_model


def read_fitting(source: Path | str | bytes) -> Model:
    """Read a model; BadInput where it does not take one picture, or does not give ten scores."""
    model = read_model(source)
    if not is_mnist(model.inputs):
        said = ", ".join(map(str, model.inputs)) or "nothing"
        raise BadInput(f"the board needs a model that takes one picture float32[1, 1, 28, 28]; this one takes {said}")
    shape = model.outputs[0].shape
    if not shape or (shape[-1] not in (10, None) and isinstance(shape[-1], int)):
        raise BadInput(f"the board needs a model that gives ten scores; this one gives {model.outputs[0]}")
    return model
