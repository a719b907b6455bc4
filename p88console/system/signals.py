"""Asks to stop, as a terminal and a service manager send them."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress

ASKS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def asked_to_stop() -> Iterator[asyncio.Event]:
    """An event that an interrupt or a request to terminate sets, while the block lasts."""
    loop, asked = asyncio.get_running_loop(), asyncio.Event()
    # not offered on Windows, where the interrupt reaches asyncio.run as an exception anyway
    with suppress(NotImplementedError):
        for number in ASKS:
            loop.add_signal_handler(number, asked.set)
    try:
        yield asked
    finally:
        with suppress(NotImplementedError):
            for number in ASKS:
                loop.remove_signal_handler(number)
