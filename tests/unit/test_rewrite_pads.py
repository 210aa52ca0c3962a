"""auto_pad as explicit pads: every mode, odd and even kernels, strides; and where it is left as it is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest

from helpers import engines, rewrite
from helpers.engines.worker import Isolated

PADS = "make pads explicit"


def attributes(model: onnx.ModelProto, op: str, name: str) -> list:
    nodes = (node for node in model.graph.node if node.op_type == op)
    return [onnx.helper.get_attribute_value(a) for node in nodes for a in node.attribute if a.name == name]


def model_of(text: str, header: str = '<ir_version: 8, opset_import: ["": 17]>') -> onnx.ModelProto:
    model = onnx.parser.parse_model(f"{header} {text}")
    onnx.checker.check_model(model)
    return model


def conv(attributes: str, size: int, kernel: int) -> onnx.ModelProto:
    weights = f"float[2,1,{kernel},{kernel}] w = {{{', '.join(str(i - 4) for i in range(2 * kernel * kernel))}}}"
    return model_of(
        f"g (float[1,1,{size},{size + 1}] x) => (float[1,2,a,b] y) <{weights}> {{ y = Conv<{attributes}>(x, w) }}"
    )


def pool(op: str, attributes: str, size: int, kernel: int) -> onnx.ModelProto:
    return model_of(
        f"g (float[1,2,{size},{size + 1}] x) => (float[1,2,a,b] y) "
        f"{{ y = {op}<kernel_shape = [{kernel},{kernel}], {attributes}>(x) }}"
    )


AUTO = [f'auto_pad = "{mode}"' for mode in ("SAME_UPPER", "SAME_LOWER", "VALID")]
PADDED = {
    f"{op} {auto} {more} size {size} kernel {kernel}": (op, f"{auto}{more}", size, kernel)
    for op in ("Conv", "MaxPool", "AveragePool")
    for auto in AUTO
    for more in ("", ", strides = [2, 3]", ", dilations = [2, 2]")
    for size, kernel in ((7, 2), (8, 3), (9, 5))
    if "dilations" not in more or (auto == AUTO[2] and op != "AveragePool")
}


@pytest.mark.parametrize(("op", "attributes_", "size", "kernel"), PADDED.values(), ids=PADDED)
def test_explicit_pads_mean_the_same(op: str, attributes_: str, size: int, kernel: int):
    before = conv(attributes_, size, kernel) if op == "Conv" else pool(op, attributes_, size, kernel)
    after = rewrite.portable(before, only=[PADS])
    assert [step.name for step in after.steps] == [PADS]
    assert attributes(after.model, op, "auto_pad") == []
    x = np.random.default_rng(7).normal(size=(1, 1 if op == "Conv" else 2, size, size + 1)).astype(np.float32)
    # onnx.reference 1.23 takes the pads of a MaxPool in the wrong order where they differ
    for judge_ in ("onnxruntime", "reference")[: 1 if op == "MaxPool" else 2]:
        with (
            engines.get(judge_).load(before.SerializeToString()) as old,
            engines.get(judge_).load(after.model.SerializeToString()) as new,
        ):
            np.testing.assert_allclose(new.run({"x": x})["y"], old.run({"x": x})["y"], rtol=1e-6, atol=1e-5)


def test_pads_about_which_engines_differ_are_left_alone():
    assert rewrite.portable(conv('auto_pad = "SAME_UPPER", dilations = [2, 2]', 9, 3), only=[PADS]).steps == ()


def unsized(strides: str) -> onnx.ModelProto:
    return model_of(
        "g (float[1,1,h,w] x) => (float[1,1,p,q] y) <float[1,1,3,4] k = {1,2,3,4,5,6,7,8,9,10,11,12}> "
        f'{{ y = Conv<auto_pad = "SAME_LOWER", strides = {strides}>(x, k) }}'
    )


def test_pads_of_unknown_sizes_are_left_alone():
    assert rewrite.portable(unsized("[1, 2]"), only=[PADS]).steps == ()


def test_pads_need_no_sizes_where_the_kernel_moves_by_one():
    found = rewrite.portable(unsized("[1, 1]"), only=[PADS])
    assert [step.name for step in found.steps] == [PADS]
    assert [list(p) for p in attributes(found.model, "Conv", "pads")] == [[1, 2, 1, 1]]


def test_pads_follow_the_real_shape_not_a_stale_one():
    model = model_of(
        "g (float[1,1,8,8] x) => (float[1,1,4,4] y) <float[1,1,7,7] a, float[1,1,3,3] k = {1,2,3,4,5,6,7,8,9}> "
        '{ a = Neg(x) y = Conv<auto_pad = "SAME_UPPER", strides = [2, 2]>(a, k) }'
    )
    found = rewrite.portable(model, only=[PADS])
    assert [step.name for step in found.steps] == [PADS]
    assert [list(p) for p in attributes(found.model, "Conv", "pads")] == [[0, 0, 1, 1]]


def test_weights_beside_the_model_come_with_it(tmp_path: Path):
    onnx.save(conv(AUTO[0], 8, 3), tmp_path / "m.onnx", save_as_external_data=True, size_threshold=0, location="w.bin")
    found = rewrite.portable(tmp_path / "m.onnx", only=[PADS])
    assert [step.name for step in found.steps] == [PADS]
    assert len(onnx.numpy_helper.to_array(found.model.graph.initializer[0]).ravel()) == 18


def test_explicit_pads_make_rten_right(isolated: dict[str, Isolated]):
    """It takes SAME_LOWER for SAME_UPPER (as of 0.27), without a word."""
    if not (can := isolated["rten"].availability()):
        pytest.skip(f"rten: {can.why}")
    model = model_of(
        "g (float[1,1,4,4] x) => (float[1,1,4,4] y) <float[1,1,1,2] k = {1,10}> "
        '{ y = Conv<auto_pad = "SAME_LOWER", strides = [1, 1], dilations = [1, 1]>(x, k) }'
    )
    x = np.tile(np.arange(1, 5, dtype=np.float32), (1, 1, 4, 1))
    said = []
    for each in (model, rewrite.portable(model).model):
        with isolated["rten"].load(each.SerializeToString()) as session:
            said.append(session.run({"x": x})["y"][0, 0, 2].tolist())
    assert said == [[21, 32, 43, 4], [10, 21, 32, 43]]
