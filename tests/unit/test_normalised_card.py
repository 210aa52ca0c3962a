"""models/mnist_normalised.onnx: right when fed as it wants, quietly wrong otherwise, the same in every engine."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest

from helpers.engines.worker import Isolated
from helpers.samples import digits
from models.train.evaluate import CARD, answers
from models.train.normalised.evaluate import END, FEEDS, MODEL, START, normalised, tensors
from models.train.normalised.export import INPUT, OUTPUT

OPERATORS = "Conv Relu MaxPool Conv Relu Conv Relu BatchNormalization MaxPool Flatten MatMul Add Relu MatMul Add"


def right(name: str) -> float:
    samples = digits()
    return float((answers(MODEL, tensors(samples.images, FEEDS[name])) == samples.labels).mean())


def test_its_form():
    model = onnx.load(MODEL)
    onnx.checker.check_model(model, full_check=True)
    assert [node.op_type for node in model.graph.node] == OPERATORS.split()
    assert (model.ir_version, model.opset_import[0].version) == (8, 17)
    assert [(value.name, [d.dim_value for d in value.type.tensor_type.shape.dim]) for value in model.graph.input] == [
        (INPUT, [1, 1, 28, 28])
    ]
    assert [value.name for value in model.graph.output] == [OUTPUT]
    weights = {tensor.name: tensor.dims for tensor in model.graph.initializer}
    assert {"conv1.weight", "norm1.running_mean", "fc2.bias"} < set(weights)
    assert sum(int(np.prod(dims)) for dims in weights.values()) == 12_050 + 48
    assert MODEL.stat().st_size < 200_000


def test_it_reads_digits_fed_as_it_wants():
    assert right("(x / 255 − 0.1307) / 0.3081, as it wants them") >= 0.98


# The card has 82 %, 49 % and 25 % of all test digits.
@pytest.mark.parametrize(
    ("name", "at_most"),
    [
        ("x, from 0 to 255, as `mnist.onnx` wants them", 0.90),
        ("x / 255, from 0 to 1", 0.60),
        ("as it wants them, but black ink on white paper", 0.40),
    ],
)
def test_in_another_scale_it_answers_wrong(name: str, at_most: float):
    assert right(name) <= at_most


def test_every_engine_gives_its_scores(engine: Isolated, isolated: dict[str, Isolated]):
    samples = list(tensors(digits().images[::200]))
    with isolated["reference"].load(MODEL) as reference, engine.load(MODEL) as session:
        for tensor in samples:
            wanted, found = (each.run({INPUT: tensor})[OUTPUT] for each in (reference, session))
            np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-5 * np.abs(wanted).max())


def test_scale():
    np.testing.assert_allclose(normalised(np.array([0, 255.0])), [-0.42421, 2.82149], atol=1e-5)


def test_the_card_is_measured():
    card = Path(CARD).read_text(encoding="utf-8")
    measured = card.split(START)[1].split(END)[0]
    assert all(name in measured for name in FEEDS)
