"""A case: one operator, at one version, with one setting, as a small model with inputs.

A family's module lists settings. Each is made into a case at every version of the operator whose schema allows it:
that has its attributes, its number of inputs and their types. So a setting is written down once, for all versions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import import_module
from itertools import count
from pkgutil import iter_modules
from typing import Any
from zlib import crc32

import numpy as np
import onnx
import onnx.parser
from onnx.defs import OpSchema
from onnx.helper import make_attribute, make_graph, make_model, make_node, make_opsetid, make_tensor_value_info

NEWEST = 10_000
_FEWEST_IR = 8  # initializers need not be inputs, whatever the opset
_ONE_IN = 4  # of the settings that a version has in common with one that means the same
_TYPES = {f"tensor({name.lower()})": number for name, number in onnx.TensorProto.DataType.items()}
_NAMES = {number: name for name, number in _TYPES.items()}


@dataclass(frozen=True)
class Case:
    """One combination of operator, version and setting."""

    operator: str
    opset: int
    setting: str
    model: bytes = field(repr=False)
    inputs: Mapping[str, np.ndarray] = field(repr=False)
    domain: str = ""
    repeats: bool = False  # the former version means the same, and has this case too
    rounds: bool = False  # to what the file says is the point, so that the judge is asked in the file's precision

    def __str__(self) -> str:
        return f"{self.operator}-{self.opset}: {self.setting}"


@dataclass(frozen=True)
class Setting:
    """How one operator is used: its inputs in order (None: left out), and its attributes."""

    operator: str
    inputs: tuple[np.ndarray | None, ...]
    attributes: Mapping[str, Any]
    note: str = ""
    constants: frozenset[int] = frozenset()  # the places of inputs that are weights
    outputs: tuple[bool, ...] = (True,)  # whether each is wanted
    types: tuple[int, ...] = ()  # of the outputs, where the schema does not tell
    back: bool = False  # the output is cast to float32, since bindings do not give its type
    since: int = 1
    until: int = NEWEST
    domain: str = ""

    @property
    def name(self) -> str:
        """The setting in words."""
        parts = [self.note] if self.note else []
        parts += [f"{key}={_short(value)}" for key, value in self.attributes.items()]
        parts += [_said(array, i in self.constants) for i, array in enumerate(self.inputs)]
        if len(self.outputs) > 1:
            parts.append(f"{sum(self.outputs)} outputs")
        return ", ".join(parts)

    def cases(self) -> Iterator[Case]:
        """The case at every version that allows it."""
        former = None
        for schema in versions(self.operator, self.domain):
            if self.since <= schema.since_version < self.until and self._fits(schema):
                repeats = former is not None and _says_the_same(former, schema) and self._fits(former)
                yield replace(self._case(schema), repeats=repeats)
            former = schema

    def _fits(self, schema: OpSchema) -> bool:
        known = schema.attributes
        if schema.deprecated or any(a.required and name not in self.attributes for name, a in known.items()):
            return False
        for name, value in self.attributes.items():
            if name not in known or make_attribute(name, value).type != int(known[name].type):
                return False
        return len(self.outputs) <= schema.max_output and self._inputs_fit(schema)

    def _inputs_fit(self, schema: OpSchema) -> bool:
        if not schema.min_input <= len(self.inputs) <= schema.max_input:
            return False
        for array, wanted in zip(self.inputs, _formal(schema.inputs, len(self.inputs)), strict=True):
            if array is None:
                if wanted.option != OpSchema.FormalParameterOption.Optional:
                    return False
            elif _NAMES[_type(array)] not in wanted.types:
                return False
        return True

    def _case(self, schema: OpSchema) -> Case:
        opset = schema.since_version
        names = [f"x{i}" if array is not None else "" for i, array in enumerate(self.inputs)]
        given = {name: array for name, array in zip(names, self.inputs, strict=True) if array is not None}
        weights = [f"x{i}" for i in self.constants if f"x{i}" in given]
        outputs = [f"y{i}" if wanted else "" for i, wanted in enumerate(self.outputs)]
        types = {name: self._type_of(schema, i) for i, name in enumerate(outputs) if name}
        nodes = [make_node(self.operator, names, outputs, domain=self.domain, **self.attributes)]
        if self.back:
            nodes.append(make_node("Cast", outputs, ["y"], to=onnx.TensorProto.FLOAT))
            types = {"y": onnx.TensorProto.FLOAT}
        graph = make_graph(
            nodes,
            "g",
            [make_tensor_value_info(n, _type(a), a.shape) for n, a in given.items() if n not in weights],
            [make_tensor_value_info(name, kind, None) for name, kind in types.items()],
            [onnx.numpy_helper.from_array(given[name], name) for name in weights],
        )
        model = model_of(graph, opset, self.domain)
        inputs = {name: array for name, array in given.items() if name not in weights}
        return Case(self.operator, opset, self.name, model.SerializeToString(), inputs, self.domain)

    def _type_of(self, schema: OpSchema, place: int) -> int:
        if place < len(self.types) and self.types[place]:
            return self.types[place]
        formal = _formal(schema.outputs, place + 1)[place]
        kind = next(iter(formal.types)) if len(formal.types) == 1 else formal.type_str
        for array, formal in zip(self.inputs, _formal(schema.inputs, len(self.inputs)), strict=True):
            if array is not None and formal.type_str == kind:
                return _type(array)
        if kind not in _TYPES:
            raise ValueError(f"{self.operator}, {self.name}: say the type of output {place}")
        return _TYPES[kind]


@dataclass(frozen=True)
class Text:
    """A graph in onnx's own language around one operator, at every version of it."""

    operator: str
    setting: str
    text: str
    inputs: Mapping[str, np.ndarray]
    since: int = 1
    until: int = NEWEST
    rounds: bool = False

    def cases(self) -> Iterator[Case]:
        """The case at every version in the range."""
        for schema in versions(self.operator, ""):
            if self.since <= schema.since_version < self.until and not schema.deprecated:
                head = f'<ir_version: 10, opset_import: ["": {schema.since_version}]>'
                model = model_of(onnx.parser.parse_model(head + self.text).graph, schema.since_version)
                data = model.SerializeToString()
                yield Case(self.operator, schema.since_version, self.setting, data, self.inputs, rounds=self.rounds)


