"""wonnx, through its wheel: ONNX on the GPU, by way of WebGPU's Vulkan, Metal or DirectX."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from helpers.engines.base import Card, Engine, Options, Run
from helpers.errors import EngineError, ModelRejected, RunFailed, one_line

if TYPE_CHECKING:  # a card needs no numpy, which is slow to import
    import numpy as np

    from helpers.modelfile.model import Model, TensorInfo

# y = Relu(x) on float[2], as bytes, so that the probe need not import onnx. From onnx.parser.parse_model:
# <ir_version: 7, opset_import: ["": 13]> probe (float[2] x) => (float[2] y) { y = Relu(x) }
_PROBE = bytes.fromhex(
    "08073a390a0e0a0178120179220452656c753a00120570726f62655a0f0a0178120a0a08080112040a020802620f0a0179120a0a08080112040a02080242040a00100d"
)


class Wonnx(Engine):
    """Every operator is a compute shader; every error is a panic, so it always runs in a process of its own."""

    card = Card(
        name="wonnx",
        title="wonnx",
        package="wonnx",
        binding="wheel",
        language="Rust, WGSL",
        licence="MIT or Apache-2.0",
        does="inference",
        threads="none (the GPU's)",
        devices="GPU (Vulkan, Metal, DirectX); a software adapter will do",
        source="https://github.com/webonnx/wonnx",
        good_to_know="Takes float32 only and fixed shapes only; no release since 2023.",
    )
    modules = ("wonnx",)
    remedy = "pip install wonnx, and a Vulkan driver (on Debian: apt-get install mesa-vulkan-drivers)"
    isolated_only = True
    fixed_sizes = True

    def probe(self) -> None:
        import wonnx

        session = wonnx.Session.from_bytes(_PROBE)
        if session.run({"x": [-2.0, 3.0]}) != {"y": [0.0, 3.0]}:
            raise RuntimeError("its graphics adapter computes Relu wrong")

    def open(self, model: Model, options: Options) -> Run:
        import numpy as np
        import wonnx

        for info in model.inputs:
            if info.dtype != np.float32:
                raise ModelRejected(self.card.name, f"it takes float32 only, and input {info.name!r} is {info.dtype}")
        shapes = _fixed_shapes(model)
        start = wonnx.Session.from_bytes if model.path is None else wonnx.Session.from_path
        session = _unpanicked(ModelRejected, start, model.source)

        def run(inputs: Mapping[str, np.ndarray]) -> list[np.ndarray]:
            flat = {name: array.ravel().tolist() for name, array in inputs.items()}
            got = _unpanicked(RunFailed, session.run, flat)
            return [_array(got[info.name], info.dtype).reshape(shapes[info.name]) for info in model.outputs]

        return run


def _array(flat: list[float] | list[int], declared: np.dtype) -> np.ndarray:
    """What wonnx gave: whole numbers where it has them, as the file declares them, else the float32 that it computes.

    >>> import numpy as np
    >>> _array([2, 3], np.dtype(np.int64)), _array([2.5], np.dtype(np.int64))
    (array([2, 3]), array([2.5], dtype=float32))
    """
    import numpy as np

    whole = declared.kind in "iu" and all(isinstance(number, int) for number in flat)
    return np.array(flat, declared if whole else np.float32)


def _unpanicked(kind: type[EngineError], call: Callable[[Any], Any], argument: Any) -> Any:
    """Wonnx tells every error by a panic (a BaseException); its words follow the last ``value: ``."""
    try:
        return call(argument)
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise kind("wonnx", one_line(error).removeprefix("called `Result::unwrap()` on an `Err` value: ")) from None


def _fixed_shapes(model: Model) -> dict[str, tuple[int, ...]]:
    """The shape of each output; wonnx gives flat lists, so a shape that is not fixed cannot be restored."""
    outputs = model.outputs
    if any(_fixed(info) is None for info in outputs):
        outputs = _inferred(model)
    shapes = {}
    for info in outputs:
        shape = _fixed(info)
        if shape is None:
            raise ModelRejected(
                "wonnx", f"it needs fixed shapes, and output {info} has none; fix the inputs' sizes (rewrite.fixed)"
            )
        shapes[info.name] = shape
    return shapes


def _fixed(info: TensorInfo) -> tuple[int, ...] | None:
    sizes = tuple(d for d in info.shape or () if isinstance(d, int))
    return sizes if info.shape is not None and len(sizes) == len(info.shape) else None


def _inferred(model: Model) -> tuple[TensorInfo, ...]:
    import onnx

    from helpers.modelfile.model import parse, read_model

    inferred = onnx.shape_inference.infer_shapes(parse(model.data))
    return read_model(inferred.SerializeToString()).outputs if model.path is None else model.outputs
