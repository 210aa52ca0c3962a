"""OpenVINO, through its wheel (an extra: ``pip install 'onnx-engine-lab[openvino]'``)."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.engines.base import Card, Engine, Options, Run

if TYPE_CHECKING:  # a card needs no numpy, which is slow to import
    import numpy as np

    from helpers.engines.model import Model

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
        good_to_know="Left alone it computes float32 models in bfloat16 on CPUs that have it; here it is told not to. "
        "It computes int64 as int32.",
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
        import numpy as np
        import openvino

        core = openvino.Core()
        settings: dict[str, object] = {"INFERENCE_NUM_THREADS": options.intra_threads, "NUM_STREAMS": 1}
        if options.precision == "file":
            # Without this hint a float32 model is silently computed in bfloat16 where the CPU has it:
            # https://docs.openvino.ai/2026/openvino-workflow/running-inference/optimize-inference/precision-control.html
            settings["INFERENCE_PRECISION_HINT"] = "f32"
        compiled = core.compile_model(core.read_model(model.source), "CPU", settings)
        request = compiled.create_infer_request()
        places = {info.name: _index(compiled.inputs, info.name) for info in model.inputs}
        outputs = [_index(compiled.outputs, info.name) for info in model.outputs]

        def run(inputs: Mapping[str, np.ndarray]) -> list[np.ndarray]:
            results = request.infer({places[name]: array for name, array in inputs.items()}, share_inputs=True)
            return [np.array(results[i]) for i in outputs]  # a copy: the next call writes into the same memory

        return run


def _index(ports: Sequence[Any], name: str) -> int:
    return next(i for i, port in enumerate(ports) if name in port.get_names())
