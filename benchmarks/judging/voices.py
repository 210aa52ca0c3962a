"""Who answers a case: the judge, upstream's onnx.reference, and engines; each in a process of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field

import numpy as np
import onnx
from onnx.reference import ReferenceEvaluator

from benchmarks.judging.cases import Case
from helpers import engines
from helpers.engines import Options
from helpers.engines.worker import Isolated
from helpers.errors import LabError, one_line
from helpers.process.limits import GIB, Limits
from helpers.reference import Evaluator

JUDGE, NARROW, UPSTREAM = "judge", "judge, in the file's precision", "onnx.reference"
EVALUATORS = (JUDGE, NARROW, UPSTREAM)
ENGINES: Mapping[str, Options] = {
    "onnxruntime": Options(optimisation="none"),
    "openvino": Options(),  # its precision is the file's: without that it may compute in bfloat16
    "tract-wheel": Options(),
}
LIMITS = Limits(load=20, run=10, memory=4 * GIB)
Tick = Callable[[], None]


@dataclass(frozen=True)
class Answer:
    """What a voice gives to a case, or why it gives nothing."""

    outputs: Mapping[str, np.ndarray] | None = field(default=None, repr=False)
    why: str = ""


def ask(cases: Sequence[Case], names: Sequence[str] = tuple(ENGINES), tick: Tick = lambda: None) -> dict[str, list]:
    """The answers of all evaluators and of the engines named, by voice, in the order of the cases."""
    with ExitStack() as stack:
        workers = {name: stack.enter_context(engines.isolated(name, limits=LIMITS)) for name in names}
        evaluator = stack.enter_context(engines.isolated("reference", limits=LIMITS))
        pool = stack.enter_context(ThreadPoolExecutor(len(names) + 1))

        def by_engine(name: str) -> Iterator[Answer]:
            for case in cases:
                yield _of_engine(workers[name], case)
                tick()

        def by_evaluator() -> Iterator[tuple[Answer, ...]]:
            for case in cases:
                yield tuple(_of_evaluator(evaluator, name, case) for name in EVALUATORS)
                tick()

        waiting = {name: pool.submit(lambda name=name: list(by_engine(name))) for name in names}
        judged = pool.submit(lambda: list(by_evaluator())).result()
        answers = {name: [row[i] for row in judged] for i, name in enumerate(EVALUATORS)}
        return answers | {name: future.result() for name, future in waiting.items()}


def _of_engine(engine: Isolated, case: Case) -> Answer:
    try:
        with engine.load(case.model, ENGINES[engine.name]) as session:
            return Answer(session.run(case.inputs))
    except LabError as error:
        return Answer(why=one_line(str(error)))


def _of_evaluator(worker: Isolated, name: str, case: Case) -> Answer:
    try:
        return Answer(worker.call(LIMITS.run, evaluate, name, case.model, dict(case.inputs)))
    except Exception as error:  # an evaluator raises whatever its operator does
        return Answer(why=f"{type(error).__name__}: {one_line(error)}")


def evaluator(proto: onnx.ModelProto, name: str) -> ReferenceEvaluator:
    """One of the evaluators of a model."""
    return ReferenceEvaluator(proto) if name == UPSTREAM else Evaluator(proto, wide=name == JUDGE)


def evaluate(name: str, model: bytes, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The outputs by one of the evaluators; called in the worker."""
    proto = onnx.load_model_from_string(model)
    with np.errstate(all="ignore"):
        outputs = evaluator(proto, name).run(None, inputs)
    return {info.name: np.asarray(value) for info, value in zip(proto.graph.output, outputs, strict=True)}
