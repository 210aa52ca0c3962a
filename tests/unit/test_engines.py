"""Every engine by one table of the same inputs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers import engines
from helpers.compare import judge
from helpers.compare.judge import Judgement
from helpers.digits import digits
from helpers.engines import BadInput, Engine, EngineError, EngineUnavailable, Options
from helpers.engines.worker import Isolated
from helpers.rewrite import portable
from tests.small_models import CASES

FIXED_ONLY = "it needs fixed shapes"
FLOATS_ONLY = "it takes float32 only"
# Where an engine does not give the right answer: what it does instead. Whatever is not here must be right.
KNOWN: dict[tuple[str, str], str] = {
    **{("wonnx", case): FLOATS_ONLY for case in ("int64", "small int64", "int32", "bool", "float16", "float64")},
    **{("wonnx", case): FIXED_ONLY for case in ("empty", "batch 1", "batch 7", "batch 64")},
    ("openvino", "int64"): "values differ",  # its CPU plugin computes int64 as int32, so 2**41 is lost
    ("rten", "int64"): "the value 1099511627776 does not fit int32",
    ("candle", "int32"): "unsupported 'value' data-type Int32",
    ("wonnx", "compared"): "NotSupported(BOOL)",
    ("kyanite", "compared"): 'UnsupportedOperation(Node { name: "", op_type: "Less" })',
    ("kyanite", "bool"): 'UnsupportedOperation(Node { name: "", op_type: "Not" })',
    ("kyanite", "float16"): 'UnsupportedType("x", Float16)',
    ("kyanite", "float64"): "it panicked: Mismatched dtypes: left F64, right F64",
    ("ort", "unknown operator"): "No Op registered for NoSuchOperator",
    ("tract", "unknown operator"): "Unimplemented(NoSuchOperator)",
    ("rten", "unknown operator"): "NoSuchOperator operator not supported",
    ("candle", "unknown operator"): "unsupported op_type NoSuchOperator",
    ("burn", "unknown operator"): "NoSuchOperator used by 1 node(s)",
    ("kyanite", "unknown operator"): 'UnsupportedOperation(Node { name: "", op_type: "NoSuchOperator" })',
    ("onnxruntime", "unknown operator"): "No Op registered for NoSuchOperator",
    ("tract-wheel", "unknown operator"): "Unimplemented(NoSuchOperator)",
    ("wonnx", "unknown operator"): 'UnimplementedOp("NoSuchOperator")',
    ("openvino", "unknown operator"): "No conversion rule found for operations: NoSuchOperator",
    ("reference", "unknown operator"): "No registered schema for operator 'NoSuchOperator'",
}


@pytest.mark.parametrize("case", CASES)
def test_small_models(engine: Isolated, case: str):
    given = CASES[case]
    expected = KNOWN.get((engine.name, case), "")
    try:
        with engine.load(given.model) as session:
            found = judge([session.run(given.inputs)], [given.right(given.inputs)], session.outputs)
            said = found.why
    except EngineError as error:
        said = str(error)
    assert (expected in said) if expected else said == ""


# The raw file: who cannot run it, in the engine's own words. Whoever is not here must be right on it.
RAW = {"wonnx": "assertion failed: `(left == right)`", "candle": "unsupported auto_pad SAME_UPPER"}


def judged(engine: Isolated, model: Path | bytes, truth: list[dict]) -> Judgement:
    found = digits()
    with engine.load(model) as session:
        answers = [session.run({"Input3": found.tensor(i)}) for i in range(len(truth))]
        return judge(answers, truth, session.outputs)


@pytest.fixture(scope="module")
def truth(isolated, mnist) -> list[dict]:
    """The reference's answers to the 1,000 digits, by the file as it stands."""
    with isolated["reference"].load(mnist) as reference:
        answers = [reference.run({"Input3": digits().tensor(i)}) for i in range(1000)]
    found = np.array([answer["Plus214_Output_0"].argmax() for answer in answers])
    assert np.mean(found == digits().labels[:1000]) >= 0.98
    return answers


def test_digits_by_the_raw_file(engine: Isolated, mnist, truth):
    if engine.name in RAW:
        with pytest.raises(EngineError) as caught:
            judged(engine, mnist, truth[:1])
        assert RAW[engine.name] in str(caught.value)
        return
    verdict = judged(engine, mnist, truth[:100])
    assert verdict.error <= 2e-6
    assert verdict.flips == 0


def test_all_digits_by_the_portable_form(engine: Isolated, mnist, truth):
    verdict = judged(engine, portable(mnist).model.SerializeToString(), truth)
    assert verdict.right, verdict.why
    assert verdict.error <= 2e-6
    assert verdict.flips == 0


