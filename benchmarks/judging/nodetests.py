"""The node tests of the ONNX standard's own suite through the judge, by their expected values and tolerances."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache, partial
from multiprocessing import get_context
from typing import Any

import numpy as np
import onnx

from benchmarks.judging.voices import JUDGE, evaluator

# Why the judge gives something else than the suite; anything else that it fails has no reason yet.
REASONS = {
    "attention_*bf16*": "rounding to bfloat16 at each step, in the suite's order or ours",
    "attention_*fp16*": "rounding to float16 at each step, in the suite's order or ours",
    "celu_bfloat16*": "the suite rounds to bfloat16 between its steps, float64 does not",
    "dft_inverse*": "float32 noise of the suite where the value is 0",
    "dynamicquantizelinear_expanded": "a tie, which float32 and float64 round to different sides",
    "maxunpool_export_with_output_shape": "the suite puts flat indices of the small shape into the large one; the text "
    "and ONNX Runtime take them within the shape that is given",
    "resize_downsample_scales_*_align_corners": "the suite takes length · scale, the text length_resized",
}
_DRAWN = ("bernoulli", "training_dropout", "random")  # their values are drawn: only shapes and types can be right


@dataclass(frozen=True)
class Passed:
    """What became of one node test by one evaluator."""

    name: str
    right: bool
    why: str = ""
    drawn: bool = False

    @property
    def reason(self) -> str:
        """Why the judge does not pass it, where that is known; "" elsewhere."""
        known = (why for pattern, why in REASONS.items() if fnmatchcase(self.name, f"test_{pattern}"))
        return "" if self.right else next(known, "")


def run(name: str, processes: int = 2) -> list[Passed]:
    """All node tests by one of the evaluators, in the suite's order."""
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        parts = pool.map(partial(_part, name, processes), range(processes))
        return sorted((each for part in parts for each in part), key=lambda each: each.name)


def _part(name: str, parts: int, number: int) -> list[Passed]:
    return [_one(case, name) for case in _suite()[number::parts]]


@cache
def _suite() -> Sequence[Any]:
    from onnx.backend.test.case.node import collect_testcases

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return collect_testcases(None)


def _one(case: Any, name: str) -> Passed:
    drawn = any(word in case.name for word in _DRAWN)
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            made = evaluator(case.model, name)
            names = [info.name for info in case.model.graph.input]
            for inputs, wanted in case.data_sets:
                given = {key: _value(one) for key, one in zip(names, inputs, strict=False)}
                for got, expected in zip(made.run(None, given), wanted, strict=True):
                    if why := "; ".join(_unlike(got, _value(expected), case, name == JUDGE, drawn)):
                        return Passed(case.name, False, why, drawn)
    except Exception as error:  # an evaluator raises whatever its operator does
        return Passed(case.name, False, f"{type(error).__name__}: {str(error)[:200]}", drawn)
    return Passed(case.name, True, "", drawn)


def _value(given: Any) -> Any:
    """A value of the suite as numpy has it: it keeps types that numpy lacks as tensors of the file format."""
    return onnx.numpy_helper.to_array(given) if isinstance(given, onnx.TensorProto) else given


def _unlike(got: Any, expected: Any, case: Any, wide: bool, drawn: bool) -> Iterator[str]:
    """Why a value is not what the suite expects; nothing where it is."""
    if expected is None or got is None:
        if got is not expected:
            yield f"{type(got).__name__} for {type(expected).__name__}"
    elif isinstance(expected, list):
        if not isinstance(got, list) or len(got) != len(expected):
            yield "another sequence"
        else:
            for one, other in zip(got, expected, strict=True):
                yield from _unlike(one, other, case, wide, drawn)
    else:
        a, b = np.asarray(got), np.asarray(expected)
        if a.shape != b.shape:
            yield f"shape {list(a.shape)} for {list(b.shape)}"
        elif not _same_kind(a.dtype, b.dtype, wide):
            yield f"dtype {a.dtype} for {b.dtype}"
        elif b.dtype.kind in "OUS":
            if not (a.astype(str) == b.astype(str)).all():
                yield "another text"
        elif not drawn and not _close(a, b, case):
            yield "another value"


def _same_kind(got: np.dtype, expected: np.dtype, wide: bool) -> bool:
    if expected.kind in "OUS":
        return got.kind in "OUS"
    return got == expected or (wide and got == np.float64 and expected.kind in "fV")


def _close(got: np.ndarray, expected: np.ndarray, case: Any) -> bool:
    kind = np.complex128 if expected.dtype.kind == "c" else np.float64
    a, b = got.astype(expected.dtype).astype(kind), expected.astype(kind)  # wide values in the type declared
    return bool(np.allclose(a, b, rtol=case.rtol, atol=case.atol, equal_nan=True))
