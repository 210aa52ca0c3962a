"""The engines as a table for a notebook."""

from __future__ import annotations

import pandas as pd

from helpers.engines.availability import check_all
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
            "does": e.card.does,
            "threads": e.card.threads,
            "devices": e.card.devices,
            "available": "yes" if found[e.name] else f"no: {found[e.name].why}. {found[e.name].remedy}",
        }
        for e in engines
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("engine")