def setting(
    operator: str,
    *inputs: np.ndarray | None,
    note: str = "",
    constants: Sequence[int] = (),
    outputs: int | Sequence[bool] = 1,
    types: Sequence[int] = (),
    back: bool = False,
    since: int = 1,
    until: int = NEWEST,
    domain: str = "",
    **attributes: Any,
) -> Setting:
    """A setting; what is not said is usual."""
    wanted = (True,) * outputs if isinstance(outputs, int) else tuple(outputs)
    places = frozenset(constants)
    arrays = tuple(array if array is None else np.asarray(array) for array in inputs)
    return Setting(operator, arrays, attributes, note, places, wanted, tuple(types), back, since, until, domain)


def model_of(graph: onnx.GraphProto, opset: int, domain: str = "") -> onnx.ModelProto:
    """A model of an opset, in the oldest format that may hold it and that needs no weights among its inputs."""
    imports = [make_opsetid(domain, opset)]
    if domain:
        imports.append(make_opsetid("", 17))
    lowest = onnx.helper.find_min_ir_version_for(imports, ignore_unknown=True)
    return make_model(graph, opset_imports=imports, ir_version=max(_FEWEST_IR, lowest))


@cache
def versions(operator: str, domain: str) -> tuple[OpSchema, ...]:
    """Every version of an operator's schema, the oldest first."""
    return _history()[domain, operator]


@cache
def _history() -> Mapping[tuple[str, str], tuple[OpSchema, ...]]:
    found: dict[tuple[str, str], list[OpSchema]] = {}
    for schema in onnx.defs.get_all_schemas_with_history():
        found.setdefault((schema.domain, schema.name), []).append(schema)
    return {key: tuple(sorted(each, key=lambda s: s.since_version)) for key, each in found.items()}


