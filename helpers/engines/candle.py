"""candle, through its crate."""

from __future__ import annotations

from helpers.engines.base import Card
from helpers.engines.native import Native


class Candle(Native):
    """Hugging Face's framework, with an evaluator for ONNX graphs."""

    card = Card(
        name="candle",
        title="Candle",
        package="candle-onnx",
        binding="crate",
        language="Rust",
        licence="MIT or Apache-2.0",
        does="inference and training",
        threads="inside an operator, a pool for each session",
        devices="CPU (CUDA and Metal, not used here)",
        source="https://github.com/huggingface/candle",
        options=("intra_threads",),
        good_to_know="No session: a load decodes the file, each call all weights again. Takes explicit pads only.",
    )
