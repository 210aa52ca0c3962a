"""The checks of the exercises: each plausible wrong answer gets ✗ and a hint, and nothing gets a traceback."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

from helpers.check import check
from helpers.digits import MNIST, Pad, digits, moved
from helpers.lessons import lesson_00, lesson_01, lesson_02, lesson_03, lesson_04
from tests.conftest import ROOT

LOGITS = np.array([[3.0, -1, 0.5, 2, 8, -4, 1, 0, 2.5, 6]], np.float32)
OTHER = MNIST.with_name("mnist_normalised.onnx")
SOFT = np.exp(LOGITS) / np.exp(LOGITS).sum()
PHOTO = (255 - (255 - digits().images[500]).astype(np.float32))[None, None]
STRANGE = [
    None,
    "x",
    [],
    {},
    object(),
    len,
    1j,
    np.nan,
    [[1], [2, 3]],
    b"7",
    True,
    10**40,
    -1,
    np.zeros(3),
    "nowhere",
]


def accuracy(change: Callable[[np.ndarray], np.ndarray]) -> float:
    """Falls from 1 by a tenth at each pixel of a shift to the right, from 95 %."""
    picture = np.zeros((1, 1, 28, 28), np.float32)
    picture[0, 0, 14, 3] = 255
    return 0.95 - 0.02 * (int(np.argwhere(change(picture))[0][3]) - 3)


def bars(bar: np.ndarray) -> np.ndarray:
    lying = bar.any(axis=3).sum() < bar.any(axis=2).sum()
    return np.array([9, 4, 5, 2, 6, 3, 8, 1.0]) if lying else np.array([8, 1, 6, 3, 6, 3, 4, 2.0])


FLAT = np.zeros((1, 1, 28, 28), np.float32)
FLAT[:, :, 12:16, 4:24] = 255


def pooled(x: np.ndarray) -> np.ndarray:
    n, c, h, w = x.shape
    return x.reshape(n, c, h // 2, 2, w // 2, 2).mean(axis=(3, 5))


def largest(x: np.ndarray) -> np.ndarray:
    n, c, h, w = x.shape
    return x.reshape(n, c, h // 2, 2, w // 2, 2).max(axis=(3, 5))


def message() -> str:
    broken = onnx.load(MNIST)
    broken.graph.node[3].input[0] = "nowhere"
    with pytest.raises(onnx.checker.ValidationError) as caught:
        onnx.checker.check_model(broken)
    return str(caught.value)


def scaled(*, mean: float = 0.1307 * 255, deviation: float = 0.3081 * 255, turned: bool = False) -> onnx.ModelProto:
    inside = onnx.load(OTHER)
    name = inside.graph.input[0].name
    for node in inside.graph.node:
        node.input[:] = ["scaled" if each == name else each for each in node.input]
    for weight, number in (("mean", mean), ("deviation", deviation)):
        inside.graph.initializer.append(onnx.numpy_helper.from_array(np.float32(number), weight))
    steps = [("Sub", "mean"), ("Div", "deviation")][:: -1 if turned else 1]
    inside.graph.node.insert(0, onnx.helper.make_node(steps[1][0], ["half", steps[1][1]], ["scaled"]))
    inside.graph.node.insert(0, onnx.helper.make_node(steps[0][0], [name, steps[0][1]], ["half"]))
    return inside


ANSWERS: dict[str, tuple[Callable[..., None], tuple[Any, ...], list[Any], list[Any]]] = {
    # judge, what it needs, what is right, what is wrong
    "softmax": (
        *(lesson_00.by_hand, (LOGITS,), [SOFT, SOFT.ravel().tolist(), SOFT.astype(np.float64)]),
        [LOGITS, np.exp(LOGITS), LOGITS / LOGITS.sum(), np.exp(LOGITS) / 10, SOFT.round(2), SOFT[:, ::-1], SOFT[:, :9]],
    ),
    "too far": (lesson_00.too_far, (accuracy,), [3, 3.0, np.int64(3)], [2, 4, 0, 12, 2.5, "3", (3,), -3, 99]),
    "average pool": (
        *(lesson_01.average_pool, (), [pooled]),
        [
            largest,
            lambda x: x[:, :, ::2, ::2],
            lambda x: x.mean(),
            lambda x: None,
            lambda x: 1 / 0,
            lambda: 0,
            pooled(FLAT),
        ],
    ),
    "horizontal": (lesson_01.horizontal, (bars, FLAT), [1, np.int64(1)], [0, 7, 2, 8, -1, "1", 1.5, [1]]),
    "message": (
        *(lesson_01.message, (), [message(), message().replace("\n", " ")]),
        ["nowhere ReLU32", "nowhere", "", ValueError(message()), message()[:40], message().encode()],
    ),
    "photo": (
        *(lesson_02.photo, (), [PHOTO]),
        [
            255 - PHOTO,
            PHOTO / 255,
            PHOTO.astype(np.float64),
            PHOTO[0, 0],
            PHOTO[:, 0],
            PHOTO.astype(np.uint8),
            PHOTO[:, :, ::-1],
            np.zeros_like(PHOTO),
            digits().tensor(501),
            PHOTO.tolist(),
        ],
    ),
    "likeliest": (
        *(lesson_02.likeliest, (LOGITS,), [[4, 9, 0], (4, 9, 0), np.array([4, 9, 0])]),
        [[0, 9, 4], [4, 9], [4, 0, 9], [8.0, 6.0, 3.0], "490", [4, 9, 0, 8], 4, [5, 1, 7], [4, 9, 0.5]],
    ),
    "ratio": (lesson_02.load_over_run, (), [], [2, 0, -3, 0.5, 1e9, "100", [100], np.inf]),
    "enough": (
        *(lesson_03.enough, (), [["strip initializers from inputs", "fold constants"]]),
        [
            ["fold constants"],
            ["strip initializers from inputs"],
            [],
            "fold constants",
            ["fold"],
            [1],
            None,
            ["strip initializers from inputs", "fold constants", "make pads explicit"],
        ],
    ),
    "pads": (
        *(lesson_03.pads, (), [[1, 1, 1, 1], (1, 1, 1, 1), np.ones(4, int)]),
        [[2, 2, 0, 0], [0, 0, 2, 2], [0] * 4, [2] * 4, [1, 1], 1, "1111", [1.0, 1, 1, 0.5], [[1, 1], [1, 1]]],
    ),
    "inside": (
        *(lesson_03.scaled_inside, (OTHER,), [scaled()]),
        [
            onnx.load(OTHER),
            scaled(turned=True),
            scaled(mean=0.1307, deviation=0.3081),
            lambda x: x / 255,
            onnx.ModelProto(),
            str(OTHER),
            scaled().SerializeToString(),
        ],
    ),
    "flaws": (
        *(lesson_04.flaws, (), [{"A": "warm-up", "B": "one process", "C": "not checked"}]),
        [
            {"A": "one process", "B": "warm-up", "C": "not checked"},
            {"A": "warm-up"},
            ["warm-up"],
            {"A": 1, "B": 2, "C": 3},
            {"A": "warm up", "B": "one process", "C": "not checked"},
            {"A": "warm-up", "B": "warm-up", "C": "warm-up"},
        ],
    ),
    "calls": (lesson_04.calls, (), [662], [100, 200, 661, 663, 1000, 662.5, "662", [662]]),
    "processes": (lesson_04.processes, (), [28, 27.8, 27], [17, 18, 10, 20, 100, "28", [28], 0.05 / 0.03]),
}
CASES = [
    (name, value, fine)
    for name, (_, _, right, wrong) in ANSWERS.items()
    for value, fine in [*((v, True) for v in right), *((v, False) for v in wrong)]
]


@pytest.mark.parametrize(
    ("name", "value", "fine"), CASES, ids=lambda each: str(each)[:24] if isinstance(each, str) else ""
)
def test_an_answer(name: str, value: Any, fine: bool, capsys: pytest.CaptureFixture[str]):
    judge, about, *_ = ANSWERS[name]
    assert check(name, value, judge, *about) is fine
    said = capsys.readouterr().out
    assert said.startswith("✓ " if fine else "✗ ")
    assert "\n" not in said.rstrip("\n")
    assert len(said) < 500
    if not fine:
        assert said.rstrip().endswith(".")
        assert "ufunc" not in said


@pytest.mark.parametrize("name", ANSWERS)
def test_strange_answers(name: str, capsys: pytest.CaptureFixture[str]):
    judge, about, *_ = ANSWERS[name]
    for value in STRANGE:
        assert check(name, value, judge, *about) is False
        assert capsys.readouterr().out.count("\n") == 1


def test_a_stub_is_not_done_yet(capsys: pytest.CaptureFixture[str]):
    assert not check("pool", lambda x: ..., lesson_01.average_pool)
    assert not check("flaws", {"A": ..., "B": ..., "C": ...}, lesson_04.flaws)
    assert not check("calls", ..., lesson_04.calls)
    assert capsys.readouterr().out.count("not done yet\n") == 3


def test_a_ratio_that_was_measured(capsys: pytest.CaptureFixture[str]):
    import time

    from helpers import engines

    start = time.perf_counter()
    session = engines.get("onnxruntime").load(MNIST)
    load = time.perf_counter() - start
    for _ in range(10):
        start = time.perf_counter()
        session.run({"Input3": digits().tensor(0)})
        run = time.perf_counter() - start
    assert check("ratio", load / run, lesson_02.load_over_run)
    assert not check("ratio", run / load, lesson_02.load_over_run)
    assert "divide the time of the load by that of the run" in capsys.readouterr().out.replace("Divide", "divide")


def test_what_fools_the_network(capsys: pytest.CaptureFixture[str]):
    pad = Pad()
    assert not check("fooled", 3, lesson_00.fooled, pad)  # nothing is drawn
    assert "The pad is empty" in capsys.readouterr().out
    known = digits()
    pad.show(known.images[0])  # a 7, and read so
    assert not check("fooled", 7, lesson_00.fooled, pad)
    assert not check("fooled", 3, lesson_00.fooled, pad)  # whoever says that it is a 3
    assert not check("fooled", (7, 1), lesson_00.fooled, pad)
    assert "whoever wrote it meant a 7" in capsys.readouterr().out
    for i in range(0, 1000, 100):
        pad.show(np.ascontiguousarray(known.images[i].T))
        if check("fooled", int(known.labels[i]), lesson_00.fooled, pad):
            break
    else:
        pytest.fail("no digit lying on its side fools it")


def test_moving():
    x = digits().tensor(700)
    for right, down in ((0, 0), (3, -2), (99, 99), (-99, 4)):
        there = moved(x, right=right, down=down)
        assert sorted(there[there > 0].tolist()) == sorted(x[x > 0].tolist())
        rows, columns = np.nonzero(there[0, 0])
        before = np.nonzero(x[0, 0])
        assert np.ptp(rows) == np.ptp(before[0])  # in one piece, and nothing round the edge
        assert np.ptp(columns) == np.ptp(before[1])
    assert moved(x, right=99)[..., -1].any()
    assert moved(np.zeros_like(x), right=5).sum() == 0


CELLS = """
from helpers.check import check; from helpers.lessons import lesson_04
calls = 662
check('calls', calls, lesson_04.calls);
calls = 1 / 0
check('calls', calls, lesson_04.calls);
calls = 662
check('calls', calls, lesson_04.calls);
calls = = 3
check('calls', calls, lesson_04.calls);
calls = 662
other = 1 / 0
check('calls', calls, lesson_04.calls);
"""
NOTEBOOK = f"""
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
for cell in {CELLS!r}.strip().splitlines():
    shell.run_cell(cell)
"""


def test_a_cell_that_failed_leaves_no_old_answer(tmp_path: Path):
    done = subprocess.run([sys.executable, "-c", NOTEBOOK], cwd=ROOT, capture_output=True, text=True, timeout=120)
    said = [line[0] for line in done.stdout.splitlines() if line.startswith(("✓", "✗"))]
    assert said == ["✓", "✗", "✓", "✗", "✓"], done.stdout
