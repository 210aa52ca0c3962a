"""An engine in its own process: whatever it does, the caller gets a typed error in time, and the next call works."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import onnx.parser
import psutil
import pytest

from helpers import engines
from helpers.engines import EngineCrashed, EngineTimedOut, LabError, RunFailed
from helpers.process import serve
from helpers.process.limits import GIB, Limits

pytestmark = pytest.mark.alone  # time limits

LIMIT = 3.0  # seconds
SLACK = 3.0  # a process that is ended on a busy machine is not gone at once


def model(text: str) -> bytes:
    return onnx.parser.parse_model(f'<ir_version: 8, opset_import: ["": 17]> {text}').SerializeToString()


ENDLESS = model(
    """g (float[1] x) => (float[1] y) {
    n = Constant<value = int64 {9223372036854775807}>()
    c = Constant<value = bool {1}>()
    y = Loop (n, c, x) <
        body = b (int64 i, bool ci, float[1] v) => (bool co, float[1] vo) { co = Identity(ci) vo = Sin(v) }
    >
    }"""
)
HUGE = model("g (int64[3] s) => (float[a,b,c] y) { y = ConstantOfShape(s) }")


@pytest.fixture
def runtime():
    with engines.isolated("onnxruntime", limits=Limits(run=LIMIT, memory=2 * GIB)) as engine:
        yield engine


def works(engine, mnist, blank) -> int:
    """The engine answers; the id of its process."""
    with engine.load(mnist) as session:
        assert session.run({"Input3": blank})["Plus214_Output_0"].shape == (1, 10)
        return session.pid


def test_endless_loop(runtime, mnist, blank):
    session = runtime.load(ENDLESS)
    start = time.monotonic()
    with pytest.raises(EngineTimedOut, match=r"no answer within 3 s, so its process was ended"):
        session.run({"x": np.zeros(1, np.float32)})
    assert time.monotonic() - start < LIMIT + SLACK
    assert works(runtime, mnist, blank) != session.pid
    assert not psutil.pid_exists(session.pid)


def test_memory_beyond_the_limit(runtime, mnist, blank):
    with runtime.load(HUGE) as session, pytest.raises(RunFailed, match="Failed to allocate memory"):
        session.run({"s": np.array([40000, 40000, 10])})
    works(runtime, mnist, blank)


def test_memory_limit_is_watched_where_the_system_has_none():
    """The way that macOS and Windows take, tried here in a process of its own."""
    code = """
import threading, time
from helpers.process import serve
threading.Thread(target=serve.watch_memory, args=[300 << 20], daemon=True).start()
held = b"x" * (600 << 20)
time.sleep(20)
print("not reached")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == serve.OUT_OF_MEMORY
    assert done.stdout == ""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGABRT, signal.SIGSEGV])
def test_crash_during_a_call(runtime, mnist, blank, how):
    session = runtime.load(ENDLESS)
    threading.Timer(0.5, os.kill, [session.pid, how]).start()
    with pytest.raises(EngineCrashed, match=f"onnxruntime crashed: its process ended by signal {int(how)}"):
        session.run({"x": np.zeros(1, np.float32)})
    assert works(runtime, mnist, blank) != session.pid


def test_crash_between_calls_reloads_the_model(runtime, mnist, blank):
    session = runtime.load(mnist)
    first = session.pid
    before = session.run({"Input3": blank})
    os.kill(first, signal.SIGKILL)
    with pytest.raises(EngineCrashed, match="crashed: its process "):
        session.run({"Input3": blank})
    after = session.run({"Input3": blank})  # the same session, in a new process
    assert session.pid != first
    np.testing.assert_array_equal(before["Plus214_Output_0"], after["Plus214_Output_0"])


def test_last_words_of_an_abort(mnist, blank):
    """What the engine printed before it ended the process is in the message, on one line."""
    with engines.isolated("reference") as engine:
        engine.load(mnist)
        with pytest.raises(EngineCrashed, match=r"signal 6 \(SIGABRT\), saying: the adapter is gone;"):
            engine.call(5, _abort)
        works(engine, mnist, blank)


def _abort() -> None:
    os.write(2, b"the adapter is gone\n")
    os.abort()


def test_a_worker_that_takes_nothing_in(runtime, mnist):
    """The time limit holds for sending too: more than a socket holds, to a process that is stopped."""
    wide = model("g (float[n] x) => (float[n] y) { y = Relu(x) }")
    session = runtime.load(wide)
    os.kill(session.pid, signal.SIGSTOP)
    start = time.monotonic()
    with pytest.raises(EngineTimedOut, match="no answer within 3 s"):
        session.run({"x": np.zeros(5_000_000, np.float32)})
    assert time.monotonic() - start < LIMIT + SLACK
    assert session.run({"x": np.zeros(1, np.float32)})["y"].tolist() == [0]


