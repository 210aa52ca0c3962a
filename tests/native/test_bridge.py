"""The bridge between Python and the crates: every type of tensor, errors by kind, the clock, the interpreter's lock."""

from __future__ import annotations

import threading
import time

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from helpers import engines
from helpers.engines import EngineCrashed, ModelRejected, Options, RunFailed
from helpers.engines._crates import HERE
from helpers.engines.native import Native, load_module
from helpers.errors import BadInput
from helpers.modelfile.model import read_model
from tests.small_models import CASES

CRATES = [name for name in engines.names() if isinstance(engines.get(name), Native)]
UNKNOWN_TO_ORT = {"COMPLEX64", "COMPLEX128", "FLOAT6E2M3", "FLOAT6E3M2"}  # as of ONNX Runtime 1.32


@pytest.fixture(params=CRATES)
def crate(request: pytest.FixtureRequest) -> Native:
    engine = engines.get(request.param)
    if not (can := engine.availability()):
        pytest.skip(f"{can.why}; {can.remedy}")
    assert isinstance(engine, Native)
    return engine


@pytest.fixture(scope="module")
def ort() -> Native:
    engine = engines.get("ort")
    if not (can := engine.availability()):
        pytest.skip(f"{can.why}; {can.remedy}")
    assert isinstance(engine, Native)
    return engine


def passed_through(kind: int, shape: list[int]) -> bytes:
    """A model whose output is its input."""
    x = helper.make_tensor_value_info("x", kind, shape)
    graph = helper.make_graph([], "g", [x], [x])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 25)], ir_version=11).SerializeToString()


def values(dtype: np.dtype, shape: list[int]) -> np.ndarray:
    count = int(np.prod(shape))
    if dtype.kind == "O":
        return np.array([f"word {i} – ü" for i in range(count)], object).reshape(shape)
    if dtype.kind == "b":
        return (np.arange(count) % 3 == 0).reshape(shape)
    if "int" in dtype.name and dtype.itemsize > 1:
        info = np.iinfo(dtype)
        return np.linspace(float(info.min), float(info.max) / 2, count).astype(dtype).reshape(shape)
    small = np.arange(count) % 2 if dtype.name.endswith(("int2", "e8m0fnu")) else np.arange(count) % 7 - 3
    small = abs(small) if dtype.name.startswith("u") or dtype.name.endswith("e8m0fnu") else small
    return small.astype(np.float32).astype(dtype).reshape(shape)


KINDS = {name: number for name, number in TensorProto.DataType.items() if name != "UNDEFINED"}


@pytest.mark.parametrize("shape", [[], [3], [2, 5], [0, 4]], ids=str)
@pytest.mark.parametrize("kind", KINDS)
def test_every_element_type_goes_in_and_comes_out(ort: Native, kind: str, shape: list[int]):
    dtype = np.dtype(helper.tensor_dtype_to_np_dtype(KINDS[kind]))
    given = values(dtype, shape)
    if kind in UNKNOWN_TO_ORT:
        with pytest.raises(load_module("ort", HERE.library("ort")).Rejected, match="not currently registered"):
            ort.session(read_model(passed_through(KINDS[kind], shape)), Options())
        return
    session = ort.session(read_model(passed_through(KINDS[kind], shape)), Options())
    assert session.inputs == session.outputs == [("x", dtype.name, shape)]
    (found,) = session.run({"x": given})
    assert (found.dtype, found.shape) == (dtype, tuple(shape))
    assert found.tolist() == given.tolist() if dtype.kind == "O" else found.tobytes() == given.tobytes()


@pytest.mark.parametrize("case", ["0-d", "two outputs", "input order", "batch 7", "compared"])
def test_signature_as_python_reads_it(crate: Native, case: str):
    model = CASES[case].model
    known = read_model(model)
    try:
        crate.prepare(known)
        session = crate.session(known, Options())
    except Exception as error:
        pytest.skip(f"{crate.name} cannot load it: {error}")
    for told, wanted in ((session.inputs, known.inputs), (session.outputs, known.outputs)):
        assert [(n, d, None if s is None else tuple(s)) for n, d, s in told] == [
            (info.name, info.dtype.name, info.shape) for info in wanted
        ]


def test_arrays_that_do_not_lie_row_by_row(crate: Native, mnist):
    session = crate.session(read_model(CASES["relu"].model if crate.name in ("candle",) else mnist), Options())
    (name, _, shape), *_ = session.inputs
    x = np.random.default_rng(1).normal(size=shape).astype(np.float32)
    (plain,) = session.run({name: x})
    (turned,) = session.run({name: np.asfortranarray(x)})
    strided = np.zeros([*shape, 2], np.float32)[..., 0]
    strided[...] = x
    (jumping,) = session.run({name: strided})
    unaligned = np.frombuffer(b"?" + x.tobytes(), np.float32, offset=1).reshape(shape)
    (shifted,) = session.run({name: unaligned})
    assert np.array_equal(plain, turned)
    assert np.array_equal(plain, jumping)
    assert np.array_equal(plain, shifted)


