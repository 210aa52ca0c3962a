"""How much error is too much, output by output: a multiple of what float32 alone costs this model.

The model's *floor* is the reference in the file's own precision against itself in float64. An engine that adds up in
another order is off by a few floors, so :data:`MULTIPLE` of them are allowed, and never less than
:data:`helpers.compare.judge.TOLERANCE`. A quantised model is allowed :data:`STEPS` steps of its last quantisation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from helpers.compare.judge import Tensors, error, tolerance_of
from helpers.compare.quantised import Step, steps
from helpers.compare.wording import share
from helpers.modelfile.model import Model
from helpers.units import number

MULTIPLE = 10  # of the floor; engines that are right stayed below 5 (benchmarks/judge.py)
STEPS = 2  # of the last quantisation: a value at the edge of one may be rounded either way, before and in it
_CAP = 1e-3  # beyond it an error could as well be arithmetic in 16 bits


@dataclass(frozen=True)
class Allowance:
    """What is allowed of one output, as a norm-wise error, and why."""

    output: str
    allowed: float
    floor: float | None  # None: unknown, since the reference did not run in the file's own precision
    why: str
    # What two who are right may differ by, whatever the user asks for: more than ``allowed`` where the floor is so high
    # that an error could as well be arithmetic in 16 bits. What lies between the two decides nothing.
    between: float
    asked: bool = False  # by the user, so that what exceeds it is wrong, however little the file's precision can tell

    def __str__(self) -> str:
        return f"{self.allowed:.0e} ({self.why})"


def allowances(
    model: Model, wide: Sequence[Tensors], plain: Sequence[Tensors], *, tolerance: float | None = None
) -> dict[str, Allowance]:
    """What is allowed, by output.

    Parameters
    ----------
    wide, plain
        The reference's answers to the same samples in float64 and in the file's own precision; ``plain`` may be
        shorter, or empty where it does not run.
    tolerance
        What the user allows of every output instead.
    """
    least, found = tolerance_of(model.outputs), {}
    edges = steps(model.data) if wide else {}
    for info in model.outputs:
        floor = max((error(p[info.name], w[info.name]) for p, w in zip(plain, wide, strict=False)), default=None)
        exact = info.dtype.kind in "iubO"  # whole numbers, truth and text; indices and labels, mostly
        cap = 0.0 if exact else max(least, _CAP if info.dtype.kind == "f" else 0.0)
        allowed, why = (0.0, "exactly the same") if exact else (least, f"at least {number(least)} is allowed")
        if floor is not None and MULTIPLE * floor > least and not exact:
            allowed = min(MULTIPLE * floor, cap)
            why = f"{MULTIPLE} × the floor of {share(floor)}" if allowed < cap else f"at most {number(cap)}"
        if info.name in edges and (step := _share(edges[info.name], [w[info.name] for w in wide])) * STEPS > allowed:
            allowed, why = STEPS * step, f"{STEPS} steps of {share(step)} in {edges[info.name].node}"
        given = Allowance(info.name, allowed, floor, why, max(allowed, MULTIPLE * (floor or 0.0)))
        found[info.name] = (
            given if tolerance is None else replace(given, allowed=tolerance, why="as you asked", asked=True)
        )
    return found


def _share(step: Step, values: Sequence[np.ndarray]) -> float:
    """A step of the last quantisation as a share of the output's largest value."""
    if step.size is None:
        return 1 / step.levels
    largest = max((float(np.abs(v.astype(np.float64)).max()) for v in values if v.size), default=0.0)
    return step.size / largest if largest else 1 / step.levels
