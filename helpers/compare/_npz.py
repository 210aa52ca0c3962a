"""An .npz file that nobody vouches for, read within limits and away from the kernel."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np

from helpers.errors import BadInput
from helpers.modelfile.model import gate
from helpers.process.reader import reads

_MOST = 2**30  # bytes that a file may unpack to


@reads()
def read(path: Path) -> dict[str, np.ndarray]:
    """Its arrays by name; BadInput where it is none, is truncated, holds objects, or unpacks to more than a GiB."""
    with gate(str(path)):
        if not path.is_file():
            raise BadInput(f"{path} is not a file; give an .npz with one array per input")
        with path.open("rb") as file:
            start = file.read(6)
    if start == b"\x93NUMPY":
        raise BadInput(f"{path} holds one unnamed array; save with numpy.savez(path, input_name=array)")
    try:
        if not start.startswith(b"PK"):
            raise zipfile.BadZipFile
        _refuse_large(path)
        with np.load(path, allow_pickle=False) as found:
            return {name: found[name] for name in found.files}
    except BadInput:
        raise
    except Exception as error:  # zlib's, lzma's and tokenize's errors too
        if "allow_pickle" in str(error):
            raise BadInput(f"{path} holds an object array; save plain numbers, e.g. .astype('float32')") from None
        raise BadInput(f"{path} is not an .npz file, or is truncated; save it again with numpy.savez") from None


def _refuse_large(path: Path) -> None:
    """Each array is as large as its header says, and no larger than what is unpacked, whatever the header says."""
    with zipfile.ZipFile(path) as packed:
        total = sum(info.file_size for info in packed.infolist())  # of which zipfile unpacks no more
        if total > _MOST:
            said = f"{path} unpacks to {total / 2**30:.1f} GiB, and 1 GiB is taken"
            raise BadInput(f"{said}; give fewer or smaller samples")
        for info in packed.infolist():
            with packed.open(info) as member:
                first = np.lib.format.read_magic(member) == (1, 0)
                read_header = np.lib.format.read_array_header_1_0 if first else np.lib.format.read_array_header_2_0
                shape, _, kind = read_header(member)
            if not kind.hasobject and int(np.prod(shape, dtype=object)) * kind.itemsize > info.file_size:
                raise zipfile.BadZipFile