def test_inputs_that_do_not_fit_are_named(ort: Native):
    session = ort.session(read_model(CASES["relu"].model), Options())
    unfit = load_module("ort", HERE.library("ort")).Unfit
    for given, said in (
        ({}, 'input "x" is missing'),
        ({"x": [1, 2]}, "is no numpy array"),
        ({"x": np.zeros(3, ">f4")}, "is in the other byte order"),
        ({"x": np.zeros(3, "datetime64[s]")}, 'input "x": dtype datetime64[s] has no counterpart in ONNX'),
    ):
        with pytest.raises(unfit) as caught:
            session.run(given)
        assert said in str(caught.value)


def test_options_are_refused_by_name_by_the_bridge_too(crate: Native):
    model, unfit = CASES["relu"].model, load_module(crate.name, crate.workspace.library(crate.name)).Unfit
    new = load_module(crate.name, crate.workspace.library(crate.name)).Session
    library = crate.shared_library()
    for option, value in (("intra_threads", 3), ("inter_threads", 3), ("optimisation", "none")):
        if option not in crate.card.options:
            with pytest.raises(unfit, match=f"this engine cannot honour {option}="):
                new(model, library=library, **{option: value})
    with pytest.raises(unfit, match="optimisation=\"fast\": give 'all' or 'none'"):
        new(model, library=library, optimisation="fast")


def test_the_native_clock(crate: Native, mnist, blank):
    if crate.name == "candle":
        from helpers.rewrite.remote import portable_bytes

        mnist = portable_bytes(str(mnist))
    session = crate.session(read_model(mnist), Options())
    times = session.time({"Input3": blank}, 50)
    assert len(times) == 50
    assert all(isinstance(t, int) and t > 1000 for t in times)


def test_the_profile_of_a_call(crate: Native, mnist, blank):
    if not crate.profiles:
        known = read_model(CASES["relu"].model)
        session = crate.session(known, Options())
        with pytest.raises(load_module(crate.name, crate.library(known)).Unfit, match="no profile of its own"):
            session.profile(CASES["relu"].inputs)
        return
    whole, steps = crate.session(read_model(mnist), Options()).profile({"Input3": blank})
    assert 0 < sum(seconds for _, _, seconds in steps) <= whole
    assert any("ReLU32" in name for name, _, _ in steps)
    assert all(operator for _, operator, _ in steps)


def test_other_threads_run_meanwhile(mnist, blank):
    kyanite = engines.get("kyanite")
    if not kyanite.availability():
        pytest.skip("not built")
    session = kyanite.session(read_model(mnist), Options())
    done = threading.Event()

    def work() -> None:
        session.time({"Input3": blank}, 400)  # most of a second, in one call
        done.set()

    thread = threading.Thread(target=work)
    thread.start()
    turns = 0
    while not done.is_set():
        time.sleep(0.001)
        turns += 1
    thread.join()
    assert turns > 50


def test_a_panic_is_typed_and_ends_the_session():
    kyanite = engines.get("kyanite")
    if not kyanite.availability():
        pytest.skip("not built")
    with pytest.raises(EngineCrashed, match="kyanite crashed: it panicked: Mismatched dtypes"):
        kyanite.load(CASES["float64"].model).run(CASES["float64"].inputs)
    model = onnx.parser.parse_model(
        '<ir_version: 8, opset_import: ["": 17]> g (float[n,2] x) => (float[m,2] y) '
        "<int64[2] shape = {3, 2}> { y = Reshape(x, shape) }"
    )
    try:
        session = kyanite.load(model.SerializeToString())
    except (ModelRejected, EngineCrashed):
        return  # it refuses at once: as good
    for said in ("it panicked: ", "it panicked: it panicked before; load the model again"):
        with pytest.raises((EngineCrashed, RunFailed)) as caught:
            session.run({"x": np.zeros((5, 2), np.float32)})
        assert said in str(caught.value)


def test_no_backtraces(crate: Native):
    with pytest.raises((ModelRejected, RunFailed, BadInput, EngineCrashed)) as caught:
        crate.load(CASES["unknown operator"].model).run(CASES["unknown operator"].inputs)
    assert "\n" not in str(caught.value)
    assert "backtrace" not in str(caught.value)
    assert "NoSuchOperator" in str(caught.value)
