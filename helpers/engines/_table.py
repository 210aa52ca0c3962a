"""The engines as a table for a notebook."""

from __future__ import annotations

import pandas as pd

from helpers.engines.availability import check_all
from helpers.engines.base import Availability, Engine
from helpers.engines.native import Native
from helpers.engines.registry import pick


def table() -> pd.DataFrame:
    """One row an engine: what it is, and whether it can run here.

    >>> list(table().columns)[:3]
    ['version', 'binding', 'language']
    """
    engines = pick()
    found = check_all(engines)
    rows = {
        e.name: {
            "version": e.card.version or "–",
            "binding": e.card.binding,
            "language": e.card.language,
            "licence": e.card.licence,
            "released": e.card.released or "–",
            **_built(e),
            "does": e.card.does,
            "threads": e.card.threads,
            "devices": e.card.devices.partition(" (")[0],  # what is not used here stands on the card
            "available": _said(found[e.name]),
        }
        for e in engines
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("engine")


def _said(found: Availability) -> str:
    return "yes" if found else found.why if found.building is not None else f"no: {found.why}. {found.remedy}"


def _built(engine: Engine) -> dict[str, str]:
    """The size of a crate's library and the time that its build took, where it was built here."""
    built = engine.workspace.built(engine.name) if isinstance(engine, Native) else None
    if built is None:
        return {"library": "–", "build time": "–"}
    return {"library": f"{built.size / 1e6:.1f} MB", "build time": f"{built.seconds:.0f} s"}
