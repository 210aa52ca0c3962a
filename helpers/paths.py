"""Where things lie in a clone of the repository."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MNIST = ROOT / "models" / "mnist.onnx"
