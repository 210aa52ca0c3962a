"""Time per node, as an engine's own profile tells it.

The engine gets a copy of the model in which each node's name is a mark, such as ``@7@``: engines make the names of
their own steps of it, and a mark cannot be taken for another, as ``x`` can for the start of ``x_1``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

import numpy as np
import onnx

from helpers.compare.inputs import samples
from helpers.engines.options import Options
from helpers.engines.profiling import Profile, profile
from helpers.engines.steps import Step
from helpers.engines.worker import Isolated
from helpers.graph._by_node import macs
from helpers.graph._copy import copied
from helpers.graph._fused import Groups, grouped
from helpers.graph.values import Values
from helpers.modelfile.model import read_model
from helpers.modelfile.nodes import Source, key, places, subgraphs
from helpers.units import precise, some

_MARK = re.compile(r"@(\d+)@")
_NAMED = 6  # nodes or steps that a note names; it counts the others


def times(
    model: Source,
    engine: str | Isolated = "onnxruntime",
    *,
    inputs: Mapping[str, np.ndarray] | None = None,
    calls: int = 30,
    optimisation: Literal["all", "none"] = "all",
) -> Values:
    """The seconds that each node of the main graph takes: the median over calls, by the engine's own profile.

    What runs inside an If, Loop or Scan counts for that node. A node of which the engine's plan shows nothing has
    None; the note counts these, and tells what the profile itself costs.

    Parameters
    ----------
    engine
        One that has a profile: its name, or one with a process already.
    inputs
        Arrays by name, the same at each call; by default a digit for a model like MNIST, else seeded random numbers.
    optimisation
        "all": what the engine runs. "none": nearly each node of the file still has a step of its own.

    Raises
    ------
    BadInput
        The engine has no profile (the message names those that have), or what is given does not fit.
    EngineError
        The engine cannot load or run the model.

    >>> found = times("models/mnist.onnx", optimisation="none", calls=3)
    >>> max(found.by_node, key=found.by_node.get) in ("Convolution28_Output_0", "Convolution110_Output_0")
    True
    """
    proto = copied(model)
    owners = _mark(proto)
    data = proto.SerializeToString()
    given = inputs if inputs is not None else samples(read_model(data).inputs, count=1)[0]
    found = profile(engine, data, given, calls=calls, options=Options(optimisation=optimisation))
    seconds, rest = _match(found, proto, owners)
    work = {node: value for node, value in macs(proto).by_node.items() if isinstance(value, int | float)}
    by_node, groups = grouped(proto, seconds, work, by_the_last=any(step.gives for step in found.steps))
    others = _sums(rest)
    note = _note(found, by_node, groups, rest, optimisation)
    return Values(f"time by {found.engine}", "s", by_node, note, groups, others)


def _sums(steps: list[Step]) -> dict[str, float]:
    """Seconds by what steps do that are not a node of the file, such as laying numbers out anew for the processor."""
    found: dict[str, float] = {}
    for step in steps:
        found[step.operator] = found.get(step.operator, 0.0) + step.seconds
    return {f"({operator}, no node)": seconds for operator, seconds in found.items()}


def _mark(proto: onnx.ModelProto) -> list[tuple[str, bool]]:
    """Name each node by its number; the list tells for each the main graph's node it counts for, and if it is that."""
    owners: list[tuple[str, bool]] = []
    for place in places(proto):
        if place.where.startswith("function "):
            break  # what calls the function counts for it; functions come last
        outer = place.key if place.where == "" else owners[-1][0]
        place.node.name = f"@{len(owners)}@"
        owners.append((outer, place.where == ""))
    return owners


def _match(
    found: Profile, proto: onnx.ModelProto, owners: list[tuple[str, bool]]
) -> tuple[dict[str, float | None], list[Step]]:
    """The seconds by node, and the steps that are not nodes of the file."""
    own: dict[str, float] = {}
    inside: dict[str, float] = {}  # what runs in a branch or loop: already part of the node that holds it ...
    rest, others = [], _by_other_names(proto)
    for step in found.steps:
        if marks := _MARK.findall(step.name):
            node, main = owners[int(marks[-1])]
            into = own if main else inside
            into[node] = into.get(node, 0.0) + step.seconds
        elif step.name in others:
            own[others[step.name]] = own.get(others[step.name], 0.0) + step.seconds
        else:
            rest.append(step)
    seconds = inside | own  # ... unless the engine took the branch out of it
    makers = _makers(proto)
    for step in list(rest):  # a fused node with a name of its own counts for the node whose tensor it makes
        node = makers.get(step.gives, "")
        if node and node not in seconds:
            seconds[node] = step.seconds
            rest.remove(step)
    return {key(node): seconds.get(key(node)) for node in proto.graph.node}, rest


def _by_other_names(proto: onnx.ModelProto) -> dict[str, str]:
    """Names without a mark that engines give to the step of a node."""
    # ONNX Runtime names a step in the layout NCHWc by the tensor that it makes.
    named = {f"{name}_nchwc": key(node) for node in proto.graph.node for name in node.output if name}
    # tract calls each If "If".
    ifs = [key(node) for node in proto.graph.node if node.op_type == "If"]
    return named | ({"If": ifs[0]} if len(ifs) == 1 else {})


def _makers(proto: onnx.ModelProto) -> dict[str, str]:
    """The node that makes a tensor; none where the step that makes it may be just the last of those inside the node."""
    functions = {(function.domain, function.name) for function in proto.functions}
    plain = [n for n in proto.graph.node if not any(subgraphs(n)) and (n.domain, n.op_type) not in functions]
    return {name: key(node) for node in plain for name in node.output if name}


def _note(
    found: Profile, by_node: Mapping[str, float | None], groups: Groups, rest: list[Step], optimisation: str
) -> str:
    told = [
        f"{found.engine}'s own profile, optimisation {optimisation}: median of {found.calls} calls",
        f"a call took {precise(found.call)} with the profile, whose cost is in the times, and "
        f"{precise(found.plain)} without, as Python sees it",
    ]
    members = {name for group in groups.values() for name, _ in group}
    if members:
        told.append(
            f"{len(members)} nodes run as one with another, whose time is theirs too: {some(sorted(members), _NAMED)}"
        )
    unseen = [name for name, value in by_node.items() if value is None and name not in members]
    if unseen:
        told.append(f"no step in a call (worked out at load, or left out): {some(unseen, _NAMED)}")
    if rest:
        names = [f"{step.name} ({step.operator})" if step.name else step.operator for step in rest]
        took = sum(step.seconds for step in rest)
        told.append(f"steps that are not nodes of the file took {_share(took, found.call)}: {some(names, _NAMED)}")
    between = found.call - sum(v for v in by_node.values() if isinstance(v, float)) - sum(s.seconds for s in rest)
    if between > 0:
        told.append(f"between the steps went {_share(between, found.call)}")
    return "; ".join(told)


def _share(seconds: float, whole: float) -> str:
    return f"{precise(seconds)}, {100 * seconds / whole:.0f} % of the call" if whole else precise(seconds)
