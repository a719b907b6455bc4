"""Keeps one thread answering keys while others work: shorter turns, rarer sweeps of the memory."""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

TURN_S = 0.000_5
"""How long a thread that computes may keep one waiting that has a key to answer."""

SETTLED_S = 2.0
"""Machine seconds after which nearly all that stays for the whole run has been made."""

SWEEPS = (5_000, 10, 50)
"""The collector's thresholds; a page of rows in the making is no reason to look at everything."""


@contextmanager
def attentive() -> Iterator[None]:
    """Within the block, keys come before throughput; to be entered in a running event loop."""
    turn, sweeps = sys.getswitchinterval(), gc.get_threshold()
    sys.setswitchinterval(TURN_S)
    gc.set_threshold(*SWEEPS)
    settling = asyncio.get_running_loop().call_later(SETTLED_S, gc.freeze)
    try:
        yield
    finally:
        settling.cancel()
        gc.unfreeze()
        gc.set_threshold(*sweeps)
        sys.setswitchinterval(turn)
