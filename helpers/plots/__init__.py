"""Every figure of the suite. Each comes with one sentence that holds its numbers: its alternative text.

>>> from helpers import plots
>>> plots.accuracies({"as it should be": 0.99, "inverted": 0.3})
Read right: as it should be 99 %, inverted 30 %.
"""

from __future__ import annotations

from helpers.plots._look import Told
from helpers.plots.digits import accuracies, pictures, scores, stages
from helpers.plots.latency import dots, ecdf, phases, ratios
from helpers.plots.maps import feature_maps, histogram
from helpers.plots.processes import process_intervals, run_order, warm_up

__all__ = [
    "Told",
    "accuracies",
    "dots",
    "ecdf",
    "feature_maps",
    "histogram",
    "phases",
    "pictures",
    "process_intervals",
    "ratios",
    "run_order",
    "scores",
    "stages",
    "warm_up",
]
