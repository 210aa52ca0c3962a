"""The command ``onnx-lab``: the suite for scripts, CI and the terminal.

Exit status: 0 done, 1 something is wrong or nothing was measured, 2 bad usage or a bad file (one line says what to do).
"""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from helpers._bench import bench
from helpers._cli_portable import portable
from helpers._options import Dims, Engines, Inputs, Json, Shapes, Tolerance, dims, shapes
from helpers._streams import told
from helpers.errors import LabError
from helpers.units import visible

app = typer.Typer(
    help="The engines that execute ONNX models, side by side.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain lines: for logs, for screen readers, and quicker to start
)


def main() -> None:
    """Run the command; what is wrong is said in one line."""
    with told():
        try:
            app()
        except LabError as error:
            print(f"onnx-lab: {visible(str(error))}", file=sys.stderr)
            sys.exit(2)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"onnx-lab {version('onnx-engine-lab')}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """The engines that execute ONNX models, side by side."""


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
    shape: Shapes = None,
    tolerance: Tolerance = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Use at most this many samples.")] = None,
    allow_nan: Annotated[bool, typer.Option("--allow-nan", help="Accept inputs that contain NaN.")] = False,
    as_json: Json = False,
) -> None:
    """Run a model in every engine on the same inputs, and compare the answers with the reference's."""
    from helpers import _terminal
    from helpers import compare as comparing
    from helpers._progress import progress

    with progress() as report:
        result = comparing.compare(
            model,
            inputs=inputs,
            engines=names,
            dims=dims(dim),
            shapes=shapes(shape),
            tolerance=tolerance,
            limit=limit,
            allow_nan=allow_nan,
            progress=report,
        )
    if as_json:
        print(json.dumps(result.to_json(), indent=2))
    else:
        _terminal.print_comparison(result)
    outcomes = {row.outcome for row in result.rows}
    if outcomes - {"right", "unavailable"} or "right" not in outcomes:
        raise typer.Exit(1)


@app.command()
def facts(
    model: Annotated[Path, typer.Argument(help="An .onnx file.")],
    nodes: Annotated[bool, typer.Option("--nodes", help="Also list every node and every weight.")] = False,
    dim: Dims = None,
    shape: Shapes = None,
    as_json: Json = False,
) -> None:
    """What a model file holds, and what is odd about it; nothing is run."""
    from helpers import _terminal_facts, graph

    _terminal_facts.print_facts(graph.facts(model, dims=dims(dim), shapes=shapes(shape)), nodes=nodes, as_json=as_json)


app.command()(bench)
app.command()(portable)


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


if __name__ == "__main__":
    main()
