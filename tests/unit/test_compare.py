"""How far an answer is from the reference, what to feed a model, and the whole comparison on real engines."""

from __future__ import annotations

import json
from pathlib import Path

import ml_dtypes
import numpy as np
import onnx.parser
import pytest

from helpers import engines
from helpers.compare import Comparison, Row, compare, error, judge, load_inputs, make_inputs, precision_class
from helpers.compare.inputs import is_mnist
from helpers.engines import BadInput, Engine
from helpers.engines.base import Run
from helpers.modelfile.model import Model, TensorInfo
from tests.small_models import CASES

INF, NAN = float("inf"), float("nan")
TINY = float(np.float32(1e-30))


def info(name: str, dtype: object, *shape: int | str | None) -> TensorInfo:
    return TensorInfo(name, np.dtype(dtype), shape)


def model(text: str, opsets: str = '"": 17') -> bytes:
    return onnx.parser.parse_model(f"<ir_version: 8, opset_import: [{opsets}]> {text}").SerializeToString()


# answer, reference, and the error that is due
ERRORS = {
    "equal": ([1.0, -2.0], [1.0, -2.0], 0.0),
    "one off": ([1.0, 2.02], [1.0, 2.0], 0.01),
    "scaled up": ([1e30, 2.02e30], [1e30, 2e30], 0.01),
    "scaled down": ([1e-30, 2.02e-30], [1e-30, 2e-30], 0.01),
    "largest by size, not by sign": ([-4.0, 1.04], [-4.0, 1.0], 0.01),
    "a small value is off by much of itself": ([100.0, 0.2], [100.0, 0.1], 0.001),
    "twice": ([2.0, 4.0], [1.0, 2.0], 1.0),
    "NaN and infinities in place": ([NAN, INF, -INF, 2.02], [NAN, INF, -INF, 2.0], 0.01),
    "only NaN": ([NAN], [NAN], 0.0),
    "NaN elsewhere": ([NAN, 1.0], [1.0, NAN], INF),
    "NaN for a number": ([1.0, NAN], [1.0, 2.0], INF),
    "a number for NaN": ([1.0, 2.0], [1.0, NAN], INF),
    "infinity for a number": ([1.0, INF], [1.0, 2.0], INF),
    "infinity of the other sign": ([1.0, -INF], [1.0, INF], INF),
    "NaN for infinity": ([1.0, NAN], [1.0, INF], INF),
    "empty": ([], [], 0.0),
    "zeros": ([0.0, -0.0], [0.0, 0.0], 0.0),
    "a number for zeros": ([0.0, TINY], [0.0, 0.0], INF),
    "integers": ([1, 202], [1, 200], 0.01),
    "integers of 64 bits": ([2**40, 0], [2**41, 2**40], 0.5),
    "booleans": ([True, False], [True, False], 0.0),
    "another boolean": ([True, True], [True, False], 1.0),
    "strings": (["a", "b"], ["a", "b"], 0.0),
    "other strings": (["a", "c"], ["a", "b"], INF),
    "other shape that numpy would stretch": ([1.0], [1.0, 1.0], INF),
    "empty for numbers": ([], [1.0], INF),
}


@pytest.mark.parametrize(("answer", "reference", "expected"), ERRORS.values(), ids=ERRORS)
def test_error(answer: list, reference: list, expected: float):
    assert error(np.array(answer), np.array(reference)) == pytest.approx(expected, rel=1e-9)


def test_error_of_other_axes():
    assert error(np.ones((3, 1)), np.ones((1, 3))) == INF
    assert error(np.float32(2.5).reshape(()), np.array(2.0, np.float32)) == 0.25


@pytest.mark.parametrize("dtype", [np.float16, ml_dtypes.bfloat16, np.uint8])
def test_error_is_reckoned_in_float64(dtype: type):
    """A difference neither overflows nor wraps around in a small type."""
    low, high = np.array([1], dtype), np.array([200], dtype)
    assert error(low, high) == pytest.approx(199 / 200)
    assert error(high, low) == pytest.approx(199)


