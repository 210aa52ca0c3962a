"""rten, through its crate."""

from __future__ import annotations

from helpers.engines.base import Card
from helpers.engines.native import Native


class Rten(Native):
    """Robert Knight's engine in pure Rust, with a pool of threads for each session."""

    card = Card(
        name="rten",
        title="RTen",
        package="rten",
        binding="crate",
        language="Rust",
        licence="MIT or Apache-2.0",
        does="inference",
        threads="inside an operator, a pool for each session",
        devices="CPU",
        source="https://github.com/robertknight/rten",
        options=("intra_threads", "optimisation"),
        narrows=(("float64", "float32"), ("int64", "int32"), ("uint64", "int32"), ("uint32", "int32")),
        good_to_know="Computes in float32, int32, int8 and uint8; what is none of these becomes the nearest: "
        "float64 is computed in float32, int64 in int32.",
        released="2026-10",
    )
