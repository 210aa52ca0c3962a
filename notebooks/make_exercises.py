"""Make the lessons that learners open from those with the solutions, and strip both.

``notebooks/solutions/*.ipynb`` are written by hand. A lesson is the same notebook without the cells tagged
``solution``. Stripped means: no outputs, no counts, no widget state. A test holds the two together.

Run ``python notebooks/make_exercises.py`` (or ``make notebooks``) after a change.
"""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path

import nbformat
from nbformat import NotebookNode

HERE = Path(__file__).resolve().parent


def strip(notebook: NotebookNode) -> NotebookNode:
    """A copy without what a run leaves behind."""
    clean = deepcopy(notebook)
    clean.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for number, cell in enumerate(clean.cells):
        cell.id = f"cell-{number:02}"  # in order, so that a diff shows what changed and nothing else
        tags = cell.metadata.get("tags")
        cell.metadata = {"tags": tags} if tags else {}
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return clean


def exercises(solutions: NotebookNode) -> NotebookNode:
    """The notebook without its solutions."""
    kept = deepcopy(solutions)
    kept.cells = [cell for cell in kept.cells if "solution" not in cell.metadata.get("tags", [])]
    return strip(kept)


def text(notebook: NotebookNode) -> str:
    """As it is stored."""
    return nbformat.writes(notebook, version=4) + "\n"


def main() -> None:
    """Strip every notebook with solutions in place, and write the lesson that belongs to it."""
    for path in sorted((HERE / "solutions").glob("*.ipynb")):
        solutions = strip(nbformat.read(path, as_version=4))
        path.write_text(text(solutions), encoding="utf-8")
        (HERE / path.name).write_text(text(exercises(solutions)), encoding="utf-8")
        print(f"{path.name}: {len(solutions.cells)} cells")


if __name__ == "__main__":
    main()
