"""Which node of one model is which of another."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping

from helpers.modelfile.nodes import Place

Kind = tuple[str, str, str, str]  # before or after its neighbour, where it stands, its domain and operator


def partners(before: Mapping[str, Place], after: Mapping[str, Place]) -> dict[str, str]:
    """The node after for each node before that has one: by name, then by operator and neighbours.

    >>> import onnx
    >>> def places(*nodes):
    ...     return {node[1]: Place(onnx.helper.make_node(*node[::2], [node[1]]), "") for node in nodes}
    >>> partners(places(("Neg", "a", ["x"]), ("Abs", "y", ["a"])), places(("Neg", "b", ["x"]), ("Abs", "y", ["b"])))
    {'y': 'y', 'a': 'b'}
    """
    found = {key: key for key, place in before.items() if key in after and after[key].where == place.where}
    taken = set(found.values())
    olds, news = _neighbours(before), _neighbours(after)
    # An input or a weight, which no node makes, goes by its own name.
    free = [name for name in olds if name in news and name not in before and name not in after]
    waiting = deque([*found.items(), *((name, name) for name in free)])
    while waiting:
        old, new = waiting.popleft()
        left = _by_kind(before, (near for near in olds[old] if near[1] not in found))
        right = _by_kind(after, (near for near in news[new] if near[1] not in taken))
        for kind, keys in left.items():
            if len(keys) == len(right.get(kind, ())) == 1 and keys[0] not in found and right[kind][0] not in taken:
                found[keys[0]] = right[kind][0]
                taken.add(right[kind][0])
                waiting.append((keys[0], right[kind][0]))
    return found


def _by_kind(nodes: Mapping[str, Place], near: Iterable[tuple[str, str]]) -> dict[Kind, list[str]]:
    found = defaultdict(list)
    for side, key in near:
        place = nodes[key]
        found[side, place.where, place.node.domain, place.node.op_type].append(key)
    return found


def _neighbours(nodes: Mapping[str, Place]) -> dict[str, dict[tuple[str, str], None]]:
    """For each node and each name that none makes: ("<", the node that makes what it takes), (">", one that takes it).

    >>> import onnx
    >>> _neighbours({"y": Place(onnx.helper.make_node("Neg", ["x"], ["y"]), "")})
    {'y': {}, 'x': {('>', 'y'): None}}
    """
    makers = {name: key for key, place in nodes.items() for name in place.node.output if name}
    found: dict[str, dict[tuple[str, str], None]] = {key: {} for key in nodes}
    for key, place in nodes.items():
        for name in filter(None, place.node.input):
            maker = makers.get(name)
            if maker is not None:
                found[key]["<", maker] = None
            found.setdefault(name if maker is None else maker, {})[">", key] = None
    return found
