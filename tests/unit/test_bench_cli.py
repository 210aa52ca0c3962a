"""``onnx-lab bench``: its tables, its JSON, its page, and its verdict on an earlier measurement."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from helpers import bench
from helpers.bench import baseline
from helpers.errors import BadInput
from tests.conftest import ROOT

SHORT = ("--engines", "onnxruntime,tract-wheel", "--processes", "3", "--seconds", "0.03")


def onnx_lab(*arguments: object, cache: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "helpers.cli", "bench", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={
            **os.environ,
            **{"COLUMNS": "1000", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8", "XDG_CACHE_HOME": str(cache)},
        },
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bench")


@pytest.fixture(scope="module")
def measured(folder: Path) -> tuple[subprocess.CompletedProcess[str], Path]:
    out = folder / "today.json"
    return onnx_lab("models/mnist.onnx", *SHORT, "--json", "--out", out, cache=folder), out


def test_json(measured):
    done, _ = measured
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert found["schema_version"] == 1
    for key in ("model", "plan", "machines", "rows", "noise_floor", "verdicts", "memory", "instrument", "remarks"):
        assert key in found
    assert "raw" not in found  # single calls are in the file only
    rows = {row["engine"]: row for row in found["rows"]}
    assert list(rows) == ["onnxruntime", "tract-wheel"]
    for row in rows.values():
        assert row["outcome"] == "right"
        assert row["p50_low_s"] <= row["p50_s"] <= row["p50_high_s"]
        assert row["processes"] + row["disturbed"] >= 3
        assert min(row["import_s"], row["load_s"], row["first_s"], row["memory_bytes"]) > 0
        assert row["error"] <= 1e-5
        assert row["flips"] == 0
    assert sum(row["first_share"] for row in rows.values()) == pytest.approx(1)
    assert {row["ratio"] == 1 for row in rows.values()} == {True, False}


def test_the_file_holds_every_call(measured):
    _, out = measured
    found = json.loads(out.read_text(encoding="utf-8"))
    assert found["finished"]
    assert all(len(process["calls_ns"]) >= 24 for process in found["raw"])
    frame = bench.load(out).frame()
    assert len(frame) <= sum(len(process["calls_ns"]) for process in found["raw"])
    assert set(frame.entry) == {"onnxruntime", "onnxruntime (again)", "tract-wheel"}
    assert (frame.ns > 0).all()


def test_tables_of_a_file(measured, folder: Path):
    _, out = measured
    done = onnx_lab(out, cache=folder)
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    heads = [line.split()[:2] for line in lines if line.startswith("engine")]
    assert heads == [["engine", "outcome"], ["engine", "p90"], ["engine", "import"], ["engine", "error"]]
    assert "Noise floor" in done.stdout
    assert "Of the instrument: a pair of clock readings" in done.stdout
    assert "With 3 processes an engine" in done.stdout


def test_to_a_chosen_engine(measured, folder: Path):
    _, out = measured
    done = onnx_lab(out, "--to", "tract-wheel", "--json", cache=folder)
    rows = {row["engine"]: row for row in json.loads(done.stdout)["rows"]}
    assert rows["tract-wheel"]["ratio"] == 1
    assert 0 < rows["onnxruntime"]["ratio"] != 1
    refused = onnx_lab(out, "--to", "nobody", cache=folder)
    assert refused.returncode == 2
    assert "there is no entry 'nobody'" in refused.stderr


def test_page_opens_offline(measured, folder: Path):
    _, out = measured
    page = folder / "page.html"
    assert onnx_lab(out, "--html", page, cache=folder).returncode == 0
    text = page.read_text(encoding="utf-8")
    outside = re.sub(r"<script.*?</script>", "", text, flags=re.S)
    assert not re.search(r"""(src|href)=|url\(""", outside)
    assert outside.count("<figure>") == outside.count("<figcaption>") == 5
    assert '<th scope="row">tract-wheel</th>' in outside
    assert "prefers" in outside or "color-scheme: light dark" in outside


def slower(path: Path, factor: float, to: Path) -> Path:
    """The measurement of a file as if ONNX Runtime had taken `factor` times as long, and its machine had been quiet."""
    found = json.loads(path.read_text(encoding="utf-8"))
    runs = [process for process in found["raw"] if process["entry"].startswith("onnxruntime")]
    calls = [round(factor * ns) for ns in runs[0]["calls_ns"]]
    for process in runs:  # each the same: what the test machine does meanwhile is no part of the question
        process["calls_ns"] = calls
    for process in found["raw"]:
        process["work_ns"] = found["raw"][0]["work_ns"]
    to.write_text(json.dumps(found), encoding="utf-8")
    return to


@pytest.mark.parametrize(("factor", "verdict", "status"), [(3, "faster", 0), (1 / 3, "slower", 1)])
def test_against_an_earlier_measurement(measured, folder: Path, factor: float, verdict: str, status: int):
    _, out = measured
    new, old = slower(out, 1, folder / "quiet.json"), slower(out, factor, folder / f"{verdict}.json")
    done = onnx_lab(new, "--against", old, cache=folder)
    assert done.returncode == status
    assert f"onnxruntime: {verdict}, " in done.stdout
    assert "tract-wheel: not resolvable, 1.000" in done.stdout


def test_an_unchanged_engine_is_no_news(measured):
    _, out = measured
    result = bench.load(out)
    changes = bench.against(result, result)
    assert [(change.verdict, change.worse) for change in changes] == [("not resolvable", False)] * 2


def test_an_engine_that_is_no_longer_right_is_worse(measured, folder: Path):
    _, out = measured
    found = json.loads(out.read_text(encoding="utf-8"))
    found["verdicts"]["tract-wheel"] |= {"outcome": "wrong", "message": "sample 3: output 'y' is off"}
    broken = folder / "broken.json"
    broken.write_text(json.dumps(found), encoding="utf-8")
    changes = {change.engine: change for change in bench.against(bench.load(broken), bench.load(out))}
    assert changes["tract-wheel"].verdict == "failed"
    assert changes["tract-wheel"].worse
    shown = onnx_lab(broken, cache=folder)
    assert shown.returncode == 1
    assert "\u0336" in shown.stdout  # its times are struck out


def test_a_baseline_of_something_else_is_refused_before_measuring(measured, folder: Path):
    _, out = measured
    done = onnx_lab("models/mnist_normalised.onnx", *SHORT, "--against", out, cache=folder)
    assert done.returncode == 2
    assert "the baseline is of another model" in done.stderr
    result = bench.load(out)
    with pytest.raises(BadInput, match="measured on another machine"):
        baseline.refuse_unlike(result, result.plan, {"cpu": "another"})


BAD = {
    "unknown engine": (("models/mnist.onnx", "--engines", "nobody"), "there is no engine 'nobody'; give one of"),
    "zero processes": (("models/mnist.onnx", "--processes", "0"), "processes=0: give a whole number from 1"),
    "zero seconds": (("models/mnist.onnx", "--seconds", "0"), "seconds=0.0: give a number from 0.001"),
    "no model": (("no.onnx",), "no.onnx does not exist"),
    "no such option": (("models/mnist.onnx", "--engines", "onnxruntime:speed=2"), "there is no option 'speed'"),
    "cannot honour": (("models/mnist.onnx", "--engines", "tract-wheel:intra_threads=2"), "cannot honour"),
    "no inputs": (("models/mnist.onnx", "--inputs", "no.npz"), "no.npz is not a file"),
    "no folder": (("models/mnist.onnx", "--out", "no/such/folder.json"), "there is no folder"),
    "foreign file": (
        ("pyproject.toml", "--against", "constraints.txt"),
        "constraints.txt is not valid JSON, or is truncated",
    ),
    "no baseline": (("models/mnist.onnx", "--against", "no.json"), "no.json does not exist"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_usage_is_told_in_one_line(case: str, folder: Path):
    arguments, said = BAD[case]
    done = onnx_lab(*arguments, cache=folder)
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


def test_a_finished_file_is_not_measured_over(measured, folder: Path):
    _, out = measured
    before = out.read_bytes()
    done = onnx_lab("models/mnist.onnx", *SHORT, "--out", out, cache=folder)
    assert done.returncode == 2
    assert "holds a finished measurement" in done.stderr
    assert out.read_bytes() == before


def test_a_stricter_judge_strikes_times_out(folder: Path):
    done = onnx_lab("models/mnist.onnx", *SHORT, "--tolerance", "0", "--json", cache=folder)
    assert done.returncode == 1
    rows = json.loads(done.stdout)["rows"]
    assert [row["outcome"] for row in rows] == ["wrong", "wrong"]
    assert all(row["p50_s"] > 0 and row["first_share"] is None for row in rows)
