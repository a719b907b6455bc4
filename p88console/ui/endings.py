"""Signals that end the console as `q` would, with the terminal given back in order."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable

NAMES = ("SIGTERM", "SIGHUP")


def heed(end: Callable[[], None]) -> Callable[[], None]:
    """Call `end` on each of these signals; returns what stops it.

    Systems without such signals, and loops outside the main thread, are left as they are.
    """
    loop = asyncio.get_running_loop()
    heeded: list[int] = []
    for name in NAMES:
        number = getattr(signal, name, None)
        if number is not None:
            try:
                loop.add_signal_handler(number, end)
            except (NotImplementedError, RuntimeError, ValueError):
                break
            heeded.append(number)

    def stop() -> None:
        for number in heeded:
            loop.remove_signal_handler(number)

    return stop
