"""Read a model file that nobody vouches for: what it is, what goes in, what comes out.

Every engine gets its model from here, so each kind of broken file is told the same way, once, before the engine.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from helpers.errors import BadInput, LabError, one_line
from helpers.modelfile.external import SHOWN, check_external
from helpers.process.wire import crosses

if TYPE_CHECKING:
    import onnx

MOST_AXES = 64  # of a numpy array
LARGEST = 2**31  # bytes: protobuf's own limit for one file


@crosses
@dataclass(frozen=True)
class TensorInfo:
    """The name, dtype and shape of an input or output; a symbolic dimension is a name, an unknown one None.

    >>> print(TensorInfo("x", np.dtype("float32"), ("batch", 3)))
    x: float32[batch, 3]
    """

    name: str
    dtype: np.dtype
    shape: tuple[int | str | None, ...] | None  # None: not even the rank is known

    def __str__(self) -> str:
        if self.shape is None:
            return f"{self.name}: {self.dtype}[…]"
        return f"{self.name}: {self.dtype}[{', '.join('?' if d is None else str(d) for d in self.shape)}]"


@dataclass(frozen=True)
class Model:
    """A model that was read: its bytes, where it lay, its inputs and outputs."""

    data: bytes = field(repr=False)
    path: Path | None  # set only where the engine needs it: weights lie in files beside the model
    inputs: tuple[TensorInfo, ...]
    outputs: tuple[TensorInfo, ...]
    opset: int  # of the default operator set

    @property
    def source(self) -> str | bytes:
        """What an engine loads it from: its bytes, or its path where weights lie beside it."""
        return self.data if self.path is None else str(self.path)


def read_model(model: Path | str | bytes) -> Model:
    """Read an ONNX model from a path or from its bytes.

    Raises
    ------
    BadInput
        Not a file, empty, cut, no protobuf, no graph, no output, weights missing or outside its folder.

    >>> [str(i) for i in read_model("models/mnist.onnx").inputs]
    ['Input3: float32[1, 1, 28, 28]']
    """
    path, data, said = read_bytes(model)
    with gate(said):
        proto = parse(data, said)
        external = check_external(proto, path, said)
        return Model(data, path if external else None, _inputs(proto, said), _outputs(proto, said), _opset(proto))


@contextmanager
def gate(said: str) -> Iterator[None]:
    """One line for whatever Python, protobuf or the system make of a file or a path that nobody vouches for."""
    try:
        yield
    except LabError:
        raise
    except OSError as error:
        raise BadInput(f"{said} cannot be read ({error.strerror or one_line(error)}); check the path") from None
    except UnicodeError:
        raise BadInput(f"{said} holds a name that is not UTF-8; get the file again") from None
    except Exception as error:
        raise BadInput(f"{said} cannot be read ({one_line(error)}); get the file again") from None


def read_bytes(model: Path | str | bytes) -> tuple[Path | None, bytes, str]:
    """Where a model lies, its bytes, and what to call it; BadInput where it is not a plain file."""
    if isinstance(model, bytes | bytearray | memoryview):
        return None, bytes(model), f"the model ({len(model)} bytes)"
    if not isinstance(model, str | Path):
        raise BadInput(f"a model is a path or bytes, not {type(model).__name__}; give one of these")
    with gate(f"{str(model)[:SHOWN]!r}"):  # a NUL in it, too long a name, a link to itself, a user whom nobody knows
        path = Path(model).expanduser()
        if path.is_dir():
            raise BadInput(f"{path} is a folder; give the path of the .onnx file in it")
        if not path.exists():
            raise BadInput(f"{path} does not exist; check the path (the working folder is {Path.cwd()})")
        if not path.is_file():
            raise BadInput(f"{path} is not a plain file; give the path of an .onnx file")
        if (size := path.stat().st_size) >= LARGEST:
            raise BadInput(f"{path} has {size} bytes; a protobuf holds 2 GiB: keep the weights beside it")
        # Resolved once, so that the folder in which weights are looked for is the one in which an engine opens them.
        return path.resolve(), path.read_bytes(), str(path)


def parse(data: bytes, said: str = "the model") -> onnx.ModelProto:
    """The protobuf of a model, or BadInput in one line."""
    import onnx
    from google.protobuf.message import DecodeError

    if not data:
        raise BadInput(f"{said} is empty; get the file again")
    proto = onnx.ModelProto()
    try:
        proto.ParseFromString(data)
    except DecodeError:
        raise BadInput(
            f"{said} is not an ONNX model, or is truncated (not valid protobuf); get the file again"
        ) from None
    if not proto.HasField("graph"):
        raise BadInput(f"{said} holds no graph; export the model again")
    if not proto.graph.output:
        raise BadInput(f"{said} has a graph without outputs; export the model again")
    return proto


def _inputs(proto: onnx.ModelProto, said: str) -> tuple[TensorInfo, ...]:
    # Files of IR 3 and before list their initializers as inputs too: those are weights, not inputs.
    weights = {t.name for t in proto.graph.initializer} | {t.values.name for t in proto.graph.sparse_initializer}
    return tuple(_info(v, said) for v in proto.graph.input if v.name not in weights)


def _outputs(proto: onnx.ModelProto, said: str) -> tuple[TensorInfo, ...]:
    return tuple(_info(v, said) for v in proto.graph.output)


def _info(value: onnx.ValueInfoProto, said: str) -> TensorInfo:
    import onnx

    kind = value.type.WhichOneof("value")
    if kind != "tensor_type":
        raise BadInput(f"{said}: {value.name!r} is of type {kind or 'unknown'}; only tensors can be given and compared")
    tensor = value.type.tensor_type
    try:
        dtype = np.dtype(onnx.helper.tensor_dtype_to_np_dtype(tensor.elem_type))
    except (KeyError, ValueError, TypeError):
        raise BadInput(
            f"{said}: {value.name!r} has the unknown element type {tensor.elem_type}; export it again"
        ) from None
    if len(tensor.shape.dim) > MOST_AXES:
        raise BadInput(
            f"{said}: {value.name!r} has {len(tensor.shape.dim)} dimensions, and numpy at most {MOST_AXES}; "
            "export the model again"
        )
    if not tensor.HasField("shape"):
        return TensorInfo(value.name, dtype, None)
    return TensorInfo(value.name, dtype, tuple(_dimension(d) for d in tensor.shape.dim))


def _dimension(dim: onnx.TensorShapeProto.Dimension) -> int | str | None:
    if dim.HasField("dim_value") and dim.dim_value >= 0:  # converters write -1 for a size that is free
        return dim.dim_value
    return dim.dim_param or None


def _opset(proto: onnx.ModelProto) -> int:
    return max((o.version for o in proto.opset_import if o.domain in ("", "ai.onnx")), default=1)
