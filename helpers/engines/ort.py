"""ort, through its crate: ONNX Runtime from Rust."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from helpers.engines.base import Card
from helpers.engines.native import Native


class Ort(Native):
    """On the library inside the onnxruntime wheel, so that what differs from the wheel is the binding alone."""

    card = Card(
        name="ort",
        title="ort",
        package="ort",
        binding="crate",
        language="Rust over C++",
        licence="MIT or Apache-2.0",
        does="inference",
        threads="inside an operator and between operators",
        devices="CPU (others by execution providers, not used here)",
        source="https://github.com/pykeio/ort",
        options=("intra_threads", "inter_threads", "optimisation"),
        good_to_know="A binding of ONNX Runtime: here it runs the library of the installed onnxruntime wheel.",
    )

    def shared_library(self) -> str | None:
        spec = find_spec("onnxruntime")  # finds, does not import
        folders = [Path(place, "capi") for place in (spec.submodule_search_locations or [])] if spec else []
        patterns = ("libonnxruntime.so.*", "libonnxruntime.*.dylib", "libonnxruntime.dylib", "onnxruntime.dll")
        found = [file for folder in folders for pattern in patterns for file in sorted(folder.glob(pattern))]
        if not found:
            raise ImportError("the library of the package onnxruntime is not there (pip install onnxruntime)")
        return str(found[0].resolve())
