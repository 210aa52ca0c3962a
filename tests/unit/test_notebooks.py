"""The lessons: stripped, small, in step with their solutions. What they do is seen where they run: ``make lessons``."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import nbformat
import pytest

from tests import checks_said
from tests.conftest import ROOT

sys.path.insert(0, str(ROOT / "notebooks"))
from make_exercises import exercises, strip, text

LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SOLUTIONS = sorted((ROOT / "notebooks" / "solutions").glob("*.ipynb"))
LARGEST = 40 * 1024  # bytes


def read(path: Path) -> nbformat.NotebookNode:
    return nbformat.read(path, as_version=4)


def name(path: Path) -> str:
    return path.relative_to(ROOT / "notebooks").as_posix()


@pytest.mark.parametrize("path", LESSONS + SOLUTIONS, ids=name)
def test_stripped_and_small(path: Path):
    assert path.stat().st_size <= LARGEST
    notebook = read(path)
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in notebook.cells)
    assert path.read_text(encoding="utf-8") == text(strip(notebook)), "run `make notebooks`"


def test_every_lesson_has_solutions_and_is_made_from_them():
    assert [p.name for p in LESSONS] == [p.name for p in SOLUTIONS]
    for lesson, solution in zip(LESSONS, SOLUTIONS, strict=True):
        assert lesson.read_text(encoding="utf-8") == text(exercises(read(solution))), "run `make notebooks`"


def test_the_index_names_every_lesson():
    index = (ROOT / "notebooks" / "README.md").read_text(encoding="utf-8")
    for lesson in LESSONS:
        assert f"({lesson.name})" in index


@pytest.mark.parametrize("path", LESSONS, ids=name)
def test_shape(path: Path):
    cells = read(path).cells
    code = sorted(len([line for line in c.source.splitlines() if line.strip()]) for c in cells if c.cell_type == "code")
    assert 25 <= len(cells) <= 45
    assert code[int(0.9 * len(code))] <= 12
    assert code[-1] <= 25
    first = cells[0].source
    for what in ("# ", "What you'll do", "What you'll learn", "What you need", "minutes", "(README.md)"):
        assert what in first
    assert "## On your own" in cells[-1].source
    assert "## Further reading" in cells[-1].source


@pytest.mark.parametrize("path", LESSONS, ids=name)
def test_links(path: Path):
    for cell in read(path).cells:
        if cell.cell_type == "markdown":
            for target in re.findall(r"\]\(([^)#]+)\)", cell.source):
                assert target.startswith("https://") or (path.parent / target).exists(), target


@pytest.mark.parametrize("path", LESSONS + SOLUTIONS, ids=name)
def test_there_are_checks(path: Path):
    """What they say is looked at where the lessons run, see tests/checks_said.py."""
    assert sum(cell.cell_type == "code" and checks_said.is_check(cell.source) for cell in read(path).cells) >= 3


@pytest.mark.parametrize("solved", [True, False])
def test_what_a_check_must_say(solved: bool):
    right, stub, wrong = "✓ pads: [1, 1, 1, 1]\n", "✗ pads: not done yet\n", "✗ pads: 3. Count again.\n"
    checks_said.refuse(right if solved else stub, solved=solved)
    for other in (stub if solved else right, wrong, "", "a traceback"):
        with pytest.raises(AssertionError):
            checks_said.refuse(other, solved=solved)