def test_an_answer_that_is_too_large():
    with engines.isolated("onnxruntime", limits=Limits(answer=2**20)) as engine:
        session = engine.load(model("g (float[n] x) => (float[n] y) { y = Relu(x) }"))
        with pytest.raises(EngineCrashed, match=r"its answer of 0.0 GiB is more than"):
            session.run({"x": np.zeros(2**19, np.float32)})
        assert session.run({"x": np.ones(1, np.float32)})["y"].tolist() == [1]


def test_under_a_lower_limit_of_the_system(mnist):
    """A shell's ulimit is below ours, and may not be raised: the lesser of the two counts, and engines still start."""
    code = (
        "import numpy as np\nfrom helpers import engines\n"
        "session = engines.isolated('onnxruntime').load('models/mnist.onnx')\n"
        "print(session.run({'Input3': np.zeros((1, 1, 28, 28), 'float32')})['Plus214_Output_0'].shape)"
    )
    command = f'ulimit -d 2000000; exec {sys.executable} -c "{code}"'
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60)
    assert (done.stdout.strip(), done.returncode) == ("(1, 10)", 0), done.stderr


def test_nothing_is_left_in_the_temporary_folder(tmp_path, mnist):
    """Not even when the parent is killed."""
    code = (
        "import os, sys\nfrom helpers import engines, graph\n"
        "session = engines.isolated('onnxruntime').load('models/mnist.onnx')\ngraph.facts('models/mnist.onnx')\n"
        "os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", code], env={**os.environ, "TMPDIR": str(tmp_path)}, timeout=120)
    assert done.returncode == -signal.SIGKILL
    assert list(tmp_path.iterdir()) == []


def test_a_process_that_cannot_start_failed_here(monkeypatch, mnist):
    """It is not an engine that cannot be here, so it does not count as unavailable."""
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")
    with engines.isolated("onnxruntime") as engine, pytest.raises(EngineCrashed, match="its process did not start"):
        engine.load(mnist)


def test_panic_ends_the_process(isolated):
    """A Rust panic (PanicException is not an Exception) is a typed error, and the next call gets a fresh process."""
    engine = isolated["wonnx"]
    if not (can := engine.availability()):
        pytest.skip(can.why)
    relu = model("g (float[3] x) => (float[3] y) { y = Relu(x) }")
    pid = engine.load(relu).pid
    with pytest.raises(EngineCrashed, match="wonnx crashed: it panicked: "):
        engine.call(20, _panic)
    assert engine.load(relu).pid != pid


def _panic() -> None:
    import wonnx

    from helpers.errors import RunFailed, translate

    try:
        wonnx.Session.from_bytes(b"no model")
    except BaseException as error:
        raise translate("wonnx", error, RunFailed) from None


def test_no_process_is_left(mnist, blank):
    engine = engines.isolated("onnxruntime")
    pid = works(engine, mnist, blank)
    assert psutil.pid_exists(pid)
    engine.close()
    assert not psutil.pid_exists(pid)


def test_workers_end_with_a_killed_parent():
    """A kernel that is killed cannot end its workers; they end themselves, even out of an endless loop."""
    code = """
import sys, threading, numpy as np
from helpers import engines
from tests.unit.test_worker import ENDLESS
if __name__ == "__main__":
    session = engines.isolated("onnxruntime").load(ENDLESS)
    threading.Thread(target=session.run, args=[{"x": np.zeros(1, np.float32)}], daemon=True).start()
    print(session.pid, flush=True)
    sys.stdin.read()
"""
    parent = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    deadline = time.monotonic() + 20
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline, "the worker outlives its parent"
        time.sleep(0.1)


def test_script_without_a_guard(tmp_path):
    """multiprocessing has a child run its parent's script again; ours does not, so a script needs no guard."""
    script = tmp_path / "script.py"
    script.write_text(
        "print('the script runs')\nfrom helpers import engines\n"
        "print(engines.isolated('onnxruntime').load('models/mnist.onnx').inputs[0].name, __file__)\n"
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == ["the script runs", f"Input3 {script}"]


def test_engines_print_nothing_into_the_notebook(capfd, isolated):
    engine = isolated["wonnx"]
    if not (can := engine.availability()):
        pytest.skip(can.why)
    with pytest.raises(LabError):  # wonnx prints a backtrace for each panic
        engine.load(model("g (float[2] x) => (float[2] y) { y = NoSuchOperator(x) }"))
    assert capfd.readouterr() == ("", "")
