"""Rewriting in an engine's own process: a model may be hostile, and its constants are computed to fold them."""

from __future__ import annotations


def portable_bytes(model: str | bytes) -> bytes:
    """As ``rewrite.portable``, bytes out; its libraries, slow to import, are imported only there.

    >>> len(portable_bytes("models/mnist.onnx")) > 20_000
    True
    """
    from helpers.rewrite._portable import portable

    return portable(model).model.SerializeToString()
