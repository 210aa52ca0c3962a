"""The command ``onnx-lab bench``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from helpers._options import Dims, Engines, Inputs, Json, Shapes, Tolerance, dims, shapes
from helpers.errors import BadInput
from helpers.units import visible


def bench(
    model: Annotated[Path, typer.Argument(help="An .onnx file, or the .json of a measurement, to show it again.")],
    inputs: Inputs = None,
    names: Engines = None,
    processes: Annotated[int, typer.Option(help="Fresh processes per engine.")] = 10,
    seconds: Annotated[float, typer.Option(help="Seconds that each process spends calling the engine.")] = 0.1,
    seed: Annotated[int, typer.Option(help="Seed for the order in which the processes run.")] = 0,
    dim: Dims = None,
    shape: Shapes = None,
    tolerance: Tolerance = None,
    to: Annotated[str | None, typer.Option(help="Baseline engine for ratios, instead of the fastest.")] = None,
    as_is: Annotated[
        bool, typer.Option("--as-is", help="Do not measure a portable form where an engine refuses the file.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="Save results to this .json; resumes an unfinished run.")] = None,
    baseline: Annotated[
        Path | None, typer.Option("--against", help="Compare with an earlier .json; exit status 1 if slower now.")
    ] = None,
    html: Annotated[Path | None, typer.Option(help="Write tables and figures to one page that opens offline.")] = None,
    as_json: Json = False,
) -> None:
    """Measure latency: fresh processes, answers checked first, intervals, the noise floor (see lesson 04)."""
    from helpers import _terminal
    from helpers import bench as benching
    from helpers._progress import progress
    from helpers.bench.baseline import refuse_unlike
    from helpers.files import refuse_unwritable

    sources = [path for path in (model, inputs, baseline) if path is not None]
    for option, path, ending in (("--html", html, ".html"), ("--out", out, ".json")):
        if path is not None:  # now, not after the work
            refuse_unwritable(path, sources)
            if path.suffix != ending:
                raise BadInput(f"{option} {path}: give a name that ends in {ending}")
    old = None if baseline is None else benching.load(baseline)
    if model.suffix == ".json":
        result = benching.load(model)
    else:
        plan = benching.plan(
            model,
            engines=names,
            inputs=inputs,
            dims=dims(dim),
            shapes=shapes(shape),
            processes=processes,
            seconds=seconds,
            seed=seed,
            portable=not as_is,
            tolerance=tolerance,
        )
        if to is not None and to not in [entry.name for entry in plan.entries]:
            raise BadInput(f"--to {to}: there is no such entry; give one of {', '.join(map(str, plan.entries))}")
        if old is not None:
            refuse_unlike(old, plan.to_json())
        with progress() as report:
            result = benching.run(plan, out=out, report=report)
    changes = () if old is None else benching.against(result, old)
    if as_json:
        found = {**result.to_json(to=to), "changes": [change.to_json() for change in changes]}
        print(json.dumps(found, indent=2, allow_nan=False))
    else:
        _terminal.print_bench(result, to=to, changes=changes)
    if html is not None:  # after the table: a page that cannot be written costs no result
        from helpers.report.page import write

        write(result, html, to=to, changes=changes)
    for trouble in filter(None, (result.unsaved, result.forgotten)):
        print(f"onnx-lab: {visible(trouble)}", file=sys.stderr)
    if result.stopped:
        raise typer.Exit(1)
    if not result.finished:
        raise typer.Exit(130)
    wrong = any(row.struck and row.outcome != "unavailable" for row in result.rows)
    measured = any(row.p50_s is not None and not row.struck for row in result.rows)
    if any(change.worse for change in changes) or (wrong and old is None) or not measured or result.unsaved:
        raise typer.Exit(1)
