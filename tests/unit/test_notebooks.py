"""The lessons: stripped, small, in step with their solutions; every solution passes its check, every stub runs."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

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


@pytest.mark.timeout(600)
@pytest.mark.parametrize("path", LESSONS + SOLUTIONS, ids=name)
def test_checks(path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """With the solution each check shows ✓; the stub runs too and shows ✗."""
    monkeypatch.setenv("ONNX_LAB_QUICK", "1")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))  # what is measured so shortly is not to be remembered
    notebook = read(path)
    NotebookClient(
        notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(path.parent)}}
    ).execute()
    checks = [cell for cell in notebook.cells if cell.cell_type == "code" and re.search(r"^check\(", cell.source, re.M)]
    said = [next(o.text for o in cell.outputs if o.output_type == "stream" and o.name == "stdout") for cell in checks]
    assert len(said) >= 3
    for line in said:
        assert line.startswith("✓ " if path in SOLUTIONS else "✗ "), line
        assert line.endswith("not done yet\n") == (path not in SOLUTIONS)
