"""OpenVINO, through its wheel (an extra: ``pip install 'onnx-engine-lab[openvino]'``)."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.engines.base import Card, Engine, Options, Run
from helpers.errors import ModelRejected

if TYPE_CHECKING:  # a card needs no numpy, which is slow to import
    import numpy as np

    from helpers.modelfile.model import Model

_NAME = re.compile(r"(lib)?openvino\.(so|dll|dylib|\d+).*")  # libopenvino.so.2641, openvino.dll


class OpenVino(Engine):
    """Intel's runtime, held to the precision that the file says."""

    card = Card(
        name="openvino",
        title="OpenVINO",
        package="openvino",
        binding="wheel",
        language="C++",
        licence="Apache-2.0",
        does="inference",
        threads="inside an operator",
        devices="CPU",
        source="https://github.com/openvinotoolkit/openvino",
        options=("intra_threads", "precision"),
        precisions=("file", "fastest"),
        narrows=(("float64", "float32"), ("int64", "int32")),
        good_to_know="Left alone it computes float32 models in bfloat16 on CPUs that have it; here it is told not to. "
        "It computes int64 as int32, and float64 as float32.",
    )
    modules = ("openvino",)
    remedy = "pip install 'onnx-engine-lab[openvino]', or pip install openvino"

    def probe(self) -> None:
        # Loads the library itself: whether it fits this machine is the question, and the package takes ten times
        # as long to import for its model converter.
        found = find_spec("openvino")
        if found is None or found.origin is None:
            raise ImportError("No module named 'openvino'")
        libraries = [p for p in (Path(found.origin).parent / "libs").iterdir() if _NAME.fullmatch(p.name)]
        ctypes.CDLL(str(libraries[0]))

    def open(self, model: Model, options: Options) -> Run:
        import openvino

        from helpers.engines import _narrow

        core = openvino.Core()
        settings: dict[str, object] = {"INFERENCE_NUM_THREADS": options.intra_threads, "NUM_STREAMS": 1}
        if options.precision == "file":
            # Without this hint a float32 model is silently computed in bfloat16 where the CPU has it:
            # https://docs.openvino.ai/2026/openvino-workflow/running-inference/optimize-inference/precision-control.html
            settings["INFERENCE_PRECISION_HINT"] = "f32"
        compiled = core.compile_model(core.read_model(model.source), "CPU", settings)
        request = compiled.create_infer_request()
        places = {info.name: _place(compiled.inputs, info.name) for info in model.inputs}
        # Its compiler drops an input that nothing uses.
        taken = {name: (i, compiled.inputs[i]) for name, i in places.items() if i is not None}
        outputs = [(info.name, _place(compiled.outputs, info.name)) for info in model.outputs]
        given = [(i, compiled.outputs[i].get_element_type().get_type_name()) for _, i in outputs if i is not None]
        if lost := [name for name, i in outputs if i is None]:
            raise ModelRejected(self.card.name, f"what it made of the model has no output {lost[0]!r}")

        def run(inputs: Mapping[str, np.ndarray]) -> list[np.ndarray]:
            feed = {place: _narrow.given(inputs[name], port) for name, (place, port) in taken.items()}
            results = request.infer(feed, share_inputs=True)
            shapes = [request.get_output_tensor(i).shape if kind in _narrow.PACKED else () for i, kind in given]
            return [_narrow.got(results[i], kind, to) for (i, kind), to in zip(given, shapes, strict=True)]

        return run


def _place(ports: Sequence[Any], name: str) -> int | None:
    return next((i for i, port in enumerate(ports) if name in port.get_names()), None)