@pytest.mark.parametrize(
    ("worst", "expected"),
    [
        *((0.0, "f32"), (3e-7, "f32"), (1e-5, "f32"), (1.1e-5, "tf32/f16"), (1.5e-3, "tf32/f16")),
        *((1.6e-3, "bf16"), (2e-2, "bf16"), (2.1e-2, "none"), (1.0, "none"), (INF, "none")),
    ],
)
def test_precision_class(worst: float, expected: str):
    assert precision_class(worst) == expected


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
@pytest.mark.parametrize(
    ("dtype", "expected"),
    [(np.float32, "f32"), (np.float16, "tf32/f16"), (ml_dtypes.bfloat16, "bf16"), (ml_dtypes.float8_e4m3fn, "none")],
)
def test_precision_class_of_real_casts(dtype: type, expected: str, scale: float):
    """The inputs of a product cast to a smaller type, as an engine would do; the reference works in float64."""
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((64, 64)), scale * rng.standard_normal((64, 64))
    small = a.astype(dtype).astype(np.float32) @ (b / scale).astype(dtype).astype(np.float32) * np.float32(scale)
    assert precision_class(error(small, a @ b)) == expected


def f32(*values: float) -> np.ndarray:
    return np.array(values, np.float32)


Y = info("y", "float32", 3)
RIGHT = {"y": f32(1, 2, 4)}
# answers to two samples, each RIGHT by the reference: error, flips, why
VERDICTS = {
    "right": ([RIGHT, RIGHT], 0, 0, ""),
    "within the tolerance": ([RIGHT, {"y": f32(1, 2, 4.00002)}], 5e-6, 0, ""),
    "off": (
        [RIGHT, {"y": f32(1, 2, 4.04)}],
        0.01,
        0,
        "sample 1: output 'y': 0.01 of the largest value, first at [2] (allowed 1e-05)",
    ),
    "the worst is named": (
        [{"y": f32(1, 2, 8)}, {"y": f32(1, 2, 4.04)}],
        1,
        0,
        "sample 0: output 'y': 1 of the largest value, first at [2]",
    ),
    "flipped": (
        [{"y": f32(4, 2, 1)}, {"y": f32(1, 5, 4)}],
        0.75,
        2,
        "sample 0: output 'y': 0.75 of the largest value, first at [0]",
    ),
    "missing": ([RIGHT, {}], INF, None, "sample 1: output 'y' is missing"),
    "another name": ([{"z": f32(1, 2, 4)}, RIGHT], INF, None, "sample 0: output 'y' is missing"),
    "one more": ([{**RIGHT, "z": f32(1)}, RIGHT], INF, None, "sample 0: output 'z' is not among the reference's"),
    "dtype": ([{"y": np.array([1.0, 2, 4])}, RIGHT], INF, None, "'y' has dtype float64, the reference float32"),
    "shape": ([{"y": f32(1, 2, 4)[None]}, RIGHT], INF, None, "'y' has shape [1, 3], the reference [3]"),
    "NaN": ([{"y": f32(1, 2, NAN)}, RIGHT], INF, 0, "'y': NaN where the reference is finite, in 1 of 3 values"),
}


@pytest.mark.parametrize(("answers", "off", "flips", "why"), VERDICTS.values(), ids=VERDICTS)
def test_judge(answers: list, off: float, flips: int | None, why: str):
    found = judge(answers, [RIGHT, RIGHT], (Y,))
    assert found.error == pytest.approx(off, rel=0.1)
    assert found.flips == flips
    assert found.right == (why == "")
    assert why in found.why


@pytest.mark.parametrize(
    ("dtype", "tolerance", "off", "right"),
    [
        *(("float32", None, 9e-6, True), ("float32", None, 2e-5, False), ("float64", None, 2e-5, False)),
        *(("float16", None, 9e-3, True), ("float16", None, 2e-2, False)),
        *((ml_dtypes.bfloat16, None, 4e-2, True), (ml_dtypes.bfloat16, None, 6e-2, False)),
        *(("float32", 0.1, 9e-2, True), ("float32", 0.1, 0.2, False), ("float32", 0, 1e-6, False)),
        *(("float16", 1e-4, 9e-3, False), ("float32", 0, 0.0, True)),
    ],
)
def test_tolerance(dtype: object, tolerance: float | None, off: float, right: bool):
    """It follows what the model declares, unless it is given."""
    said = (info("y", dtype, 1),)
    answer = np.array([1 + off]).astype(dtype)
    assert judge([{"y": answer}], [{"y": np.ones(1)}], said, tolerance=tolerance).right is right


