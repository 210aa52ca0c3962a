"""tract, through its crate: as the wheel, and with threads."""

from __future__ import annotations

from helpers.engines.base import Card
from helpers.engines.native import Native


class Tract(Native):
    """Sonos' engine in pure Rust, made for small devices, with its multithread feature."""

    card = Card(
        name="tract",
        title="tract",
        package="tract-onnx",
        binding="crate",
        language="Rust",
        licence="MIT or Apache-2.0",
        does="inference",
        threads="inside matrix products and the like",
        devices="CPU",
        source="https://github.com/sonos/tract",
        options=("intra_threads", "optimisation"),
        good_to_know="With more than one thread, only operators above a size use them.",
        released="2026-10",
    )
    profiles = True
