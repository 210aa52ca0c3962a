"""A widget's JavaScript: several plain files, joined into one module, without a build."""

from __future__ import annotations

from pathlib import Path

_SHARED = Path(__file__).with_name("_dom.js")


def joined(*files: Path) -> str:
    """The text of the files in their order, after what all widgets share (``_dom.js``).

    >>> "function make(" in joined()
    True
    """
    return "\n".join(path.read_text(encoding="utf-8") for path in (_SHARED, *files))
