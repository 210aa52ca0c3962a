"""Compares what voices give with what the judge gives, and looks up why they differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import onnx

from benchmarks.judging.cases import Case
from benchmarks.judging.explained import EXPLANATIONS, Explanation
from benchmarks.judging.voices import JUDGE, NARROW, UPSTREAM, Answer
from helpers.compare.judge import judge
from helpers.modelfile.model import TensorInfo

ALLOWED = {"float16": 1e-2, "bfloat16": 5e-2, "float32": 1e-5, "float64": 1e-5}  # norm-wise; all else is exact
Verdict = Literal["agrees", "differs", "silent", "alone"]


@dataclass(frozen=True)
class Finding:
    """What became of one case by one voice; ``alone``: it answers where the judge does not."""

    case: Case
    voice: str
    verdict: Verdict
    why: str = ""
    explanation: Explanation | None = None

    @property
    def unexplained(self) -> bool:
        """Whether it is a difference that nothing explains; upstream's need no explanation."""
        return self.verdict in ("differs", "alone") and self.explanation is None and self.voice != UPSTREAM


def compare(cases: Sequence[Case], answers: Mapping[str, Sequence[Answer]]) -> list[Finding]:
    """A finding for every case and voice other than the judge's own."""
    found = []
    for i, case in enumerate(cases):
        for voice, given in answers.items():
            if voice != JUDGE:
                found.append(_finding(case, voice, given[i], answers[NARROW if case.rounds else JUDGE][i]))
    return found


def stale(findings: Iterable[Finding]) -> list[Explanation]:
    """The explanations that explain nothing any more."""
    used = {finding.explanation for finding in findings}
    return [each for each in EXPLANATIONS if each not in used]


def _finding(case: Case, voice: str, answer: Answer, truth: Answer) -> Finding:
    verdict, why = _verdict(case, answer, truth)
    if verdict == "silent" and voice == NARROW and truth.outputs is not None:
        verdict = "differs"  # the judge must answer in both precisions
    return Finding(case, voice, verdict, why, _explanation(case, voice, verdict))


def _explanation(case: Case, voice: str, verdict: Verdict) -> Explanation | None:
    """The first that fits; where the judge has no answer, only a gap of its own explains that."""
    if voice == UPSTREAM or verdict not in ("differs", "alone"):
        return None
    fit = (each for each in EXPLANATIONS if each.fits(case, voice))
    return next((each for each in fit if verdict == "differs" or each.kind == "judge's gap"), None)


def _verdict(case: Case, answer: Answer, truth: Answer) -> tuple[Verdict, str]:
    if answer.outputs is None:
        return "silent", answer.why
    if truth.outputs is None:
        return "alone", f"the judge has no answer: {truth.why}"
    infos = _outputs(case.model)
    allowed = {info.name: ALLOWED.get(str(info.dtype), 0.0) for info in infos}
    found = judge([answer.outputs], [truth.outputs], infos, tolerance=allowed, of="the judge")
    return ("agrees", "") if found.right else ("differs", found.why.removeprefix("sample 0: "))


def _outputs(model: bytes) -> tuple[TensorInfo, ...]:
    outputs = onnx.load_model_from_string(model).graph.output
    kinds = [np.dtype(onnx.helper.tensor_dtype_to_np_dtype(each.type.tensor_type.elem_type)) for each in outputs]
    return tuple(TensorInfo(each.name, kind, None) for each, kind in zip(outputs, kinds, strict=True))