def _says_the_same(one: OpSchema, other: OpSchema) -> bool:
    """Whether two versions differ by no more than the types that they allow."""
    return _meaning(one) == _meaning(other)


def _meaning(schema: OpSchema) -> tuple[Any, ...]:
    parameters = [[(p.name, p.option, p.min_arity) for p in each] for each in (schema.inputs, schema.outputs)]
    attributes = {n: (a.required, a.default_value, a.description.split()) for n, a in schema.attributes.items()}
    return schema.doc.split(), attributes, parameters, schema.deprecated


def normal(*shape: int, scale: float = 1.0, dtype: Any = np.float32, seed: int = 0) -> np.ndarray:
    """Random numbers, the same at every call with the same arguments; whole ones where the type is whole."""
    rng = np.random.default_rng(crc32(repr((shape, scale, seed)).encode()))
    values = rng.normal(size=shape) * scale
    kind = np.dtype(dtype)
    if kind.kind == "b":
        return values > 0
    if kind.kind == "u":
        return np.minimum(np.abs(values) * 3, np.iinfo(kind).max).astype(kind)
    if kind.kind == "i":
        return np.clip(values * 3, np.iinfo(kind).min, np.iinfo(kind).max).astype(kind)
    return np.asarray(values).astype(kind)


def distinct(*shape: int, dtype: Any = np.float32, seed: int = 0) -> np.ndarray:
    """The numbers 0, 1 … in random order, centred: no two are equal."""
    count = int(np.prod(shape))
    values = np.random.default_rng(seed).permutation(count) - (0 if np.dtype(dtype).kind == "u" else count // 2)
    return values.reshape(shape).astype(dtype)


def ints(*values: int, dtype: Any = np.int64) -> np.ndarray:
    """A vector of whole numbers, as axes and shapes are."""
    return np.array(values, dtype)


def families() -> Iterator[tuple[str, Iterable[Setting | Text]]]:
    """Every family's name and settings."""
    package = import_module("benchmarks.judging.families")
    for module in iter_modules(package.__path__):
        yield module.name, import_module(f"{package.__name__}.{module.name}").settings()


def cases(operators: Sequence[str] = ()) -> list[Case]:
    """All cases, or those of some operators; of those that a version repeats, one in so many."""
    found: dict[tuple[str, str, int], dict[str, Case]] = {}
    for _, settings in families():
        for each in settings:
            if not operators or each.operator in operators:
                for case in each.cases():
                    found.setdefault((case.domain, case.operator, case.opset), {}).setdefault(case.setting, case)
    return [case for _, each in sorted(found.items()) for case in _thinned(each.values())]


def _thinned(cases: Iterable[Case]) -> Iterator[Case]:
    numbers = count()
    return (case for case in cases if not case.repeats or next(numbers) % _ONE_IN == 0)


def _type(array: np.ndarray) -> int:
    return int(onnx.helper.np_dtype_to_tensor_dtype(array.dtype))


def _formal(parameters: Sequence[Any], count: int) -> list[Any]:
    """The formal parameter of each of so many arguments; the last one may go on."""
    return [parameters[min(i, len(parameters) - 1)] for i in range(count)]


def _said(array: np.ndarray | None, constant: bool) -> str:
    if array is None:
        return "none"
    kind = "string" if array.dtype.kind in "OU" else str(array.dtype)
    if (constant or array.dtype == np.int64) and 0 < array.size <= 8 and array.dtype.kind in "iub":
        return f"{kind} {_short(array.tolist())}"
    return f"{kind}[{','.join(map(str, array.shape))}]"


def _short(value: Any) -> str:
    if isinstance(value, onnx.TensorProto):
        value = onnx.numpy_helper.to_array(value).tolist()
    text = str(value).replace(" ", "") if not isinstance(value, str) else value
    return text if len(text) <= 40 else text[:37] + "…"
