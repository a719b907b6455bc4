"""Loading many modules at once without looking for garbage among them."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """Load modules in this block: what they make stays, so that no collection looks at it again.

    Without it the collector walks over everything loaded so far a hundred times.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