@pytest.mark.parametrize(
    ("wanted", "flips"),
    [
        *((f32(1, 2), 0), (np.array([[1.0], [2.0]]), None), (np.array(1.0), None), (np.array([1, 2]), None)),
        *((np.array(["a", "b"]), None), (np.array([True, False]), None), (np.zeros((0, 3), np.float32), 0)),
    ],
)
def test_an_argmax_of_scores_only(wanted: np.ndarray, flips: int | None):
    found = judge([{"y": wanted}], [{"y": wanted}], (info("y", wanted.dtype),))
    assert (found.right, found.flips) == (True, flips)


def test_flips_compare_outputs_by_name():
    wanted = {"y": f32(1, 2), "z": f32(2, 1)}
    assert judge([dict(reversed(wanted.items()))], [wanted], (Y,)).flips == 0


@pytest.mark.parametrize(
    ("dtype", "low", "high"),
    [
        *(("float32", -10, 10), ("float64", -10, 10), ("float16", -10, 10), (ml_dtypes.bfloat16, -10, 10)),
        *(("int64", 0, 9), ("int8", 0, 9), ("uint8", 0, 9), ("bool", 0, 1)),
    ],
)
def test_make_inputs(dtype: object, low: float, high: float):
    x = info("x", dtype, "batch", None, 3)
    made = make_inputs((x,), count=4, seed=5, dims={"batch": 20})
    assert len(made) == 4
    for sample in made:
        assert (sample["x"].dtype, sample["x"].shape) == (x.dtype, (20, 1, 3))
        assert low <= sample["x"].astype(np.float64).min() < sample["x"].astype(np.float64).max() <= high
    again, other = (make_inputs((x,), count=4, seed=seed, dims={"batch": 20}) for seed in (5, 6))
    assert all(np.array_equal(a["x"], b["x"]) for a, b in zip(made, again, strict=True))
    assert not all(np.array_equal(a["x"], b["x"]) for a, b in zip(made, other, strict=True))


def test_make_inputs_of_several():
    made = make_inputs((info("a", "float32", "n"), info("b", "int64", "n", 2), info("c", "float32")), count=1)[0]
    assert {name: array.shape for name, array in made.items()} == {"a": (1,), "b": (1, 2), "c": ()}
    assert make_inputs((), count=2) == [{}, {}]


@pytest.mark.parametrize(
    ("x", "dims", "said"),
    [
        (info("x", "float32", "n", 2), {"m": 3}, "no symbolic dimension 'm'; its symbolic dimensions: n"),
        (info("x", "float32", 2), {"m": 3}, "no symbolic dimension 'm'; its symbolic dimensions: none"),
        (
            TensorInfo("x", np.dtype("float32"), None),
            {},
            "input x: float32[…] has no shape in the file; give one",
        ),
        (
            info("x", "float32", 2**20, 2**20),
            {},
            "input 'x' would have shape [1048576, 1048576], and a sample 4096.0 GiB",
        ),
        (info("x", "float32", 2**62, 4), {}, "would have shape [4611686018427387904, 4]"),
        (info("x", "float32", "n", 2), {"n": 2**40}, "dimension 'n': 1099511627776 is not a size"),
        (info("x", object, 2), {}, "input x: object[2] holds object, for which there are no random values"),
    ],
)
def test_make_inputs_refuses(x: TensorInfo, dims: dict[str, int], said: str):
    with pytest.raises(BadInput) as caught:
        make_inputs((x,), dims=dims)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ((info("x", "float32", 1, 1, 28, 28),), True),
        ((info("x", "float32", "batch", 1, 28, 28),), True),
        ((info("x", "float32", None, 1, 28, 28),), True),
        ((info("x", "float32", 2, 1, 28, 28),), False),
        ((info("x", "float64", 1, 1, 28, 28),), False),
        ((info("x", "float32", 1, 28, 28),), False),
        ((info("x", "float32", 1, 3, 28, 28),), False),
        ((info("x", "float32", 1, 1, "h", "w"),), False),
        ((TensorInfo("x", np.dtype("float32"), None),), False),
        ((info("x", "float32", 1, 1, 28, 28), info("y", "float32", 1)), False),
        ((), False),
    ],
)
def test_is_mnist(inputs: tuple[TensorInfo, ...], expected: bool):
    assert is_mnist(inputs) is expected


