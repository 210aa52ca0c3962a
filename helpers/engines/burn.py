"""burn, through its crate: each model becomes Rust code, which the compiler turns into a module."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from helpers.engines import _burn
from helpers.engines.base import Card, Preparing
from helpers.engines.native import Native

if TYPE_CHECKING:  # a card needs no numpy, which is slow to import
    from helpers.modelfile.model import Model


class Burn(Native):
    """Tracel's framework; code generation is its only way in, by its authors' decision."""

    card = Card(
        name="burn",
        title="Burn",
        package="burn",
        binding="crate",
        language="Rust",
        licence="MIT or Apache-2.0",
        does="inference and training",
        threads="inside an operator, a pool for each session",
        devices="CPU (GPUs by other backends, not used here)",
        source="https://github.com/tracel-ai/burn",
        options=("intra_threads",),
        good_to_know="Loads no file: burn-onnx writes each model as Rust code, which is compiled once, in seconds.",
        released="2026-10",
    )

    def prepare(self, model: Model, report: Preparing = lambda text, share: None) -> None:
        """Compile the model, where that has not been done yet; see :func:`helpers.engines._burn.compiled`."""
        if self.missing() is None:  # else the load says what is missing
            _burn.compiled(model, self.workspace, report)

    def library(self, model: Model) -> Path:
        return _burn.compiled(model, self.workspace)

    def generated(self, model: Path | str | bytes) -> str:
        """The Rust code that burn-onnx wrote for a model.

        >>> from helpers import engines
        >>> if engines.get("burn").availability():
        ...     assert "pub fn forward" in engines.get("burn").generated("models/mnist.onnx")
        """
        from helpers.modelfile.model import read_model

        known = read_model(model)
        self.prepare(known)
        return self.library(known).with_name("model.rs").read_text(encoding="utf-8")
