"""Branches, loops, scans, sequences and optionals, in small graphs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks.judging.cases import Text, ints, normal

_X = normal(3, 2)


def settings() -> Iterator[Text]:
    """Each in a graph that takes and gives tensors."""
    yield from _branches()
    yield from _loops()
    yield from _scans()
    yield from _sequences()
    yield from _optionals()


def _branches() -> Iterator[Text]:
    text = """g (bool c, float[3, 2] x) => (float[3, 2] y) {
        y = If (c) <then_branch = t () => (float[3, 2] a) { a = Exp(x) },
                    else_branch = e () => (float[3, 2] b) { b = Neg(x) }> }"""
    for chosen in (True, False):
        yield Text("If", f"{chosen}".lower(), text, {"c": np.array(chosen), "x": _X})


def _loops() -> Iterator[Text]:
    text = """g (int64 n, bool go, float[3, 2] x) => (float[3, 2] y, float[k, 3, 2] z) {
        y, z = Loop (n, go, x) <body = b (int64 i, bool c, float[3, 2] a) => (bool d, float[3, 2] e, float[3, 2] f) {
            d = Identity(c) e = Add(a, x) f = Exp(a) }> }"""
    for count in (0, 1, 3):
        yield Text(
            "Loop", f"{count} trips", text, {"n": np.array(count, np.int64), "go": np.array(True), "x": _X}, since=7
        )
    old = """g (int64 n, bool go, float[3, 2] x) => (float[3, 2] y) {
        y = Loop (n, go, x) <body = b (int64 i, bool c, float[3, 2] a) => (bool d, float[3, 2] e) {
            d = Identity(c) e = Tanh(a) }> }"""
    yield Text("Loop", "of Tanh", old, {"n": np.array(3, np.int64), "go": np.array(True), "x": _X})
    stopped = {"n": np.array(3, np.int64), "go": np.array(False), "x": _X}
    yield Text("Loop", "not begun", text, stopped, since=7)
    while_ = """g (bool go, float x, float most) => (float y) {
        y = Loop (, go, x) <body = b (int64 i, bool c, float a) => (bool d, float e) {
            e = Add(a, a) d = Less(e, most) }> }"""
    given = {"go": np.array(True), "x": np.array(1, np.float32), "most": np.array(9, np.float32)}
    yield Text("Loop", "while", while_, given, since=11)


def _scans() -> Iterator[Text]:
    for more, name in (
        ("", "plain"),
        (", scan_input_directions = [1]", "backwards"),
        (", scan_output_directions = [1]", "written backwards"),
        (", scan_input_axes = [1]", "along axis 1"),
    ):
        shape, size = ("3, 2", 2) if "axes" not in name and "axis 1" not in name else ("2, 3", 2)
        text = f"""g (float[{size}] s, float[{shape}] x) => (float[{size}] t, float[3, {size}] z) {{
            t, z = Scan (s, x) <num_scan_inputs = 1{more}, body = b (float[{size}] a, float[{size}] e)
                => (float[{size}] c, float[{size}] d) {{ c = Add(a, e) d = Mul(c, e) }}> }}"""
        x = _X if shape == "3, 2" else np.ascontiguousarray(_X.T)
        yield Text("Scan", name, text, {"s": normal(2, seed=3), "x": x}, since=9)
    old = """g (int64[2] n, float[2, 2] s, float[2, 3, 2] x) => (float[2, 2] t, float[2, 3, 2] z) {
        t, z = Scan (n, s, x) <num_scan_inputs = 1, body = b (float[2] a, float[2] e) => (float[2] c, float[2] d) {
            c = Add(a, e) d = Mul(c, e) }> }"""
    yield Text("Scan", "of examples", old, {"n": ints(3, 2), "s": normal(2, 2), "x": normal(2, 3, 2)}, since=8, until=9)


def _sequences() -> Iterator[Text]:
    two = {"x": normal(2, 3), "w": normal(2, 3, seed=1)}
    head = "g (float[2, 3] x, float[2, 3] w) => (float[a, b] y) { s = SequenceConstruct(x, w) "
    for operator in ("SequenceConstruct", "SequenceAt"):
        for place in (0, 1, -1):
            at = f"i = Constant <value = int64 {{{place}}}> () y = SequenceAt(s, i) }}"
            yield Text(operator, f"element {place}", head + at, two)
    length = "g (float[2, 3] x, float[2, 3] w) => (int64 y) { s = SequenceConstruct(x, w) y = SequenceLength(s) }"
    yield Text("SequenceLength", "of 2", length, two)
    yield Text(
        "SequenceEmpty",
        "its length",
        "g (float x) => (int64 y) { s = SequenceEmpty() y = SequenceLength(s) }",
        {"x": np.array(1, np.float32)},
    )
    for place in (0, 1, 2, -1, None):
        where = "" if place is None else ", i"
        made = "" if place is None else f"i = Constant <value = int64 {{{place}}}> () "
        tail = f"{made}r = SequenceInsert(s, z{where}) y = ConcatFromSequence <axis = 0> (r) }}"
        insert = head.replace("float[2, 3] w)", "float[2, 3] w, float[1, 3] z)") + tail
        yield Text("SequenceInsert", f"at {place}", insert, two | {"z": normal(1, 3, seed=2)})
    for place in (0, 1, -2, None):
        where = "" if place is None else ", i"
        made = "" if place is None else f"i = Constant <value = int64 {{{place}}}> () "
        erase = head + f"{made}r = SequenceErase(s{where}) y = ConcatFromSequence <axis = 0> (r) }}"
        yield Text("SequenceErase", f"at {place}", erase, two)
    for axis, new in ((0, 0), (1, 0), (-1, 0), (0, 1), (1, 1), (2, 1), (-1, 1)):
        out = "a, b, c" if new else "a, b"
        text = head.replace("float[a, b] y", f"float[{out}] y")
        tail = f"y = ConcatFromSequence <axis = {axis}, new_axis = {new}> (s) }}"
        yield Text("ConcatFromSequence", f"axis {axis}, new_axis {new}", text + tail, two)
    for given, name in (("", "by ones"), (", n", "by 2"), (", m", "by sizes")):
        for keep in (0, 1) if not given else (1,):
            text = f"""g (float[5, 3] x) => (int64 k, float[a, b] y) {{
                n = Constant <value = int64 {{2}}> () m = Constant <value = int64[2] {{1, 4}}> ()
                z = Constant <value = int64 {{1}}> ()
                s = SplitToSequence <axis = 0, keepdims = {keep}> (x{given})
                k = SequenceLength(s) y = SequenceAt(s, z) }}"""
            text = text.replace("float[a, b]", "float[a]") if not keep else text
            yield Text("SplitToSequence", f"{name}, keepdims {keep}", text, {"x": normal(5, 3)})
    mapped = """g (float[2, 3] x, float[2, 3] w, float[3] z) => (float[a, b] y) { s = SequenceConstruct(x, w)
        r = SequenceMap (s, z) <body = b (float[2, 3] e, float[3] f) => (float[2, 3] h) { h = Mul(e, f) }>
        y = ConcatFromSequence <axis = 0> (r) }"""
    yield Text("SequenceMap", "with a tensor", mapped, two | {"z": normal(3)})


def _optionals() -> Iterator[Text]:
    for operator in ("Optional", "OptionalGetElement"):
        text = "g (float[2, 3] x) => (float[2, 3] y) { o = Optional(x) y = OptionalGetElement(o) }"
        yield Text(operator, "of a tensor", text, {"x": normal(2, 3)})
    text = "g (float[2, 3] x) => (bool y) { o = Optional(x) y = OptionalHasElement(o) }"
    yield Text("OptionalHasElement", "of a tensor", text, {"x": normal(2, 3)})
    text = "g (float[2, 3] x) => (bool y) { y = OptionalHasElement(x) }"
    yield Text("OptionalHasElement", "of a plain tensor", text, {"x": normal(2, 3)}, since=18)
    text = "g (float[2, 3] x) => (float[2, 3] y) { y = OptionalGetElement(x) }"
    yield Text("OptionalGetElement", "of a plain tensor", text, {"x": normal(2, 3)}, since=18)
    text = "g (float[2, 3] x) => (bool y) { y = OptionalHasElement() }"
    yield Text("OptionalHasElement", "of nothing", text, {"x": normal(2, 3)}, since=18)
