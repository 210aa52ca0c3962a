"""kyanite, through its crate kn-graph."""

from __future__ import annotations

from helpers.engines.base import Card
from helpers.engines.native import Native


class Kyanite(Native):
    """Karel Peeters' engine for games like chess; its product runs on CUDA."""

    card = Card(
        name="kyanite",
        title="Kyanite",
        package="kn-graph",
        binding="crate",
        language="Rust",
        licence="MIT or Apache-2.0",
        does="inference",
        threads="none: always one thread",
        devices="CPU (CUDA, not used here)",
        source="https://github.com/KarelPeeters/Kyanite",
        options=("optimisation",),
        good_to_know="Its CPU executor is a plain baseline for its own tests.",
    )
    profiles = True
    fixed_sizes = True  # it can leave one size open
