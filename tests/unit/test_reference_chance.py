"""Which outputs draw at random."""

from __future__ import annotations

import onnx.parser
import pytest

from helpers.reference.chance import random_outputs


def found(text: str, opset: int = 15) -> dict[str, str]:
    return random_outputs(onnx.parser.parse_model(f'<ir_version: 8, opset_import: ["": {opset}, "d": 1]> {text}'))


def reason(operator: str, name: str) -> str:
    return f"it depends on {operator} {name!r}, which draws at random"


def test_only_what_depends_on_it():
    text = "g (float[2] p) => (float[2] y, float[2] z) { b = Bernoulli <seed = 1.0> (p) y = Neg(b) z = Neg(p) }"
    assert found(text) == {"y": reason("Bernoulli", "b")}


@pytest.mark.parametrize(
    "call",
    [
        "RandomNormal <shape = [2]> ()",
        "RandomUniform <shape = [2]> ()",
        "RandomNormalLike(p)",
        "RandomUniformLike(p)",
    ],
)
def test_all_that_draw(call: str):
    operator = call.split("<")[0].split("(")[0].strip()
    assert found(f"g (float[2] p) => (float[2] y) {{ y = {call} }}") == {"y": reason(operator, "y")}


def test_nothing_at_all():
    assert found("g (float[2] p) => (float[2] y) { y = Neg(p) }") == {}


@pytest.mark.parametrize(("training", "ratio", "drawn"), [(1, "0.5", True), (0, "0.5", False), (1, "0.0", False)])
def test_dropout_where_constants_say_that_it_trains(training: int, ratio: str, drawn: bool):
    text = f"""g (float[2] p) => (float[2] y) {{
      t = Constant <value = bool {{{training}}}> () r = Constant <value = float {{{ratio}}}> ()
      y = Dropout(p, r, t) }}"""
    assert bool(found(text)) == drawn


def test_dropout_without_a_mode_does_not_train():
    assert found("g (float[2] p) => (float[2] y) { y = Dropout(p) }") == {}
    assert found("g (float[2] p, bool t) => (float[2] y) { y = Dropout(p, , t) }") == {}


@pytest.mark.parametrize(("attributes", "drawn"), [("", True), ("<is_test = 1>", False)])
def test_dropout_of_old_files_trains_by_default(attributes: str, drawn: bool):
    assert bool(found(f"g (float[2] p) => (float[2] y) {{ y = Dropout {attributes} (p) }}", opset=6)) == drawn


def test_branches():
    text = """g (bool c, float[2] p) => (float[2] y, float[2] z) {
      y, z = If (c) <then_branch = t () => (float[2] a, float[2] b) { a = Bernoulli(p) b = Neg(p) },
                     else_branch = e () => (float[2] u, float[2] v) { u = Neg(p) v = Abs(p) }> }"""
    assert found(text) == {"y": reason("Bernoulli", "a")}


def test_a_loop_hands_it_on_from_state_to_state():
    text = """g (int64 n, bool c, float[2] p) => (float[2] x, float[2] y, float[2] z) {
      x, y, z = Loop (n, c, p, p, p) <body = b (int64 i, bool k, float[2] x0, float[2] y0, float[2] z0)
        => (bool l, float[2] x1, float[2] y1, float[2] z1) {
        l = Identity(k) x1 = Identity(y0) y1 = Bernoulli(y0) z1 = Neg(z0) }> }"""
    assert found(text) == {"x": reason("Bernoulli", "y1"), "y": reason("Bernoulli", "y1")}


def test_a_loop_of_random_length():
    text = """g (float[1] p) => (float[1] x) {
      n = Constant <value = int64 {3}> () b = Bernoulli(p) c = Cast <to = 9> (b)
      x = Loop (n, c, p) <body = b (int64 i, bool k, float[1] x0) => (bool l, float[1] x1) {
        l = Identity(k) x1 = Neg(x0) }> }"""
    assert found(text) == {"x": reason("Bernoulli", "b")}


def test_a_scan():
    text = """g (float[1] p, float[3, 1] q) => (float[1] x, float[3, 1] y) {
      x, y = Scan <num_scan_inputs = 1, body = b (float[1] a, float[1] v) => (float[1] c, float[1] d) {
        c = Neg(a) d = Bernoulli(v) }> (p, q) }"""
    assert found(text) == {"y": reason("Bernoulli", "d")}


def test_functions():
    text = """g (float[2] p) => (float[2] y, float[2] z) { y, z = d.f(p) w = d.h(z) }
      <domain: "d", opset_import: ["": 15, "d": 1]> f (x) => (a, b) { a = d.h(x) b = Neg(x) }
      <domain: "d", opset_import: ["": 15]> h (x) => (a) { a = Bernoulli(x) }"""
    assert found(text) == {"y": reason("Bernoulli", "a")}
