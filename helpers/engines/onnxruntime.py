"""ONNX Runtime, through its own wheel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.engines.base import Card, Engine, Options, Run

if TYPE_CHECKING:  # a card needs no numpy, which is slow to import
    from helpers.engines.model import Model


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
        good_to_know="Its execution providers (CUDA, CoreML, NNAPI …) come in other wheels.",
    )
    modules = ("onnxruntime",)
    remedy = "pip install onnxruntime"

    def probe(self) -> None:
        import onnxruntime

        assert "CPUExecutionProvider" in onnxruntime.get_available_providers()

    def open(self, model: Model, options: Options) -> Run:
        import onnxruntime as ort

        settings = ort.SessionOptions()
        settings.log_severity_level = 4  # what goes wrong is raised; its log would only repeat it on the terminal
        settings.intra_op_num_threads = options.intra_threads
        settings.inter_op_num_threads = options.inter_threads
        if options.inter_threads > 1:
            settings.execution_mode = ort.ExecutionMode.ORT_PARALLEL
        if options.optimisation == "none":
            settings.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
        session = ort.InferenceSession(model.source, settings, providers=["CPUExecutionProvider"])
        names = [info.name for info in model.outputs]
        return lambda inputs: session.run(names, inputs)
