"""tract, through the wheel that its authors publish."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.engines.base import Card, Engine, Options, Run

if TYPE_CHECKING:  # a card needs no numpy, which is slow to import
    from helpers.engines.model import Model


class TractWheel(Engine):
    """Sonos' engine in pure Rust, made for small devices."""

    card = Card(
        name="tract-wheel",
        title="tract (wheel)",
        package="tract",
        binding="wheel",
        language="Rust",
        licence="MIT or Apache-2.0",
        does="inference",
        threads="none: always one thread",
        devices="CPU",
        source="https://github.com/sonos/tract",
        good_to_know="Its Python binding goes through C (ctypes), which adds some 40 µs to a call.",
    )
    modules = ("tract",)
    remedy = "pip install tract (there is no wheel for Linux on ARM or for Intel Macs)"

    def probe(self) -> None:
        import tract

        tract.onnx()

    def open(self, model: Model, options: Options) -> Run:
        import tract

        loaded = _load(tract.onnx(), model)
        order = [loaded.input_name(i) for i in range(loaded.input_count())]  # tract's own order
        runnable = loaded.into_model().into_runnable()
        return lambda inputs: [out.to_numpy() for out in runnable.run([inputs[name] for name in order])]


def _load(onnx: Any, model: Model) -> Any:
    """The wheel loads from a path only, so bytes go through a file that lives for the length of this call."""
    if model.path is not None:
        return onnx.load(str(model.path))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.onnx")
        path.write_bytes(model.data)
        return onnx.load(str(path))
