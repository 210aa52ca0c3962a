"""A plugin for the run of the lessons: with the solution each check shows ✓; the exercise runs too, and shows ✗.

``python -m pytest -p tests.checks_said --nbval-lax notebooks``: nbval runs each cell, and this looks at what the cells
that check an answer said. So each lesson runs once for both.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from nbval.plugin import IPyNbCell


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """After a cell has run."""
    result = yield
    if isinstance(item, IPyNbCell) and is_check(item.cell.source):
        said = "".join(out["text"] for out in item.test_outputs if out["output_type"] == "stream")
        refuse(said, solved=Path(item.path).parent.name == "solutions")
    return result


def is_check(source: str) -> bool:
    """Whether a cell checks an answer."""
    return re.search(r"^check\(", source, re.M) is not None


def refuse(said: str, *, solved: bool) -> None:
    """Fail where a check said something else than it must."""
    line = next((line for line in said.splitlines() if line.startswith(("✓ ", "✗ "))), said)
    assert line.startswith("✓ " if solved else "✗ "), line
    assert line.endswith("not done yet") is not solved, line
