"""Run a command where nothing can be reached, and count what it tried to send all the same.

``python tests/without_network.py COMMAND …`` fails if it tried; where the system has no network namespaces (Linux, as
root), it just runs the command.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

COUNTERS = {"Ip": ("OutNoRoutes",), "Udp": ("OutDatagrams", "NoPorts")}  # packets without a route, questions for names
_INSIDE = """
counters=$1; shift
ip link set lo up 2>/dev/null
"$@"
status=$?
grep -E '^(Ip|Udp):' /proc/net/snmp > "$counters"
exit $status
"""


def possible() -> bool:
    """Whether this system has such namespaces for us."""
    if shutil.which("unshare") is None:
        return False
    return subprocess.run(["unshare", "--net", "true"], capture_output=True, check=False).returncode == 0


def run(command: list[str], **more: object) -> tuple[subprocess.CompletedProcess[str], dict[str, int]]:
    """What became of a command, and the counters that are not zero."""
    with tempfile.TemporaryDirectory() as folder:
        counters = Path(folder, "counters")
        inside = ["unshare", "--net", "bash", "-c", _INSIDE, "inside", str(counters), *command]
        done = subprocess.run(inside, check=False, text=True, **more)  # type: ignore[call-overload]
        lines = [line.split() for line in counters.read_text().splitlines()]
    counts: dict[str, int] = {}
    for names, values in zip(lines[::2], lines[1::2], strict=True):
        found = dict(zip(names, values, strict=True))
        counts |= {name: int(found[name]) for name in COUNTERS[names[0].rstrip(":")] if int(found[name])}
    return done, counts


if __name__ == "__main__":
    if not possible():
        sys.exit(subprocess.run(sys.argv[1:], check=False).returncode)
    ended, sent = run(sys.argv[1:])
    if sent:
        print(f"It reached for the network: {sent}", file=sys.stderr)
    sys.exit(ended.returncode or bool(sent))
