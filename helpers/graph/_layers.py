"""What flows through a model: every tensor between its nodes, and how far an engine is off at each node.

>>> values = layers("models/mnist.onnx")
>>> values["Pooling160_Output_0"].shape
(1, 16, 4, 4)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import numpy as np

from helpers.compare.inputs import Sample, samples
from helpers.compare.judge import error
from helpers.engines._own import own_process
from helpers.engines.base import DEFAULT, Options
from helpers.engines.worker import Isolated
from helpers.errors import BadInput, EngineCrashed, ModelRejected, RunFailed
from helpers.graph._copy import copied
from helpers.graph._tap import tap
from helpers.graph.values import Values
from helpers.modelfile.model import read_model
from helpers.modelfile.nodes import Source, key
from helpers.units import number

__all__ = ["errors", "layers", "tap"]


def layers(
    model: Source, inputs: Mapping[str, np.ndarray] | None = None, *, engine: str | Isolated = "reference"
) -> dict[str, np.ndarray]:
    """The value of every tensor for one sample, by name: the inputs, then in the graph's order.

    Parameters
    ----------
    inputs
        Arrays by name; by default a digit for a model like MNIST, else seeded random numbers.
    engine
        What runs it, in a process of its own: its name, or one that has a process already.

    Raises
    ------
    BadInput
        The model or an input does not fit.
    EngineError
        The engine cannot load or run the model with every tensor as an output.

    >>> list(layers("models/mnist.onnx"))[:3]
    ['Input3', 'Parameter193_reshape1', 'Convolution28_Output_0']
    """
    proto = copied(model)
    tapped = tap(proto).SerializeToString()
    sample = dict(inputs) if inputs is not None else samples(read_model(tapped).inputs, count=1)[0]
    with own_process(engine) as own:
        (found,) = _run(own, tapped, [sample])
    order = [*sample, *(name for node in proto.graph.node for name in node.output), *found]
    return {name: array for name in order if (array := found.get(name, sample.get(name))) is not None}


def errors(
    model: Source,
    engine: str | Isolated,
    *,
    inputs: Mapping[str, np.ndarray] | Sequence[Sample] | None = None,
    reference: str | Isolated = "reference",
    limit: int = 10,
) -> Values:
    """The norm-wise error of each node's first output, the worst over some samples.

    A node has None where its output is not a tensor, or one that the engine gives in another dtype or shape.

    Parameters
    ----------
    inputs
        A sample, or several; by default digits for a model like MNIST, else seeded random numbers.
    reference
        The engine whose values count as right.
    limit
        How many samples to take at most.

    Raises
    ------
    BadInput
        The model or an input does not fit.
    EngineError
        One of the engines cannot load or run the model with every tensor as an output.

    >>> found = errors("models/mnist.onnx", "onnxruntime", limit=2)
    >>> len(found.by_node), max(found.by_node.values()) < 1e-5
    (12, True)
    """
    if limit < 1:
        raise BadInput(f"limit={limit}: give the number of samples, from 1")
    proto = copied(model)
    whole, tapped = proto.SerializeToString(), tap(proto).SerializeToString()
    given = [dict(inputs)] if isinstance(inputs, Mapping) else inputs
    chosen = samples(read_model(whole).inputs, given, count=limit)[:limit]
    with own_process(reference) as judge:
        right = _run(judge, tapped, chosen, Options(precision="float64") if judge.name == "reference" else DEFAULT)
    with own_process(engine) as own:
        answers, plain = _run(own, tapped, chosen), _run(own, whole, chosen)
    dtypes = {info.name: info.dtype for info in read_model(tapped).outputs}
    by_node: dict[str, float | str | None] = {key(n): _worst(key(n), answers, right, dtypes) for n in proto.graph.node}
    itself = max((error(a[name], b[name]) for a, b in zip(plain, right, strict=True) for name in a), default=0.0)
    missing = [name for name, value in by_node.items() if value is None]
    note = (
        f"{own.name} against {judge.name}, the worst of {len(chosen)} samples; perturbed: every tensor is an output, "
        f"so the engine cannot fuse as it would; the error of the model itself is {number(itself)}"
    )
    if missing:
        note += f"; not compared, as no tensor or of another dtype or shape there: {', '.join(missing)}"
    return Values(f"error of {own.name}", "error", by_node, note)


def _worst(name: str, answers: list[Sample], right: list[Sample], dtypes: Mapping[str, np.dtype]) -> float | None:
    worst = 0.0
    for answer, wanted in zip(answers, right, strict=True):
        if name not in answer or name not in wanted:
            return None
        a, b = answer[name], wanted[name]
        if a.dtype != dtypes.get(name, b.dtype) or a.shape != b.shape:
            return None
        worst = max(worst, error(a, b))
    return worst


def _run(engine: Isolated, model: bytes, given: Sequence[Sample], options: Options = DEFAULT) -> list[Sample]:
    with _hint(), engine.load(model, options) as session:
        return [session.run(sample) for sample in given]


@contextmanager
def _hint() -> Iterator[None]:
    """Add to what an engine refuses that the portable form of the model may run."""
    try:
        yield
    except (ModelRejected, RunFailed, EngineCrashed) as refused:
        raise type(refused)(refused.engine, f"{refused.why}; rewrite.portable(model).model may run") from None
