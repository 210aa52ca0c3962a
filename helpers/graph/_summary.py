"""What concerns a whole file: a table, some sentences, and both as a notebook shows them."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd

from helpers.graph import _operators
from helpers.graph._weights import Weights
from helpers.modelfile.nodes import File
from helpers.modelfile.scopes import scopes
from helpers.units import many

if TYPE_CHECKING:
    from helpers.graph._facts import Facts


def rows(
    file: File, weights: Weights, nodes: list[dict[str, Any]], parameters: int, macs: int | None, unknown: int, per: str
) -> list[dict[str, Any]]:
    """Name and value of each fact about the whole file; the nodes of functions count where they are defined."""
    proto = file.proto
    opsets = ", ".join(f"{domain or 'ai.onnx'} {version}" for domain, version in _operators.opsets(proto).items())
    inside = sum(1 for scope in scopes(proto) if scope.outer is not None)
    known = [row["multiply-adds"] for row in nodes if row["multiply-adds"] is not None]
    found = {
        "file": str(file.path) if file.path is not None else "in memory",
        "file size": file.size,
        "IR version": proto.ir_version,
        "opsets": opsets,
        "producer": f"{proto.producer_name} {proto.producer_version}".strip(),
        "model": f"{proto.domain} {proto.model_version or ''}".strip(),
        "doc": proto.doc_string,
        "graph": proto.graph.name,
        "graph's doc": proto.graph.doc_string,
        "nodes": len(nodes),
        "initializers": len(weights.rows),
        "functions": len(proto.functions),
        "subgraphs": inside,
        "parameters": parameters,
        f"multiply-adds of a {per}": macs
        if macs is not None
        else f"{sum(known)} and those of {unknown} nodes that are unknown",
        "bytes of weights": sum(row["bytes"] for row in weights.rows),
    }
    found |= {f"metadata: {entry.key}": entry.value for entry in proto.metadata_props}
    return [{"name": name, "value": value} for name, value in found.items()]


def sentences(facts: Facts) -> str:
    """The facts in three sentences."""
    operators = len(set(zip(facts.operators["operator"], facts.operators["domain"], strict=True)))
    counts = (
        f"{many(len(facts.nodes), 'node')} of {many(operators, 'operator')} and {many(facts.parameters, 'parameter')}"
    )
    if facts.macs is None:
        takes = f"How many multiply-adds a {facts.per} takes is unknown for {many(facts.unknown, 'node')}."
    else:
        takes = f"A {facts.per} takes {many(facts.macs, 'multiply-add')}."
    odd = len(facts.odd)
    end = "Nothing is odd." if not odd else f"{many(odd, 'thing')} {'is' if odd == 1 else 'are'} odd: see odd."
    return f"{facts.name} holds {counts}. {takes} {end}"


def page(facts: Facts) -> str:
    """The same, the summary and what is odd, as HTML; every name of the file is escaped."""
    with pd.option_context("display.max_colwidth", 200, "display.max_rows", 60):
        tables = [facts.summary.to_html(index=False, escape=True)]
        if len(facts.odd):
            tables.append(facts.odd.to_html(index=False, escape=True))
    return f"<p>{escape(str(facts))}</p>{''.join(tables)}"