def test_inputs_come_back_from_a_file(tmp_path: Path):
    known = (info("a", "float32", 2), info("b", "int64"))
    np.savez(tmp_path / "x.npz", a=np.arange(6, dtype=np.float32).reshape(3, 2), b=np.arange(3))
    found = load_inputs(tmp_path / "x.npz", known)
    assert [(s["a"].tolist(), s["b"].tolist()) for s in found] == [([0, 1], 0), ([2, 3], 1), ([4, 5], 2)]


KEYS = ["engine", "outcome", "error", "precision", "flips", "tolerance", "load_s", "first_s", "p50_s", "message"]


def outcomes(found: Comparison) -> dict[str, str]:
    return {row.engine: row.outcome for row in found.rows}


def test_compare(mnist: Path):
    seen = []
    found = compare(mnist, engines="onnxruntime,tract-wheel", limit=5, progress=lambda *step: seen.append(step))
    assert (found.model, found.n, found.reference, found.note) == (str(mnist), 5, "reference", "")
    assert [row.engine for row in found.rows] == ["onnxruntime", "tract-wheel"]
    for row in found.rows:
        if row.outcome == "unavailable":  # tract's wheel is not made for every machine
            continue
        assert (row.outcome, row.precision, row.flips, row.message) == ("right", "f32", 0, "")
        assert 0 < row.error <= 2e-6
        assert min(row.load_s, row.first_s, row.p50_s) > 0
    # The reference and its witnesses in one count, then each engine from none to all.
    judging = [done for name, done, _ in seen if name == "reference"]
    assert judging == list(range(len(judging)))
    assert len(judging) > 10
    assert seen[len(judging) : len(judging) + 6] == [("onnxruntime", done, 5) for done in range(6)]


def test_json(mnist: Path):
    found = compare(mnist.read_bytes(), engines=["reference"], limit=1).to_json()
    assert list(found) == ["schema_version", "model", "n", "reference", "witnesses", "note", "outputs", "rows"]
    assert found["schema_version"] == 2
    (output,) = found["outputs"]
    assert (output["name"], output["disputed"], output["random"]) == ("Plus214_Output_0", "", "")
    assert 0 < output["floor"] < 1e-5 == output["allowed"]
    assert found["model"] == f"{mnist.stat().st_size} bytes"
    assert [list(row) for row in found["rows"]] == [KEYS]
    row = json.loads(json.dumps(found))["rows"][0]
    assert {key: row[key] for key in KEYS[:5] if key != "error"} == {
        **{"engine": "reference", "outcome": "right", "precision": "f32", "flips": 0},
    }
    assert row["error"] == output["floor"]  # in float32 against itself in float64
    assert row["first_s"] == row["p50_s"] > 0  # one call is both


def test_json_has_no_infinity():
    found = Comparison("m", 1, "reference", (Row("a", "wrong", INF, "none"), Row("b", "unavailable")))
    text = json.dumps(found.to_json(), allow_nan=False)
    assert [row["error"] for row in json.loads(text)["rows"]] == [None, None]


FUSED = model(
    "g (float[n,3] x) => (float[n,2] y) <float[3,2] w = {1,2,3,4,5,6}, float[2] b = {1,-99}> "
    '{ y = com.microsoft.FusedGemm <activation = "Relu"> (x, w, b) }',
    '"": 17, "com.microsoft": 1',
)


def test_another_reference_where_the_first_cannot():
    """An operator of ONNX Runtime's own, which OpenVINO has too: these two are held against each other."""
    found = compare(FUSED, engines="onnxruntime,reference", dims={"n": 4})
    assert found.reference == "onnxruntime"
    assert found.note.startswith("reference cannot load the model: Node type 'FusedGemm'")
    assert found.note == found.note.strip()
    assert ".." not in found.note
    witnessed = bool(engines.get("openvino").availability())
    assert outcomes(found) == {"onnxruntime": "right" if witnessed else "not judged", "reference": "cannot load"}
    ours, theirs = found.rows
    assert (ours.error, ours.flips, found.n) == (0, 0, 10)
    assert "FusedGemm" in theirs.message
    assert (theirs.error, theirs.precision, theirs.flips, theirs.load_s, theirs.p50_s) == (None,) * 5


