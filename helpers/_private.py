"""Nothing leaves the machine: engines that report to their makers are told not to, before they are imported.

The Linux wheel of ONNX Runtime 1.32 sends telemetry unless a variable is set when it is imported: within half a minute
of a loaded session it asks for its maker's collector, and keeps a device id and a queue of events (the interpreter's
path, graph names, error texts) under the user's cache folder; the crate ``ort`` uses the same library. OpenVINO's
Python package reports its import through ``openvino_telemetry`` and leaves an id in the home; without that module it
uses a stub of its own. ``tests/unit/test_network.py`` looks whether any process of the suite reaches for the network.
"""

from __future__ import annotations

import os
import sys


def keep() -> None:
    """Switch it off for this process and for all that it starts."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]  # so that importing it fails
