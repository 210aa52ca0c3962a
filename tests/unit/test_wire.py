"""What crosses between processes: every kind of array and value, and nothing that could be code."""

from __future__ import annotations

import json
import pickle
from array import array
from pathlib import Path

import ml_dtypes
import numpy as np
import pandas as pd
import pytest

from helpers import engines
from helpers.bench.entry import Entry
from helpers.engines import BadInput, ModelRejected
from helpers.modelfile.model import TensorInfo, read_model
from helpers.process import serve
from helpers.process.wire import Damaged, pack, unpack

SMALL_FLOATS = ["bfloat16", "float8_e4m3fn", "float8_e5m2", "int4", "uint4", "float4_e2m1fn"]


def there_and_back(value: object, *, trusted: bool = False) -> object:
    tree, buffers = pack(value)
    return unpack(tree, [each.copy() for each in buffers], trusted=trusted)


@pytest.mark.parametrize(
    "given",
    [
        np.arange(6, dtype=np.float32).reshape(2, 3)[:, ::-1],
        np.float16([np.nan, -0.0, np.inf]),
        np.zeros((0, 3), np.int64),
        np.array(7, np.uint8),
        np.array([True, False]),
        np.array([1 + 2j], np.complex64),
        np.arange(3, dtype=">f8"),
        np.array(["ä", "\udc80", ""], object).reshape(3, 1),
        np.array([b"\xff", b""], object),
        np.array(["ab", "c"]),
        *(np.array([1, 2, 0, 1]).astype(getattr(ml_dtypes, name)) for name in SMALL_FLOATS),
    ],
    ids=lambda a: f"{a.dtype}{list(a.shape)}",
)
def test_arrays(given: np.ndarray):
    found = there_and_back({"x": given})["x"]
    assert (found.dtype, found.shape) == (given.dtype, given.shape)
    assert found.tolist() == given.tolist() or np.isnan(given.astype(float)).any()
    if given.dtype != object:
        assert found.tobytes() == given.tobytes()
    assert found.flags.aligned
    assert found.flags.writeable


@pytest.mark.parametrize(
    "given",
    [
        {"a": [1, 2.5, None, True, "x\x1b\ud800", (3, b"\0")], ("k", 1): {"deep": ()}},
        float("inf"),
        2**80,
        -0.0,
        frozenset({1, 2}),
        Path("some/where"),
        np.dtype("int8"),
        np.dtype(ml_dtypes.bfloat16),
        TensorInfo("x", np.dtype("float32"), ("n", None, 3)),
    ],
)
def test_values(given: object):
    found = there_and_back(given)
    assert (type(found), found) == (type(given), given)


def test_values_of_their_own_kind():
    assert there_and_back(array("q", [1, -2])).tolist() == [1, -2]
    scalar = there_and_back(np.float32(0.1))
    assert (type(scalar), scalar) == (np.float32, np.float32(0.1))
    table = pd.DataFrame({"a": [1, 2], "b": ["x", None], "c": [0.5, np.nan]}, index=pd.Index(["p", "q"], name="key"))
    pd.testing.assert_frame_equal(there_and_back(table), table)
    pd.testing.assert_frame_equal(there_and_back(table.iloc[:0]), table.iloc[:0])


def test_a_model_and_an_engine_go_to_a_child(mnist: Path):
    model, entry = there_and_back((read_model(mnist), Entry.parse("onnxruntime:intra_threads=2")), trusted=True)
    assert model == read_model(mnist)
    assert (entry.name, entry.engine.name, entry.options.intra_threads) == (
        "onnxruntime:intra_threads=2",
        "onnxruntime",
        2,
    )


def test_errors_keep_their_kind():
    for error in (BadInput("x: y"), ModelRejected("ort", "no Relu"), KeyError("k"), MemoryError("2 GiB")):
        found = there_and_back(error)
        assert (type(found), found.args) == (type(error), error.args)
    stranger = there_and_back(json.JSONDecodeError("bad", "x", 0))
    assert (type(stranger), str(stranger)) == (RuntimeError, "JSONDecodeError: bad: line 1 column 1 (char 0)")


@pytest.mark.parametrize(
    "tree",
    [
        pickle.dumps(print),
        b"",
        b"[" * 100_000,
        b'{"name": "os:system"}',
        b'{"object": ["subprocess:Popen", {"args": "true"}]}',
        b'{"object": ["x:Isolated", {}]}',
        b'{"error": ["SystemExit", []]}',
        b'{"error": ["KeyboardInterrupt", []]}',
        b'{"array": ["<f4", [2], 0]}',
        b'{"array": ["|O", [1], 0]}',
        b'{"array": ["<f4,<f4", [1], 0]}',
        b'{"array": ["<f4", [-1], 0]}',
        b'{"array": ["object", [99999999999], []]}',
        b'{"array": ["<f4", [1], 7]}',
        b'{"_name": "os:system"}',
        b'{"value": "os:system"}',
        b'{"_init__": [[], true]}',
        b'{"a": 1, "b": 2}',
    ],
)
def test_what_a_child_may_not_say(tree: bytes):
    with pytest.raises(Damaged):
        unpack(tree, [np.zeros(4, np.uint8)])


def test_what_is_no_value_is_refused_before_it_is_sent():
    for given in (lambda: 0, object(), np.zeros(1, [("a", "f4")]), (x for x in ())):
        with pytest.raises(TypeError):
            pack([given])


def test_a_child_that_says_what_it_may_not(mnist: Path):
    """Whoever runs code in an engine's process cannot run any in the kernel."""
    with engines.isolated("reference") as engine:
        engine.load(mnist)
        with pytest.raises(engines.EngineCrashed, match="its answer is none"):
            engine.call(20, give_code)
        assert engine.call(20, serve.ping) == engine.pid


def give_code() -> object:
    return serve.ping
