"""Netron's drawing as one page for a frame: no server, no request, no consent box, no telemetry, no age limit.

The modules of the installed wheel that read ONNX and draw are joined into one classic script, with a host of our own
(``_netron_host.js``) in place of ``browser.js``. Netron promises nothing about its insides, so whatever is not as it
was in 9.0.0 to 9.3.3 is told by name (:class:`NetronChanged`). What was asked of Netron itself:
https://github.com/lutzroeder/netron/issues/1346
"""

from __future__ import annotations

import base64
import gzip
import json
import re
import secrets
from functools import cache
from importlib import metadata, resources
from importlib.resources.abc import Traversable
from pathlib import Path

from helpers.errors import LabError

Operators = frozenset[tuple[str, str]]  # domain, operator

_MODULES = ("text", "protobuf", "base", "grapher", "dagre", "zip", "flatbuffers", "json", "onnx-proto", "onnx", "view")
_HOST = Path(__file__).parent / "_netron_host.js"
_NEEDS = {  # what the host takes hold of; looked for in the sources, so that a change is told before it is drawn
    "view.js": (
        "view.View = class",
        "view.Graph = class",
        "set target(value)",
        "async open(context)",
        "async export(file)",
        "showNodeProperties(",
        "showConnectionProperties(",
        "showTensorProperties(",
        "async showDefinition(type)",
        "async pushTarget(",
        "this._table = new Map()",
        "emit(event, data)",
        "select(selection",
    ),
    "base.js": ("BinaryStream",),
    "index.html": ('id="target"', "</head>", "</body>", '<link rel="stylesheet" type="text/css" href="grapher.css">'),
}
_TABLE = """(() => { 'use strict';
const LAB = window.__LAB__, $modules = {}, $cache = {};
const $require = (id) => {
  if (!(id in $cache)) {
    if (!(id in $modules)) throw new Error(`${id} is not part of this page`);
    $cache[id] = {};
    $modules[id]($cache[id]);
  }
  return $cache[id];
};
const $import = async (id) => $require(id);
"""
_UNPACK = """(async () => {
  const packed = Uint8Array.from(atob('%s'), (c) => c.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  const script = document.createElement('script');
  script.nonce = '%s';
  script.textContent = await new Response(stream).text();
  document.body.append(script);
})();"""


# Around shapes Netron writes brackets of Chinese and Japanese texts, which are boxes where no such font is installed.
_SIGNS = {"\\u3008": "(", "\\u3009": ")"}


# The view around the frame has buttons for these; two sets would be one too many, and each a stop for the Tab key.
_TWICE = ("zoom-in", "zoom-out", "menu", "sidebar-model", "sidebar-target")
_OURS = f"""<style>
{", ".join(f"#{name}-button" for name in _TWICE)} {{ display: none !important; }}
#toolbar-path:not(:has(.toolbar-path-name-button)) {{ display: none; }}
#sidebar:not([style*="opacity: 1"]) {{ visibility: hidden; }}
</style>"""  # what is not seen is not reached by the Tab key either


class NetronChanged(LabError):
    """The installed Netron is not built as this suite knows it; the text views still work."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"netron {_version()} cannot be drawn with: {what}; install one that is known to work "
            '(pip install "netron>=9,<=9.3.3"), or read the graph as text: graph.describe(model)'
        )


def page(operators: Operators, *, token: str) -> str:
    """The page of a frame, without a model: that comes by a message.

    Parameters
    ----------
    operators
        The domains and names of the operators whose documentation and category the page is to know.
    token
        What the page and its parent know each other's messages by.

    Raises
    ------
    NetronChanged
        The installed Netron is missing, or built in another way.

    >>> "Netron" in page(frozenset(), token="t")
    True
    """
    nonce = secrets.token_hex(16)
    # Only our own script runs: what a file says in a documentation string has no nonce, and nothing is ever fetched.
    policy = f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'unsafe-inline'; img-src data: blob:"
    known = {"token": token, "version": _version(), "assets": {"onnx-metadata.json": _documentation(operators)}}
    script = f"window.__LAB__ = {json.dumps(known)};\n{_bundle()}"
    packed = base64.b64encode(gzip.compress(script.encode(), 6)).decode()
    head = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    body = f'<script nonce="{nonce}">{_UNPACK % (packed, nonce)}</script>'
    return _document().replace("<head>", f"<head>\n{head}", 1).replace("</body>", f"{body}\n</body>")


@cache
def _files() -> Traversable:
    try:
        return resources.files("netron")
    except ModuleNotFoundError:
        raise NetronChanged("no package of that name is installed") from None


def _version() -> str:
    try:
        return metadata.version("netron")
    except metadata.PackageNotFoundError:
        return "(none)"


def _read(name: str) -> str:
    try:
        source = (_files() / name).read_text("utf-8")
    except OSError:
        raise NetronChanged(f"it has no {name}") from None
    for needed in _NEEDS.get(name, ()):
        if needed not in source:
            raise NetronChanged(f"{name} no longer holds {needed!r}")
    return source


@cache
def _bundle() -> str:
    parts = [_TABLE, *map(_classic, _MODULES)]
    return "".join([*parts, "(() => {\n", _HOST.read_text("utf-8"), "\n})();\n})();\n"])


def _classic(name: str) -> str:
    """A module of Netron as an entry of the page's table of modules."""
    source = _read(f"{name}.js")
    for rare, plain in _SIGNS.items():
        source = source.replace(rare, plain)
    source = re.sub(r"^import \* as (\w+) from '(\./[\w-]+\.js)';$", r"const \1 = $require('\2');", source, flags=re.M)
    source = re.sub(r"(?<![.\w$])import\((?=['\"])", "$import(", source)
    exported = r"const {\1} = \2; Object.assign(exports, {\1});"
    source = re.sub(r"^export const \{([^}]*)\} = (\w+);$", exported, source, flags=re.M)
    source = re.sub(r"^export const (\w+) = ", r"const \1 = exports.\1 = ", source, flags=re.M)
    left = re.search(r"^\s*(?:import|export)\s[^(].*$", source, flags=re.M)
    if left:
        raise NetronChanged(f"{name}.js says {left[0].strip()!r}")
    return f"$modules['./{name}.js'] = (exports) => {{ 'use strict';\n{source}\n}};\n"


@cache
def _document() -> str:
    """Netron's page without its scripts, icons and links, and with its style sheet inside."""
    page = _read("index.html")
    page = re.sub(r'<(?:meta http-equiv="Content-Security-Policy"|link rel="[^"]*icon[^"]*").*?>\n', "", page)
    page = re.sub(r"<script\b.*?</script>\n", "", page, flags=re.S)
    page = page.replace('href="javascript:void(0)"', 'role="button" tabindex="0" aria-label="Close"')
    css = f'<style id="grapher-css">{_read("grapher.css")}</style>'
    page = page.replace('<link rel="stylesheet" type="text/css" href="grapher.css">', css + _OURS)
    if left := re.search(r"<(?:script|link)\b[^>]*>", page):
        raise NetronChanged(f"index.html holds {left[0]!r}")
    return page


@cache
def _catalogue() -> list[dict]:
    return json.loads(_read("onnx-metadata.json"))


def _documentation(operators: Operators) -> str:
    known = [entry for entry in _catalogue() if (entry.get("module") or "ai.onnx", entry["name"]) in operators]
    return json.dumps(known, separators=(",", ":"))