def test_no_reference_at_all():
    found = compare(CASES["unknown operator"].model, engines="onnxruntime,reference,tract-wheel")
    assert found.reference == "none"
    assert found.note.endswith("So there is nothing to compare with.")
    for row in found.rows:
        assert row.outcome in ("cannot load", "unavailable")
        assert row.message


def test_cannot_run():
    """A model that loads, with an index that is only known to be out of range when it runs."""
    gather = model("g (float[2] x, int64[1] i) => (float[1] y) { y = Gather(x, i) }")
    bad = [{"x": f32(1, 2), "i": np.array([7])}]
    found = compare(gather, inputs=bad, engines="onnxruntime,reference")
    assert found.reference in ("openvino", "none")  # OpenVINO gives 0 for what is out of range
    assert outcomes(found) == {"onnxruntime": "cannot run", "reference": "cannot run"}
    assert "out of" in found.rows[0].message


def test_a_wrong_engine():
    """OpenVINO's CPU computes int64 as int32, so 2**41 is lost."""
    if not (can := engines.get("openvino").availability()):
        pytest.skip(f"openvino: {can.why}; {can.remedy}")
    double = CASES["int64"]
    found = compare(double.model, inputs=[double.inputs], engines="onnxruntime,openvino")
    assert outcomes(found) == {"onnxruntime": "right", "openvino": "wrong"}
    row = found.rows[1]
    assert (row.error, row.precision, row.flips) == (1.0, "none", None)
    assert row.message.startswith("sample 0: output 'y': 1 of 3 values differ, the first at [2]: 0 for ")
    assert "openvino is not heard as a witness, since it computes 64-bit integers in 32 bits." in found.note


def test_no_tolerance(mnist: Path):
    """The order of the additions shows, where nothing is allowed."""
    (row,) = compare(mnist, engines="onnxruntime", limit=1, tolerance=0).rows
    assert (row.outcome, row.precision, row.flips) == ("wrong", "f32", 0)
    assert "(allowed 0e+00)" in row.message


class Swapped(Engine):
    """An engine that gives the two largest scores each other's place."""

    card = engines.get("onnxruntime").card
    remedy = "none"

    def probe(self) -> None:
        pass

    def open(self, model: Model, options: object) -> Run:
        run = engines.get("onnxruntime").open(model, options)

        def swapped(arrays: list[np.ndarray]) -> list[np.ndarray]:
            scores = np.array(run(arrays)[0])
            second, first = scores.argsort()[0, -2:]
            scores[0, [first, second]] = scores[0, [second, first]]
            return [scores]

        return swapped


def test_a_wrong_answer_to_every_digit(mnist: Path):
    from helpers.digits import digits

    feed = [{"Input3": digits().tensor(i)} for i in range(5)]
    with Swapped().load(mnist) as wrong, engines.get("onnxruntime").load(mnist) as right:
        found = judge([wrong.run(x) for x in feed], [right.run(x) for x in feed], right.outputs)
    assert not found.right
    assert found.flips == 5
    assert found.error > 0.01


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"engines": "onnxruntime,nope"}, "there is no engine 'nope'"),
        ({"engines": ","}, "no engine is named in ','"),
        ({"inputs": []}, "inputs are an empty list"),
        ({"inputs": [{"x": np.zeros(3, np.float32)}]}, "the model has no input 'x'"),
        ({"inputs": [{"Input3": np.zeros(3, np.float32)}]}, "input 'Input3' has 1 dimensions"),
        ({"dims": {"batch": 2}}, "no symbolic dimension 'batch'"),
        ({"limit": 0}, "limit=0: give at least one sample"),
        ({"limit": -1}, "limit=-1"),
        ({"tolerance": NAN}, "tolerance=nan: give a number from 0"),
        ({"tolerance": -1.0}, "tolerance=-1.0"),
    ],
)
def test_compare_refuses(mnist: Path, options: dict, said: str):
    with pytest.raises(BadInput) as caught:
        compare(mnist, **{"engines": "reference", **options})
    assert said in str(caught.value)
