"""Loop, Scan and SequenceMap: operators that run a graph again and again."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any

import numpy as np
import onnx
from onnx.reference.op_run import OpRun

from helpers.reference.mends import mend

_CODE = "https://github.com/onnx/onnx/blob/main/onnx/reference/ops"


class OpWithBody(OpRun):
    """An operator whose body may use what the graph around it has computed so far."""

    def need_context(self) -> bool:
        """Always: names of the outer graph are visible in the body."""
        return True

    def _once(self, body: Any, given: Sequence[Any], context: dict[str, Any], attributes: Any) -> list[Any]:
        feeds = {**context, **dict(zip(body.input_names, given, strict=True))}
        return body.run(None, feeds, attributes=attributes)


def _true(value: Any) -> bool:
    return value is None or bool(np.asarray(value).reshape(-1)[0])


def _none(declared: onnx.TypeProto) -> np.ndarray:
    """What is collected of an output in no step at all: no rows of the shape that the body declares."""
    tensor = declared.tensor_type
    kind = onnx.helper.tensor_dtype_to_np_dtype(tensor.elem_type or onnx.TensorProto.FLOAT)
    return np.zeros((0, *(d.dim_value for d in tensor.shape.dim)), kind)


@mend(
    "Loop",
    1,
    sentence="Scan outputs are stacked along a new first axis; an empty condition means that none is checked.",
    upstream=f"{_CODE}/op_loop.py",
)
class Loop(OpWithBody):
    """Loop at all opsets."""

    def _run(
        self,
        trips: np.ndarray | None,
        condition: np.ndarray | None,
        *states: Any,
        body: Any,
        context: dict[str, Any],
        attributes: Any = None,
        **_: Any,
    ) -> tuple[Any, ...]:
        values = list(states)
        rows: list[list[Any]] = [[] for _ in body.output_names[1 + len(states) :]]
        most = None if trips is None else int(np.asarray(trips).reshape(-1)[0])
        for i in count():
            if not _true(condition) or (most is not None and i >= most):
                break
            given = [np.array(i, np.int64), np.array(_true(condition)), *values]
            condition, *made = self._once(body, given, context, attributes)
            values = made[: len(values)]
            for row, value in zip(rows, made[len(values) :], strict=True):
                row.append(value)
        kinds = body.output_types[1 + len(states) :]
        return (*values, *(np.stack(r) if r else _none(kind) for r, kind in zip(rows, kinds, strict=True)))


@mend(
    "Scan",
    9,
    sentence="Scan inputs and outputs have an axis (default 0) and a direction (1: reverse) each.",
    upstream=f"{_CODE}/op_scan.py",
)
class Scan(OpWithBody):
    """Scan from opset 9."""

    def _run(
        self,
        *inputs: Any,
        body: Any,
        num_scan_inputs: int,
        context: dict[str, Any],
        scan_input_axes: Sequence[int] | None = None,
        scan_input_directions: Sequence[int] | None = None,
        scan_output_axes: Sequence[int] | None = None,
        scan_output_directions: Sequence[int] | None = None,
        attributes: Any = None,
        **_: Any,
    ) -> tuple[Any, ...]:
        n = len(inputs) - num_scan_inputs
        states, scanned = list(inputs[:n]), inputs[n:]
        axes = list(scan_input_axes or [0] * len(scanned))
        back = list(scan_input_directions or [0] * len(scanned))
        steps = scanned[0].shape[axes[0]]
        rows: list[list[np.ndarray]] = [[] for _ in body.output_names[n:]]
        for i in range(steps):
            slices = [x.take(steps - 1 - i if b else i, a) for x, a, b in zip(scanned, axes, back, strict=True)]
            made = self._once(body, [*states, *slices], context, attributes)
            states = made[:n]
            for row, value in zip(rows, made[n:], strict=True):
                row.append(value)
        out_axes = list(scan_output_axes or [0] * len(rows))
        out_back = list(scan_output_directions or [0] * len(rows))
        kinds = body.output_types[n:]
        return (
            *states,
            *(
                np.stack(row[::-1] if b else row, a) if row else np.moveaxis(_none(kind), 0, a)
                for row, a, b, kind in zip(rows, out_axes, out_back, kinds, strict=True)
            ),
        )


@mend(
    "Scan",
    8,
    9,
    sentence="All inputs and outputs have a first axis of examples, and each example its own length of sequence.",
    upstream=f"{_CODE}/op_scan.py",
)
class ScanOfExamples(OpWithBody):
    """Scan of opset 8."""

    def _run(
        self,
        lens: np.ndarray | None,
        *inputs: Any,
        body: Any,
        num_scan_inputs: int,
        context: dict[str, Any],
        directions: Sequence[int] | None = None,
        attributes: Any = None,
        **_: Any,
    ) -> tuple[Any, ...]:
        n, (examples, longest) = len(inputs) - num_scan_inputs, inputs[-1].shape[:2]
        back = list(directions or [0] * num_scan_inputs)
        ends: list[list[Any]] = []
        for example in range(examples):
            states: list[Any] = [x[example] for x in inputs[:n]]
            steps = longest if lens is None else int(lens[example])
            rows: list[list[np.ndarray]] = [[] for _ in body.output_names[n:]]
            for i in range(steps):
                slices = [x[example, steps - 1 - i if b else i] for x, b in zip(inputs[n:], back, strict=True)]
                made = self._once(body, [*states, *slices], context, attributes)
                states = made[:n]
                for row, value in zip(rows, made[n:], strict=True):
                    row.append(value)
            padded = [np.stack([*row, *[np.zeros_like(row[0])] * (longest - steps)]) for row in rows]
            ends.append([*states, *padded])
        return tuple(np.stack(values) for values in zip(*ends, strict=True))


@mend(
    "SequenceMap",
    17,
    sentence="Each additional input is either a sequence, of which each step takes one, or a tensor for all steps.",
    upstream=f"{_CODE}/op_sequence_map.py",
)
class SequenceMap(OpWithBody):
    """SequenceMap with any number of sequences."""

    def _run(
        self,
        first: list[Any],
        *others: Any,
        body: Any,
        context: dict[str, Any],
        attributes: Any = None,
        **_: Any,
    ) -> tuple[Any, ...]:
        steps = [
            self._once(body, [x, *(o[i] if isinstance(o, list) else o for o in others)], context, attributes)
            for i, x in enumerate(first)
        ]
        return tuple([step[i] for step in steps] for i in range(len(body.output_names)))
