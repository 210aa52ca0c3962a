"""What many tests share: each engine in its own process, once for the whole run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from helpers import engines
from helpers.engines.worker import Isolated
from helpers.process.limits import Limits

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def mnist() -> Path:
    return ROOT / "models" / "mnist.onnx"


@pytest.fixture(scope="session")
def blank() -> np.ndarray:
    return np.zeros((1, 1, 28, 28), np.float32)


@pytest.fixture(scope="session")
def isolated() -> Iterator[dict[str, Isolated]]:
    """Every engine in its own process, by name; a test skips one that cannot run here, and says why."""
    made: dict[str, Isolated] = {name: engines.isolated(name, limits=Limits(run=10)) for name in engines.names()}
    yield made
    for engine in made.values():
        engine.close()


@pytest.fixture(params=engines.names())
def engine(request: pytest.FixtureRequest, isolated: dict[str, Isolated]) -> Isolated:
    found = isolated[request.param]
    if not (can := found.availability()):
        pytest.skip(f"{request.param}: {can.why}; {can.remedy}")
    return found
