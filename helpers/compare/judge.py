"""Is an answer right? Norm-wise error, precision class, and argmax flips.

Why norm-wise: an argmax and a cosine miss a change to bfloat16, and element-wise tolerances depend on the scale of
the input. max|Δ| / max|reference| tells the precision classes apart at any scale.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from helpers.compare.wording import difference
from helpers.errors import BadInput
from helpers.modelfile.model import TensorInfo

Tensors = Mapping[str, np.ndarray]

TOLERANCE = 1e-5  # of float32: an order above what a different order of additions gives
_HALF = {"float16": 1e-2, "bfloat16": 5e-2}  # of models whose outputs are no finer than this
_CLASSES = (("f32", 1e-5), ("tf32/f16", 1.5e-3), ("bf16", 2e-2))


@dataclass(frozen=True)
class Judgement:
    """Answer against reference, over all outputs and samples; ``why`` is "" where it is right."""

    error: float  # norm-wise, the worst of all; infinite where shapes or NaN places differ
    flips: int | None  # samples whose argmax differs; None where an argmax means nothing
    why: str
    tolerance: float = float("inf")  # the smallest rtol = atol with which numpy.allclose would pass every sample
    off: Mapping[str, str] = field(default_factory=dict)  # why, by output; "" is the name of what is not an output

    @property
    def right(self) -> bool:
        """Whether the answer counts as right."""
        return not self.why


def error(answer: np.ndarray, reference: np.ndarray) -> float:
    """The norm-wise error max|Δ| / max|reference| of one tensor; infinite where shapes or NaN places differ.

    >>> f"{error(np.array([1.0, 2.02]), np.array([1.0, 2.0])):.3f}"
    '0.010'
    """
    if answer.shape != reference.shape:  # numpy would stretch one of them
        return float("inf")
    if answer.size == 0:
        return 0.0
    if not _is_number(reference):
        return 0.0 if np.array_equal(answer, reference) else float("inf")
    if answer.dtype.kind in "iub" and reference.dtype.kind in "iub" and np.array_equal(answer, reference):
        return 0.0
    a, b = answer.astype(np.float64), reference.astype(np.float64)
    finite = np.isfinite(b)
    if not np.array_equal(a[~finite], b[~finite], equal_nan=True) or not np.isfinite(a[finite]).all():
        return float("inf")
    if not finite.any():
        return 0.0
    with np.errstate(over="ignore"):  # two finite values of other signs can be further apart than float64 reaches
        gap, size = float(np.abs(a[finite] - b[finite]).max()), float(np.abs(b[finite]).max())
    if gap == 0 and reference.dtype.kind in "iu" and answer.dtype.kind in "iu":
        gap = 1.0  # integers beyond 2**53 that differ, though not as float64
    return gap / size if size else (0.0 if gap == 0 else float("inf"))


def smallest_tolerance(answer: np.ndarray, reference: np.ndarray) -> float:
    """The smallest t for which ``numpy.allclose(answer, reference, rtol=t, atol=t)``: max |Δ| / (1 + |reference|).

    >>> smallest_tolerance(np.array([1.0, 2.03]), np.array([1.0, 2.0])).round(6)
    np.float64(0.01)
    """
    if error(answer, reference) in (0.0, float("inf")):
        return error(answer, reference)
    a, b = answer.astype(np.float64), reference.astype(np.float64)
    finite = np.isfinite(b)
    return (np.abs(a[finite] - b[finite]) / (1 + np.abs(b[finite]))).max()


def precision_class(worst: float) -> str:
    """The coarsest arithmetic that explains an error: f32, tf32/f16, bf16, or none.

    >>> precision_class(3e-7), precision_class(2e-3)
    ('f32', 'bf16')
    """
    return next((name for name, limit in _CLASSES if worst <= limit), "none")


def judge(
    answers: Sequence[Tensors],
    references: Sequence[Tensors],
    outputs: tuple[TensorInfo, ...],
    *,
    tolerance: float | Mapping[str, float] | None = None,
    of: str = "the reference",
) -> Judgement:
    """Judge the answers to a list of samples by the references, tensor by tensor.

    Parameters
    ----------
    answers, references
        A dict of tensors by name for every sample. A reference in float64 stands for any smaller float.
    outputs
        What the model declares; the tolerance follows its coarsest dtype.
    tolerance
        The largest norm-wise error that counts as right, of all outputs or by output.
    of
        What the references are called in words.
    """
    allowed = tolerance if tolerance is not None else tolerance_of(outputs)
    declared = {info.name: info.dtype for info in outputs}
    worst, flips, needed, comparable = 0.0, 0, 0.0, True
    off: dict[str, tuple[float, str]] = {}
    for number, (answer, reference) in enumerate(zip(answers, references, strict=True)):
        for name, wanted in reference.items():
            got = answer.get(name)
            why = _unlike(name, got, wanted, declared.get(name, wanted.dtype), of)
            e = float("inf") if got is None or why else error(got, wanted)
            worst, comparable = max(worst, e), comparable and not why
            if got is not None and not why:
                needed = max(needed, float(smallest_tolerance(got, wanted)))
                limit = allowed[name] if isinstance(allowed, Mapping) else allowed
                if e > limit:
                    exact = "" if np.isinf(e) or got.dtype.kind not in "fV" else f" (allowed {limit:.0e})"
                    why = f"output {name!r}: {difference(got, wanted, of)}{exact}"
            if why and (name not in off or e > off[name][0]):
                off[name] = (e, f"sample {number}: {why}")
        if added := sorted(answer.keys() - reference.keys()):
            off.setdefault("", (float("inf"), f"sample {number}: output {added[0]!r} is not among the reference's"))
        comparable = comparable and not added
        flips += _flipped(answer, reference) if comparable else 0
    said = max(off.values(), key=lambda each: each[0], default=(0.0, ""))[1]
    meant = comparable and _has_argmax(references)
    worst, needed = (worst, needed) if "" not in off and comparable else (float("inf"), float("inf"))
    return Judgement(worst, flips if meant else None, said, needed, {name: why for name, (_, why) in off.items()})


def agree(answers: Sequence[Tensors], others: Sequence[Tensors], output: str, allowed: float) -> bool:
    """Whether two engines give the same by one output, within what is allowed; float64 stands for smaller floats."""
    for one, other in zip(answers, others, strict=True):
        a, b = one.get(output), other.get(output)
        if a is None or b is None or a.shape != b.shape or error(a, b) > allowed:
            return False
        if a.dtype != b.dtype and not (_is_float(a.dtype) and _is_float(b.dtype) and np.float64 in (a.dtype, b.dtype)):
            return False
    return True


def _unlike(name: str, got: np.ndarray | None, wanted: np.ndarray, declared: np.dtype, of: str) -> str:
    """Why two tensors cannot be compared value by value; "" where they can."""
    if got is None:
        return f"output {name!r} is missing"
    dtype = declared if _is_float(declared) and wanted.dtype == np.float64 else wanted.dtype
    if got.dtype != dtype:
        return f"output {name!r} has dtype {got.dtype}, {of} {dtype}"
    if got.shape != wanted.shape:
        return f"output {name!r} has shape {list(got.shape)}, {of} {list(wanted.shape)}"
    return ""


def refuse_tolerance(tolerance: float | None) -> None:
    """Raise BadInput for a tolerance that is not a number from 0; None is the default of the model's dtype."""
    if tolerance is not None and not tolerance >= 0:  # also true for NaN, within which everything would be right
        raise BadInput(f"tolerance={tolerance!r}: give a number from 0")


def tolerance_of(outputs: tuple[TensorInfo, ...]) -> float:
    """The largest norm-wise error that counts as right, by the coarsest dtype that the model declares."""
    return max((_HALF.get(str(info.dtype), TOLERANCE) for info in outputs), default=TOLERANCE)


def _is_number(array: np.ndarray) -> bool:
    return array.dtype.kind in "biufV" and array.dtype.names is None  # V: the small floats of ml_dtypes


def _is_float(dtype: np.dtype) -> bool:
    return dtype.kind == "f" or str(dtype) == "bfloat16"


def _first(tensors: Tensors) -> np.ndarray:
    return next(iter(tensors.values()))


def _has_argmax(references: Sequence[Tensors]) -> bool:
    """An argmax means something for the scores of classes: floats, two or more along the last axis."""
    first = _first(references[0]) if references else np.zeros(0)
    return first.dtype.kind == "f" and first.ndim > 0 and first.shape[-1] > 1


def _flipped(answer: Tensors, reference: Tensors) -> int:
    name = next(iter(reference))
    a, b = answer[name], reference[name]
    return int(a.ndim > 0 and a.size > 0 and not np.array_equal(a.argmax(-1), b.argmax(-1)))
