"""The command ``onnx-lab``: the suite for scripts, CI and the terminal.

Exit status: 0 done, 1 a comparison found something wrong, 2 bad usage or a bad file (one line says what to do).
"""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from helpers.engines.errors import BadInput, LabError

app = typer.Typer(
    help="The engines that execute ONNX models, side by side.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain lines: for logs, for screen readers, and quicker to start
)
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Inputs = Annotated[
    Path | None, typer.Option(help="An .npz: one array per graph input, samples stacked on a new first axis.")
]
Dims = Annotated[list[str] | None, typer.Option(help="The size of a symbolic dimension, e.g. batch=4.")]
Tolerance = Annotated[float | None, typer.Option(help="Largest norm-wise error that counts as right.")]
Engines = Annotated[str | None, typer.Option("--engines", help="Engines by name, e.g. onnxruntime,tract-wheel.")]


def main() -> None:
    """Run the command; what is wrong is said in one line."""
    try:
        app()
    except LabError as error:
        print(f"onnx-lab: {error}", file=sys.stderr)
        sys.exit(2)


@app.command()
def engines(as_json: Json = False) -> None:
    """Every engine: version, binding, whether it can run here, or why not and what to do."""
    from helpers.engines.availability import check_all
    from helpers.engines.registry import pick

    found = pick()
    can = check_all(found)
    rows = [
        {
            "name": engine.name,
            "binding": engine.card.binding,
            "version": engine.card.version or None,
            "available": can[engine.name].available,
            "why": can[engine.name].why,
            "remedy": can[engine.name].remedy,
            "building": can[engine.name].building,
        }
        for engine in found
    ]
    if as_json:
        print(json.dumps(rows, indent=2))
        return
    from helpers import _terminal

    _terminal.print_engines(rows)


@app.command()
def compare(
    model: Annotated[Path, typer.Argument(help="An .onnx file.")],
    inputs: Inputs = None,
    names: Engines = None,
    dim: Dims = None,
    tolerance: Tolerance = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many samples.")] = None,
    allow_nan: Annotated[bool, typer.Option("--allow-nan", help="Take inputs that hold NaN.")] = False,
    as_json: Json = False,
) -> None:
    """Run a model in every engine on the same inputs, and compare the answers with the reference's."""
    from helpers import _terminal
    from helpers import compare as comparing

    with _terminal.progress() as report:
        result = comparing.compare(
            model,
            inputs=inputs,
            engines=names,
            dims=_dims(dim or []),
            tolerance=tolerance,
            limit=limit,
            allow_nan=allow_nan,
            progress=report,
        )
    if as_json:
        print(json.dumps(result.to_json(), indent=2))
    else:
        _terminal.print_comparison(result)
    if any(row.outcome not in ("right", "unavailable") for row in result.rows):
        raise typer.Exit(1)


@app.command()
def facts(
    model: Annotated[Path, typer.Argument(help="An .onnx file.")],
    nodes: Annotated[bool, typer.Option("--nodes", help="Also each node and each weight.")] = False,
    as_json: Json = False,
) -> None:
    """What a model file holds, and what is odd about it; nothing is run."""
    from helpers import _terminal_facts, graph

    _terminal_facts.print_facts(graph.facts(model), nodes=nodes, as_json=as_json)


@app.command()
def bench(
    model: Annotated[Path, typer.Argument(help="An .onnx file, or the .json of a measurement, to show it again.")],
    inputs: Inputs = None,
    names: Engines = None,
    processes: Annotated[int, typer.Option(help="Fresh processes for each engine.")] = 10,
    seconds: Annotated[float, typer.Option(help="Of calls in each process.")] = 0.1,
    seed: Annotated[int, typer.Option(help="Of the order in which the processes run.")] = 0,
    dim: Dims = None,
    tolerance: Tolerance = None,
    to: Annotated[str | None, typer.Option(help="The engine that ratios are against, instead of the fastest.")] = None,
    as_is: Annotated[bool, typer.Option("--as-is", help="Never measure a portable form of a refused file.")] = False,
    out: Annotated[Path | None, typer.Option(help="Keep all in this .json; one that was begun goes on.")] = None,
    baseline: Annotated[Path | None, typer.Option("--against", help="An earlier .json: exit 1 if slower now.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write one page with tables and figures, readable offline.")] = None,
    as_json: Json = False,
) -> None:
    """Measure latency: fresh processes, answers checked first, intervals, the noise floor (see lesson 04)."""
    from helpers import _terminal
    from helpers import bench as benching
    from helpers.bench.baseline import refuse_unlike

    old = None if baseline is None else benching.load(baseline)
    if model.suffix == ".json":
        result = benching.load(model)
    else:
        plan = benching.plan(
            model,
            engines=names,
            inputs=inputs,
            dims=_dims(dim or []),
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
        with _terminal.progress() as report:
            result = benching.run(plan, out=out, report=report)
    changes = () if old is None else benching.against(result, old)
    if html is not None:
        from helpers.bench.page import write

        write(result, html, to=to, changes=changes)
    if as_json:
        found = {**result.to_json(to=to), "changes": [change.to_json() for change in changes]}
        print(json.dumps(found, indent=2, allow_nan=False))
    else:
        _terminal.print_bench(result, to=to, changes=changes)
    if not result.finished:
        raise typer.Exit(130)
    wrong = any(row.struck and row.outcome != "unavailable" for row in result.rows)
    if any(change.worse for change in changes) or (wrong and old is None):
        raise typer.Exit(1)


@app.command()
def build(
    names: Annotated[list[str] | None, typer.Argument(metavar="[ENGINE]...", help="All by default.")] = None,
    as_json: Json = False,
) -> None:
    """Build the engines that are Rust crates, the cheapest first; what is built already is skipped."""
    from helpers import _terminal
    from helpers.engines import build as building

    for ending in ("SIGTERM", "SIGHUP"):  # as Ctrl-C: cargo is to end too
        if hasattr(signal, ending):
            signal.signal(getattr(signal, ending), signal.default_int_handler)
    if building.running():
        print("Another build is running; this one follows it.", file=sys.stderr)
    with _terminal.builds() as report:
        done = building.build(names, report=report)
    if as_json:
        rows = [{"name": p.engine, "state": p.state, "why": p.why, "remedy": p.remedy} for p in done.values()]
        print(json.dumps(rows, indent=2))
    if any(progress.state == "failed" for progress in done.values()):
        raise typer.Exit(1)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def lab(context: typer.Context) -> None:
    """Start JupyterLab on the first notebook; what follows is handed to JupyterLab, e.g. --no-browser."""
    from helpers.lab import start

    sys.exit(start(context.args))


def _dims(given: list[str]) -> dict[str, int]:
    sizes = {}
    for text in given:
        name, _, size = text.partition("=")
        if not name or not size.isdecimal():
            raise BadInput(f"--dim {text!r}: give NAME=SIZE with a whole number, e.g. batch=4")
        sizes[name] = int(size)
    return sizes


if __name__ == "__main__":
    main()
