"""tract, through the wheel that its authors publish."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.engines.base import Card, Engine, Options, Run

if TYPE_CHECKING:  # a card needs no numpy, which is slow to import
    import numpy as np

    from helpers.modelfile.model import Model


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
    fixed_sizes = True  # an output that tells an open size stays a symbol
    remedy = "pip install tract (there is no wheel for Linux on ARM or for Intel Macs)"

    def probe(self) -> None:
        import tract

        tract.onnx()

    def open(self, model: Model, options: Options) -> Run:
        import tract

        loaded = _load(tract.onnx(), model)
        order = [loaded.input_name(i) for i in range(loaded.input_count())]  # tract's own order
        runnable = loaded.into_model().into_runnable()
        sized = [fact.dump().lower().endswith("tdim") for fact in runnable.output_facts()]

        def run(inputs: Mapping[str, np.ndarray]) -> list[np.ndarray]:
            outputs = runnable.run([inputs[name] for name in order])
            return [_array(out, size) for out, size in zip(outputs, sized, strict=True)]

        return run


def _array(output: Any, size: bool) -> np.ndarray:
    """Sizes have a type of tract's own (TDim), of which its wheel hands out nothing; the standard has int64 there."""
    from tract.tensor import DatumType

    return (output.convert_to(DatumType.I64) if size else output).to_numpy()


def _load(onnx: Any, model: Model) -> Any:
    """The wheel loads from a path only, so bytes go through a file that lives for the length of this call."""
    if model.path is not None:
        return onnx.load(str(model.path))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.onnx")
        path.write_bytes(model.data)
        return onnx.load(str(path))
