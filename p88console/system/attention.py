"""Keeps one thread answering keys while others work: they wait for it, or take short turns."""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

TURN_S = 0.000_5
"""How long a thread that computes may keep one waiting that has a key to answer."""

SETTLED_S = 2.0
"""Machine seconds after which nearly all that stays for the whole run has been made."""

SWEEPS = (25_000, 2, 50)
"""The collector's thresholds: a page of rows in the making is no garbage, and no reason to look."""

PATIENCE_S = 0.1
"""How long work waits at most for one answer to be painted."""

_free = threading.Event()
_free.set()


def answering() -> None:
    """An answer is in the making: work on many rows waits until `answered`."""
    _free.clear()


def answered() -> None:
    """What was asked for is painted, so work goes on."""
    _free.set()


def give_way() -> None:
    """Wait while an answer is in the making; called between rows, in threads that only work.

    Whoever waited in vain sets all others free too: a lost answer costs the patience once.
    """
    if not _free.is_set() and not _free.wait(PATIENCE_S):
        _free.set()


@contextmanager
def seldom_swept() -> Iterator[None]:
    """Within the block, the collector looks for garbage after whole pages of rows, not amidst.

    What was there before is the program itself: it is not looked at again.
    """
    sweeps = gc.get_threshold()
    gc.set_threshold(*SWEEPS)
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
        gc.set_threshold(*sweeps)


@contextmanager
def attentive() -> Iterator[None]:
    """Within the block, keys come before throughput; to be entered in a running event loop."""
    turn = sys.getswitchinterval()
    sys.setswitchinterval(TURN_S)
    settling = asyncio.get_running_loop().call_later(SETTLED_S, gc.freeze)
    try:
        yield
    finally:
        settling.cancel()
        gc.unfreeze()
        sys.setswitchinterval(turn)
