"""A model with the weights that lie in files beside it, for whoever takes it in one piece."""

from __future__ import annotations

import onnx

from helpers.errors import BadInput
from helpers.modelfile.external import external_bytes
from helpers.modelfile.model import LARGEST, Model, parse


def whole(model: Model) -> onnx.ModelProto:
    """The model in one piece; its sizes are looked at before anything is read, since a sparse file costs nothing.

    >>> from helpers.modelfile.model import read_model
    >>> len(whole(read_model("models/mnist.onnx")).graph.node)
    12
    """
    proto = parse(model.data)
    if model.path is None:
        return proto
    beside = external_bytes(proto, model.path)
    if len(model.data) + beside >= LARGEST:
        raise BadInput(
            f"{model.path}: with the {beside / 2**30:.1f} GiB of weights beside it, the model is too large for one "
            "piece, which holds 2 GiB; run it as it stands"
        )
    onnx.load_external_data_for_model(proto, str(model.path.resolve().parent))
    return proto
