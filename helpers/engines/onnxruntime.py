"""ONNX Runtime, through its own wheel."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from helpers.engines.base import Card, Engine, Options, Run
from helpers.engines.steps import Step, Watched

if TYPE_CHECKING:  # a card needs no numpy, which is slow to import
    from collections.abc import Mapping

    import numpy as np
    import onnxruntime as ort

    from helpers.modelfile.model import Model


class OnnxRuntime(Engine):
    """Microsoft's runtime; what most people mean by "running ONNX"."""

    card = Card(
        name="onnxruntime",
        title="ONNX Runtime",
        package="onnxruntime",
        binding="wheel",
        language="C++",
        licence="MIT",
        does="inference",  # training is a product of its own, not in this wheel
        threads="inside an operator and between operators",
        devices="CPU",
        source="https://github.com/microsoft/onnxruntime",
        options=("intra_threads", "inter_threads", "optimisation"),
        good_to_know="Its execution providers (CUDA, CoreML, NNAPI …) come in other wheels. Its Linux wheel reports to "
        "its maker unless told not to; this suite tells it.",
    )
    modules = ("onnxruntime",)
    remedy = "pip install onnxruntime"

    def probe(self) -> None:
        import onnxruntime

        assert "CPUExecutionProvider" in onnxruntime.get_available_providers()

    profiles = True

    def open(self, model: Model, options: Options) -> Run:
        import onnxruntime as ort

        session = ort.InferenceSession(model.source, _settings(options), providers=["CPUExecutionProvider"])
        names = [info.name for info in model.outputs]
        return lambda inputs: session.run(names, inputs)

    def watch(self, model: Model, options: Options, inputs: Mapping[str, np.ndarray], calls: int) -> list[Watched]:
        import onnx
        import onnxruntime as ort

        settings = _settings(options)
        settings.enable_profiling = True
        with TemporaryDirectory(prefix="onnx-lab-", ignore_cleanup_errors=True) as folder:
            settings.profile_file_prefix = str(Path(folder) / "profile")
            settings.optimized_model_filepath = str(Path(folder) / "run.onnx")  # what it makes of the file, and runs
            session = ort.InferenceSession(model.source, settings, providers=["CPUExecutionProvider"])
            for _ in range(calls):
                session.run(None, inputs)
            events = json.loads(Path(session.end_profiling()).read_text(encoding="utf-8"))
            nodes = onnx.load(settings.optimized_model_filepath, load_external_data=False).graph.node
            return _calls(events, {node.name: next(iter(node.output), "") for node in nodes})


def _settings(options: Options) -> ort.SessionOptions:
    import onnxruntime as ort

    settings = ort.SessionOptions()
    settings.log_severity_level = 4  # what goes wrong is raised; its log would only repeat it on the terminal
    settings.intra_op_num_threads = options.intra_threads
    settings.inter_op_num_threads = options.inter_threads
    if options.inter_threads > 1:
        settings.execution_mode = ort.ExecutionMode.ORT_PARALLEL
    if options.optimisation == "none":
        settings.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    return settings


def _calls(events: list[dict[str, Any]], gives: Mapping[str, str]) -> list[Watched]:
    """The calls in a profile: the event of a node comes before that of the call which holds it.

    >>> node = {"cat": "Node", "name": "a_kernel_time", "dur": 6, "args": {"op_name": "Relu"}}
    >>> _calls([node, {"cat": "Session", "name": "model_run", "dur": 20}], {"a": "y"})
    [(2e-05, [Step(name='a', operator='Relu', seconds=6e-06, gives='y')])]
    """
    calls: list[Watched] = []
    steps: list[Step] = []
    for event in events:
        name, seconds = event["name"].removesuffix("_kernel_time"), event.get("dur", 0) / 1e6  # from whole microseconds
        if event["cat"] == "Node" and name != event["name"]:
            steps.append(Step(name, event["args"]["op_name"], seconds, gives.get(name, "")))
        elif name == "model_run":
            calls.append((seconds, steps))
            steps = []
    return calls
