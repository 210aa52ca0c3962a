"""A copy of a model to change: with its weights in it, so that it can lie anywhere."""

from __future__ import annotations

from pathlib import Path

import onnx
from onnx.external_data_helper import load_external_data_for_model

from helpers.errors import BadInput
from helpers.modelfile.external import check_external, external_bytes
from helpers.modelfile.nodes import Source, read
from helpers.process.reader import reads

_LARGEST = 2**30  # bytes: with what is put in, the copy must stay a protobuf, which holds 2 GiB


@reads()
def copied(model: Source) -> onnx.ModelProto:
    """The model as one protobuf of its own.

    Raises
    ------
    BadInput
        As for ``read``; or weights beside the model are missing, or too many to be held in one file.

    >>> len(copied("models/mnist.onnx").graph.initializer)
    8
    """
    file = read(model)
    copy = onnx.ModelProto()
    copy.CopyFrom(file.proto)
    if check_external(copy, file.path, file.name):
        assert file.path is not None  # or check_external had refused
        size = file.size + external_bytes(copy, file.path)
        if size > _LARGEST:
            raise BadInput(
                f"{file.path} has {size / 2**30:.1f} GiB with its weights, and a copy in one file may have 1 GiB; "
                "give a smaller model, or a part of it by onnx.utils.extract_model"
            )
        load_external_data_for_model(copy, str(Path(file.path).resolve().parent))
    return copy
