"""Each mend of the reference is still needed, and is what the evaluator uses."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx.reference import ReferenceEvaluator

import tests.reference
from helpers.reference import Evaluator, Mend, mends
from tests.reference.example import Example

MODULES = sorted(Path(tests.reference.__path__[0]).glob("examples_*.py"))
EXAMPLES: dict[tuple[str, int], Example] = {}
for module in MODULES:
    EXAMPLES |= import_module(f"tests.reference.{module.stem}").EXAMPLES


def same(a: object, b: object) -> bool:
    if isinstance(a, list) or isinstance(b, list):
        return isinstance(a, list) and isinstance(b, list) and all(map(same, a, b, strict=True))
    a, b = np.asarray(a), np.asarray(b)
    if a.shape != b.shape or a.dtype != b.dtype:
        return False
    if a.dtype.kind not in "fV":
        return np.array_equal(a, b)
    a, b = a.astype(np.float64), b.astype(np.float64)
    return bool(np.allclose(a, b, rtol=1e-6, atol=1e-12, equal_nan=True))


@pytest.mark.parametrize("mend", [m for m in mends() if not m.quicker], ids=lambda m: f"{m.operator}-{m.since}")
def test_upstream_still_needs_it(mend: Mend):
    """Where this fails, onnx.reference has been mended: take ours out."""
    given = EXAMPLES[mend.operator, mend.since]
    proto = onnx.load_model_from_string(given.model)
    assert mend.since <= proto.opset_import[0].version < mend.until
    ours = Evaluator(proto).run(None, given.inputs)
    try:
        with np.errstate(all="ignore"):
            theirs = ReferenceEvaluator(proto).run(None, given.inputs)
    except Exception:
        return
    assert not all(map(same, ours, theirs))


@pytest.mark.parametrize("mend", [m for m in mends() if m.quicker], ids=lambda m: f"{m.operator}-{m.since}")
def test_quicker_is_the_same(mend: Mend):
    given = EXAMPLES[mend.operator, mend.since]
    proto = onnx.load_model_from_string(given.model)
    ours, theirs = Evaluator(proto).run(None, given.inputs), ReferenceEvaluator(proto).run(None, given.inputs)
    assert all(map(same, ours, theirs))


@pytest.mark.parametrize("mend", mends(), ids=lambda m: f"{m.operator}-{m.since}")
def test_wide_and_plain_agree(mend: Mend):
    given = EXAMPLES[mend.operator, mend.since]
    proto = onnx.load_model_from_string(given.model)
    plain, wide = Evaluator(proto).run(None, given.inputs), Evaluator(proto, wide=True).run(None, given.inputs)
    for a, b in zip(plain, wide, strict=True):
        if isinstance(a, np.ndarray) and a.dtype.kind == "f":
            assert b.dtype == np.float64
            assert a.shape == b.shape
            assert np.allclose(a.astype(np.float64), b, rtol=1e-5, atol=1e-6, equal_nan=True)
        elif isinstance(a, np.ndarray):
            assert np.array_equal(a, b)


def test_mends_do_not_overlap():
    for a, b in zip(mends(), mends()[1:], strict=False):
        assert a.operator != b.operator or a.until <= b.since
