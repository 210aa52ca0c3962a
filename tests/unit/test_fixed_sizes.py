"""Free sizes fixed: what follows from them in the model, and who runs it then."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnx.parser
import pytest

from helpers import bench, rewrite
from helpers.compare import compare as compare_all
from helpers.compare import forms
from helpers.engines import BadInput, ModelRejected
from helpers.engines.worker import Isolated
from helpers.modelfile.model import read_model


def parsed(text: str, opset: int = 17) -> bytes:
    return onnx.parser.parse_model(f'<ir_version: 8, opset_import: ["": {opset}]> {text}').SerializeToString()


DYNAMIC = parsed(
    "g (float[batch,4] x) => (float[batch,2] y) <float[4,2] w = {1,2,3,4,5,6,7,8}> { a = MatMul(x, w) y = Relu(a) }"
)
TWO = parsed("g (float[n,m] x, float[n,m] z) => (float[n,m] y) { a = Add(x, z) y = Relu(a) }")
X = np.array([[1, 0, -1, 0], [0, 1, 0, 0]], np.float32)
RIGHT = [[0, 0], [3, 4]]


def sizes(model: onnx.ModelProto) -> dict[str, list[int | str]]:
    values = (*model.graph.input, *model.graph.value_info, *model.graph.output)
    return {v.name: [d.dim_value or d.dim_param for d in v.type.tensor_type.shape.dim] for v in values}


def test_sizes_follow_from_those_of_the_inputs():
    found = rewrite.fixed(DYNAMIC, {"x": (2, 4)})
    assert sizes(found) == {"x": [2, 4], "w": [4, 2], "a": [2, 2], "y": [2, 2]}
    onnx.checker.check_model(found, full_check=True)
    assert sizes(onnx.ModelProto.FromString(DYNAMIC))["x"] == ["batch", 4]  # the argument is not altered


def test_a_name_is_fixed_wherever_it_stands():
    found = rewrite.fixed(TWO, {"x": (2, 3)})
    assert sizes(found) == {"x": [2, 3], "z": [2, 3], "a": [2, 3], "y": [2, 3]}


def test_what_is_no_number_stays_free():
    assert sizes(rewrite.fixed(TWO, {"x": (2, None)})) == {"x": [2, "m"], "z": [2, "m"], "a": [2, "m"], "y": [2, "m"]}
    minus = onnx.ModelProto.FromString(DYNAMIC)
    minus.graph.input[0].type.tensor_type.shape.dim[0].dim_value = -1
    assert sizes(rewrite.fixed(minus.SerializeToString(), {"x": (2, 4)}))["x"] == [2, 4]


def test_a_stale_shape_between_the_nodes_is_put_right():
    stale = parsed("g (float[n,3] x) => (float[n,3] y) <float[1,3] a> { a = Neg(x) y = Relu(a) }")
    assert sizes(rewrite.fixed(stale, {"x": (4, 3)}))["a"] == [4, 3]


@pytest.mark.parametrize(
    ("shapes", "said"),
    [
        ({"q": (2, 3)}, "the model has no input 'q'; its inputs: x: float32[n, m], z: float32[n, m]"),
        ({"x": (2,)}, r"input 'x' has 2 dimensions, and [2] has 1"),
        (
            {"x": (2, 3), "z": (4, 3)},
            "dimension 0 of input 'z' cannot be 4: 'n' is 2 in input 'x'; give sizes that agree",
        ),
    ],
)
def test_sizes_that_do_not_fit_are_named(shapes: dict, said: str):
    with pytest.raises(BadInput) as caught:
        rewrite.fixed(TWO, shapes)
    assert str(caught.value) == said


def test_a_size_that_the_file_fixes_stays():
    with pytest.raises(BadInput, match=r"dimension 1 of input 'x' cannot be 5: the file says 4; give sizes that agree"):
        rewrite.fixed(DYNAMIC, {"x": (2, 5)})


@pytest.mark.parametrize(("name", "model"), [("wonnx", DYNAMIC), ("kyanite", TWO)])
def test_who_needs_fixed_sizes_runs_with_them(isolated: dict[str, Isolated], name: str, model: bytes):
    if not (can := isolated[name].availability()):
        pytest.skip(f"{name}: {can.why}; {can.remedy}")
    inputs = {info.name: X for info in read_model(model).inputs}
    with pytest.raises(ModelRejected):
        isolated[name].load(model)
    with isolated[name].load(rewrite.fixed(model, {"x": X.shape}).SerializeToString()) as session:
        right = RIGHT if model is DYNAMIC else np.maximum(2 * X, 0).tolist()
        assert session.run(inputs)["y"].tolist() == right


@pytest.mark.parametrize(("name", "model"), [("wonnx", DYNAMIC), ("kyanite", TWO)])
def test_compare_fixes_the_sizes_of_the_samples(isolated: dict[str, Isolated], name: str, model: bytes):
    if not (can := isolated[name].availability()):
        pytest.skip(f"{name}: {can.why}; {can.remedy}")
    sample = {info.name: X for info in read_model(model).inputs}
    (row,) = compare_all(model, inputs=[sample, sample], engines=name).rows
    assert row.outcome == "right"
    assert row.message.startswith("it runs the file with its sizes fixed, since it refuses it as it is: ")


def test_samples_of_two_sizes_fix_none():
    known = read_model(DYNAMIC)
    assert forms.shapes(known, [{"x": X}, {"x": X}]) == {"x": (2, 4)}
    assert forms.shapes(known, [{"x": X}, {"x": X[:1]}]) is None
    assert forms.shapes(read_model(rewrite.fixed(DYNAMIC, {"x": (2, 4)}).SerializeToString()), [{"x": X}]) is None
    assert forms.sized(known, [{"x": X}, {"x": X[:1]}]) is None


def test_bench_fixes_the_sizes_of_the_samples(isolated: dict[str, Isolated]):
    if not (can := isolated["wonnx"].availability()):
        pytest.skip(f"wonnx: {can.why}; {can.remedy}")
    from helpers.bench.gate import judge

    gate = judge(bench.plan(DYNAMIC, engines="wonnx", inputs=[{"x": X}], processes=1, seconds=0.01))
    verdict = gate.verdicts["wonnx"]
    assert (verdict.outcome, verdict.form) == ("right", "portable"), verdict.message
    assert str(gate.models["wonnx"].inputs[0]) == "x: float32[2, 4]"


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    path = tmp_path / "m.onnx"
    weights = "float[1,1,3,3] w = {1,2,3,4,5,6,7,8,9}"
    path.write_bytes(parsed(f"g (float[1,1,8,8] x) => (float[1,1,6,6] y) <{weights}> {{ y = Conv(x, w) }}"))
    return path


def test_compare_says_who_would_run_a_portable_form(isolated: dict[str, Isolated], bare: Path):
    names = [name for name in ("rten", "kyanite") if isolated[name].availability()]
    if not names:
        pytest.skip("neither rten nor kyanite can run here")
    found = compare_all(bare, engines=["onnxruntime", *names])
    assert [row.outcome for row in found.rows] == ["right", *["cannot run", "cannot load"][: len(names)]]
    assert found.note.endswith(
        f"A portable form of the file runs in {' and '.join(names)}: onnx-lab portable {bare} -o OUT makes it."
    )


def test_compare_says_nothing_where_no_form_helps():
    odd = parsed("g (float[2] x) => (float[2] y) { y = NoSuchOperator(x) }")
    assert "portable" not in compare_all(odd, engines="onnxruntime").note
