"""The reference: onnx.reference, mended where it departs from the standard (see :mod:`helpers.reference`)."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING

from helpers.engines.base import Card, Engine, Options, Run

if TYPE_CHECKING:  # a card needs no numpy, which is slow to import
    import numpy as np

    from helpers.modelfile.model import Model


class Reference(Engine):
    """The standard's operators in numpy; in float64 it is what other engines are judged by."""

    card = Card(
        name="reference",
        title="onnx.reference, mended",
        package="onnx",
        binding="wheel",
        language="Python",
        licence="Apache-2.0",
        does="inference",
        threads="none of its own; in numpy's matrix products",
        devices="CPU",
        source="https://github.com/onnx/onnx",
        options=("intra_threads", "precision"),
        precisions=("file", "float64"),
        good_to_know="Written to be read, not to be fast. Where onnx.reference departs from the standard's text, "
        "operators of this project take its place (docs/judging.md).",
    )
    modules = ("onnx.reference", "threadpoolctl")
    remedy = "pip install onnx"

    def probe(self) -> None:
        # Pure Python: to find it is enough, and importing it takes longer than all other probes together.
        if find_spec("onnx") is None:
            raise ImportError("No module named 'onnx'")

    def open(self, model: Model, options: Options) -> Run:
        import numpy as np
        import onnx
        from threadpoolctl import ThreadpoolController

        from helpers.reference import Evaluator

        proto = onnx.load(model.path) if model.path is not None else onnx.load_model_from_string(model.data)
        evaluator = Evaluator(proto, wide=options.precision == "float64")
        pools = ThreadpoolController()

        def run(inputs: Mapping[str, np.ndarray]) -> list[np.ndarray]:
            with pools.limit(limits=options.intra_threads):  # numpy's own, which else takes every core
                return [np.asarray(out) for out in evaluator.run(None, dict(inputs))]

        return run
