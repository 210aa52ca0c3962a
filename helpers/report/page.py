"""A measurement as one page: tables and figures in a single file that opens without a network."""

from __future__ import annotations

import base64
import gzip
import json
import secrets
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

from plotly.offline import get_plotlyjs

from helpers import plots
from helpers.bench import machine
from helpers.bench.baseline import Change
from helpers.bench.result import Result
from helpers.bench.rows import Row
from helpers.bench.tables import cells
from helpers.files import replace
from helpers.plots import Told
from helpers.plots._look import THEMED

_HERE = Path(__file__).parent

_STYLE = """
:root { color-scheme: light dark; --line: #8884; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
body { overflow-wrap: anywhere; }
table { border-collapse: collapse; font-size: 14px; font-variant-numeric: tabular-nums; }
.wide { overflow-x: auto; max-width: calc(100vw - 3rem); }
th, td { padding: .25rem .6rem; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:first-child, td:nth-child(2), th:nth-child(2) { text-align: left; }
thead th { font-weight: 600; }
figure { margin: 1.5rem 0; overflow-x: auto; }
figcaption { font-size: 15px; }
.note { border-left: 4px solid #D55E00; padding-left: .8rem; }
pre { white-space: pre-wrap; }
"""


def write(result: Result, path: Path | str, *, to: str | None = None, changes: Sequence[Change] = ()) -> None:
    """Write the page.

    Raises
    ------
    BadInput
        The file cannot be written.
    """
    replace(Path(path), "\n".join(_page(result, to, changes)))


def _page(result: Result, to: str | None, changes: Sequence[Change]) -> Iterator[str]:
    title, nonce = f"Latency of {result.plan['model']['title']}", secrets.token_urlsafe(16)
    yield f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
    # Nothing runs but the script below, and nothing is fetched, whatever a result file from elsewhere says.
    policy = f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'unsafe-inline'; img-src data:"
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<style>{_STYLE}{THEMED}</style></head><body><main>"
    yield f"<h1>{escape(title)}</h1>"
    yield from (f'<p class="note">{escape(remark)}</p>' for remark in result.remarks)
    yield f"<p>{escape(str(result))}</p>"
    if changes:
        yield "<h2>Against the baseline</h2><ul>"
        yield from (f"<li>{escape(str(change))}</li>" for change in changes)
        yield "</ul>"
    rows = result.against(to)
    yield from _table(rows)
    if any(row.ratio is not None for row in rows):
        figures = (plots.ecdf(result), plots.ratios(result, to), plots.phases(result), plots.warm_up(result))
        for told in (*figures, plots.run_order(result)):
            yield from _figure(told, nonce)
        yield _script(nonce)
    yield "<h2>How it was measured</h2><ul>"
    for facts in result.machines.values():
        yield f"<li>{escape(machine.summary(facts))}</li>"
    plan = result.plan
    times = f"seed {_said(plan['seed'])}, up to {plan['seconds']:g} s of calls in each"
    yield f"<li>{_said(plan['processes'])} fresh processes an engine, in rounds, shuffled ({times})</li>"
    yield f"<li>{_said(plan['inputs']['samples'])} inputs in turns; errors against {escape(result.reference)}</li>"
    yield f"<li>Load averages before {_said(result.load_before)}, after {_said(result.load_after)}</li>"
    if result.instrument is not None:
        yield f"<li>{escape(str(result.instrument))}</li>"
    yield f"</ul><details><summary>The plan</summary><pre>{escape(json.dumps(plan, indent=1))}</pre></details>"
    yield "</main></body></html>"


def _table(rows: Sequence[Row]) -> Iterator[str]:
    lines = [cells(row, strike=False) for row in rows]
    yield '<div class="wide" tabindex="0"><table><thead><tr>'
    yield "".join(f'<th scope="col">{escape(name)}</th>' for name in lines[0])
    yield "</tr></thead><tbody>"
    for row, line in zip(rows, lines, strict=True):
        first, *rest = (escape(str(text)) for text in line.values())
        tag = ("<s>", "</s>") if row.struck else ("", "")
        body = "".join(f"<td>{tag[0] if n else ''}{text}{tag[1] if n else ''}</td>" for n, text in enumerate(rest))
        yield f'<tr><th scope="row">{first}</th>{body}</tr>'
    yield "</tbody></table></div><ul>"
    for row in rows:
        for said in row.notes:
            yield f"<li>{escape(row.engine)}: {escape(said)}</li>"
    yield "</ul>"


def _said(value: object) -> str:
    return escape(str(value))


def _figure(told: Told, nonce: str) -> Iterator[str]:
    """A place for the figure, and its data, which the script draws; in words where nothing can draw."""
    drawn = told.figure.to_json().replace("<", "\\u003c")  # so that no text in it ends the element
    yield f'<figure><div class="drawn" role="img" aria-label="{escape(told.sentence)}"></div>'
    yield f'<script type="application/json" nonce="{nonce}">{drawn}</script>'
    yield f"<figcaption>{escape(told.sentence)}</figcaption></figure>"


def _script(nonce: str) -> str:
    """plotly.js, once and packed (a third of its size), and what unpacks it and draws."""
    packed = base64.b64encode(gzip.compress(get_plotlyjs().encode(), 9, mtime=0)).decode()
    return (
        f'<script type="application/gzip" id="plotly" nonce="{nonce}">{packed}</script>'
        f'<script nonce="{nonce}">{(_HERE / "page.js").read_text(encoding="utf-8")}</script>'
    )