@pytest.mark.parametrize("name", engines.names())
def test_card(name: str):
    card = engines.get(name).card
    assert card.name == name
    assert card.binding in ("wheel", "crate")
    assert card.does in ("inference", "inference and training")
    assert card.source.startswith("https://")
    for fact in (card.title, card.language, card.licence, card.threads, card.devices):
        assert fact
    assert engines.get(name).remedy


def test_session_face(engine: Isolated, mnist, blank):
    if engine.name in RAW:
        mnist = CASES["relu"].model
        feed, out = {"x": np.zeros(3, np.float32)}, "y"
    else:
        feed, out = {"Input3": blank}, "Plus214_Output_0"
    with engine.load(mnist) as session:
        assert [i.name for i in session.inputs] == list(feed)
        assert list(session.run(feed)) == [out]
        assert session.outputs[0].shape == session.run(feed)[out].shape


@pytest.mark.parametrize(
    ("options", "honoured"),
    [
        (Options(intra_threads=2), {"onnxruntime", "openvino", "ort", "tract", "rten", "candle", "burn", "reference"}),
        (Options(inter_threads=2), {"onnxruntime", "ort"}),
        (Options(optimisation="none"), {"onnxruntime", "ort", "tract", "rten", "kyanite"}),
        (Options(precision="fastest"), {"openvino"}),
    ],
)
def test_options(engine: Isolated, options: Options, honoured: set[str]):
    model, feed = CASES["relu"].model, CASES["relu"].inputs
    if engine.name in honoured:
        with engine.load(model, options) as session:
            assert session.run(feed)["y"].tolist() == [0, 0, 2]
    else:
        (name,) = options.changed()
        with pytest.raises(BadInput, match=f"{engine.name} cannot honour {name}="):
            engine.load(model, options)


@pytest.mark.parametrize(
    "bad", [{"intra_threads": 0}, {"intra_threads": "4"}, {"inter_threads": True}, {"precision": "f8"}]
)
def test_bad_options(bad: dict):
    with pytest.raises(BadInput, match=f"{next(iter(bad))}=.*give"):
        Options(**bad)


def test_unknown_engine():
    with pytest.raises(BadInput, match="there is no engine 'tensorflow'; give one of onnxruntime, "):
        engines.get("tensorflow")


def test_wonnx_never_in_the_kernel(mnist):
    with pytest.raises(EngineUnavailable, match=r"engines\.isolated"):
        engines.get("wonnx").load(mnist)


class NotInstalled(Engine):
    """An engine whose package nobody has."""

    card = engines.get("onnxruntime").card.__class__(
        **{**vars(engines.get("onnxruntime").card), "name": "onnxruntime", "package": "no-such-package"}
    )
    remedy = "pip install no-such-package"

    def probe(self):
        raise AssertionError

    def open(self, model, options):
        import no_such_package  # noqa: F401


def test_not_installed(mnist, monkeypatch):
    from helpers.engines import availability

    monkeypatch.setattr(availability, "_YES", set())
    engine = NotInstalled()
    can = engine.availability()
    assert not can
    assert can.why == "the package 'no-such-package' is not installed"
    assert can.remedy == "pip install no-such-package"
    with pytest.raises(EngineUnavailable, match="'no-such-package' is not installed; pip install no-such-package"):
        engine.load(mnist)


def test_no_graphics_adapter(monkeypatch):
    """Without a Vulkan driver wonnx panics; availability says so, and what to do."""
    from helpers.engines import availability

    if not engines.get("wonnx").card.version:
        pytest.skip("wonnx is not installed")
    monkeypatch.setattr(availability, "_YES", set())
    monkeypatch.setenv("VK_ICD_FILENAMES", "/nonexistent")
    monkeypatch.setenv("VK_DRIVER_FILES", "/nonexistent")
    found = availability.check_all(engines.pick("wonnx,onnxruntime"))
    assert found["onnxruntime"]
    if found["wonnx"]:
        pytest.skip("wonnx found an adapter that needs no Vulkan driver")
    assert "No GPU found" in found["wonnx"].why
    assert "mesa-vulkan-drivers" in found["wonnx"].remedy


def test_probe_that_ends_its_process(monkeypatch):
    """One probe that takes its process down costs neither the kernel nor the other engines."""
    from helpers.engines import availability

    monkeypatch.setattr(availability, "_YES", set())
    monkeypatch.setattr(availability, "_PROCESSES", 1)
    monkeypatch.setattr(
        availability, "_CHILD", "import os, sys\nif sys.argv[1] == 'onnxruntime': os.abort()\n" + availability._CHILD
    )
    found = availability.check_all(engines.pick("onnxruntime,reference"))
    assert "ended with status -6" in found["onnxruntime"].why
    assert found["reference"]


def test_no_cell_of_the_engines_table_is_cut():
    whole = engines.table()[["version", "binding", "language", "licence", "does", "threads", "devices"]]
    assert whole.map(len).to_numpy().max() <= pd.get_option("display.max_colwidth")
    assert set(whole["devices"]) == {"CPU", "GPU"}
