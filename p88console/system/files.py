"""Files that are whole or not there at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from p88console.domain.errors import P88Error


@contextmanager
def made_whole(target: Path) -> Iterator[Path]:
    """A file beside the target to be written; it takes the target's place when the block ends.

    Only its owner can read it. Raises `P88Error` when it cannot be written.
    """
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        os.close(handle)
        half = Path(name)
        try:
            yield half
            half.replace(target)
        finally:
            half.unlink(missing_ok=True)
    except OSError as fault:
        raise P88Error(
            f"{target} cannot be written", str(fault.strerror or fault), "choose another place"
        ) from None


def write_whole(target: Path, content: bytes) -> None:
    """Write a file, or leave the one that is there. Raises `P88Error`."""
    with made_whole(target) as half:
        half.write_bytes(content)
